"""What a newcomer waits for: `import mpgenie`, and a new process to its first step."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from .measure import Figure, Setting

FIRST_STEP = """
import mpgenie
env = mpgenie.parallel_env(renderer="software")
env.reset(seed=0)
env.step({player: env.action_space(player).sample() for player in env.agents})
"""


def figures(setting: Setting) -> Iterator[Figure]:
    """Wall-clock times of fresh processes; an empty interpreter's own time is taken off."""
    repeats = 3 if setting.quick else 7
    empty = statistics.median(wall("") for _ in range(repeats))
    imports = statistics.median(wall("import mpgenie") for _ in range(repeats))
    yield Figure("import_mpgenie", max(imports - empty, 0.0) * 1000)

    wall(FIRST_STEP)  # leaves the kernels in the cache
    yield Figure("first_env_warm", statistics.median(wall(FIRST_STEP) for _ in range(3)))
    if not setting.quick:
        with tempfile.TemporaryDirectory() as empty_cache:
            yield Figure("first_env_cold", wall(FIRST_STEP, MPGENIE_CACHE=empty_cache))


def wall(code: str, **environment: str) -> float:
    """Seconds from the start to the end of an interpreter that runs some code."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start
