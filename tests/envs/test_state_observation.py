"""What a player knows without a picture agrees with the planet around it."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.geometry import LAYERS, geometry_of, locate
from mpgenie.envs.simulation.state import new_state, records_of
from mpgenie.envs.state_observation import (
    ITEM,
    NOBODYS,
    OTHER_PLAYER,
    OTHERS,
    OWN,
    OWN_TEAM,
    STATE_SIZE,
    lattice_heading,
    new_nearest,
    observe_state,
    unpack_state,
)

pytestmark = pytest.mark.laws
N = 8
GEOMETRY = geometry_of(N)
GROUND = 8
COLUMNS = [0, 7, 27, 35, 63, 64 * 2 + 9, 64 * 4, 64 * 5 + 36]
"""On rims, at corners and in the middle of faces."""


@pytest.fixture
def state():
    """A ball of stone, a player on it."""
    state = new_state(GEOMETRY, players=10)
    state.cells.blocks[0, :, : GROUND + 1] = BLOCK["stone"]
    return state


def stand(state, slot, column, direction=0, above=0.0):
    """Put a player on the middle of a column, facing along a lattice direction."""
    players, centre = state.players, GEOMETRY.centre
    players.active[0, slot] = players.alive[0, slot] = True
    players.id[0, slot] = slot + 1
    players.position[0, slot] = centre[column] * (GEOMETRY.bottom + GROUND + 1 + above)
    ahead = centre[GEOMETRY.neighbour[column, direction]] - centre[column]
    ahead = ahead - centre[column] * (ahead @ centre[column])
    players.heading[0, slot] = ahead / np.sqrt(ahead @ ahead)
    players.health[0, slot] = 20
    players.dig_cell[0, slot] = -1


def known(state, slot=0, role=None, marks=None):
    row = np.zeros(STATE_SIZE, np.uint8)
    observe_state(
        records_of(state),
        state.cells,
        GEOMETRY,
        np.zeros((1, 10), np.int64) if role is None else role,
        np.zeros((1, 0, 5)) if marks is None else marks,
        0,
        slot,
        new_nearest(),
        row,
    )
    return unpack_state(row)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("direction", range(4))
def test_a_block_ahead_is_seen_ahead(state, column, direction):
    stand(state, 0, column, direction)
    there = int(GEOMETRY.neighbour[column, direction])
    set_block(state.cells, GEOMETRY, 0, there * LAYERS + GROUND + 1, BLOCK["bricks"])
    blocks = known(state)["blocks"]
    assert blocks[2, 5, 4] == BLOCK["bricks"]
    assert (blocks == BLOCK["bricks"]).sum() == 1


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("direction", range(4))
def test_the_ground_is_below_and_the_air_above(state, column, direction):
    stand(state, 0, column, direction)
    blocks = known(state)["blocks"]
    assert (blocks[:2] == BLOCK["stone"]).all() and not blocks[2:].any()


def test_the_right_is_on_the_right(state):
    stand(state, 0, 27, direction=0)
    players = state.players
    right = np.cross(players.heading[0, 0], GEOMETRY.centre[27])
    place = players.position[0, 0] + right
    column = next(c for c in GEOMETRY.neighbour[27] if _holds(int(c), place))
    set_block(state.cells, GEOMETRY, 0, column * LAYERS + GROUND + 1, BLOCK["bricks"])
    stand(state, 1, column)
    parts = known(state)
    assert parts["blocks"][2, 4, 5] == BLOCK["bricks"]
    assert parts["entities"][0, 1] > 128 and abs(int(parts["entities"][0, 0]) - 128) <= 1


def _holds(column, place):
    face, a, b, _ = locate(GEOMETRY, *place)
    return (face * N + int(a)) * N + int(b) == column


def test_the_nearest_come_first_and_no_more_than_eight(state):
    stand(state, 0, 27)
    for slot, column in enumerate((28, 29, 30, 31, 35, 36, 44, 45, 54), start=1):
        stand(state, slot, column)
        state.players.team[0, slot] = slot % 2
    entities = known(state)["entities"].astype(int)
    away = (entities[:, :3] - 128) / 4.0
    distances = np.sqrt((away**2).sum(axis=1))
    assert (np.diff(distances) > -0.3).all()
    assert set(entities[:, 3]) == {OWN_TEAM, OTHER_PLAYER}
    assert (entities[:, 4] == 20).all()


def test_items_are_told_by_what_they_are(state):
    stand(state, 0, 27)
    items = state.items
    items.active[0, 5], items.item[0, 5], items.count[0, 5] = True, BLOCK["sand"], 3
    items.position[0, 5] = state.players.position[0, 0] + 2.0 * state.players.heading[0, 0]
    nearest = known(state)["entities"][0]
    assert list(nearest) == [136, 128, 128, ITEM, 3, BLOCK["sand"], 0]


def test_hotbar_and_body_are_the_own(state):
    stand(state, 0, 27)
    players = state.players
    players.hotbar_item[0, 0, 3], players.hotbar_count[0, 0, 3] = 7, 64
    players.held[0, 0], players.health[0, 0], players.pitch[0, 0] = 3, 11, -45.0
    players.dig_cell[0, 0], players.dig_ticks[0, 0], players.dig_needed[0, 0] = 5, 5, 10
    players.on_ground[0, 0] = True
    parts = known(state)
    assert parts["hotbar"][:, 3].tolist() == [7, 64]
    body = parts["body"].tolist()
    assert body[:3] + body[4:] == [11, 3, 45, 1, 0, 127, 0, 0]
    assert abs(body[3] - 128) <= 3  # straight along the grid, but for the lattice's kink


@pytest.mark.parametrize("column", COLUMNS)
def test_the_heading_is_turned_at_most_about_half_a_right_angle_from_the_grid(state, column):
    """The directions of a lattice meet at 60 to 120 degrees, so the nearest is at most 60 away."""
    stand(state, 0, column)
    up, ahead = GEOMETRY.centre[column], state.players.heading[0, 0].copy()
    right = np.cross(ahead, up)
    for angle in np.linspace(0, 6.2, 25):
        heading = np.cos(angle) * ahead + np.sin(angle) * right
        direction, tangent = lattice_heading(GEOMETRY, column, heading)
        towards = GEOMETRY.centre[GEOMETRY.neighbour[column, direction]] - up
        assert towards @ heading > 0.45 * np.sqrt(towards @ towards)
        assert -1.0 <= tangent <= 1.0


def test_everybody_sees_what_everybody_is(state):
    stand(state, 0, 27)
    stand(state, 1, 35)
    state.players.team[0, :2] = 2, 3
    parts = known(state, role=np.arange(4, 14).reshape(1, 10))
    assert parts["entities"][:, 6].tolist() == [5, 0, 0, 0, 0, 0, 0, 0]
    assert parts["body"][7:].tolist() == [4, 2]


def mark(state, forward=0.0, right=0.0, up=0.0, kind=1, team=-1):
    """A landmark some way off the first player."""
    at, ahead = state.players.position[0, 0], state.players.heading[0, 0]
    above = at / np.sqrt(at @ at)
    return [*(at + forward * ahead + right * np.cross(ahead, above) + up * above), kind, team]


def marks_known(state, *marks):
    return known(state, marks=np.array([marks]))["marks"].tolist()


def test_a_landmark_is_told_by_way_distance_and_kind(state):
    stand(state, 0, 27)
    marks = marks_known(state, mark(state, forward=3.0, right=-4.0, up=0.5, kind=7))
    assert marks == [[140, 112, 130, 5, 7, NOBODYS]] + 7 * [6 * [0]]


def test_a_far_landmark_is_cut_to_its_direction(state):
    stand(state, 0, 27)
    marks = marks_known(state, mark(state, forward=-60.0, right=80.0), mark(state, forward=900.0))
    assert marks[0] == [128 - 74, 128 + 99, 128, 100, 1, NOBODYS]
    assert marks[1] == [128 + 124, 128, 128, 255, 1, NOBODYS]


def test_own_landmarks_come_first_and_absent_ones_not_at_all(state):
    stand(state, 0, 27)
    state.players.team[0, 0] = 2
    kinds_and_teams = [(1, 1), (2, -1), (3, 2), (0, 2), (5, 3), (6, 2), (7, -1)]
    marks = marks_known(state, *(mark(state, kind=k, team=t) for k, t in kinds_and_teams))
    told = [(row[4], row[5]) for row in marks]
    assert told == [
        (3, OWN), (6, OWN), (2, NOBODYS), (7, NOBODYS), (1, OTHERS), (5, OTHERS), (0, 0), (0, 0),
    ]  # fmt: skip


def test_no_more_than_eight_landmarks_are_told(state):
    stand(state, 0, 27)
    marks = marks_known(state, *(mark(state, kind=k + 1) for k in range(12)))
    assert [row[4] for row in marks] == [*range(1, 9)]
