"""Many worlds in one process: frames and player-steps per CPU-second, and what threads add.

Each world stands on one of sixteen planets, as what a view costs depends on where one looks.
Resets are part of it, onto planets that are made already.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

import mpgenie
from mpgenie.envs.vector import PlanetVectorEnv

from .measure import Figure, Setting, rate
from .players import ROUNDS

WORLDS, PLAYERS, PLANETS = 64, 2, 16
LOOK_AROUND = 100
"""Steps before the clock starts: players spread out, and what they see is meshed."""


def figures(setting: Setting) -> Iterator[Figure]:
    """Pixels and state on one thread, then pixels on all processors beside one."""
    for name, observe in (("vector_2_64", "rgb"), ("vector_2_state", "state")):
        envs = _envs(observe, threads=1)
        yield rate(name, _ticks(envs, 5), setting)
        envs.close()
    processors = len(os.sched_getaffinity(0))
    if processors > 1:
        yield _scaling(processors, setting)


def _envs(observe: str, threads: int) -> PlanetVectorEnv:
    return mpgenie.vector_env(
        WORLDS, PLAYERS, threads=threads, observe=observe, renderer="software", planets=PLANETS,
        copy=False,
    )  # fmt: skip


def walking(envs: PlanetVectorEnv) -> list[NDArray[np.int64]]:
    """Some ticks of actions: everybody mostly walks ahead, turning a little."""
    rng, rounds = np.random.default_rng(0), []
    envs.action_space.seed(0)
    for _ in range(ROUNDS):
        actions = envs.action_space.sample()
        actions[:, 0] = np.where(rng.random(len(actions)) < 0.8, 1, actions[:, 0])
        rounds.append(actions)
    return rounds


def _ticks(envs: PlanetVectorEnv, count: int) -> Callable[[], int]:
    """So many ticks of all worlds; how many players' steps they were."""
    actions = itertools.cycle(walking(envs))
    envs.reset(seed=0)
    for action in itertools.islice(actions, LOOK_AROUND):
        envs.step(action)

    def ticks() -> int:
        for action in itertools.islice(actions, count):
            envs.step(action)
        return count * envs.num_envs

    return ticks


def _scaling(threads: int, setting: Setting) -> Figure:
    """Frames per second of the clock with so many threads, for each that one thread makes."""
    many, one = (_ticks(_envs("rgb", count), 5) for count in (threads, 1))
    shares = []
    for _ in range(setting.windows):
        took = []
        for work in (many, one):
            start = time.perf_counter()
            work()
            took.append(time.perf_counter() - start)
        shares.append(took[1] / took[0] / threads)
    low, middle, high = np.quantile(shares, (0.25, 0.5, 0.75))
    return Figure("vector_scaling", float(middle), float(high - low) / 2)
