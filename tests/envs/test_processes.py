"""Environments live through forks, spawns and threads, with the same hashes everywhere."""

import multiprocessing
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from mpgenie.envs.parallel import parallel_env

OPTIONS = {"planet": "flat", "size": 16, "mobs": False, "renderer": "software"}


def final_hash(env, seed=5, ticks=25):
    """The state hash at the end of an episode of fixed actions, and the sum of the last frame."""
    observations, _ = env.reset(seed=seed)
    rng = np.random.default_rng(seed)
    for _ in range(ticks):
        rows = rng.integers(0, [3, 3, 2, 3, 2, 2, 2, 10, 11, 11], (2, 10))
        observations, *_ = env.step(dict(zip(env.agents, rows, strict=True)))
    return env.state_hash(), observations["player_0"].tobytes()


def send_final_hash(pipe, env):
    pipe.send(final_hash(env or parallel_env(**OPTIONS)))


@pytest.fixture
def env():
    env = parallel_env(**OPTIONS)
    yield env
    env.close()


def in_another_process(method, env):
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=send_final_hash, args=(theirs, env))
    process.start()
    theirs.close()  # so that a child that dies is noticed at once
    assert ours.poll(600), "no answer"
    answer = ours.recv()
    process.join(60)
    assert process.exitcode == 0
    return answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_goes_on(env):
    expected = final_hash(env)
    assert in_another_process("fork", env) == expected == final_hash(env)


@pytest.mark.opengl
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_draws_with_an_opengl_context_of_its_own(gl):
    env = parallel_env(**{**OPTIONS, "renderer": "opengl"})
    expected = final_hash(env)
    assert in_another_process("fork", env) == expected == final_hash(env)
    env.close()


def test_a_spawned_process_gets_the_same(env, monkeypatch):
    # The child imports this module by its name, also where the tests run outside the clone.
    root = str(Path(__file__).parents[2])
    monkeypatch.setattr(sys, "path", [*sys.path, root])
    assert in_another_process("spawn", env) == final_hash(env)


def test_threads_with_an_environment_each_get_the_same(env):
    expected, results = final_hash(env), []

    def run():
        own = parallel_env(**OPTIONS)
        results.append(final_hash(own))
        own.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 3
