"""Memory of one further world, after the first has loaded everything."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpgenie

from .measure import Figure, Setting

MEGABYTE = 2**20


def figures(setting: Setting) -> Iterator[Figure]:
    """Grow a list of worlds of the default size, and take the slope."""
    count = 4 if setting.quick else 16
    worlds = [_world(0), _world(1)]
    for seed in range(100, 125):  # the planets that a process keeps, whatever its worlds are
        worlds[0].reset(seed=seed)
    before = resident()
    worlds += [_world(seed) for seed in range(2, 2 + count)]
    yield Figure("memory_per_world", (resident() - before) / count / MEGABYTE)
    for world in worlds:
        world.close()


def _world(seed: int) -> Any:
    world = mpgenie.parallel_env(renderer="software")
    world.reset(seed=seed)
    world.step({player: world.action_space(player).sample() for player in world.agents})
    return world


def resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096
