"""Stock is taken right: what is near, what is half mined, what is brought."""

import numpy as np
import pytest

from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.scenarios.boulders import BASE_AIM, NO_AIM, ORE, ORE_AIM, take_stock
from mpgenie.envs.simulation.state import new_state, records_of

pytestmark = pytest.mark.laws
GEOMETRY = geometry_of(8)
CELL = 640


@pytest.fixture
def state():
    """One player, 30 m from the core."""
    state = new_state(GEOMETRY, players=1)
    state.players.active[0, 0] = state.players.alive[0, 0] = True
    state.players.position[0, 0] = [30.0, 0.0, 0.0]
    state.players.dig_cell[0, 0] = -1
    return state


def stock(state, base=(30.0, 9.0, 0.0), ore=(CELL, 33.0, 4.0, 0.0)):
    records = records_of(state)
    found = (np.zeros(1), np.zeros(1, np.int64), np.zeros(1), np.zeros(1, np.int64))
    ores = np.array([ore])
    take_stock(
        records.players, records.items, state.cells.blocks, 0, ores, np.array(base), 3.0, *found
    )
    return [array[0] for array in found]


def test_without_ore_there_is_no_aim(state):
    assert stock(state) == [0.0, NO_AIM, 0.0, 0]


def test_the_nearest_ore_is_the_aim(state):
    state.cells.blocks[0].reshape(-1)[CELL] = ORE
    assert stock(state) == [5.0, ORE_AIM, 0.0, 0]
    items = state.items
    items.active[0, 3], items.item[0, 3], items.position[0, 3] = True, ORE, [30.0, 0.0, 2.0]
    assert stock(state) == [2.0, ORE_AIM, 0.0, 0]


def test_with_ore_in_the_hotbar_the_base_is_the_aim(state):
    state.players.hotbar_item[0, 0, 5], state.players.hotbar_count[0, 0, 5] = ORE, 2
    assert stock(state) == [9.0, BASE_AIM, 0.0, 0]


def test_ore_is_taken_at_the_base(state):
    state.players.hotbar_item[0, 0, 5], state.players.hotbar_count[0, 0, 5] = ORE, 2
    assert stock(state, base=(30.0, 2.0, 0.0)) == [0.0, NO_AIM, 0.0, 2]
    assert not (state.players.hotbar_item == ORE).any()


def test_only_the_mining_of_ore_counts(state):
    players, blocks = state.players, state.cells.blocks[0].reshape(-1)
    players.dig_cell[0, 0], players.dig_ticks[0, 0], players.dig_needed[0, 0] = CELL, 3, 12
    assert stock(state)[2] == 0.0
    blocks[CELL] = ORE
    assert stock(state)[2] == 0.25
