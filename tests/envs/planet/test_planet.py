"""The same seed gives the same planet, and every planet has what a planet needs."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BEDROCK, BLOCK, TABLE, WATER
from mpgenie.envs.planet.cells import hash_of_blocks, new_cells
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.planet.planet import PlanetConfig, make_planet
from mpgenie.envs.planet.terrain import shape_land

laws = pytest.mark.laws
PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"
SIZES = [8] if PLAIN else [8, 9, 33, 48, 96]
GOLDEN = {
    (8, "normal", 1): 10492485331815623109,
    (48, "normal", 1): 4306991473387155932,
    (96, "normal", 1): 4249095630826920722,
    (48, "flat", 1): 13417425699562992131,
}
"""Hashes of the blocks: a change here is a new `TERRAIN_VERSION`."""


@laws
@pytest.mark.parametrize("size, kind, seed", [key for key in GOLDEN if not PLAIN or key[0] == 8])
def test_the_seed_makes_the_planet(size, kind, seed):
    planet = make_planet(PlanetConfig(kind=kind, size=size), seed)
    assert planet.hash == GOLDEN[size, kind, seed]
    assert planet.hash == int(hash_of_blocks(planet.blocks))


@pytest.mark.slow
def test_other_processors_make_the_same_planet():
    code = (
        "from mpgenie.envs.planet.planet import *;print(make_planet(PlanetConfig(size=48), 1).hash)"
    )
    environment = os.environ | {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2",
        "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == GOLDEN[48, "normal", 1]


@laws
@pytest.mark.parametrize("size", SIZES)
def test_a_normal_planet_has_sea_land_and_a_floor(size):
    planet = make_planet(PlanetConfig(size=size), 2)
    blocks, below = planet.blocks, planet.geometry.below
    assert np.all(blocks[:, 0] == BEDROCK) and not np.any(blocks[:, 1:] == BEDROCK)
    assert not blocks[:, 63].any()
    surface = blocks[:, below - 1]
    wet = np.mean((surface == WATER) | (surface == BLOCK["ice"]))
    assert 0.25 < wet < 0.45
    assert not np.any(blocks[:, below:] == WATER)


@laws
@pytest.mark.parametrize("size", SIZES)
def test_no_water_hangs_over_or_beside_a_cave(size):
    planet = make_planet(PlanetConfig(size=size), 3)
    blocks, geometry = planet.blocks, planet.geometry
    water = blocks == WATER
    air = blocks == 0
    assert not np.any(water[:, 1:] & air[:, :-1])
    for direction in range(4):
        assert not np.any(water & air[geometry.neighbour[:, direction]])


@pytest.mark.parametrize("seed", range(4))
def test_a_planet_of_the_default_size_has_everything(seed):
    planet = make_planet(PlanetConfig(), seed)
    found = set(np.unique(planet.blocks).tolist())
    expected = (
        "grass dirt stone sand sandstone gravel snow snowy_grass ice water oak_log birch_log "
        "oak_leaves pine_leaves cactus coal_ore iron_ore gold_ore diamond_ore"
    )
    assert {name for name in expected.split() if BLOCK[name] not in found} == set()
    geometry = planet.geometry
    caves = (planet.blocks[:, 2 : geometry.below - 6] == 0).mean()
    assert 0.02 < caves < 0.25
    diamonds = np.argwhere(planet.blocks == BLOCK["diamond_ore"])[:, 1]
    assert diamonds.mean() < 0.5 * geometry.below


@pytest.mark.parametrize("seed", range(3))
def test_land_is_mostly_walkable(seed):
    geometry = geometry_of(96)
    land = shape_land(geometry, np.uint64(seed))
    steps = np.abs(land.height[geometry.neighbour] - land.height[:, None])
    steps = steps[land.height >= geometry.below]
    assert np.mean(steps <= 1) > 0.9
    assert np.mean(steps > 3) < 0.02
    assert 15 <= land.height.max() - geometry.below <= 30


def test_hills_meet_at_the_edges_of_faces():
    """Steps over an edge are no higher than steps within a face."""
    geometry = geometry_of(96)
    land = shape_land(geometry, np.uint64(9))
    steps = np.abs(land.height[geometry.neighbour] - land.height[:, None])
    faces = np.arange(len(land.height)) // 96**2
    over = (geometry.neighbour // 96**2) != faces[:, None]
    assert steps[over].mean() < 1.5 * steps[~over].mean()
    assert np.quantile(steps[over], 0.99) <= np.quantile(steps[~over], 0.99) + 2


def test_trees_stand_on_soil_and_no_leaf_is_far_from_a_log():
    planet = make_planet(PlanetConfig(size=48), 1)
    blocks = planet.blocks
    logs = np.isin(blocks, [BLOCK["oak_log"], BLOCK["birch_log"]])
    foot = logs[:, 1:] & ~logs[:, :-1]
    soil = blocks[:, :-1][foot]
    assert np.isin(soil, [BLOCK[name] for name in ("grass", "snowy_grass")]).all()
    assert foot.sum() > 50
    near = logs.any(axis=1)
    for _ in range(4):
        near = near | near[planet.geometry.neighbour].any(axis=1)
    leaves = np.isin(blocks, [BLOCK["oak_leaves"], BLOCK["pine_leaves"]]).any(axis=1)
    assert not np.any(leaves & ~near)


@laws
def test_a_flat_planet_is_a_plain_at_sea_level():
    kinds = set()
    for seed in range(12):
        planet = make_planet(PlanetConfig(kind="flat", size=8), seed)
        below = planet.geometry.below
        assert np.all(planet.blocks == planet.blocks[0])
        assert TABLE.solid[planet.blocks[0, :below]].all() and not planet.blocks[0, below:].any()
        assert not np.isin(planet.blocks, WATER).any()
        kinds.add(int(planet.blocks[0, below - 1]))
    assert kinds == {BLOCK[name] for name in ("grass", "snow", "sand", "red_sand")}


@laws
def test_laying_a_planet_starts_a_world_anew():
    planet = make_planet(PlanetConfig(kind="flat", size=8), 0)
    cells = new_cells(planet.geometry, 2)
    cells.edit_count[:] = 3
    cells.edited[:] = 1
    marks = cells.changed.copy()
    planet.lay(cells, 1)
    assert np.array_equal(cells.blocks[1], planet.blocks) and not cells.blocks[0].any()
    assert np.array_equal(cells.light[1], planet.light) and int(cells.hash[1]) == planet.hash
    assert cells.edit_count.tolist() == [3, 0] and not cells.edited[1].any()
    assert np.all(cells.changed[1] > marks[1]) and np.array_equal(cells.changed[0], marks[0])
    with pytest.raises(ValueError, match="600 columns"):
        planet.lay(new_cells(geometry_of(10), 1), 0)


@laws
def test_a_planet_cannot_be_written_to():
    planet = make_planet(PlanetConfig(kind="flat", size=8), 0)
    for array in (planet.blocks, planet.light):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_a_thread_makes_the_same_planet():
    made = []
    thread = threading.Thread(target=lambda: made.append(make_planet(PlanetConfig(size=48), 1)))
    thread.start()
    thread.join()
    assert made[0].hash == GOLDEN[48, "normal", 1]


@laws
@pytest.mark.parametrize("wrong", [{"kind": "round"}, {"size": 4}, {"size": 401}, {"size": 48.0}])
def test_absurd_configurations_are_refused(wrong):
    with pytest.raises(ValueError, match="planet (kind|size) must be"):
        PlanetConfig(**wrong)


@laws
def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        make_planet(PlanetConfig(kind="flat", size=8), -1)
