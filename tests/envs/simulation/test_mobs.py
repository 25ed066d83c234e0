"""Mobs come in the dark, chase and hit, find ways around walls, and go by themselves."""

import numpy as np
import pytest

from mpgenie.envs.planet.geometry import column_at, column_of
from mpgenie.envs.simulation.mobs import MOB_HOSTILE, MOBS
from mpgenie.envs.simulation.pursuit import cell_after, find_way, new_search

pytestmark = pytest.mark.laws


def hunted(arena, kind="zombie", away=3.0, **rules):
    world = arena(players=1, size=16, day=10_000, **rules)
    world.state.clock.day_offset[0] = 7_500  # midnight at the middle of face 0
    world.put(0, 0, 5.5, 8.5)
    world.settle()
    mob = world.sim.spawn_mob(0, kind, world.spot(world.blocks, 0, 5.5 + away, 8.5))
    return world, mob


def apart(world, mob):
    return np.linalg.norm(world.state.mobs.position[0, mob] - world.position())


@pytest.mark.parametrize("kind", [mob.name for mob in MOBS if mob.hostile])
def test_hostile_mobs_chase_and_hit(arena, kind):
    world, mob = hunted(arena, kind)
    events = world.tick(80)
    assert apart(world, mob) < 2.0
    hits = [event for event in events if event["kind"] == "hit"]
    assert hits and hits[0]["actor"] == world.state.mobs.id[0, mob]
    assert world.state.players.health[0, 0] < 20


def test_sheep_hurt_nobody(arena):
    world, mob = hunted(arena, "sheep", away=1.5)
    events = world.tick(100)
    assert not [event for event in events if event["kind"] in ("hit", "hurt")]
    assert world.state.mobs.active[0, mob]


def test_a_mob_walks_around_a_wall(arena):
    world, mob = hunted(arena, away=4.0)
    for b in range(6, 12):
        for _ in range(3):
            world.build(world.cell(0, 7.5, b + 0.5))
    world.tick(20)
    assert apart(world, mob) > 2.0
    events = world.tick(200)
    assert "hit" in {event["kind"] for event in events}


def test_a_search_ends_beside_the_goal_where_there_is_no_way(arena):
    from mpgenie.envs.planet.blocks import TABLE

    world = arena(players=1, size=16)
    start, goal = world.cell(0, 4.5, 8.5), world.cell(0, 9.5, 8.5)
    for da, db in ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        for _ in range(3):
            world.build(world.cell(0, 9.5 + da, 8.5 + db))
    search, seen, steps = new_search(1), [start], 1
    while steps > 0 and len(seen) < 20:
        plan, steps, there = find_way(
            search, world.blocks, TABLE, world.geometry, 0, seen[-1], goal, 2
        )
        if steps > 0:
            seen.append(cell_after(world.blocks, TABLE, world.geometry, seen[-1], plan & 3, 2))
    assert not there
    assert steps == 0, "it stays where no step helps"
    last = world.geometry.centre[seen[-1] >> 6]
    assert last @ world.geometry.centre[goal >> 6] > np.cos(4.0 / 10.0)


def test_a_mob_at_rest_falls_when_its_ground_goes(arena):
    world, mob = hunted(arena, "sheep", away=5.0)
    mobs = world.state.mobs
    while not mobs.rests[0, mob]:
        world.tick()
        assert world.state.clock.tick[0] < 200
    feet = mobs.position[0, mob].copy()
    world.build(world.cell(3, 4.5, 4.5))
    world.tick()
    assert np.linalg.norm(mobs.position[0, mob] - feet) < 1e-9, "an edit elsewhere moves nothing"
    a, b = 10.5, 8.5
    for da in (-2, -1, 0, 1, 2):
        for db in (-2, -1, 0, 1, 2):
            world.build(world.cell(0, a + da, b + db) - 1, "air")
    world.tick(15)
    assert np.linalg.norm(mobs.position[0, mob]) < np.linalg.norm(feet) - 0.9


def test_a_mob_finds_its_way_to_a_player_in_the_air(arena):
    world, mob = hunted(arena, away=6.0)
    world.tick(120, p0="jump")
    assert apart(world, mob) < 3.0


