"""Scenes to draw: small planets with players, mobs, items and torches, and eyes all over them."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.rendering.camera import look, new_views
from mpgenie.envs.rendering.scene import Scene
from mpgenie.envs.simulation.state import new_state

SIZE = 48
WORLDS = 4


@pytest.fixture(scope="session")
def planet():
    return make_planet(PlanetConfig(kind="normal", size=SIZE), 5)


def crowd(state, planet, rng):
    """Put everybody on the ground of their world, two and two face to face."""
    geometry = planet.geometry
    for w in range(WORLDS):
        planet.lay(state.cells, w)
        for column in rng.integers(0, 6 * SIZE * SIZE, 40):
            layer = top_of(planet, column)
            if layer < 63 and planet.blocks[column, layer - 1] != BLOCK["water"]:
                state.cells.blocks[w, column, layer] = BLOCK["torch" if column % 3 else "glass"]
                state.cells.light[w, column, layer] |= 14
        entity = 1
        for k in range(8):
            column = int(rng.integers(6 * SIZE * SIZE))
            for rows, ahead in ((state.players, 0.0), (state.mobs, 3.0), (state.items, 2.0)):
                rows.active[w, k], rows.id[w, k], entity = True, entity, entity + 1
                up = geometry.centre[column]
                heading = np.cross(up, rng.normal(size=3))
                heading /= np.sqrt((heading**2).sum())
                if rows is state.players:
                    first = heading
                place = up * (geometry.bottom + top_of(planet, column)) + first * ahead
                rows.position[w, k] = place
                if hasattr(rows, "heading"):
                    rows.heading[w, k] = first if ahead == 0.0 else -first
                    rows.velocity[w, k] = rows.heading[w, k] * 0.1
                    rows.stride[w, k] = rng.uniform(0, 10)
        state.players.alive[w] = True
        state.players.colour[w] = rng.integers(40, 255, (8, 3))
        state.players.hotbar_item[w, :, 0] = rng.choice(sorted(set(ITEM.values())), 8)
        state.mobs.kind[w] = np.arange(8) % 5
        state.items.item[w] = rng.choice(sorted(set(ITEM.values()) - {0}), 8)


def top_of(planet, column):
    return int(np.flatnonzero(planet.blocks[column]).max()) + 1


@pytest.fixture(scope="session")
def scene(planet):
    """Four worlds: morning, midnight elsewhere, rain, and dusk."""
    state = new_state(planet.geometry, WORLDS, 8, 8, 8, 8)
    crowd(state, planet, np.random.default_rng(7))
    state.clock.tick[:] = (2000, 9000, 15000, 21000)
    state.clock.raining[2] = True
    made = Scene(planet.geometry, state)
    made.update()
    return made


def eyes(scene, planet, count, seed):
    """Views through players' eyes, from open air, from caves and from under water."""
    rng = np.random.default_rng(seed)
    views, geometry = new_views(count), planet.geometry
    open_cells = np.argwhere(~np.isin(planet.blocks, (0,)) == 0)
    for v in range(count):
        w = v % WORLDS
        if v % 2:
            place = scene.state.players.position[w, v // 2 % 8]
            place = place * (1.0 + 1.62 / np.sqrt((place**2).sum()))
            views.slot[v] = v // 2 % 8
            views.hidden[v] = scene.state.players.id[w, v // 2 % 8]
        elif v % 8 == 0:
            column, layer = open_cells[rng.integers(len(open_cells))]
            place = geometry.centre[column] * (geometry.bottom + min(layer, 40) + 0.5)
        else:
            column = int(rng.integers(6 * SIZE * SIZE))
            layer = top_of(planet, column) + rng.integers(-2, 6) + rng.uniform(0.2, 0.8)
            place = geometry.centre[column] * (geometry.bottom + layer)
        up = place / np.sqrt((place**2).sum())
        heading = np.cross(up, rng.normal(size=3))
        heading /= np.sqrt((heading**2).sum())
        look(views, v, *place, *heading, rng.uniform(-40.0, 50.0))
        views.world[v] = w
    return views


@pytest.fixture
def view_maker(scene, planet):
    """`view_maker(count, seed)` gives that many views of `scene`."""
    return lambda count, seed=0: eyes(scene, planet, count, seed)
