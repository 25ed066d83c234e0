"""In defend mobs come at night, in waves, for a core and for those who guard it."""

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios import play
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.blocks import BLOCKS
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.scenarios.base import KIND
from mpgenie.envs.scenarios.defend import Defend
from mpgenie.envs.scenarios.waves import DUE, LEFT, PAUSE, SITE, STRENGTH, SWORD, WAVE
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.simulation.weather import daylight, sun_direction
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)
ATTACK = IDLE + np.eye(10, dtype=int)[4]
DROP = IDLE + np.eye(10, dtype=int)[6]


def make(players=2, seed=3, planet="flat", size=32, max_cycles=1000, **rules):
    env = parallel_env(
        Defend(**rules), players, planet=planet, size=size, observe="state", max_cycles=max_cycles
    )
    env.reset(seed=seed)
    return env


def everybody(env, action=IDLE, ticks=1):
    """Let everybody do the same for a while: parts of the last tick, and the last results."""
    for _ in range(ticks):
        results = env.step({agent: action for agent in env.agents})
    infos = results[4]
    return [infos[agent]["reward_parts"] for agent in infos], results


def living(env):
    return np.flatnonzero(env.simulation.state.mobs.active[0])


def come(env, kind="zombie", away=2.0):
    """Bring a mob before the first player, as if it were of the wave; its slot."""
    state = env.simulation.state
    feet = state.players.position[0, 0] + away * state.players.heading[0, 0]
    env.scenario.tally[0, LEFT] += 1
    env.scenario.tally[0, PAUSE] = 0
    return env.simulation.spawn_mob(0, kind, feet)


