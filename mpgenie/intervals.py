"""Figures with how sure they are: means, interquartile means and shares, each with its interval.

All intervals hold the true figure with 95 %.  Those of means are by bootstrap: the results are
drawn anew many times, and the middle of what comes out is the interval.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ConfigError

DRAWS = 10_000
"""Of results, for an interval."""
NORMAL = 1.959963984540054
"""Standard deviations to each side that hold 95 % of a normal distribution."""


class Estimate(NamedTuple):
    """A figure and the interval that holds it with 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def interval(values: Sequence[float], seed: int = 0) -> Estimate:
    """A mean and its interval.

    Args:
        values: One for each episode.
        seed: Of the draws.
    """
    return Estimate(float(np.mean(values)), *bounds(drawn_means(values, seed)))


def drawn_means(values: ArrayLike, seed: int = 0) -> NDArray[np.float64]:
    """Means of values that are drawn from some, as many as there are.

    Args:
        values: (n,) of episodes; or (runs, n) of several runs on the same episodes, of which runs
            and episodes are drawn.
        seed: Of the draws: the same for all values of one shape.

    Returns:
        (DRAWS,) means.
    """
    each = np.atleast_2d(np.asarray(values, np.float64))
    runs, episodes = each.shape
    rng = np.random.default_rng(seed)
    drawn = rng.integers(episodes, size=(DRAWS, episodes))
    means: NDArray[np.float64]
    if runs == 1:
        means = each[0, drawn].mean(1)
    else:
        often = np.stack([np.bincount(row, minlength=episodes) for row in drawn])  # of each
        of_runs = often @ each.T / episodes  # (DRAWS, runs)
        which = rng.integers(runs, size=(DRAWS, runs))
        means = np.take_along_axis(of_runs, which, 1).mean(1)
    return means


def bounds(draws: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the middle 95 % of what was drawn (n,)."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


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


def stratified(strata: Sequence[ArrayLike], seed: int = 0, draws: int = 2000) -> Estimate:
    """The interquartile mean of all results, and its interval by stratified bootstrap.

    After Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
    (2021).

    Args:
        strata: The results of each task; each is drawn anew by itself.
        seed: Of the draws.
        draws: Of results.

    Raises:
        ConfigError: If there is no result, or a task has none.
    """
    results = [np.asarray(each, np.float64).ravel() for each in strata]
    if not results or not all(len(each) for each in results):
        raise ConfigError(f"each task needs results, got {[len(each) for each in results]}")
    rng = np.random.default_rng(seed)
    drawn = [each[rng.integers(0, len(each), (draws, len(each)))] for each in results]
    means = iqm(np.concatenate(drawn, axis=1))
    return Estimate(float(iqm(np.concatenate(results))), *bounds(means))


def wilson(right: float, asked: int) -> tuple[float, float]:
    """The interval of a share, after Wilson (1927).

    Args:
        right: How many were; of games, a draw is half a one.
        asked: Of how many, one at least.
    """
    share, spread = right / asked, NORMAL**2 / asked
    about = (share + spread / 2.0) / (1.0 + spread)
    half = NORMAL * sqrt(share * (1.0 - share) / asked + spread / (4.0 * asked)) / (1.0 + spread)
    return max(0.0, about - half), min(1.0, about + half)
