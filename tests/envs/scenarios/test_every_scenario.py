"""What holds for every scenario, in the midst of a game that its scripts play."""

from contextlib import closing

import numpy as np
import pytest

from mpgenie.agents.bots.scenarios.playing import ScriptedPlayers, action_for
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.vector import vector_env

PLAYERS = 3
OPTIONS = {"size": 32, "observe": "state", "max_cycles": 100_000}


@pytest.fixture(params=["flat", "normal"])
def planet(request):
    return request.param


@pytest.fixture(params=SCENARIOS)
def name(request):
    return request.param


def scripted(name, planet, seed, ticks):
    """The actions of so many ticks of a scripted game, (ticks, P, C); fewer if it ends."""
    tape = []
    with closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as env:
        env.reset(seed=seed)
        bots = ScriptedPlayers(env.simulation, env.scenario, range(PLAYERS), name, seed=seed)
        while env.agents and len(tape) < ticks:
            chosen = bots.act()
            tape.append([action_for(env, chosen[slot]) for slot in range(PLAYERS)])
            env.step(dict(zip(env.agents, tape[-1], strict=True)))
    return np.array(tape)


def played(env, tape):
    """The rewards of each tick, (ticks, P), and the state in the end."""
    rewards = [
        list(env.step(dict(zip(env.possible_agents, actions, strict=True)))[1].values())
        for actions in tape
    ]
    return rewards, env.state_hash()


def test_a_snapshot_goes_on_elsewhere_as_the_game_does(name, planet):
    tape = scripted(name, planet, seed=3, ticks=240)
    middle = len(tape) // 2
    with (
        closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as env,
        closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as other,
    ):
        env.reset(seed=3)
        other.reset(seed=9)
        played(other, tape[:20])  # which leaves nothing behind
        played(env, tape[:middle])
        other.restore(env.snapshot())
        assert played(env, tape[middle:]) == played(other, tape[middle:])


def test_an_episode_does_not_remember_the_one_before(name, planet):
    tape = scripted(name, planet, seed=4, ticks=150)
    with closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as env:
        env.reset(seed=4)
        first = played(env, tape)
        env.reset(seed=4)
        assert played(env, tape) == first


def test_worlds_of_a_batch_go_as_they_do_alone(name, planet):
    seeds = [5, 6, 7]
    tapes = [scripted(name, planet, seed, ticks=150) for seed in seeds]
    ticks = min(len(tape) for tape in tapes) - 1  # until one of them ends
    options = {"planet": planet, "scenario": name, **OPTIONS}
    with closing(vector_env(len(seeds), PLAYERS, threads=1, **options)) as envs:
        envs.reset(seed=seeds)
        paid = np.array(
            [envs.step(np.concatenate([tape[tick] for tape in tapes]))[1] for tick in range(ticks)]
        ).reshape(ticks, len(seeds), PLAYERS)
        hashes = [envs.state_hash(w) for w in range(len(seeds))]
    for w, seed in enumerate(seeds):
        with closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as env:
            env.reset(seed=seed)
            rewards, state = played(env, tapes[w][:ticks])
        assert paid[:, w].tolist() == rewards
        assert hashes[w] == state


def test_parts_add_up_and_roles_and_landmarks_are_known(name, planet):
    config = SCENARIOS[name]()
    with closing(parallel_env(name, PLAYERS, planet=planet, **OPTIONS)) as env:
        env.reset(seed=2)
        for actions in scripted(name, planet, seed=2, ticks=150):
            _, rewards, _, _, infos = env.step(dict(zip(env.agents, actions, strict=True)))
            for agent, reward in rewards.items():
                assert sum(infos[agent]["reward_parts"].values()) == pytest.approx(reward)
            rules = env.scenario
            assert rules.role.min() >= 0 and rules.role.max() < len(config.roles)
            kinds = rules.marks[..., 3]
            assert np.isin(kinds, range(len(config.marks) + 1)).all()
            assert np.isfinite(rules.marks).all() and np.isfinite(rules.parts).all()
