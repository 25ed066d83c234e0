"""The picture over the picture: it fits every frame, keeps to its places, and shows the state."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.rendering.appearance import Appearance
from mpgenie.envs.rendering.hud import draw_hud
from mpgenie.envs.rendering.textures import texture_array
from mpgenie.envs.simulation.state import new_state

TEXELS = texture_array(Appearance()).astype(np.float32)
SIZES = [
    (32, 32), (33, 47), (64, 64), (84, 84), (120, 160), (128, 32), (32, 256), (240, 320),
    (360, 640), (1080, 1920),
]  # fmt: skip


@pytest.fixture
def state():
    made = new_state(geometry_of(8), worlds=1, players=2, mobs=1, items=1, events=4)
    made.players.health[:] = 20
    names = ("stone", "torch", "diamond_pickaxe", "diamond_axe", "diamond_shovel", "iron_sword")
    made.players.hotbar_item[0, 0, : len(names)] = [ITEM[name] for name in names]
    made.players.hotbar_count[0, 0] = 60
    return made


def drawn(state, height, width, over=(90, 120, 60)):
    frame = np.empty((height, width, 3), np.uint8)
    frame[:] = over
    draw_hud(state, TEXELS, 0, 0, frame)
    return frame


def changed(frame, other):
    return (frame != other).any(axis=-1)


@pytest.mark.laws
@pytest.mark.parametrize(("height", "width"), SIZES[:4])
def test_it_fits_small_frames(state, height, width):
    test_it_fits_and_leaves_most_of_the_frame_alone(state, height, width)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_it_fits_and_leaves_most_of_the_frame_alone(state, height, width):
    frame = drawn(state, height, width)
    touched = (frame != (90, 120, 60)).any(axis=-1)
    assert touched[height // 2, width // 2]
    assert touched[height * 2 // 3 :].any() and touched.mean() < 0.3
    assert not touched[: height // 3].any()


def test_the_crosshair_shows_on_bright_and_on_dark(state):
    for over in ((0, 0, 0), (255, 255, 255), (127, 127, 127)):
        frame = drawn(state, 64, 64, over)
        assert abs(int(frame[32, 32, 0]) - over[0]) > 70


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_every_lost_heart_shows(state, height, width):
    full = drawn(state, height, width)
    before = full
    for health in range(18, -1, -2):
        state.players.health[0, 0] = health
        frame = drawn(state, height, width)
        assert changed(frame, before).any()
        before = frame


def test_the_held_slot_is_marked(state):
    first = drawn(state, 64, 64)
    state.players.held[0, 0] = 5
    columns = np.flatnonzero(changed(first, drawn(state, 64, 64)).any(axis=0))
    assert columns.min() < 20 and columns.max() > 32


def test_an_item_shows_in_its_slot_alone(state):
    before = drawn(state, 120, 160)
    state.players.hotbar_item[0, 0, 8] = ITEM["gold_ore"]
    columns = np.flatnonzero(changed(before, drawn(state, 120, 160)).any(axis=0))
    assert 5 < len(columns) <= 160 // 10 and columns.min() > 100


def test_counts_are_written_where_there_is_room(state):
    for height, width, written in ((64, 64, False), (360, 640, True)):
        before = drawn(state, height, width)
        state.players.hotbar_count[0, 0, 0] = 7
        assert changed(before, drawn(state, height, width)).any() == written
        state.players.hotbar_count[0, 0, 0] = 60


def test_it_shows_one_player_and_no_other(state):
    before = drawn(state, 64, 64)
    state.players.health[0, 1] = 3
    state.players.hotbar_item[0, 1] = ITEM["lamp"]
    assert not changed(before, drawn(state, 64, 64)).any()
