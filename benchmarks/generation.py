"""Frames per CPU-second of making datasets, all in: bots, simulation, drawing, encoding, sealing.

python -m mpgenie.benchmarks.generation          also tells where the time goes
python -m mpgenie.benchmarks.generation 4 64     for 4 and for 64 worlds a worker
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mpgenie.datasets.movies import MoviePacker
from mpgenie.datasets.pictures import FramePacker
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from mpgenie.envs.simulation.world import Simulation
from mpgenie.generation.batch import Batch
from mpgenie.generation.generate import WORLDS
from mpgenie.generation.plan import Plan
from mpgenie.generation.work import Work

from .measure import Figure, Setting

CASES = (
    ("generation_2_64", 2, (64, 64)),
    ("generation_8_64", 8, (64, 64)),
    ("generation_32_64", 32, (64, 64)),
    ("generation_2_128", 2, (128, 128)),
    ("generation_2_640x360", 2, (360, 640)),
)
PARTS: dict[str, tuple[tuple[type, str], ...]] = {
    "beginning": ((Batch, "_take"),),
    "bots": ((Batch, "_act"),),
    "simulation": ((Simulation, "step"),),
    "drawing": ((Studio, "draw"),),
    "encoding": (
        (FramePacker, "add"),
        (FramePacker, "finish"),
        (MoviePacker, "add"),
        (MoviePacker, "finish"),
    ),
    "recording": ((Recorder, "observe"), (Recorder, "record"), (Recorder, "finish")),
    "sealing": ((Store, "commit"),),
}
"""Whose calls count as what; a call within another counts for the inner one alone."""


class Stopwatch:
    """CPU-seconds of each part."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._open = ["rest"]
        self._since = time.process_time()
        self._wrapped: list[tuple[type, str, Any]] = []
        for part, methods in PARTS.items():
            for owner, name in methods:
                self._wrapped.append((owner, name, getattr(owner, name)))
                setattr(owner, name, self._timed(part, getattr(owner, name)))

    def _timed(self, part: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **options: Any) -> Any:
            self.lap()
            self._open.append(part)
            try:
                return method(*args, **options)
            finally:
                self.lap()
                self._open.pop()

        return timed

    def lap(self) -> None:
        """Credit the time since the last lap."""
        now = time.process_time()
        self.spent[self._open[-1]] += now - self._since
        self._since = now

    def close(self) -> None:
        """Put the methods back as they were."""
        for owner, name, method in self._wrapped:
            setattr(owner, name, method)


def measure(
    players: int, resolution: tuple[int, int], seconds: float, worlds: int = WORLDS
) -> tuple[float, dict[str, float]]:
    """Frames per CPU-second, and the CPU-seconds of each part in that time.

    Args:
        players: How many play, types of episodes in turns.
        resolution: (height, width).
        seconds: CPU-seconds to measure; as many go before, so that worlds are at all stages.
        worlds: How many are played side by side.
    """
    plan = Plan(players=(players,), resolution=(resolution,), seed=1)
    with tempfile.TemporaryDirectory() as folder:
        work = Work(plan, Path(folder) / "data", worlds)
        strips = plan.strips(range(1_000_000))
        work.run([next(strips) for _ in range(worlds)])
        _go_on(work, strips, seconds)
        watch = Stopwatch()
        try:
            rate = _go_on(work, strips, seconds)
            watch.lap()
        finally:
            watch.close()
        work.close()
    return rate, watch.spent


def _go_on(work: Work, strips: Iterator[Any], seconds: float) -> float:
    batch, start = work._batch, time.process_time()
    assert batch is not None
    before = batch.frames
    while (spent := time.process_time() - start) < seconds:
        work.run([next(strips) for _ in range(batch.free)], 0.25)
    return (batch.frames - before) / spent


def figures(setting: Setting) -> Iterator[Figure]:
    """One figure for each number of players and resolution."""
    for name, players, resolution in CASES:
        rate, _ = measure(players, resolution, 3.0 if setting.quick else 20.0)
        yield Figure(name, rate)


def main(worlds: list[int]) -> None:
    """Print where the time goes."""
    print(f"{'players':>7} {'size':>8} {'worlds':>6} {'frames/s':>9}", end="")
    print("".join(f"{part:>12}" for part in (*PARTS, "rest")), " us a frame", flush=True)
    for _, players, (height, width) in CASES:
        for many in worlds or [WORLDS]:
            rate, spent = measure(players, (height, width), 20.0, many)
            micro = {part: 1e6 / rate * s / sum(spent.values()) for part, s in spent.items()}
            print(f"{players:7} {f'{width}x{height}':>8} {many:6} {rate:9,.0f}", end="")
            print("".join(f"{micro.get(part, 0.0):12.1f}" for part in (*PARTS, "rest")), flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]])
