"""The tests that PettingZoo, Gymnasium and Stable-Baselines3 bring along."""

import functools
import importlib.util
import types

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import (
    api_test,
    max_cycles_test,
    parallel_api_test,
    parallel_seed_test,
    render_test,
)
from pettingzoo.test.state_test import state_test

import mpgenie

SMALL = {"planet": "flat", "size": 16, "mobs": False}
WAYS = [
    {},
    {"observe": "state"},
    {"observe": ("rgb", "depth"), "players": 3},
    {"scenario": "tag", "action_mode": "raw", "players": 4, "observe": "proprio"},
    {"scenario": "gather", "death": "remove", "messages": 2, "observe": ("rgb", "state")},
    {"observe": ("rgb", "segmentation", "visible", "pose"), "copy": False},
]
ways = pytest.mark.parametrize("options", WAYS, ids=str)


def parallel(**options):
    return mpgenie.parallel_env(**{"renderer": "software", **SMALL, **options})


def in_turns(**options):
    return mpgenie.env(**{"renderer": "software", **SMALL, **options})


@ways
def test_parallel_api(options):
    env = parallel(**options)
    parallel_api_test(env, num_cycles=60)
    env.close()


@ways
@pytest.mark.filterwarnings("ignore:Observation is not a NumPy array:UserWarning")
def test_aec_api(options, capsys):
    env = in_turns(max_cycles=40, **options)
    api_test(env, num_cycles=60)
    env.close()


@pytest.mark.parametrize("scenario", ["free_play", "tag", "gather"])
def test_parallel_seeds(scenario):
    parallel_seed_test(functools.partial(parallel, scenario=scenario))


def test_max_cycles():
    max_cycles_test(types.SimpleNamespace(parallel_env=parallel, env=in_turns))


def test_states():
    env = in_turns(max_cycles=20)
    state_test(env, parallel(max_cycles=20))
    env.close()


@pytest.mark.window
def test_rendering(display):
    render_test(in_turns)


@pytest.mark.window
@pytest.mark.parametrize(
    ("name", "observe"),
    [("Planet1", "rgb"), ("Tag1", "state"), ("Gather1", ("rgb", "proprio"))],
    ids=str,
)
def test_gymnasium(display, name, observe):
    env = gymnasium.make(
        f"mpgenie/{name}-v0", observe=observe, render_mode="rgb_array", renderer="software", **SMALL
    )
    check_env(env.unwrapped, skip_close_check=False)


@pytest.mark.skipif(
    importlib.util.find_spec("stable_baselines3") is None, reason="needs stable-baselines3"
)
@pytest.mark.parametrize("observe", ["rgb", "state", ("rgb", "proprio")])
def test_stable_baselines(observe):
    from stable_baselines3.common.env_checker import check_env as check

    env = gymnasium.make("mpgenie/Gather1-v0", observe=observe, renderer="software", **SMALL)
    check(env.unwrapped)
    env.close()


def test_vector_environments_of_gymnasium():
    venv = gymnasium.make_vec("mpgenie/Gather1-v0", 2, observe="state", max_cycles=5, **SMALL)
    observations, _ = venv.reset(seed=1)
    assert observations.shape[0] == 2 and not np.array_equal(*observations)
    ends = 0
    for _ in range(12):
        _, _, _, truncations, _ = venv.step(venv.action_space.sample())
        ends += int(truncations.sum())
    assert ends == 4
    venv.close()
