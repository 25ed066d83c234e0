"""Numbers that evolve: what each may be, and how one is changed.

A member's numbers are a dictionary from names to values: hyper-parameters of learning, the mix of
its rewards (see `groups`) and, if they evolve, what the parts of the scenario's reward are worth.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

SCALES = ("log", "linear", "complement")
"""By factors, by differences, or by factors of what is missing to 1."""
STEP = 0.2
"""How far a perturbation goes: of the value, or on a linear scale of the range."""
Numbers = dict[str, float]


@dataclass(frozen=True)
class Range:
    """What a number may be."""

    low: float
    high: float
    scale: str = "log"
    """One of `SCALES`."""

    def __post_init__(self) -> None:
        check_known("scale", self.scale, SCALES)
        least = 0.0 if self.scale == "log" and self.high > self.low else -math.inf
        most = 1.0 if self.scale == "complement" else math.inf
        if not least < self.low <= self.high < most:
            raise ConfigError(
                f"a range on the scale {self.scale!r} goes upwards between {least:g} and {most:g}, "
                f"got {self.low:g} to {self.high:g}"
            )

    def draw(self, rng: np.random.Generator) -> float:
        """Any of its numbers, each part of the scale as likely."""
        ends = self._along(self.low), self._along(self.high)
        return self.inside(self._back(rng.uniform(min(ends), max(ends))))

    def near(self, value: float, rng: np.random.Generator) -> float:
        """A number one step up or down, within the range."""
        up = bool(rng.integers(2))
        if self.scale == "linear":
            change = STEP * (self.high - self.low)
            return self.inside(value + change if up else value - change)
        factor = 1.0 + STEP if up else 1.0 / (1.0 + STEP)
        return self.inside(self._back(self._along(value) + math.log(factor)))

    def inside(self, value: float) -> float:
        """The nearest number within the range."""
        return min(max(value, self.low), self.high)

    def _along(self, value: float) -> float:
        if self.low == self.high or self.scale == "linear":
            return value
        return math.log(value if self.scale == "log" else 1.0 - value)

    def _back(self, place: float) -> float:
        if self.low == self.high or self.scale == "linear":
            return place
        return math.exp(place) if self.scale == "log" else 1.0 - math.exp(place)


Ranges = Mapping[str, Range]
HYPERS: dict[str, Range] = {
    "rate": Range(1e-5, 1e-2),
    "entropy": Range(1e-4, 3e-2),
    "discount": Range(0.9, 0.999, "complement"),
}
"""The hyper-parameters that evolve by default; any of `training.TERMS` may."""

PRIOR: dict[str, Range] = {"prior": Range(1e-4, 1e-1)}
"""What evolves besides, where players have a slow core: what it costs to surprise it."""


def drawn(ranges: Ranges, rng: np.random.Generator) -> Numbers:
    """Numbers to begin with."""
    return {name: each.draw(rng) for name, each in ranges.items()}


def explored(
    numbers: Mapping[str, float], ranges: Ranges, rng: np.random.Generator, resample: float
) -> Numbers:
    """Numbers near some others: each a step away or, now and then, drawn anew.

    Args:
        numbers: The others.
        ranges: Of each number.
        rng: What draws.
        resample: The chance that a number is drawn anew.
    """
    return {
        name: each.draw(rng) if rng.random() < resample else each.near(numbers[name], rng)
        for name, each in ranges.items()
    }


def crossed(
    mine: Mapping[str, float], theirs: Mapping[str, float], rng: np.random.Generator
) -> Numbers:
    """Numbers of two parents, each from either."""
    return {name: mine[name] if rng.integers(2) else theirs[name] for name in theirs}
