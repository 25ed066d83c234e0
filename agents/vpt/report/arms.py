"""How well players play a task who learnt it in different ways, with how sure that is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 10_000
"""Of episodes, for an interval."""


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """A mean and the interval that holds it with 95 %, by bootstrap over episodes.

    Args:
        values: One for each episode.
        seed: Of the draws.

    Returns:
        The mean, and the lower and upper end.
    """
    low, high = np.quantile(drawn_means(values, seed), (0.025, 0.975))
    return float(np.mean(values)), float(low), float(high)


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


def arm(
    name: str,
    scores: Sequence[float],
    *,
    survival: Sequence[float] = (),
    distance: Sequence[float] = (),
    note: str = "",
) -> dict[str, Any]:
    """A row of the table of arms, for the list `results["arms"]` of `write_report`.

    Args:
        name: How these players came to play as they do.
        scores: Of the task, one for each episode.
        survival: Share of the episode's ticks that its players lived, likewise; may be left out.
        distance: Metres that its players went, likewise; may be left out.
        note: Anything a reader should know.
    """
    mean, low, high = interval(scores)
    row = {"arm": name, "score": mean, "low": low, "high": high, "episodes": len(scores)}
    for label, values in (("survival", survival), ("distance", distance)):
        if len(values):
            row[label] = float(np.mean(values))
    return {**row, "note": note}
