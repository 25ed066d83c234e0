"""Groups enter on dry, level ground, apart as asked, evenly over the planet."""

import os
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK, TABLE
from mpgenie.envs.planet.geometry import column_of, geometry_of, great_circle_distance
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.planet.raycast import sees
from mpgenie.envs.planet.spawn import EYE, spawn_points

pytestmark = pytest.mark.laws

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
SIZE = 12 if PLAIN else 48
keys = st.integers(0, 2**64 - 1).map(np.uint64)
examples = settings(deadline=None, max_examples=5 if PLAIN else 60)


@lru_cache
def planet(kind="normal"):
    return make_planet(PlanetConfig(kind=kind, size=SIZE), 4)


def distances(points):
    p = planet()
    radius = p.geometry.bottom + p.geometry.below
    apart = np.full((len(points), len(points)), np.inf)
    for i, one in enumerate(points):
        for j, other in enumerate(points):
            if i != j:
                apart[i, j] = great_circle_distance(one, other, radius)
    return apart


@examples
@given(keys, st.integers(1, 6))
def test_feet_stand_on_dry_ground_with_room_above(key, count):
    p = planet()
    for feet in spawn_points(p, key, count):
        column = column_of(p.geometry, *feet)
        layer = round(float(np.sqrt((feet * feet).sum()) - p.geometry.bottom))
        assert TABLE.solid[p.blocks[column, layer - 1]]
        assert p.blocks[column, layer - 1] != BLOCK["ice"]
        assert not p.blocks[column, layer : layer + 3].any()


@pytest.mark.skipif(PLAIN, reason="a tiny planet has too little level ground")
@examples
@given(keys, st.integers(2, 6))
def test_all_are_as_far_apart_as_asked(key, count):
    apart = distances(spawn_points(planet(), key, count, separation=(5.0, 9.0)))
    assert apart.min() >= 5.0 - 1e-9
    assert apart.min(axis=1).max() <= 9.0 + 1e-9


def test_the_same_key_gives_the_same_places():
    one, again, other = (spawn_points(planet(), np.uint64(k), 3) for k in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_with_line_of_sight_two_players_see_each_other():
    p = planet()
    for key in range(2 if PLAIN else 20):
        one, other = spawn_points(p, np.uint64(key), 2, line_of_sight=True)
        one, other = (v * (1.0 + EYE / np.sqrt((v * v).sum())) for v in (one, other))
        assert sees(p.blocks, p.geometry, *one, *other)


@pytest.mark.skipif(PLAIN, reason="needs hundreds of draws")
def test_a_flat_planet_is_used_evenly():
    places = np.array([spawn_points(planet("flat"), np.uint64(k), 1)[0] for k in range(1200)])
    octants = np.bincount((places > 0) @ [1, 2, 4], minlength=8)
    assert octants.min() > 110 and octants.max() < 190  # 150 expected
    for axis in range(3):  # Archimedes: heights along any axis are uniform
        share = np.mean(np.abs(places[:, axis]) < 0.5 * np.abs(places).max())
        assert 0.44 < share < 0.56


@pytest.mark.skipif(PLAIN, reason="slow without the JIT")
def test_a_crowd_finds_room_by_standing_closer():
    points = spawn_points(planet(), np.uint64(3), 400)
    assert distances(points).min() > 0.5


def test_a_drowned_planet_says_so():
    geometry = geometry_of(SIZE)
    blocks = np.full((6 * SIZE * SIZE, 64), BLOCK["water"], np.uint8)
    sea = Planet(
        config=PlanetConfig(size=SIZE),
        seed=0,
        geometry=geometry,
        blocks=blocks,
        light=blocks,
        hash=0,
    )
    with pytest.raises(ValueError, match="found no 2 dry places"):
        spawn_points(sea, np.uint64(0), 2)


@pytest.mark.parametrize("count, separation", [(0, (1.0, 2.0)), (2, (3.0, 2.0)), (2, (-1.0, 2.0))])
def test_senseless_wishes_are_refused(count, separation):
    with pytest.raises(ValueError, match="must be"):
        spawn_points(planet(), np.uint64(0), count, separation=separation)
