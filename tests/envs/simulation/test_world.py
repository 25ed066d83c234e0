"""A simulation begins, lets players come and go, and says what is wrong."""

import numpy as np
import pytest

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.entrance import first_heading
from mpgenie.envs.simulation.state import new_state, records_of, words_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError, StateError

FLAT = PlanetConfig(kind="flat", size=16)


def test_a_world_can_be_reset_by_seed_alone():
    sim = Simulation(FLAT, players=3)
    planet = sim.reset(0, 11)
    players = sim.state.players
    assert players.active.all() and players.id[0].tolist() == [1, 2, 3]
    assert sim.planets[0].hash == planet.hash and planet.config == FLAT
    first = sim.state_hash()
    sim.reset(0, 12)
    assert sim.state_hash() != first
    sim.reset(0, 11)
    assert sim.state_hash() == first


def test_worlds_of_a_batch_do_not_touch_each_other(arena):
    alone = arena(players=1, seed=3)
    planet = alone.planet
    batch = Simulation(planet.config, worlds=3, players=1, mobs=False, weather=False)
    spawn = alone.state.players.spawn[0].copy()
    for w in range(3):
        batch.reset(w, 3, planet=planet, spawn=spawn)
    buttons = np.zeros((3, 1), np.uint32)
    camera, message = np.zeros((3, 1, 2), np.float32), np.zeros((3, 1), np.uint8)
    for tick in range(80):
        buttons[:, 0] = (0, tick % 7, 0x104 + tick % 3)
        batch.step(buttons, camera, message)
        alone.buttons[0, 0] = buttons[2, 0]
        alone.sim.step(alone.buttons, alone.camera, alone.message)
    assert batch.state_hash(2) == alone.sim.state_hash()
    assert len({batch.state_hash(w) for w in range(3)}) == 3


def test_part_of_a_batch_can_advance(arena):
    planet = arena(players=1).planet
    sim = Simulation(planet.config, worlds=4, players=1, mobs=False)
    for w in range(4):
        sim.reset(w, w, planet=planet)
    buttons, camera = np.zeros((4, 1), np.uint32), np.zeros((4, 1, 2), np.float32)
    sim.step(buttons, camera, np.zeros((4, 1), np.uint8), first=1, last=3)
    assert sim.state.clock.tick.tolist() == [0, 1, 1, 0]


def play(sim, present, tick):
    rng = np.random.default_rng(tick)
    buttons = np.zeros((1, sim.players), np.uint32)
    camera = np.zeros((1, sim.players, 2), np.float32)
    for slot in range(sim.players):
        draw = rng.integers(0, 2**20), rng.normal(0, 3, 2)
        if slot in present:
            buttons[0, slot], camera[0, slot] = draw
    sim.step(buttons, camera, np.zeros((1, sim.players), np.uint8))


@pytest.mark.laws
def test_who_joins_and_leaves_elsewhere_changes_nothing_for_the_rest(arena, ticks):
    kept, busy = arena(players=4, size=16), arena(players=4, size=16)
    for world in (kept, busy):
        for slot in (2, 3):
            world.sim.leave(0, slot)
    far = np.array(busy.spot(busy.blocks, 5, 8.0, 8.0))
    for tick in range(ticks(400)):
        if tick % 10 == 3:
            slot = busy.sim.join(0, near=far)
            assert slot == 2
        if tick % 10 == 8:
            busy.sim.leave(0, 2)
        play(kept.sim, (0, 1), tick)
        play(busy.sim, (0, 1), tick)
        for slot in (0, 1):
            assert kept.sim.player_hash(0, slot) == busy.sim.player_hash(0, slot)


def test_joining_and_leaving_are_events_of_the_next_tick(arena):
    world = arena(players=3)
    world.sim.leave(0, 1)
    slot = world.sim.join(0)
    assert slot == 1
    assert world.state.players.id[0, 1] == 4, "ids are never used again"
    events = world.tick()
    assert [(e["kind"], e["actor"], e["tick"]) for e in events] == [
        ("leave", 2, 0),
        ("join", 4, 0),
    ]
    assert world.tick() == []


def test_messages_are_events(arena):
    world = arena(players=2)
    world.message[0, 1] = 7
    events = world.tick()
    assert [(e["kind"], e["actor"], e["value"]) for e in events] == [("message", 2, 7)]
    assert world.state.players.message[0].tolist() == [0, 7]