def core_blocks(env):
    cell = int(env.scenario.tally[0, SITE])
    column = env.simulation.state.cells.blocks[0].reshape(-1, LAYERS)[cell // LAYERS]
    return [BLOCKS[block].name for block in column[cell % LAYERS :][:3]]


@pytest.mark.parametrize("planet", ["flat", "normal"])
def test_everybody_stands_around_the_core_with_a_sword_at_midnight(planet):
    env = make(4, planet=planet, size=48)
    players, core = env.simulation.state.players, env.scenario.core[0]
    away = np.linalg.norm(players.position[0] - core, axis=1)
    assert (away > 1.0).all() and (away < 14.0).all()
    assert (players.hotbar_item[0] == SWORD).all()
    assert core_blocks(env) == ["white_wool", "white_wool", "lamp"]
    env.close()


@pytest.mark.parametrize("seed", range(4))
def test_it_stays_night(seed):
    env = make(1, seed)
    clock = env.simulation.state.clock
    for _ in range(3):
        sun = sun_direction(int(clock.tick[0] + clock.day_offset[0]), env.simulation.rules.day)
        dark = daylight(*env.scenario.core[0], *sun)
        assert dark <= 0.4  # at the poles it is dusk for ever; nowhere do mobs burn
        everybody(env, ticks=40)
    env.close()


@pytest.mark.laws
def test_a_wave_comes_after_the_rest():
    env = make(2, rest=10, first=2.0)
    assert not living(env).size
    everybody(env, ticks=60)
    assert env.scenario.tally[0, LEFT] == 4
    assert living(env).size + env.scenario.tally[0, DUE] == 4 and living(env).size > 2
    env.close()


@pytest.mark.laws
def test_waves_grow_with_their_number_and_with_the_players():
    for players in (1, 4):
        env = make(players, rest=1, first=2.0, more=1.0)
        everybody(env)
        assert env.scenario.tally[0, LEFT] == 2 * players
        env.scenario.tally[0, [WAVE, LEFT, PAUSE]] = 2, 0, 1
        everybody(env)
        assert env.scenario.tally[0, LEFT] == 4 * players
        env.close()


def test_there_is_room_for_a_wave_for_thirty_two():
    env = make(32, rest=1, first=2.0)
    everybody(env, ticks=60)
    assert living(env).size == 64
    env.close()


@pytest.mark.laws
def test_blows_and_kills_pay_the_slayer():
    env = make(2, rest=1000)
    slot = come(env)
    mobs = env.simulation.state.mobs
    mobs.health[0, slot] = 8
    first, second = everybody(env, ATTACK)[0]
    assert first["struck"] == pytest.approx(0.05 * 7) and second["struck"] == 0.0
    assert first["killed"] == 0.0
    mobs.health[0, slot] = 1
    env.simulation.state.players.attack_wait[0] = mobs.hurt_wait[0] = 0
    everybody(env)
    for _ in range(20):
        first, second = everybody(env, ATTACK)[0]
        if first["killed"]:
            break
        everybody(env)
    assert first["killed"] == 1.0 and second["killed"] == 0.0
    env.close()


@pytest.mark.laws
def test_everybody_is_paid_for_a_wave():
    env = make(3, rest=1000)
    env.scenario.tally[0, [LEFT, PAUSE]] = 0
    parts, results = everybody(env)
    assert [part["wave"] for part in parts] == [2.0] * 3
    assert env.scenario.tally[0, WAVE] == 1 and env.scenario.tally[0, PAUSE] == 1000
    env.close()


@pytest.mark.laws
def test_mobs_beside_the_core_strike_it():
    env = make(1, rest=1, siege=1.0, strength=30)
    simulation, rules = env.simulation, env.scenario
    far = rules.core[0] * -1.0
    paid = 0.0
    for _ in range(400):
        simulation.teleport(0, 0, far)  # nobody guards it
        simulation.state.mobs.think_wait[0] = 5  # nor minds that all players are far away
        parts, _ = everybody(env)
        paid += parts[0]["core"]
        if rules.tally[0, STRENGTH] < 20:
            break
    assert rules.tally[0, STRENGTH] < 20
    assert paid == pytest.approx(-5.0 * (30 - rules.tally[0, STRENGTH]) / 30)
    assert core_blocks(env) == ["red_wool", "white_wool", "lamp"]
    env.close()


@pytest.mark.laws
def test_the_mark_tells_how_the_core_is():
    env = make(1, rest=1000)
    assert env.scenario.marks[0, 0, KIND] == 1
    env.scenario.tally[0, STRENGTH] = 10
    everybody(env)
    assert env.scenario.marks[0, 0, KIND] == 2
    env.close()


@pytest.mark.laws
def test_what_is_mined_of_the_core_comes_back():
    env = make(1)
    env.simulation.set_block(0, int(env.scenario.tally[0, SITE]), "air")
    everybody(env)
    assert core_blocks(env) == ["white_wool", "white_wool", "lamp"]
    env.close()


@pytest.mark.laws
def test_a_thrown_sword_comes_back():
    env = make(1)
    everybody(env, DROP)
    assert (env.simulation.state.players.hotbar_item[0] == SWORD).all()
    assert not env.simulation.state.items.active.any()
    env.close()


@pytest.mark.laws
def test_a_death_costs_the_dead():
    env = make(2, rest=1000)
    come(env, "zombie", 1.0)
    env.simulation.state.players.health[0, 0] = 1
    for _ in range(60):
        first, second = everybody(env)[0]
        if first["died"]:
            break
    assert first["died"] == -1.0 and second["died"] == 0.0
    env.close()


@pytest.mark.laws
def test_mobs_come_again_when_nobody_lived():
    env = make(1, rest=1, first=3.0)
    everybody(env, ticks=40)
    players = env.simulation.state.players
    players.alive[0], players.respawn_wait[0] = False, 80
    everybody(env, ticks=70)
    assert not living(env).size and env.scenario.tally[0, DUE] == 3
    everybody(env, ticks=60)
    assert living(env).size + env.scenario.tally[0, DUE] == 3 and living(env).size
    env.close()


def test_no_mob_of_a_wave_is_ever_lost():
    env = make(3, 4, "normal", 48, rest=5, patience=60)
    rng = np.random.default_rng(1)
    for _ in range(500):
        rows = rng.integers(0, env.action_space("player_0").nvec, (3, 10))
        env.step(dict(zip(env.agents, rows, strict=True)))
        if not env.agents:
            break
        tally = env.scenario.tally[0]
        assert tally[PAUSE] or tally[LEFT] == living(env).size + tally[DUE]
    env.close()


@pytest.mark.laws
def test_mobs_that_lost_their_way_come_again():
    env = make(1, rest=1, first=3.0, patience=40)
    everybody(env, ticks=20)
    ids = set(env.simulation.state.mobs.id[0, living(env)].tolist())
    mobs = env.simulation.state.mobs
    for _ in range(60):  # none of them gets anywhere
        mobs.velocity[0] = 0.0
        mobs.position[0] = env.scenario.core[0] * 1.3
        everybody(env)
    now = set(mobs.id[0, living(env)].tolist())
    assert now and not now & ids and env.scenario.tally[0, LEFT] == 3
    env.close()


@pytest.mark.laws
def test_own_steps_towards_a_mob_pay():
    env = make(1, rest=1000)
    come(env, "husk", 9.0)
    paid = {}
    for name, action in {"to": 1, "from": 2}.items():
        paid[name] = 0.0
        for _ in range(10):
            paid[name] += everybody(env, IDLE + action * np.eye(10, dtype=int)[0])[0][0]["approach"]
    assert paid["to"] > 0.01 and paid["from"] < -0.01
    env.close()


@pytest.mark.laws
def test_own_turns_towards_a_mob_pay_and_back_cost_as_much():
    env = make(1, rest=1000)
    come(env, "husk", 4.0)
    env.simulation.state.mobs.think_wait[0] = 1000
    step = 4 * np.eye(10, dtype=int)[9]
    away = sum(everybody(env, IDLE + step)[0][0]["facing"] for _ in range(6))
    back = sum(everybody(env, IDLE - step)[0][0]["facing"] for _ in range(6))
    assert away < -0.01 and back == pytest.approx(-away, abs=1e-3)
    env.close()


@pytest.mark.laws
def test_it_is_lost_without_the_core_and_won_after_the_last_wave():
    env = make(2, rest=1000)
    env.scenario.tally[0, STRENGTH] = 0
    _, results = everybody(env)
    assert all(results[2].values()) and env.agents == []
    env.close()
    env = make(2, rest=1000, waves=2)
    env.scenario.tally[0, [WAVE, LEFT, PAUSE]] = 1, 0, 0
    parts, results = everybody(env)
    assert parts[0]["wave"] == 2.0 and all(results[2].values())
    env.close()


@pytest.mark.parametrize(
    "options",
    [{"waves": 0}, {"first": 0.0}, {"more": -1.0}, {"rest": 0}, {"siege": 1.5}, {"ring": (9, 7)}],
    ids=str,
)
def test_absurd_options_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        Defend(**options)


def test_scripts_do_far_better_than_chance():
    script, chance = (
        np.mean([play("defend", 2, s, who, planet="flat", size=32).returns for s in range(3)])
        for who in ("script", "random")
    )
    assert script > chance + 10.0
