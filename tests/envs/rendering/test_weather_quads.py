"""Rain falls where the sky is open, down and nowhere else; over snow it snows."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.rendering.camera import look, new_views
from mpgenie.envs.rendering.weather_quads import DROPS, REACH, new_weather, weather_quads
from mpgenie.envs.simulation.state import new_state

pytestmark = pytest.mark.laws

GEOMETRY = geometry_of(32)
UP = np.array([2.0, -1.0, 2.0]) / 3.0
EYE = UP * (GEOMETRY.bottom + 24.0)
GROUND = 20


@pytest.fixture
def state():
    made = new_state(GEOMETRY, worlds=2, players=1, mobs=1, items=1, events=4)
    made.cells.blocks[:, :, :GROUND] = BLOCK["grass"]
    made.cells.light[:, :, GROUND:] = (15 << 4) | 3
    made.clock.raining[0] = True
    return made


def falling(state, tick=0, world=0, eye=EYE):
    state.clock.tick[:] = tick
    views = new_views(1)
    views.world[0] = world
    heading = np.cross(UP, [0.0, 0.0, 1.0])
    look(views, 0, *eye, *(heading / np.sqrt((heading**2).sum())), 0.0)
    quads = new_weather(1)
    weather_quads(state, GEOMETRY, views, 0, quads, 0)
    return quads


def middles(quads):
    return quads.corner[0, : quads.count[0]].astype(float).mean(axis=1)


def test_it_rains_only_in_the_rain(state):
    assert 20 < falling(state).count[0] <= DROPS
    assert falling(state, world=1).count[0] == 0


def test_drops_are_near_lit_and_no_entity(state):
    quads = falling(state)
    n = int(quads.count[0])
    assert (np.sqrt(((middles(quads) - EYE) ** 2).sum(axis=1)) <= 0.75 * REACH + 0.01).all()
    assert (quads.entity[0, :n] == 0).all()
    assert (quads.light[0, :n] == (255, 3 * 17)).all()


def test_drops_face_the_eye(state):
    corner = falling(state).corner[0, : falling(state).count[0]].astype(float)
    away = np.cross(corner[:, 1] - corner[:, 0], corner[:, 3] - corner[:, 0])
    assert ((away * (corner[:, 0] - EYE)).sum(axis=1) > 0).all()


def test_drops_fall_down_and_stay_where_they_are_when_the_eye_moves(state):
    before, after = middles(falling(state, 5)), middles(falling(state, 6))
    down = -UP * REACH / 13
    closest = np.abs(before[:, None] + down - after[None]).max(axis=2).min(axis=1)
    assert (closest < 1e-3).mean() > 0.6
    across = np.cross(UP, [0.0, 0.0, 1.0]) * 0.02
    moved = middles(falling(state, 5, eye=EYE + across))
    closest = np.abs(before[:, None] - moved[None]).max(axis=2).min(axis=1)
    assert (closest < 0.01).mean() > 0.8


def test_no_drop_falls_under_a_roof(state):
    state.cells.light[:, :, GROUND:] = 14 << 4
    assert falling(state).count[0] == 0


def test_no_drop_falls_inside_the_ground(state):
    radius = np.sqrt((middles(falling(state, eye=UP * (GEOMETRY.bottom + 21.0))) ** 2).sum(axis=1))
    assert (radius > GEOMETRY.bottom + GROUND - 0.01).all()


def test_it_snows_over_snow_slower_and_smaller(state):
    rain = falling(state)
    state.cells.blocks[:, :, GROUND - 1] = BLOCK["snow"]
    snow = falling(state)
    assert snow.count[0] > 20

    def tall(quads):
        corner = quads.corner[0, : quads.count[0]]
        return np.sqrt(((corner[:, 3] - corner[:, 0]) ** 2).sum(axis=1)).max()

    assert tall(snow) < 0.12 < tall(rain)
    before, after = middles(falling(state, 5)), middles(falling(state, 6))
    closest = np.abs(before[:, None] - UP * REACH / 70 - after[None]).max(axis=2).min(axis=1)
    assert (closest < 1e-3).mean() > 0.6


def test_the_same_tick_gives_the_same_rain(state):
    assert (falling(state, 77).corner == falling(state, 77).corner).all()
