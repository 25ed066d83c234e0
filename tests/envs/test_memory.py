"""Nothing grows: neither with resets nor with steps.  Sized for CI; the full run is a benchmark."""

import gc
import threading

import numpy as np

from mpgenie.envs.parallel import parallel_env


def resident():
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * 4096


def grown_by(work, warm_up, rounds):
    """Bytes by which the process grows over so many calls, after as many to warm up."""
    for _ in range(warm_up):
        work()
    gc.collect()
    before = resident()
    for _ in range(rounds):
        work()
    gc.collect()
    return resident() - before


def small(**options):
    return parallel_env(planet="flat", size=16, players=2, renderer="software", **options)


def test_resets_take_no_memory():
    env = small(observe=("rgb", "state"), planets=3)
    assert grown_by(env.reset, 60, 400) < 400 * 1024 * 8
    env.close()


def test_steps_take_no_memory():
    env = small(observe=("rgb", "state"), max_cycles=10**9)
    env.reset(seed=1)
    rng = np.random.default_rng(0)

    def step():
        rows = rng.integers(0, [3, 3, 2, 3, 2, 2, 2, 10, 11, 11], (2, 10))
        env.step(dict(zip(env.agents, rows, strict=True)))

    assert grown_by(step, 500, 3000) < 4 * 2**20
    env.close()


def test_environments_that_come_and_go_leave_nothing_behind():
    def come_and_go():
        env = small(observe="state")
        env.reset(seed=1)
        env.close()

    assert grown_by(come_and_go, 10, 60) < 8 * 2**20
    assert not [thread for thread in threading.enumerate() if "mpgenie" in thread.name]
