"""How we measure: work per CPU-second, the median of repeated windows.

CPU-seconds count every thread of this process, so a figure is what one core does; a machine that
is busy with other things changes it little.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number; its name is a row of `targets.toml`, which has the unit."""

    name: str
    value: float
    spread: float = 0.0
    """Half the distance between the quartiles of the windows."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How long to measure, and with what."""

    quick: bool = False
    peers_python: str = "python"

    @property
    def window(self) -> float:
        """CPU-seconds of one window."""
        return 0.2 if self.quick else 1.0

    @property
    def windows(self) -> int:
        """How many windows the median is taken of."""
        return 3 if self.quick else 7


def rate(name: str, work: Callable[[], int], setting: Setting) -> Figure:
    """Units of work per CPU-second.

    Args:
        name: A row of the targets.
        work: Does some work, and returns how many units it did.
        setting: How long to measure.
    """
    work()  # compile and fill caches
    rates = []
    for _ in range(setting.windows):
        done, start = 0, time.process_time()
        while (spent := time.process_time() - start) < setting.window:
            done += work()
        rates.append(done / spent)
    return _figure(name, rates)


def duration(name: str, work: Callable[[], object], setting: Setting, *, unit: float) -> Figure:
    """CPU time of one call, in units of so many seconds (0.001 for ms)."""
    work()
    times = []
    for _ in range(2 * setting.windows + 1):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) / unit)
    return _figure(name, times)


def _figure(name: str, samples: list[float]) -> Figure:
    low, middle, high = statistics.quantiles(samples, n=4)
    return Figure(name, middle, (high - low) / 2)
