"""Figures keep to their bodies, face outwards, show what the state says, and tell kinds apart."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.rendering.boxes import ALL_SIDES, add_box, empty_quads, upright_frame
from mpgenie.envs.rendering.camera import look, new_views
from mpgenie.envs.rendering.figures import (
    BODY_REACH,
    ITEM_REACH,
    MOB_QUADS,
    PLAYER_QUADS,
    Sight,
    build_quads,
    hand_quads,
    new_hand_quads,
    new_quads,
)
from mpgenie.envs.rendering.held_items import ITEM_QUADS
from mpgenie.envs.rendering.scene import EVERYTHING
from mpgenie.envs.simulation.state import new_state, records_of

pytestmark = pytest.mark.laws

GEOMETRY = geometry_of(8)
RADIUS = GEOMETRY.bottom + 20.0
PLACE = np.array([0.3, -0.5, 0.8]) / np.sqrt(0.98) * RADIUS
UP = PLACE / RADIUS
HEADING = np.cross(UP, [1.0, 0.0, 0.0]) / np.sqrt((np.cross(UP, [1.0, 0.0, 0.0]) ** 2).sum())
SIDEWAYS = np.cross(HEADING, UP)
ZOMBIE, SKELETON, SPIDER, HUSK, SHEEP = range(5)


def stand(rows, slot=0):
    rows.active[0, slot] = True
    rows.id[0, slot] = 7 + slot
    rows.position[0, slot] = PLACE
    if hasattr(rows, "heading"):
        rows.heading[0, slot] = HEADING


@pytest.fixture
def state():
    made = new_state(GEOMETRY, worlds=1, players=1, mobs=1, items=1, events=8)
    made.cells.light[:] = 15 << 4
    return made


@pytest.fixture
def player(state):
    stand(state.players)
    state.players.alive[0, 0] = True
    state.players.colour[0, 0] = 250, 40, 40
    return state.players


def drawn(state, sight=EVERYTHING):
    quads = new_quads(1, 1, 1, 1)
    build_quads(records_of(state), state.cells, GEOMETRY, quads, 0, sight)
    return quads


def extent(quads):
    """Least and greatest distance to the right, up and forward over all corners."""
    corner = quads.corner[0, : quads.count[0]].reshape(-1, 3) - PLACE
    along = corner @ np.stack([SIDEWAYS, UP, HEADING]).T
    return along.min(axis=0), along.max(axis=0)


def mob(state, kind):
    stand(state.mobs)
    state.mobs.kind[0, 0] = kind
    return drawn(state)


def test_a_box_faces_outwards_on_all_sides_and_is_closed():
    quads = empty_quads(1, 6)
    frame = upright_frame(*PLACE, *HEADING)
    add_box(quads, 0, frame, (-1, 2, 0, 3, -1, 1), ALL_SIDES, (0, 0, 0, 9, 9, 9), (1, 0, 0, False))
    corner = quads.corner[0].astype(float)
    middle = corner.reshape(-1, 3).mean(axis=0)
    inward = np.cross(corner[:, 1] - corner[:, 0], corner[:, 3] - corner[:, 0])
    assert np.all(((corner.mean(axis=1) - middle) * inward).sum(axis=1) < 0)
    points, times = np.unique(corner.reshape(-1, 3).round(3), axis=0, return_counts=True)
    assert len(points) == 8 and set(times) == {3}


def test_textures_stand_upright_on_the_sides_of_a_box():
    quads = empty_quads(1, 6)
    frame = upright_frame(*PLACE, *HEADING)
    add_box(quads, 0, frame, (-1, 1, -1, 1, -1, 1), 15, (0, 0, 0, 9, 9, 9), (1, 0, 0, False))
    down = quads.corner[0, :4, 3] - quads.corner[0, :4, 0]
    assert np.allclose(down @ UP, -2.0, atol=1e-5)


def test_a_box_without_room_is_left_out():
    quads = empty_quads(1, 4)
    frame = upright_frame(*PLACE, *HEADING)
    add_box(quads, 0, frame, (-1, 1, -1, 1, -1, 1), ALL_SIDES, (0, 0, 0, 9, 9, 9), (1, 0, 0, False))
    assert quads.count[0] == 4


def test_a_player_keeps_to_its_body(state, player):
    low, high = extent(drawn(state))
    assert low[0] >= -0.305 and high[0] <= 0.305
    assert low[1] >= -0.01 and 1.75 <= high[1] <= 1.82
    assert low[2] >= -0.3 and high[2] <= 0.3


@pytest.mark.parametrize("pitch", [-90.0, 90.0])
def test_a_nodding_walking_swinging_player_stays_close_to_its_body(state, player, pitch):
    player.pitch[0, 0] = pitch
    player.velocity[0, 0] = HEADING * 0.28
    player.stride[0, 0] = 0.6
    player.swing[0, 0] = 3
    low, high = extent(drawn(state))
    assert low[1] >= -0.05 and high[1] <= 2.0 and abs(low[0]) < 0.4 and high[0] < 0.4
    assert -0.75 < low[2] and high[2] < 0.9


def test_a_sneaking_player_is_lower(state, player):
    player.sneaking[0, 0] = True
    assert extent(drawn(state))[1][1] < 1.78


def test_a_dead_player_lies_on_the_ground(state, player):
    player.alive[0, 0] = False
    low, high = extent(drawn(state))
    assert -0.15 < low[1] and high[1] < 0.5 and high[2] - low[2] > 1.6


@pytest.mark.parametrize(
    ("eye", "options", "shown"),
    [
        pytest.param((0.0, 1.0, -5.0), {}, True, id="ahead"),
        pytest.param((5.3, 1.0, -5.0), {}, True, id="at the rim"),
        pytest.param((12.0, 1.0, -5.0), {}, False, id="beside"),
        pytest.param((0.0, 1.0, -21.0), {}, True, id="at the limit"),
        pytest.param((0.0, 1.0, -23.0), {}, False, id="too far"),
        pytest.param((0.0, 1.0, -5.0), {"turn": -1}, False, id="behind"),
        pytest.param((0.0, 1.0, -5.0), {"world": 1}, False, id="in another world"),
        pytest.param((0.0, 1.6, 0.0), {}, True, id="around the eye"),
        pytest.param((0.0, 1.6, 0.0), {"hidden": 7}, False, id="the own figure"),
    ],
)
def test_only_what_a_view_may_show_is_built(state, player, eye, options, shown):
    views = new_views(1)
    place = PLACE + eye @ np.stack([SIDEWAYS, UP, HEADING])
    look(views, 0, *place, *(HEADING * options.get("turn", 1)), 0.0)
    views.world[0], views.hidden[0] = options.get("world", 0), options.get("hidden", 0)
    assert (drawn(state, Sight(views, 0.7, 0.7, 20.0)).count[0] > 0) == shown


@pytest.mark.parametrize("kind", [ZOMBIE, SKELETON, SPIDER, HUSK, SHEEP])
def test_nothing_of_a_mob_reaches_beyond_the_ball_that_is_looked_for(state, kind):
    state.mobs.stride[0, 0], state.mobs.swing[0, 0] = 0.6, 3
    state.mobs.velocity[0, 0] = HEADING
    quads = mob(state, kind)
    corner = quads.corner[0, : quads.count[0]].reshape(-1, 3) - (PLACE + 0.9 * UP)
    assert np.sqrt((corner**2).sum(axis=1)).max() < BODY_REACH


@pytest.mark.parametrize("item", sorted(set(ITEM.values()) - {0}))
@pytest.mark.parametrize("alive", [True, False])
def test_nothing_of_players_and_items_does_either(state, player, item, alive):
    player.alive[0, 0] = alive
    player.hotbar_item[0, 0, 0], player.swing[0, 0] = item, 3
    player.stride[0, 0], player.velocity[0, 0] = 0.6, HEADING
    quads = drawn(state)
    corner = quads.corner[0, : quads.count[0]].reshape(-1, 3)
    assert np.sqrt(((corner - (PLACE + 0.9 * UP)) ** 2).sum(axis=1)).max() < BODY_REACH
    player.active[0, 0] = False
    stand(state.items)
    state.items.item[0, 0], state.items.age[0, 0] = item, 8
    quads = drawn(state)
    corner = quads.corner[0, : quads.count[0]].reshape(-1, 3)
    assert np.sqrt(((corner - (PLACE + 0.2 * UP)) ** 2).sum(axis=1)).max() < ITEM_REACH


def test_nobody_is_drawn_of_an_inactive_slot(state):
    assert drawn(state).count[0] == 0


@pytest.mark.parametrize("item", sorted(set(ITEM.values()) - {0}))
def test_every_item_shows_in_the_hand_and_on_the_ground_and_finds_room(state, player, item):
    empty_handed = int(drawn(state).count[0])
    player.hotbar_item[0, 0, 4] = item
    player.held[0, 0] = 4
    in_hand = int(drawn(state).count[0])
    assert empty_handed < in_hand <= PLAYER_QUADS
    stand(state.items)
    state.items.item[0, 0] = item
    player.active[0, 0] = False
    quads = drawn(state)
    assert 0 < quads.count[0] <= ITEM_QUADS
    low, high = extent(quads)
    assert low[1] > -0.05 and high[1] < 0.75


def test_quads_carry_the_id_the_shirt_and_the_light(state, player):
    state.cells.light[:] = (11 << 4) | 6
    quads = drawn(state)
    n = int(quads.count[0])
    assert set(quads.entity[0, :n]) == {7}
    shaded = tuple(channel * 204 // 255 for channel in (250, 40, 40))
    assert (quads.colour[0, :n] == shaded).all(axis=1).any()
    assert (quads.light[0, :n] == (11 * 17, 6 * 17)).all()


@pytest.mark.parametrize("lit", [21, 19, 22], ids=["above", "below", "two above"])
def test_a_figure_inside_a_block_takes_the_light_of_the_nearest_open_cell(state, player, lit):
    buried = [layer for layer in (19, 20, 21, 22) if layer != lit]
    state.cells.blocks[:, :, buried] = BLOCK["stone"]
    state.cells.light[:] = 0
    state.cells.light[:, :, lit] = (9 << 4) | 3
    quads = drawn(state)
    assert (quads.light[0, : quads.count[0]] == (9 * 17, 3 * 17)).all()


def test_above_the_sky_there_is_daylight(state, player):
    state.cells.light[:] = 0
    player.position[0, 0] = UP * (GEOMETRY.bottom + 70.0)
    quads = drawn(state)
    assert (quads.light[0, : quads.count[0]] == (255, 0)).all()


def test_the_hurt_turn_red(state, player):
    before = drawn(state)
    player.hurt_wait[0, 0] = 5
    after = drawn(state)
    n = int(before.count[0])
    red, others = before.colour[0, :n, 0], before.colour[0, :n, 1:]
    assert (after.colour[0, :n, 0] == red).all()
    assert (after.colour[0, :n, 1:] <= others // 2 + 1).all()


def test_a_blow_moves_the_right_arm_only(state, player):
    before = drawn(state)
    player.swing[0, 0] = 3
    moved = np.abs(drawn(state).corner - before.corner)[0].max(axis=(1, 2)) > 0.01
    right = ((before.corner[0].mean(axis=1) - PLACE) @ SIDEWAYS) > 0.15
    assert moved.any() and right[moved].all()


@pytest.mark.parametrize("kind", [ZOMBIE, SKELETON, SPIDER, HUSK, SHEEP])
def test_every_mob_stands_on_the_ground_and_finds_room(state, kind):
    quads = mob(state, kind)
    assert 20 < quads.count[0] <= MOB_QUADS
    low, high = extent(quads)
    assert -0.12 < low[1] < 0.05 and high[1] < 2.0
    outline = quads.corner[0, : quads.count[0]]
    size = np.cross(outline[:, 1] - outline[:, 0], outline[:, 3] - outline[:, 0])
    assert ((size**2).sum(axis=1) > 0).all()


def test_mobs_differ_in_outline(state):
    size = {kind: np.subtract(*extent(mob(state, kind))[::-1]) for kind in range(5)}
    assert size[SPIDER][0] > 1.2 and size[SPIDER][1] < 0.9
    assert size[SHEEP][2] > size[SHEEP][0] and size[SHEEP][1] < 1.3
    assert size[HUSK][1] > size[ZOMBIE][1] > 1.7
    assert size[SKELETON][0] < size[ZOMBIE][0]
    assert size[ZOMBIE][2] > 0.75


def test_mobs_share_no_face(state):
    faces = set()
    for kind in range(5):
        quads = mob(state, kind)
        faces.add(tuple(sorted(set(quads.texture[0, : quads.count[0]]))))
    assert len(faces) == 5


def test_a_dropped_block_turns_with_its_age(state):
    stand(state.items)
    state.items.item[0, 0] = BLOCK["stone"]
    before = drawn(state).corner.copy()
    state.items.age[0, 0] = 8
    assert np.abs(drawn(state).corner - before).max() > 0.05
    state.items.age[0, 0] = 60
    assert np.abs(drawn(state).corner - before).max() < 1e-6


def test_somebody_without_a_heading_is_still_drawn(state, player):
    player.heading[0, 0] = 0.0
    quads = drawn(state)
    assert quads.count[0] > 40 and np.isfinite(quads.corner).all()


@pytest.mark.parametrize("item", [0, BLOCK["dirt"], BLOCK["torch"], ITEM["diamond_pickaxe"]])
@pytest.mark.parametrize("swing", [0, 3])
def test_the_own_hand_is_in_the_lower_right_of_the_picture(state, player, item, swing):
    player.hotbar_item[0, 0, 0] = item
    player.swing[0, 0] = swing
    quads = new_hand_quads(1)
    hand_quads(state, GEOMETRY, quads, 0, 0, 0)
    n = int(quads.count[0])
    assert 4 <= n <= 20
    middle = quads.corner[0, :n].reshape(-1, 3).mean(axis=0)
    assert middle[0] > 0 and middle[1] > 0 and middle[2] > 0.2


def test_the_dead_have_no_hand(state, player):
    player.alive[0, 0] = False
    quads = new_hand_quads(1)
    hand_quads(state, GEOMETRY, quads, 0, 0, 0)
    assert quads.count[0] == 0
