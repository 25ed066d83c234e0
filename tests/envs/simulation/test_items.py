"""Things are thrown, fall, lie, are picked up and grow old; none is lost without a word."""

import numpy as np
import pytest

from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.simulation.items import LIFETIME, THROWN_WAIT

pytestmark = pytest.mark.laws
STONE = BLOCK["stone"]


def test_a_thing_thrown_ahead_reaches_another_player(arena):
    world = arena(players=2, size=16)
    world.put(0, 0, 6.0, 8.5)
    world.put(1, 0, 9.0, 8.5)
    world.settle()
    events = world.tick(p0="drop")
    assert [event["kind"] for event in events] == ["item_drop"]
    assert world.hotbar(0)[STONE] == 63
    events = world.tick(THROWN_WAIT + 20)
    events += world.tick(20, p1="forward") + world.tick(40, p1="back")
    assert world.hotbar(1).get(STONE) == 65
    pick = next(event for event in events if event["kind"] == "item_pick")
    assert pick["actor"] == world.state.players.id[0, 1]
    assert (pick["item"], pick["count"]) == ("stone", 1)


def test_dropping_answers_to_the_press(arena):
    world = arena(players=1)
    world.settle()
    events = world.tick(5, p0="drop")
    assert [event["kind"] for event in events] == ["item_drop"]
    world.tick()
    assert len(world.tick(p0="drop")) == 1


def test_things_come_to_rest_on_the_ground_and_fall_when_it_goes(arena):
    world = arena(players=2)
    world.look(0, 30.0)
    world.settle()
    world.tick(p0="drop")
    world.put(0, 3, 4.5, 4.5)
    world.tick(60)
    items = world.state.items
    (k,) = np.flatnonzero(items.active[0])
    feet = items.position[0, k].copy()
    world.tick(5)
    assert np.array_equal(feet, items.position[0, k])
    column = [world.cell(0, a, b) for a in np.arange(3.5, 8) for b in np.arange(2.5, 7)]
    for cell in column:
        world.build(cell - 1, "air")
    world.tick(30)
    assert np.linalg.norm(items.position[0, k]) < np.linalg.norm(feet) - 0.9


def test_a_full_hotbar_takes_no_more(arena):
    world = arena(players=1)
    players = world.state.players
    players.hotbar_item[0, 0, :] = STONE
    players.hotbar_count[0, 0, :] = 64
    assert world.sim.give(0, 0, "stone", 5) == 0
    players.hotbar_count[0, 0, 3] = 62
    assert world.sim.give(0, 0, "stone", 5) == 2
    assert world.hotbar() == {STONE: 9 * 64}


def test_tools_do_not_stack(arena):
    world = arena(players=1)
    assert world.sim.give(0, 0, "diamond_axe", 3) == 3
    assert (world.state.players.hotbar_count[0, 0, 5:8] == 1).all()


def test_old_things_go_with_an_event(arena):
    world = arena(players=1)
    world.look(0, -40.0)
    world.settle()
    world.tick(p0="drop")
    world.put(0, 3, 4.5, 4.5)
    world.state.items.age[0, world.state.items.active[0]] = LIFETIME - 3
    events = world.tick(5)
    assert [event["kind"] for event in events] == ["item_despawn"]
    assert events[0]["item"] == "stone" and events[0]["count"] == 1
    assert not world.state.items.active.any()


def test_where_there_is_no_slot_things_join_or_the_oldest_goes(arena):
    from mpgenie.envs.planet.planet import PlanetConfig
    from mpgenie.envs.simulation.world import Simulation

    world = arena(players=1)
    world.sim = Simulation(PlanetConfig(kind="flat", size=8), players=1, items=2, mobs=False)
    planet = arena(players=1).planet
    spot = np.array([world.spot(planet.blocks, 0, 4.5, 4.5)])
    world.sim.reset(0, 1, planet=planet, spawn=spot)
    world.settle()
    despawned = []
    for slot in (1, 1, 1, 2, 3):
        events = world.tick(p0=f"drop hotbar.{slot}") + world.tick()
        despawned += [event for event in events if event["kind"] == "item_despawn"]
    items = world.state.items
    assert sorted(items.item[0].tolist()) == sorted(
        [world.state.players.hotbar_item[0, 0, 0] * 0 + 64, 65]
    )
    assert sum(event["count"] for event in despawned) == 3
