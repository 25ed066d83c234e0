"""Equal states have equal hashes and equal futures, here and in another process."""

import os
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import SnapshotError

pytestmark = pytest.mark.laws


def busy(arena, size=8, **options):
    """A world in which much goes on."""
    world = arena(players=3, size=size, mobs=True, weather=True, day=400, **options)
    for kind in ("zombie", "sheep"):
        world.sim.spawn_mob(0, kind, world.spot(world.blocks, 0, 2.5, 2.5))
    return world


def act(sims, seed):
    rng = np.random.default_rng(seed)
    buttons = (rng.integers(0, 2**20, (1, 3)) | (rng.random((1, 3)) < 0.5)).astype(np.uint32)
    camera = rng.normal(0, 5, (1, 3, 2)).astype(np.float32)
    message = rng.integers(0, 3, (1, 3)).astype(np.uint8)
    for sim in sims:
        sim.step(buttons, camera, message)


def test_a_restored_world_has_the_same_hash_and_the_same_future(arena, ticks):
    one, other = busy(arena).sim, busy(arena, seed=9).sim
    rng = np.random.default_rng(0)
    for tick in range(ticks(600)):
        act([one], tick)
        if rng.random() < 0.05:
            data = one.snapshot()
            for k in range(5):
                act([other], 1000 + k)
            other.restore(0, data)
            assert other.state_hash() == one.state_hash()
            assert other.snapshot() == data
            for k in range(5):
                act([one, other], 2000 + tick + k)
                assert other.state_hash() == one.state_hash()
    assert one.state.cells.edit_count[0] > 0 or ticks(600) < 600


def test_a_fresh_simulation_makes_the_planet_of_a_snapshot_itself(arena):
    one = Simulation(PlanetConfig(kind="flat", size=8), players=2)
    one.reset(0, 77)
    other = Simulation(PlanetConfig(kind="flat", size=8), players=2)
    other.restore(0, one.snapshot())
    assert other.state_hash() == one.state_hash()
    assert other.planets[0].seed == one.planets[0].seed


def test_every_field_counts_for_the_hash(arena):
    sim = busy(arena).sim
    seen = {sim.state_hash()}
    records = sim._records
    for rows in (records.players[0], records.mobs[0, -1:], records.clock):
        for name in rows.dtype.names:
            before = rows[name][0].copy()
            if rows[name][0].dtype == np.bool_:
                if name in ("active",):
                    continue
                rows[name][0] = ~before
            else:
                rows[name][0] += 1
            seen.add(sim.state_hash())
            rows[name][0] = before
    fields = sum(len(r.dtype.names) for r in (records.players, records.mobs, records.clock))
    assert len(seen) == fields - 2 + 1


def test_blocks_count_for_the_hash_and_undoing_an_edit_undoes_it(arena):
    world = arena(players=1)
    before, cell = world.sim.state_hash(), world.cell(0, 4.5, 4.5)
    world.build(cell)
    assert world.sim.state_hash() != before
    world.build(cell, "air")
    assert world.sim.state_hash() == before
    plain = arena(players=1).sim
    assert world.sim.snapshot() == plain.snapshot(), "only cells that differ now are kept"


def refused(sim, data, said):
    before = sim.state_hash(), sim.snapshot()
    with pytest.raises(SnapshotError, match=said):
        sim.restore(0, data)
    assert (sim.state_hash(), sim.snapshot()) == before


def test_other_planets_versions_and_slots_are_refused(arena):
    sim = busy(arena).sim
    data = sim.snapshot()
    refused(sim, arena(players=3, size=16).sim.snapshot(), "of size 16, but here")
    refused(sim, arena(players=2).sim.snapshot(), "slots for players, mobs and items")
    refused(sim, data[:4] + struct.pack("<H", 99) + data[6:], "of version 99")
    refused(sim, b"", "do not begin like one")
    refused(sim, b"PNG!" + data[4:], "do not begin like one")
    refused(sim, "text", "a snapshot is bytes")


@pytest.fixture(scope="module")
def lasting(arena):
    return arena(players=3).sim


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_damaged_bytes_are_refused(lasting, data):
    sim = lasting
    good = sim.snapshot()
    place = data.draw(st.integers(0, len(good) - 1))
    flip = data.draw(st.integers(1, 255))
    bad = good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :]
    with pytest.raises(SnapshotError):
        sim.restore(0, bad)
    with pytest.raises(SnapshotError):
        sim.restore(0, good[:place])


PROGRAM = """
import numpy as np
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.world import Simulation
sim = Simulation(PlanetConfig(kind="flat", size=8), players=3, day=400)
sim.reset(0, 5)
for tick in range({ticks}):
    rng = np.random.default_rng(tick)
    buttons = rng.integers(0, 2**20, (1, 3)).astype(np.uint32)
    camera = rng.normal(0, 5, (1, 3, 2)).astype(np.float32)
    sim.step(buttons, camera, np.zeros((1, 3), np.uint8))
print(sim.state_hash())
"""


def test_other_processes_reach_the_same_hash(ticks):
    hashes = set()
    for hash_seed, threads in (("0", "1"), ("1", "2")):
        surroundings = os.environ | {"PYTHONHASHSEED": hash_seed, "NUMBA_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM.format(ticks=ticks(400))],
            env=surroundings, capture_output=True, text=True, check=True,
        )  # fmt: skip
        hashes.add(done.stdout.strip())
    assert len(hashes) == 1
