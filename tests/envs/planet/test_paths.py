"""A path is a way one can walk, ends where it says, and is no longer than need be."""

import os
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK, TABLE
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.geometry import geometry_of, great_circle_distance, step
from mpgenie.envs.planet.paths import can_stand, find_path, ground_distance, new_path_work
from mpgenie.envs.planet.planet import PlanetConfig, make_planet

pytestmark = pytest.mark.laws

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
SIZE = 8 if PLAIN else 24
COLUMNS = 6 * SIZE * SIZE
columns = st.integers(0, COLUMNS - 1)


@lru_cache
def planet(kind="normal"):
    return make_planet(PlanetConfig(kind=kind, size=SIZE), 2)


def standing_cell(blocks, column):
    """The highest cell of a column in which feet can stay; None on a cactus."""
    for layer in range(62, 0, -1):
        if can_stand(blocks, column, layer):
            return column * 64 + layer
    return None


def corners_of(geometry, column):
    near = set()
    for direction in range(4):
        beside, travel = step(geometry, column, direction)
        near.add(int(step(geometry, beside, LEFT[travel])[0]))
    return near


def free(blocks, column, low, high):
    return not TABLE.solid[blocks[column, low:high]].any()


def check_step(blocks, geometry, here, there, max_drop):
    column, layer, beside, height = here >> 6, here & 63, there >> 6, there & 63
    rise = height - layer
    assert can_stand(blocks, beside, height)
    if column == beside:
        assert abs(rise) == 1 and TABLE.liquid[blocks[column, min(layer, height)]]
        return
    if beside not in geometry.neighbour[column]:
        assert rise == 0 and beside in corners_of(geometry, column)
        return
    assert rise <= 1
    assert free(blocks, beside, height, max(layer, height) + 2)
    assert rise < 1 or free(blocks, column, layer, layer + 3)
    assert -rise <= max_drop or TABLE.liquid[blocks[beside, height]]


@settings(deadline=None, max_examples=4 if PLAIN else 60)
@given(columns, columns, st.sampled_from((3, 15)))
def test_every_step_can_be_walked(start_column, goal_column, max_drop):
    blocks, geometry = planet().blocks, planet().geometry
    start, goal = (standing_cell(blocks, c) for c in (start_column, goal_column))
    assume(start is not None and goal is not None)
    limit = 300 if PLAIN else 20_000
    path = find_path(blocks, geometry, start, goal, limit, max_drop=max_drop)
    assert path.cells[0] == start
    assert path.arrived == (path.cells[-1] == goal)
    assert len(set(path.cells.tolist())) == len(path.cells)
    for here, there in zip(path.cells[:-1], path.cells[1:], strict=True):
        check_step(blocks, geometry, int(here), int(there), max_drop)
    if not path.arrived:
        left = [ground_distance(geometry, int(c) >> 6, goal >> 6) for c in path.cells[[0, -1]]]
        assert left[1] <= left[0] + 20.0


@settings(deadline=None, max_examples=4 if PLAIN else 60)
@given(columns, columns)
def test_on_a_plain_the_way_is_nearly_straight(start_column, goal_column):
    blocks, geometry = planet("flat").blocks, planet("flat").geometry
    start, goal = (c * 64 + geometry.below for c in (start_column, goal_column))
    path = find_path(blocks, geometry, start, goal, 20_000)
    assert path.arrived
    sea_level = geometry.bottom + geometry.below
    straight = great_circle_distance(*geometry.centre[[start_column, goal_column]], sea_level)
    walked = sum(
        ground_distance(geometry, int(a) >> 6, int(b) >> 6)
        for a, b in zip(path.cells[:-1], path.cells[1:], strict=True)
    )
    # The lattice has eight directions, up to 30 degrees apart from square near the cube's corners.
    assert 0.999 * straight <= walked <= 1.45 * straight + 1.0


def test_walls_are_walked_around_and_dug_or_climbed_only_when_asked():
    blocks, geometry = planet("flat").blocks.copy(), planet("flat").geometry
    ground = geometry.below
    goal = 27 * 64 + ground
    for direction in range(4):  # a hut around column 27, with a roof
        beside, travel = step(geometry, 27, direction)
        corner, _ = step(geometry, beside, LEFT[travel])
        for column in (beside, corner):
            blocks[column, ground : ground + 3] = BLOCK["stone"]
    blocks[27, ground + 2] = BLOCK["stone"]
    start = (COLUMNS // 2) * 64 + ground
    limit = 2000 if PLAIN else 20_000
    outside = find_path(blocks, geometry, start, goal, limit)
    assert not outside.arrived
    assert ground_distance(geometry, int(outside.cells[-1]) >> 6, 27) < 4.0
    assert find_path(blocks, geometry, start, goal, limit, dig_cost=3.0).arrived


def test_a_tower_is_climbed_by_placing():
    blocks, geometry = planet("flat").blocks.copy(), planet("flat").geometry
    ground = geometry.below
    blocks[27, ground : ground + 4] = BLOCK["bedrock"]
    start, goal = 28 * 64 + ground, 27 * 64 + ground + 4
    assert not find_path(blocks, geometry, start, goal, 400).arrived
    path = find_path(blocks, geometry, start, goal, 2000, place_cost=2.0)
    assert path.arrived and np.abs(np.diff(path.cells & 63)).max() <= 1


def test_a_search_gives_up_at_its_limit():
    blocks, geometry = planet("flat").blocks, planet("flat").geometry
    work = new_path_work(20)
    start, goal = geometry.below, (COLUMNS // 2 + 5) * 64 + geometry.below
    path = find_path(blocks, geometry, start, goal, work=work)
    assert not path.arrived and work.counts[0] == 20 and len(path.cells) <= 20
    assert np.array_equal(find_path(blocks, geometry, start, goal, work=work).cells, path.cells)
    assert find_path(blocks, geometry, start, start, work=work).cells.tolist() == [start]


def test_a_cell_off_the_planet_is_refused():
    with pytest.raises(ValueError, match="goal must be a cell"):
        find_path(planet().blocks, geometry_of(SIZE), 0, COLUMNS * 64)
