"""How well players play a task who learnt it in different ways, with how sure that is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

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
    each = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    means = each[rng.integers(len(each), size=(DRAWS, len(each)))].mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(each.mean()), float(low), float(high)


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
