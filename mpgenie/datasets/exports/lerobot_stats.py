"""Statistics of columns as LeRobot keeps them, of each episode and of all."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.schema import Array

Floats = NDArray[np.float64]
Stats = dict[str, Floats]
QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
MOST_PICTURES = 32
"""Of an episode, evenly spread, that its statistics are made of."""
MOST_EDGE = 160
"""Of these pictures; of larger ones every second, third, ... pixel is taken."""


def stats_of(rows: Array) -> Stats:
    """Of a column: (n, d), or (n,) for plain numbers; each entry has shape (d,) or (1,)."""
    values = rows.astype(np.float64).reshape(len(rows), -1)
    found = {
        "min": values.min(axis=0),
        "max": values.max(axis=0),
        "mean": values.mean(axis=0),
        "std": values.std(axis=0),
        "count": np.array([len(values)]),
    }
    quantiles = np.quantile(values, list(QUANTILES.values()), axis=0)
    return found | dict(zip(QUANTILES, quantiles, strict=True))


def stats_of_pictures(pictures: Array) -> Stats:
    """Of each colour, 0 to 1: (n, H, W, 3) uint8; each entry has shape (3, 1, 1)."""
    found = stats_of(pictures.reshape(-1, 3) / 255.0)
    found["count"] = np.array([len(pictures)])
    return {name: v if name == "count" else v.reshape(3, 1, 1) for name, v in found.items()}


class Totals:
    """Statistics of a dataset from those of its episodes; quantiles are means of theirs."""

    def __init__(self) -> None:
        self._found: dict[str, Stats] = {}

    def add(self, episode: Mapping[str, Stats]) -> None:
        """Take in the statistics of an episode."""
        for name, stats in episode.items():
            before = self._found.get(name)
            self._found[name] = stats if before is None else _merged(before, stats)

    def result(self) -> dict[str, dict[str, list[float]]]:
        """Plain lists, for JSON."""
        return {
            name: {kind: value.tolist() for kind, value in stats.items()}
            for name, stats in self._found.items()
        }


def _merged(one: Stats, two: Stats) -> Stats:
    count = one["count"] + two["count"]
    share = float(two["count"][0] / count[0])
    mean = one["mean"] + (two["mean"] - one["mean"]) * share
    squares = (1 - share) * (one["std"] ** 2 + (one["mean"] - mean) ** 2)
    squares = squares + share * (two["std"] ** 2 + (two["mean"] - mean) ** 2)
    found = {
        "min": np.minimum(one["min"], two["min"]),
        "max": np.maximum(one["max"], two["max"]),
        "mean": mean,
        "std": np.sqrt(squares),
        "count": count,
    }
    return found | {q: one[q] + (two[q] - one[q]) * share for q in QUANTILES}
