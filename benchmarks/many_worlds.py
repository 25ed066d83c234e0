"""1,024 worlds at once: how fast they go, and how much memory each takes.

Each way of observing has a process of its own, so that its memory can be told:

python -m mpgenie.benchmarks.many_worlds state 5
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .measure import Figure, Setting, rate
from .memory import MEGABYTE, resident
from .vector import ticks, vector

WORLDS = 1024
LOOK_AROUND = 30
"""Steps before the clock starts."""
ROOM = 12 * WORLDS * MEGABYTE
"""Free memory without which nothing is tried."""


def figures(setting: Setting) -> Iterator[Figure]:
    """State, then pixels: rate and memory; nothing if it is to be quick or memory is short."""
    if setting.quick:
        return
    for observe in ("state", "rgb"):
        if (free := _free()) < ROOM:
            print(f"many_worlds: {WORLDS:,} worlds want {ROOM >> 30} GB free, got {free >> 30}")
            return
        command = [sys.executable, "-m", __spec__.name, observe, str(setting.window)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        for figure in json.loads(answer.splitlines()[-1]):
            yield Figure(**figure)


def _free() -> int:
    """Bytes that the system could still give."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return sys.maxsize


def main(observe: str, window: float) -> None:
    """Measure one way of observing on one thread, and print one line of JSON."""
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # should memory run out, let it be this process that ends
    setting = Setting(quick=window < 1.0)
    small = vector(1, observe, threads=1)
    small.reset(seed=0)  # what all worlds share
    before = resident()
    envs = vector(WORLDS, observe, threads=1)
    figure = rate(f"vector_1024_{observe}", ticks(envs, 1, LOOK_AROUND), setting)
    grown = (resident() - before) / WORLDS / MEGABYTE
    found = [figure, Figure(f"vector_1024_{observe}_memory", grown)]
    print(json.dumps([vars(one) for one in found]), flush=True)
    os._exit(0)  # gives 10 GB back at once


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
