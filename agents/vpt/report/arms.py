"""How well players play a task who learnt it in different ways, with how sure that is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpgenie.intervals import interval


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
