"""Walls stand on the ground, apart and off players' feet; nobody looks out of a hut."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.planet.raycast import cast
from mpgenie.envs.scenarios.places import cell_middle, players_middle, put_player
from mpgenie.envs.scenarios.shelters import HUT, MATERIALS, lay_shelters, open_up, shut_in
from mpgenie.envs.simulation.world import Simulation

pytestmark = pytest.mark.laws


@pytest.fixture
def sim(make):
    env = make(players=2, size=24)
    env.reset(seed=5)
    return env.simulation


def walls(sim: Simulation):
    """(n, 2) columns and layers of the blocks of walls."""
    kinds = [BLOCK[name] for name in MATERIALS]
    before = sim.state.cells.blocks[0].copy()
    laid = lay_shelters(sim, 0, players_middle(sim, 0), 6, 4.0, 10.0)
    blocks = sim.state.cells.blocks[0]
    assert np.isin(blocks[blocks != before], kinds).all()
    assert (before[blocks != before] == BLOCK["air"]).all()
    return laid, np.argwhere(blocks != before)


def test_walls_stand_on_the_ground_two_or_three_blocks_high(sim):
    laid, found = walls(sim)
    assert 3 <= laid <= 6
    blocks = sim.state.cells.blocks[0]
    for column in set(found[:, 0].tolist()):
        layers = sorted(found[found[:, 0] == column, 1].tolist())
        assert layers == list(range(layers[0], layers[0] + len(layers)))
        assert len(layers) in (2, 3)
        assert blocks[column, layers[0] - 1] not in (BLOCK["air"], BLOCK["water"])


def test_walls_keep_off_players(sim):
    _, found = walls(sim)
    for column, layer in found.tolist():
        middle = np.array(cell_middle(sim.geometry, column, layer))
        for feet in sim.state.players.position[0]:
            assert np.linalg.norm(middle - feet) > 1.5


def test_nobody_looks_out_of_a_hut_and_it_goes_without_a_trace(sim):
    players, before = sim.state.players, sim.state.cells.blocks[0].copy()
    cells, blocks = np.full(HUT, -1, np.int64), np.zeros(HUT, np.int64)
    put_player(sim, 0, 0, players_middle(sim, 0), players.position[0, 1])
    shut_in(sim, 0, 0, cells, blocks)
    eye = players.position[0, 0] * (1.0 + 1.62 / np.linalg.norm(players.position[0, 0]))
    rng = np.random.default_rng(1)
    for way in rng.normal(size=(200, 3)):
        way /= np.linalg.norm(way)
        cell, _, away = cast(
            sim.state.cells.blocks[0], sim.geometry, *eye.tolist(), *way.tolist(), 9.0, False
        )
        assert sim.state.cells.blocks[0, cell // LAYERS, cell % LAYERS] == BLOCK["bedrock"]
        assert away < 3.0
    open_up(sim, 0, cells, blocks)
    np.testing.assert_array_equal(sim.state.cells.blocks[0], before)
    assert (cells == -1).all()
