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
    """Pixels and state on one thread, then both on all processors beside one."""
    for name, observe in (("vector_2_64", "rgb"), ("vector_2_state", "state")):
        envs = vector(WORLDS, observe, threads=1)
        yield rate(name, ticks(envs, 5), setting)
        envs.close()
    processors = len(os.sched_getaffinity(0))
    if processors > 1:
        yield _scaling("vector_scaling", "rgb", 5, processors, setting)
        yield _scaling("vector_state_scaling", "state", 50, processors, setting)


def vector(worlds: int, observe: str, threads: int) -> PlanetVectorEnv:
    """So many worlds on sixteen planets."""
    return mpgenie.vector_env(
        worlds, PLAYERS, threads=threads, observe=observe, renderer="software", planets=PLANETS,
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


def ticks(envs: PlanetVectorEnv, count: int, look_around: int = LOOK_AROUND) -> Callable[[], int]:
    """So many ticks of all worlds; how many players' steps they were."""
    actions = itertools.cycle(walking(envs))
    envs.reset(seed=0)
    for action in itertools.islice(actions, look_around):
        envs.step(action)

    def some() -> int:
        for action in itertools.islice(actions, count):
            envs.step(action)
        return count * envs.num_envs

    return some


def _scaling(name: str, observe: str, count: int, threads: int, setting: Setting) -> Figure:
    """Steps per second of the clock with so many threads, for each that one thread makes."""
    both = [vector(WORLDS, observe, number) for number in (threads, 1)]
    many, one = (ticks(envs, count) for envs in both)
    shares = []
    for _ in range(setting.windows):
        took = []
        for work in (many, one):
            start = time.perf_counter()
            work()
            took.append(time.perf_counter() - start)
        shares.append(took[1] / took[0] / threads)
    for envs in both:
        envs.close()
    low, middle, high = np.quantile(shares, (0.25, 0.5, 0.75))
    return Figure(name, float(middle), float(high - low) / 2)
