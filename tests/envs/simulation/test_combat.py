"""Blows land on the nearest body in reach, hurt, throw back, and need a pause."""

import numpy as np
import pytest

pytestmark = pytest.mark.laws


def duel(arena, apart=2.0, **rules):
    """Two players who face each other along axis a."""
    world = arena(players=2, size=16, **rules)
    world.put(0, 0, 6.0, 8.5)
    world.put(1, 0, 6.0 + apart, 8.5)
    world.state.players.heading[0, 1] *= -1.0
    world.settle()
    world.look(0, 12.0)  # the ground falls away
    return world


def kinds(events):
    return [event["kind"] for event in events]


def test_a_blow_hurts_and_throws_back(arena):
    world = duel(arena)
    before = world.position(1)
    events = world.tick(p0="attack")
    assert kinds(events) == ["hit", "hurt"]
    players = world.state.players
    assert events[0]["actor"] == players.id[0, 0] and events[0]["target"] == players.id[0, 1]
    assert players.health[0, 1] == 19
    world.tick(10)
    thrown = world.position(1) - before
    ahead = players.heading[0, 0]
    assert thrown @ ahead > 0.5


def test_a_sword_hurts_more(arena):
    world = duel(arena)
    world.sim.give(0, 0, "diamond_sword")
    world.tick(p0="attack hotbar.6")
    assert world.state.players.health[0, 1] == 20 - 7


def test_holding_attack_strikes_once(arena):
    world = duel(arena, apart=1.5)
    events = world.tick(40, p0="attack")
    assert kinds(events).count("hit") == 1


def test_a_second_blow_has_to_wait(arena):
    world = duel(arena, apart=1.0)
    hits = []
    for _ in range(30):
        world.put(1, 0, 7.0, 8.5)
        hits += [e["tick"] for e in world.tick(p0="attack") if e["kind"] == "hit"]
        hits += [e["tick"] for e in world.tick() if e["kind"] == "hit"]
    assert len(hits) > 3
    assert min(np.diff(hits)) >= 10


def test_nobody_is_hit_beyond_the_melee_reach(arena):
    for apart, hit in ((2.8, True), (3.6, False)):
        world = duel(arena, apart=apart)
        away = np.linalg.norm(world.position(0) - world.position(1))
        events = world.tick(p0="attack")
        assert ("hit" in kinds(events)) == hit, away


def test_a_wall_saves(arena):
    world = duel(arena)
    world.build(world.cell(0, 7.0, 8.5, above=1))
    assert "hit" not in kinds(world.tick(p0="attack"))


def test_the_nearest_body_takes_the_blow(arena):
    world = arena(players=3, size=16)
    for slot, a in enumerate((6.0, 8.4, 7.4)):
        world.put(slot, 0, a, 8.5)
    world.settle()
    events = world.tick(p0="attack")
    assert events[0]["target"] == world.state.players.id[0, 2]


def test_rules_can_forbid_wounds(arena):
    world = duel(arena, player_damage=False)
    assert kinds(world.tick(p0="attack")) == ["hit"]
    assert world.state.players.health[0, 1] == 20
    world = duel(arena, team_damage=False)
    world.state.players.team[0] = 2
    assert kinds(world.tick(p0="attack")) == ["hit"]


def test_the_wounded_heal(arena):
    world = duel(arena)
    world.tick(p0="attack")
    world.tick(81)
    assert world.state.players.health[0, 1] == 20


def kill(world):
    world.state.players.health[0, 1] = 1
    return world.tick(p0="attack")


def test_the_dead_drop_what_they_carried_and_come_back(arena):
    world = duel(arena, respawn_wait=30)
    carried = world.hotbar(1)
    events = kill(world)
    assert kinds(events)[:3] == ["hit", "hurt", "death"]
    players, items = world.state.players, world.state.items
    assert not players.alive[0, 1] and players.active[0, 1]
    lying = {}
    for k in np.flatnonzero(items.active[0]):
        item = int(items.item[0, k])
        lying[item] = lying.get(item, 0) + int(items.count[0, k])
    assert lying == carried and not world.hotbar(1)
    events = world.tick(30)
    assert "respawn" in kinds(events)
    assert players.alive[0, 1] and players.health[0, 1] == 20
    assert np.allclose(world.position(1), players.spawn[0, 1], atol=0.2)


def test_hotbars_can_be_kept(arena):
    world = duel(arena, keep_hotbar=True)
    carried = world.hotbar(1)
    kill(world)
    assert world.hotbar(1) == carried


def test_some_worlds_let_nobody_come_back(arena):
    world = duel(arena, respawn_wait=-1)
    kill(world)
    before = world.position(1)
    world.tick(200, p1="forward attack use")
    assert not world.state.players.alive[0, 1]
    assert np.array_equal(before, world.position(1))


def test_the_dead_are_not_there(arena):
    world = duel(arena, respawn_wait=-1)
    kill(world)
    world.tick(12)
    assert kinds(world.tick(p0="attack")) == []
    world.tick(60, p0="forward")
    assert not world.stuck()