def test_mobs_never_enter_blocks_nor_stop_hunting_over_rubble(arena, ticks):
    world, _ = hunted(arena)
    rng = np.random.default_rng(1)
    for _ in range(60):
        a, b = rng.uniform(0, 16, 2)
        if abs(a - 5.5) + abs(b - 8.5) > 2:
            world.build(world.cell(0, a, b))
    for kind, a in (("spider", 10.5), ("husk", 12.5), ("skeleton", 2.5), ("sheep", 14.5)):
        world.sim.spawn_mob(0, kind, world.spot(world.blocks, 0, a, 4.5))
    world.state.players.health[0, 0] = 20
    for _ in range(ticks(400)):
        world.tick(p0="forward jump")
        assert not world.stuck()


def test_a_blow_kills_a_mob_and_says_so(arena):
    world, mob = hunted(arena, away=2.0)
    world.look(0, 12.0)
    world.state.mobs.health[0, mob] = 1
    events = world.tick(p0="attack")
    kinds = [event["kind"] for event in events]
    assert kinds[:3] == ["hit", "hurt", "mob_death"]
    assert events[2]["mob"] == "zombie"
    assert not world.state.mobs.active[0, mob]


def test_hostile_mobs_come_where_it_is_dark_and_sheep_where_it_is_bright(arena):
    from mpgenie.envs.simulation.instinct import BRIGHT, DARK, brightness
    from mpgenie.envs.simulation.state import Timeline

    world = arena(players=1, size=16, mobs=True)
    rows, found = world.sim._records, {True: 0, False: 0}
    clock = Timeline(rows.clock, rows.event, rows.event_count)
    for _ in range(60):
        world.state.clock.tick[0] = 40 * (world.state.clock.tick[0] // 40) + 39
        for event in world.tick():
            if event["kind"] != "mob_spawn":
                continue
            (mob,) = np.flatnonzero(world.state.mobs.id[0] == event["actor"])
            x, y, z = world.state.mobs.position[0, mob].tolist()
            layer = int(np.sqrt(x * x + y * y + z * z) - world.geometry.bottom)
            column = column_of(world.geometry, x, y, z)
            light = brightness(world.state.cells, clock, world.sim.rules, 0, column, layer, x, y, z)
            hostile = bool(MOB_HOSTILE[event["value"]])
            assert light <= DARK if hostile else light >= BRIGHT
            found[hostile] += 1
        world.state.mobs.active[0] = False
    assert found[True]


@pytest.mark.parametrize("hostile", [True, False])
def test_hostile_mobs_can_be_kept_away(arena, hostile):
    world = arena(players=1, size=16, mobs=True, hostile_mobs=hostile)
    world.state.clock.day_offset[0] = world.sim.rules.day // 2
    came = set()
    for _ in range(40):
        came |= {event["value"] for event in world.tick(40) if event["kind"] == "mob_spawn"}
        world.state.mobs.active[0] = False
    assert any(MOB_HOSTILE[kind] for kind in came) == hostile


def test_daylight_wears_zombies_down(arena):
    world, mob = hunted(arena, away=5.0)
    world.state.clock.day_offset[0] = 2_500
    world.state.players.health[0, 0] = 20
    before = world.state.mobs.health[0, mob]
    world.tick(40)
    assert world.state.mobs.health[0, mob] < before


def test_a_mob_far_from_everyone_goes(arena):
    world, mob = hunted(arena)
    world.sim.leave(0, 0)
    events = world.tick(40)
    assert "mob_despawn" in {event["kind"] for event in events}
    assert not world.state.mobs.active[0, mob]


def test_what_one_mob_draws_does_not_depend_on_another(arena):
    paths = []
    for company in (False, True):
        world, mob = hunted(arena, "sheep", away=4.0)
        if company:
            world.sim.spawn_mob(0, "sheep", world.spot(world.blocks, 3, 8.5, 8.5))
        path = []
        for _ in range(100):
            world.tick()
            path.append(world.state.mobs.position[0, mob].copy())
        paths.append(np.array(path))
    assert np.array_equal(*paths)


def test_a_mob_needs_a_free_slot_and_a_known_kind(arena):
    from mpgenie.errors import ConfigError

    world, _ = hunted(arena)
    with pytest.raises(ConfigError, match="no mob is called 'dragon'"):
        world.sim.spawn_mob(0, "dragon", world.position())
    for slot in range(11):
        world.sim.spawn_mob(0, "sheep", world.spot(world.blocks, slot % 6, 3.5, 3.5))
    with pytest.raises(ConfigError, match="all 12 mob slots"):
        world.sim.spawn_mob(0, "sheep", world.position())
    assert column_at(world.geometry, 0, 3.5, 3.5) > 0
