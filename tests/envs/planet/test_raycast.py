"""A ray meets the blocks that lie on its line, and no others."""

import os
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK, TABLE
from mpgenie.envs.planet.geometry import DOWN, UP, column_at, geometry_of, locate
from mpgenie.envs.planet.light import neighbour_cell
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.planet.raycast import cast, sees

pytestmark = pytest.mark.laws

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
STEP = 0.05 if PLAIN else 0.004
components = st.floats(-1.0, 1.0)
vectors = st.tuples(components, components, components)
near_edges = st.tuples(*[st.sampled_from((-1.0, 0.0, 1.0, 0.999, 1.001, 0.01))] * 3)


@lru_cache
def planet(seed, size=8):
    return make_planet(PlanetConfig(size=size), seed)


def unit(vector):
    array = np.array(vector)
    length = np.sqrt((array * array).sum())
    return array / length if length > 1e-3 else np.array([0.6, 0.0, 0.8])


def cell_at(geometry, point):
    face, a, b, layer = locate(geometry, *point)
    return column_at(geometry, face, a, b) * 64 + int(np.floor(layer)), layer


def first_sampled(blocks, geometry, eye, ray, reach):
    """Where a solid block lies on the ray's line and, a hair's breadth around it, no other cell: a
    ray that runs in the wall between two cells meets neither more than the other."""
    aside = np.cross(ray, np.eye(3)[np.abs(ray).argmin()])
    hairs = [1e-6 * sign * way for way in (aside, np.cross(ray, aside)) for sign in (-1, 1)]
    for k in range(int(reach / STEP)):
        cell, layer = cell_at(geometry, eye + ray * (k * STEP))
        if layer < 0.0:
            return -1, reach
        if layer < 64.0:
            block = blocks[cell >> 6, cell & 63]
            if block and not TABLE.liquid[block]:
                point = eye + ray * (k * STEP)
                if all(cell_at(geometry, point + hair)[0] == cell for hair in hairs):
                    return cell, k * STEP
    return -1, reach


@settings(deadline=None, max_examples=20 if PLAIN else 150)
@given(st.integers(0, 2), st.one_of(vectors, near_edges), st.floats(0.5, 70.0), vectors)
@example(0, (1.0, 1.0, -1.0), 4.0, (1.0, 1.0, 0.0))  # along an edge of the cube
def test_rays_agree_with_fine_sampling(seed, place, height, direction):
    blocks, geometry = planet(seed).blocks, planet(seed).geometry
    eye, ray, reach = unit(place) * (geometry.bottom + height), unit(direction), 12.0
    cell, side, distance = cast(blocks, geometry, *eye, *ray, reach, True)
    sampled_cell, sampled = first_sampled(blocks, geometry, eye, ray, reach)
    # Sampling may step over a corner, but never finds anything nearer than the ray did.
    assert distance <= sampled + 1e-6
    if cell < 0 or distance == 0.0:
        return
    block = blocks[cell >> 6, cell & 63]
    assert block and not TABLE.liquid[block]
    from_here = neighbour_cell(geometry, cell, side)
    inside, _ = cell_at(geometry, eye + ray * (distance + 1e-7))
    outside, layer = cell_at(geometry, eye + ray * (distance - 1e-7))
    if cell == sampled_cell and inside == cell and 0.0 < layer < 64.0 and outside != cell:
        assert outside == from_here or abs(sampled - distance) < STEP


def test_looking_straight_down_hits_the_ground_from_above():
    p = planet(0)
    for column in range(0, 384, 11):
        top = max(np.flatnonzero((p.blocks[column] > 0) & ~TABLE.liquid[p.blocks[column]]))
        up = p.geometry.centre[column]
        eye = up * (p.geometry.bottom + 60.5)
        cell, side, distance = cast(p.blocks, p.geometry, *eye, *-up, 70.0, True)
        assert (cell, side) == (column * 64 + top, UP)
        assert abs(distance - (60.5 - top - 1)) < 1e-9


def test_looking_up_from_under_a_roof_hits_its_underside():
    geometry = geometry_of(8)
    blocks = np.zeros((384, 64), np.uint8)
    blocks[:, 30] = BLOCK["stone"]
    up = geometry.centre[100]
    eye = up * (geometry.bottom + 20.0)
    assert cast(blocks, geometry, *eye, *up, 20.0, True)[:2] == (100 * 64 + 30, DOWN)
    assert cast(blocks, geometry, *eye, *up, 9.0, True)[0] == -1


def test_water_stops_a_ray_only_when_asked():
    geometry = geometry_of(8)
    blocks = np.zeros((384, 64), np.uint8)
    blocks[:, :10] = BLOCK["stone"]
    blocks[:, 10:20] = BLOCK["water"]
    up = geometry.centre[7]
    eye = up * (geometry.bottom + 25.0)
    assert cast(blocks, geometry, *eye, *-up, 30.0, True)[0] == 7 * 64 + 9
    assert cast(blocks, geometry, *eye, *-up, 30.0, False)[0] == 7 * 64 + 19


def test_a_ray_that_starts_inside_a_block_hits_it_at_once():
    p = planet(0)
    eye = p.geometry.centre[9] * (p.geometry.bottom + 0.5)
    assert cast(p.blocks, p.geometry, *eye, *p.geometry.centre[9], 4.0, True) == (9 * 64, DOWN, 0.0)


def test_nobody_sees_through_stone_but_through_glass():
    geometry = geometry_of(8)
    blocks = np.zeros((384, 64), np.uint8)
    here = geometry.centre[100] * (geometry.bottom + 30.0)
    there = geometry.centre[100] * (geometry.bottom + 40.0)
    for name, clear in (("air", True), ("glass", True), ("torch", True), ("stone", False)):
        blocks[:, 35] = BLOCK[name]
        assert sees(blocks, geometry, *here, *there) == clear
        assert sees(blocks, geometry, *there, *here) == clear
    assert sees(blocks, geometry, *here, *here)


@settings(deadline=None, max_examples=10 if PLAIN else 100)
@given(vectors, vectors)
def test_the_core_hides_the_antipodes(one, other):
    p = planet(1)
    here, there = unit(one), unit(other)
    if float(here @ there) > -0.5:
        return
    height = p.geometry.bottom + p.geometry.below + 1.6
    assert not sees(p.blocks, p.geometry, *(here * height), *(there * height))
