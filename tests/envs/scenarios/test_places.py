"""Places are dry, open, where they were asked for, and the same for the same draws."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.scenarios.places import (
    feet_on,
    ground,
    open_ground,
    players_middle,
    put_player,
    standing_place,
    wander,
)
from mpgenie.envs.simulation.state import new_state
from mpgenie.envs.simulation.world import Simulation

GEOMETRY = geometry_of(8)


@pytest.fixture
def blocks():
    """A sea all over."""
    blocks = new_state(GEOMETRY, players=1).cells.blocks[0]
    blocks[:, :8] = BLOCK["stone"]
    blocks[:, 8] = BLOCK["water"]
    return blocks


@pytest.fixture(scope="module")
def simulation():
    simulation = Simulation(PlanetConfig(kind="normal", size=48), players=3, mobs=False)
    simulation.reset(0, 5)
    return simulation


@pytest.mark.laws
def test_the_ground_is_the_highest_solid_block_that_is_dry(blocks):
    assert ground(blocks, 0) == -1
    blocks[0, 8] = BLOCK["stone"]
    blocks[0, 9] = BLOCK["torch"]
    assert ground(blocks, 0) == 8
    blocks[0] = 0
    assert ground(blocks, 0) == -1


@pytest.mark.laws
@pytest.mark.parametrize("column", [0, 27, 63, 64 * 3 + 7])
def test_an_island_is_found_from_anywhere_near(blocks, column):
    assert open_ground(blocks, GEOMETRY, column)[1] == -1
    island = int(GEOMETRY.neighbour[GEOMETRY.neighbour[column, 0], 2])
    blocks[island, 8] = BLOCK["sand"]
    assert open_ground(blocks, GEOMETRY, column) == (island, 9)


def test_a_place_to_stand_is_kept(simulation):
    column, layer = standing_place(simulation, 0, players_middle(simulation, 0))
    assert standing_place(simulation, 0, column) == (column, layer)
    assert simulation.state.cells.blocks[0, column, layer - 1] != 0
    assert not simulation.state.cells.blocks[0, column, layer : layer + 2].any()


def test_who_is_put_somewhere_stands_there_looking_there(simulation):
    players, start = simulation.state.players, players_middle(simulation, 0)
    facing = players.position[0, 1] + 7.0
    put_player(simulation, 0, 0, start, facing)
    feet = feet_on(simulation, *standing_place(simulation, 0, start))
    at = players.position[0, 0]
    assert at == pytest.approx(feet, abs=0.6) and (players.spawn[0, 0] == at).all()
    up, ahead = at / np.sqrt(at @ at), players.heading[0, 0]
    aside = facing - at - ((facing - at) @ up) * up
    assert ahead @ aside == pytest.approx(np.sqrt(aside @ aside))
    assert (players.spawn_heading[0, 0] == ahead).all() and players.pitch[0, 0] == 0.0


def test_one_wanders_as_far_as_asked_and_always_to_the_same_place():
    geometry, key = geometry_of(48), np.uint64(77)
    start = geometry.centre[24 * 48 + 24]
    for index in range(0, 60, 3):
        column = wander(geometry, 24 * 48 + 24, key, 9, index, 4.0, 8.0)
        assert column == wander(geometry, 24 * 48 + 24, key, 9, index, 4.0, 8.0)
        away = (geometry.bottom + geometry.below) * np.arccos(geometry.centre[column] @ start)
        assert 3.0 < away < 14.0
