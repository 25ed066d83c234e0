"""What bots ask of the land agrees with the long way round."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.planet.land import cell_at, flood, footing_near, is_noted, new_land
from mpgenie.envs.planet.paths import can_stand, find_path

from .test_paths import COLUMNS, PLAIN, columns, planet, standing_cell

pytestmark = pytest.mark.laws


def land(limit=100_000):
    here = planet()
    return Bundle(new_land(here.blocks, here.geometry, limit))


@settings(deadline=None, max_examples=3 if PLAIN else 40)
@given(columns, columns)
def test_a_flood_comes_to_where_there_is_a_way_and_nowhere_else(start_column, goal_column):
    blocks, geometry = planet().blocks, planet().geometry
    start, goal = (standing_cell(blocks, c) for c in (start_column, goal_column))
    assume(start is not None and goal is not None)
    here = land()
    flood(here, start, 12)
    assert not here.content.counts[1], "there was room for all cells"
    assert is_noted(here, goal) == find_path(blocks, geometry, start, goal, max_drop=12).arrived


def test_a_flood_notes_no_more_cells_than_it_has_room_for_and_says_so():
    here = land(limit=50)
    flood(here, standing_cell(planet().blocks, 0), 12)
    assert here.content.counts.tolist() == [50, 1]
    assert len(set(here.content.cell.tolist())) == 50


@settings(deadline=None, max_examples=10 if PLAIN else 200)
@given(columns, st.integers(0, 63))
def test_a_footing_is_the_nearest_cell_that_feet_can_stay_in(column, layer):
    blocks = planet().blocks
    cell = footing_near(land(), column * 64 + layer, 20)
    own = [k for k in range(1, 64) if abs(k - layer) <= 20 and can_stand(blocks, column, k)]
    if own:
        assert cell >> 6 == column
        assert abs((cell & 63) - layer) == min(abs(k - layer) for k in own)
    else:
        assert cell < 0 or cell >> 6 in planet().geometry.neighbour[column]


def test_the_middle_of_a_cell_lies_in_it():
    geometry = planet().geometry
    rng = np.random.default_rng(5)
    here = land()
    for cell in rng.integers(0, COLUMNS * 64, 200).tolist():
        x, y, z = geometry.centre[cell >> 6] * (geometry.bottom + (cell & 63) + 0.5)
        assert cell_at(here, x, y, z) == cell