def test_a_thousand_players_share_a_world():
    sim = Simulation(PlanetConfig(kind="flat", size=16), players=1024, mobs=False)
    rng = np.random.default_rng(0)
    radius = sim.geometry.bottom + sim.geometry.below + 2.0
    spawn = rng.normal(0, 1, (1024, 3))
    spawn *= radius / np.linalg.norm(spawn, axis=1, keepdims=True)
    sim.reset(0, 1, spawn=spawn)
    buttons = np.full((1, 1024), 4, np.uint32)
    for _ in range(10):
        sim.step(buttons, np.zeros((1, 1024, 2), np.float32), np.zeros((1, 1024), np.uint8))
    assert np.isfinite(sim.state.players.position).all()


def test_the_edit_list_grows_before_it_is_full(arena):
    world = arena(players=1, size=16)
    columns = world.geometry.neighbour.shape[0]
    for column in range(0, columns, 1)[:1500]:
        world.build(column * 64 + 40, "glass")
    assert world.state.cells.edit_count[0] == 1500
    assert world.state.cells.edit_cell.shape[1] > 1500
    world.tick()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"worlds": 0}, "worlds must lie"),
        ({"players": 1025}, "players must lie"),
        ({"items": 0}, "items must lie"),
        ({"gravity": 1}, "no rule is called 'gravity'"),
        ({"day": 1}, "day must be at least"),
    ],
)
def test_absurd_simulations_are_refused(wrong, said):
    with pytest.raises(ConfigError, match=said):
        Simulation(FLAT, **wrong)


def test_absurd_wishes_are_refused_before_anything_changes(arena):
    world = arena(players=1)
    before = world.sim.state_hash()
    sim = world.sim
    feet = world.position()
    for wish, error, said in [
        (lambda: sim.reset(3), StateError, "none is number 3"),
        (lambda: sim.reset(0, players=2), ConfigError, "players must lie between 0 and 1"),
        (lambda: sim.reset(0, hotbar=[("gold_tooth", 1)]), ConfigError, "no item is called"),
        (lambda: sim.reset(0, hotbar=[("stone", 65)]), ConfigError, "a stack holds 1 to 64"),
        (lambda: sim.reset(0, hotbar=[("stone", 1)] * 10), ConfigError, "a hotbar has 9"),
        (lambda: sim.join(0), StateError, "all 1 player slots"),
        (lambda: sim.leave(0, 1), StateError, "nobody is in slot 1"),
        (lambda: sim.teleport(0, 5, feet), StateError, "nobody is in slot 5"),
        (lambda: sim.give(0, 0, "crown"), ConfigError, "no item is called 'crown'"),
        (lambda: sim.set_block(0, 1, "jam"), ConfigError, "no block is called 'jam'"),
        (lambda: sim.set_block(0, -1, "stone"), ConfigError, "there is no cell -1"),
    ]:
        with pytest.raises(error, match=said):
            wish()
    assert sim.state_hash() == before


def test_a_world_must_be_reset_before_anything_else():
    with pytest.raises(StateError, match="call `reset` first"):
        Simulation(FLAT).join(0)


def test_a_planet_of_another_kind_is_refused(arena):
    with pytest.raises(ConfigError, match="this simulation has planets of"):
        Simulation(FLAT).reset(0, planet=arena().planet)


def test_players_at_first_look_at_each_other_or_north():
    feet = np.array([10.0, 0.0, 0.0])
    assert first_heading(feet, np.zeros((0, 3))) == pytest.approx([0, 0, 1])
    assert first_heading(feet, np.array([[10.0, 3.0, 0.0]])) == pytest.approx([0, 1, 0])
    assert first_heading(feet, feet[None] * 2) == pytest.approx([0, 0, 1])


def test_rows_and_arrays_are_one_memory(arena):
    state = new_state(arena().geometry, worlds=2, players=3)
    rows = records_of(state)
    for part, records in zip(state[1:4], rows[:3], strict=True):
        for name in part._fields:
            array = getattr(part, name)
            assert np.shares_memory(array, records[name])
            assert array.shape[:2] == records.shape
    assert words_of(rows.players).shape[:2] == (2, 3)
    state.players.health[1, 2] = 5
    assert rows.players[1, 2].health == 5


def test_players_choose_their_slot(arena):
    world = arena(players=1)
    world.tick(p0="hotbar.4")
    assert world.state.players.held[0, 0] == 3
    world.tick(p0="hotbar.9 hotbar.2")
    assert world.state.players.held[0, 0] == 1
