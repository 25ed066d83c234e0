"""In tag a touch passes it on, and somebody is it at all times."""

import numpy as np
import pytest

from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.scenarios.tag import RED, Tag
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ConfigError

IDLE = np.array(NO_OP)


def make(players=3, **rules):
    env = parallel_env(
        Tag(**{"approach": 0.0, **rules}),
        players,
        planet="flat",
        size=24,
        mobs=False,
        observe="state",
        max_cycles=500,
    )
    env.reset(seed=2)
    return env


def it(env):
    return np.flatnonzero(env._scenario.role[0]).tolist()


def touch(env, hunter, prey):
    """Put one player before another, and let it strike; what the step returned."""
    players = env.simulation.state.players
    place, ahead = players.position[0, prey].copy(), players.heading[0, prey].copy()
    players.position[0, hunter] = place - 1.2 * ahead
    players.heading[0, hunter], players.pitch[0, hunter] = ahead, 5.0
    players.attack_wait[0, hunter] = players.hurt_wait[0, prey] = 0
    actions = {agent: IDLE.copy() for agent in env.agents}
    env.step(actions)
    actions[f"player_{hunter}"][4] = 1
    return env.step(actions)


def test_one_is_it_and_shown_in_red():
    env = make()
    (first,) = it(env)
    colours = env.simulation.state.players.colour[0]
    assert tuple(colours[first]) == RED
    assert sum(tuple(colour) == RED for colour in colours) == 1
    env.close()


def test_coming_nearer_pays_the_tagger_and_costs_the_runner():
    env = make(players=2, approach=0.5, pace=0.0)
    (tagger,) = it(env)
    players = env.simulation.state.players
    env.step({agent: IDLE for agent in env.agents})
    apart = []
    for ahead in (1.0, 1.0, -1.0):
        before = np.linalg.norm(players.position[0, 0] - players.position[0, 1])
        towards = players.position[0, 1 - tagger] - players.position[0, tagger]
        players.heading[0, tagger] = towards / np.linalg.norm(towards)
        actions = {agent: IDLE.copy() for agent in env.agents}
        actions[f"player_{tagger}"][0] = 1 if ahead > 0 else 2
        _, rewards, _, _, _ = env.step(actions)
        nearer = before - np.linalg.norm(players.position[0, 0] - players.position[0, 1])
        apart.append(nearer)
        assert rewards[f"player_{tagger}"] == pytest.approx(0.5 * nearer)
        assert rewards[f"player_{1 - tagger}"] == pytest.approx(-0.5 * nearer)
    assert apart[1] > 0.05
    env.close()


def test_nothing_is_paid_when_another_becomes_the_nearest():
    env = make(players=3, approach=0.5, pace=0.0)
    (tagger,) = it(env)
    first, second = (slot for slot in range(3) if slot != tagger)
    players = env.simulation.state.players
    env.step({agent: IDLE for agent in env.agents})
    aim = env.scenario.aim[0, tagger]
    other = first if aim == second else second
    players.position[0, other] = players.position[0, tagger]
    _, rewards, _, _, _ = env.step({agent: IDLE for agent in env.agents})
    assert env.scenario.aim[0, tagger] == other and rewards[f"player_{tagger}"] == 0.0
    env.close()


def test_a_touch_passes_it_on():
    env = make()
    (first,) = it(env)
    other = (first + 1) % 3
    _, rewards, _, _, infos = touch(env, first, other)
    assert it(env) == [other]
    assert infos[f"player_{first}"]["reward_parts"]["touch"] == 1.0
    assert infos[f"player_{other}"]["reward_parts"]["touched"] == -1.0
    assert rewards[f"player_{first}"] == pytest.approx(1.0 - 0.01)
    assert tuple(env.simulation.state.players.colour[0, other]) == RED
    env.close()


def test_a_new_tagger_has_to_wait():
    env = make(cooldown=30)
    (first,) = it(env)
    other = (first + 1) % 3
    touch(env, first, other)
    touch(env, other, first)
    assert it(env) == [other]
    for _ in range(30):
        env.step({agent: IDLE for agent in env.agents})
    touch(env, other, first)
    assert it(env) == [first]
    env.close()


def test_runners_touch_nobody():
    env = make()
    (first,) = it(env)
    touch(env, (first + 1) % 3, first)
    assert it(env) == [first]
    env.close()


def test_nobody_is_hurt():
    env = make()
    (first,) = it(env)
    touch(env, first, (first + 1) % 3)
    assert (env.simulation.state.players.health[0] == 20).all()
    env.close()


def test_infection_spreads_and_ends_the_episode():
    env = make(infection=True, cooldown=0)
    (first,) = it(env)
    others = [slot for slot in range(3) if slot != first]
    touch(env, first, others[0])
    assert len(it(env)) == 2 and env.agents
    _, _, terminations, truncations, _ = touch(env, first, others[1])
    assert all(terminations.values()) and not any(truncations.values())
    assert env.agents == []
    env.close()


@pytest.mark.parametrize("players", [1, 2, 5])
def test_running_pays_and_chasing_costs(players):
    env = make(players, taggers=2)
    _, rewards, _, _, _ = env.step({agent: IDLE for agent in env.agents})
    assert len(it(env)) == min(2, players - 1)
    for slot, reward in enumerate(rewards.values()):
        assert reward == (-0.01 if slot in it(env) else 0.01)
    env.close()


@pytest.mark.parametrize("options", [{"taggers": 0}, {"taggers": 32}, {"cooldown": -1}])
def test_absurd_options_are_refused(options):
    with pytest.raises(ConfigError):
        Tag(**options)
