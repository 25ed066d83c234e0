"""Means that hold: interquartile means, and intervals by drawing runs anew.

After Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (2021):
the mean of the middle half of all results, with an interval by bootstrap, in which each task's
results are drawn anew by themselves (stratified).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mpgenie.errors import ConfigError

DRAWS = 2000
"""Of results, for an interval."""
CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A figure and the interval that holds it with 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def iqm(values: ArrayLike) -> NDArray[np.float64]:
    """The interquartile mean: that of the values left when a quarter is cut off at either end.

    Args:
        values: (..., n); of n values floor(n / 4) are cut off at each end.

    Returns:
        (...).
    """
    ordered = np.sort(np.asarray(values, np.float64), axis=-1)
    cut = ordered.shape[-1] // 4
    mean: NDArray[np.float64] = ordered[..., cut : ordered.shape[-1] - cut].mean(-1)
    return mean


def estimate(strata: Sequence[ArrayLike], seed: int = 0) -> Estimate:
    """The interquartile mean of all results, and its interval by stratified bootstrap.

    Args:
        strata: The results of each task; each is drawn anew by itself.
        seed: Of the draws.

    Raises:
        ConfigError: If there is no result, or a task has none.
    """
    results = [np.asarray(each, np.float64).ravel() for each in strata]
    if not results or not all(len(each) for each in results):
        raise ConfigError(f"each task needs results, got {[len(each) for each in results]}")
    rng = np.random.default_rng(seed)
    drawn = [each[rng.integers(0, len(each), (DRAWS, len(each)))] for each in results]
    means = iqm(np.concatenate(drawn, axis=1))
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Estimate(float(iqm(np.concatenate(results))), float(low), float(high))


def share_bounds(won: float, games: int) -> tuple[float, float]:
    """The interval that holds a chance of winning with 95 %, after Wilson (1927).

    Args:
        won: How many games were won; a draw is half a one.
        games: How many were played; at least one.
    """
    z = 1.959963984540054
    share, spread = won / games, z * z / games
    middle = (share + spread / 2.0) / (1.0 + spread)
    half = z / (1.0 + spread) * np.sqrt(share * (1.0 - share) / games + spread / (4.0 * games))
    return float(middle - half), float(middle + half)
