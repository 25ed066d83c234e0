"""Senses, words and views agree with the state that they tell of."""

import numpy as np
import pytest

from mpgenie.envs.bodies_observation import FACTS, Looking, observe_bodies
from mpgenie.envs.bundle import Bundle
from mpgenie.envs.masks import BLOCK, DEAD, EMPTY, TOOL
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.rendering.camera import first_person, new_views
from mpgenie.envs.simulation.state import new_state, records_of
from mpgenie.envs.spaces import PROPRIO
from mpgenie.envs.state_observation import STATE_SIZE, new_nearest

pytestmark = pytest.mark.laws
GEOMETRY = geometry_of(8)
SLOTS = np.array([0, 2, 3])


@pytest.fixture
def state():
    """Four players at different places, the second not there."""
    state, rng = new_state(GEOMETRY, players=4), np.random.default_rng(0)
    players = state.players
    for slot in range(4):
        up = GEOMETRY.centre[slot * 70]
        ahead = np.cross(up, rng.normal(size=3))
        players.position[0, slot] = up * (GEOMETRY.bottom + 12)
        players.heading[0, slot] = ahead / np.sqrt(ahead @ ahead)
        players.pitch[0, slot] = 10.0 * slot
        players.active[0, slot] = players.alive[0, slot] = slot != 1
        players.id[0, slot] = slot + 1
        players.dig_cell[0, slot] = -1
        players.message[0, slot] = slot + 5
    return state


def look(state, reach=1e9, team_only=False):
    rows = Looking(
        records_of(state),
        state.cells,
        GEOMETRY,
        np.array([[0, 1, 2, 3]]),
        np.zeros((1, 0, 5)),
        reach,
        team_only,
        np.zeros(3, np.int64),
        SLOTS,
        facts=np.zeros((3, FACTS), np.int64),
        views=new_views(3),
        poses=np.zeros((3, 4, 4)),
        senses=np.zeros((3, len(PROPRIO)), np.float32),
        heard=np.zeros((3, 4), np.uint8),
        known=np.zeros((3, STATE_SIZE), np.uint8),
        nearest=new_nearest(),
    )
    observe_bodies(Bundle(rows))
    return rows


def test_facts_say_who_one_is_and_what_is_in_hand(state):
    players = state.players
    players.hotbar_item[0, :, 0] = [0, 0, ITEM["diamond_axe"], ITEM["stone"]]
    players.hotbar_count[0, :, 0] = 1
    players.team[0, 3] = 5
    assert look(state).facts.tolist() == [
        [1, EMPTY, 0, 0, 0], [3, TOOL, 0, 0, 2], [4, BLOCK, 0, 5, 3],
    ]  # fmt: skip
    players.alive[0, 2] = False
    assert look(state).facts[1, 1] == DEAD


def test_views_are_those_of_the_renderers(state):
    state.players.sneaking[0, 2] = True
    views, expected = look(state).views, new_views(3)
    for row, slot in enumerate(SLOTS):
        first_person(state, expected, row, 0, slot)
    for ours, theirs in zip(views, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_poses_lead_from_the_camera_to_the_planet(state):
    seen = look(state)
    for k in range(3):
        ahead = seen.poses[k] @ (0.0, 0.0, 2.0, 1.0)
        np.testing.assert_allclose(ahead[:3], seen.views.eye[k] + 2.0 * seen.views.axes[k, 2])
        assert ahead[3] == 1.0


def test_velocity_is_told_in_the_axes_of_the_body(state):
    players = state.players
    up = players.position[0, 2] / np.sqrt(players.position[0, 2] @ players.position[0, 2])
    right = np.cross(players.heading[0, 2], up)
    players.velocity[0, 2] = 0.3 * players.heading[0, 2] + 0.1 * right - 0.2 * up
    senses = dict(zip(PROPRIO, look(state).senses[1], strict=True))
    assert senses["velocity_forward"] == pytest.approx(0.3)
    assert senses["velocity_right"] == pytest.approx(0.1)
    assert senses["velocity_up"] == pytest.approx(-0.2)
    assert senses["pitch"] == 20.0 and senses["alive"] == 1.0
    assert senses["altitude"] == pytest.approx(12 - GEOMETRY.below)
    assert senses["heading_north"] ** 2 + senses["heading_east"] ** 2 == pytest.approx(1.0)


def test_digging_is_told_as_a_share(state):
    players = state.players
    players.dig_cell[0, 0], players.dig_ticks[0, 0], players.dig_needed[0, 0] = 3, 1, 4
    assert look(state).senses[0, list(PROPRIO).index("digging")] == 0.25


def test_messages_reach_as_far_as_they_may(state):
    assert look(state).heard.tolist() == [[5, 0, 7, 8]] * 3
    assert look(state, reach=0.1).heard.tolist() == [[5, 0, 0, 0], [0, 0, 7, 0], [0, 0, 0, 8]]
    state.players.team[0, 3] = 1
    assert look(state, team_only=True).heard.tolist() == [[5, 0, 7, 0]] * 2 + [[0, 0, 0, 8]]
