"""Whatever players do: nobody is in stone, nothing appears or vanishes, nobody reaches too far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.planet.blocks import BLOCK, ITEM, TABLE
from mpgenie.envs.simulation.hands import REACH
from mpgenie.envs.simulation.movement import EYE

pytestmark = pytest.mark.laws


def stock(world):
    """How many of each item are carried or lie about."""
    counts = np.zeros(256, np.int64)
    players, items = world.state.players, world.state.items
    for item, count in zip(
        players.hotbar_item[0].ravel(), players.hotbar_count[0].ravel(), strict=True
    ):
        counts[item] += count
    for k in np.flatnonzero(items.active[0]):
        counts[items.item[0, k]] += items.count[0, k]
    return counts


def account(counts, events):
    """The stock after some events, if nothing else made or took a thing."""
    after = counts.copy()
    for event in events:
        if event["kind"] == "block_dig_done":
            after[TABLE.drops[event["value"]]] += 1
        elif event["kind"] == "block_place":
            after[event["value"]] -= 1
        elif event["kind"] == "item_despawn":
            after[ITEM[event["item"]]] -= event["count"]
    return after


def run(world, seed, ticks):
    """Random players, mostly digging, placing and fighting; yields the events of each tick."""
    rng = np.random.default_rng(seed)
    count = world.sim.players
    for tick in range(ticks):
        if tick % 4 == 0:
            world.buttons[0] = rng.integers(0, 2**20, count) & rng.integers(0, 2**20, count)
            world.buttons[0] |= np.where(rng.random(count) < 0.6, 1, 0).astype(np.uint32)
            world.camera[0] = rng.normal(0, 4, (count, 2))
        world.sim.step(world.buttons, world.camera, world.message)
        yield world.sim.events(0)


@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 10**6))
def test_laws_hold_for_random_players(arena, ticks, seed):
    world = arena(players=4, mobs=True, day=300, seed=seed)
    for kind in ("zombie", "spider", "sheep"):
        world.sim.spawn_mob(0, kind, world.spot(world.blocks, seed % 6, 2.5, 2.5))
    world.state.players.hotbar_item[0, :, 5] = BLOCK["sand"]
    world.state.players.hotbar_count[0, :, 5] = 20
    before = stock(world)
    for events in run(world, seed, ticks(500)):
        assert not world.stuck()
        after = account(before, events)
        before = stock(world)
        assert np.array_equal(after, before)
        assert_in_reach(world, events)
        players = world.state.players
        assert ((players.health >= 0) & (players.health <= 20)).all()
        assert (players.hotbar_count[players.hotbar_item == 0] == 0).all()
        assert np.isfinite(players.position).all() and np.isfinite(players.velocity).all()


def assert_in_reach(world, events):
    players = world.state.players
    for event in events:
        if event["kind"] not in ("block_place", "block_dig_done", "block_dig_start"):
            continue
        slot = int(np.flatnonzero(players.id[0] == event["actor"])[0])
        feet = players.position[0, slot]
        eye = feet * (1.0 + EYE / np.linalg.norm(feet))
        column, layer = divmod(event["cell"], 64)
        middle = world.geometry.centre[column] * (world.geometry.bottom + layer + 0.5)
        # A face in reach belongs to a cell whose middle is at most half a diagonal further, and a
        # block is placed at most one cell nearer or further than the face looked at.
        assert np.linalg.norm(middle - eye) < REACH + 1.5


def test_every_player_moves_on_from_a_crowd(arena, ticks):
    world = arena(players=24, size=8)
    for slot in range(24):
        world.put(slot, 0, 4.0 + 0.02 * slot, 4.0)
    for _ in range(ticks(200)):
        world.tick()
        assert not world.stuck()
    places = world.state.players.position[0]
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + 10 * np.eye(24)
    assert apart.min() > (0.3 if ticks(200) == 200 else 0.0)
