"""How alike the players of two datasets behave: one figure for each habit, and one for all.

For each descriptor the Wasserstein distance: by how much, on average, its values must be moved to
turn the one dataset's into the other's.  For all together a two-sample test after Lopez-Paz and
Oquab, "Revisiting Classifier Two-Sample Tests" (2017): how often a classifier that has not seen an
episode can tell from which dataset it comes; 0.5 is a guess, 1 is always.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError

from .descriptors import DESCRIPTORS, describe
from .reading import Dataset

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
_RIDGE = 3.0
_RESAMPLES = 1000


@dataclass(frozen=True)
class Habit:
    """One descriptor in two datasets."""

    name: str
    unit: str
    mean_a: float
    mean_b: float
    distance: float
    """Wasserstein distance, in the descriptor's unit."""
    relative: float
    """The distance over the standard deviation of both together."""


@dataclass(frozen=True)
class Comparison:
    """What two datasets have in common."""

    episodes: tuple[int, int]
    players: tuple[int, int]
    """Rows: one for each player of each episode."""
    accuracy: float
    """Of the classifier on episodes that it has not seen; both datasets count alike."""
    low: float
    high: float
    """Bounds of a 95 % confidence interval, by drawing episodes anew."""
    habits: tuple[Habit, ...]
    """Those that differ most first."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def compare(a: Dataset, b: Dataset, *, seed: int = 0) -> Comparison:
    """Compare the behaviour in two datasets.

    Args:
        a: One.
        b: The other.
        seed: Folds and resampling follow from it.

    Raises:
        ConfigError: If one has fewer than `FOLDS` episodes.
    """
    for dataset in (a, b):
        if len(dataset) < FOLDS:
            raise ConfigError(
                f"{dataset.root} has {len(dataset)} episodes that fit, and it takes {FOLDS} to "
                "compare: record more, or ask for fewer types"
            )
    tables = [_table(dataset) for dataset in (a, b)]
    rows = np.concatenate([table for table, _ in tables])
    groups = np.concatenate([tables[0][1], tables[1][1] + len(a)])
    labels = np.repeat([0, 1], [len(table) for table, _ in tables])
    right = cross_validate(rows, labels, groups, seed)
    low, high = interval(right, labels, groups, seed)
    habits = [
        _habit(name, tables[0][0][:, k], tables[1][0][:, k]) for k, name in enumerate(DESCRIPTORS)
    ]
    return Comparison(
        (len(a), len(b)),
        (len(tables[0][0]), len(tables[1][0])),
        balanced(right, labels),
        low,
        high,
        tuple(sorted(habits, key=lambda habit: (-habit.relative, habit.name))),
    )


def _table(dataset: Dataset) -> tuple[Floats, Ints]:
    """(rows, D) descriptors, and which episode each row is of."""
    parts = [describe(dataset.load(entry)) for entry in dataset.episodes if entry.length]
    if not parts:
        raise ConfigError(f"{dataset.root} has no episode of at least one tick")
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _habit(name: str, a: Floats, b: Floats) -> Habit:
    distance, spread = wasserstein(a, b), float(np.concatenate([a, b]).std())
    relative = distance / spread if spread > 0.0 else 0.0
    return Habit(
        name, DESCRIPTORS[name], float(a.mean()), float(b.mean()), distance, float(relative)
    )


def wasserstein(a: Floats, b: Floats) -> float:
    """The distance of two samples of numbers: the area between their distribution functions."""
    a, b = np.sort(a), np.sort(b)
    every = np.sort(np.concatenate([a, b]))
    below_a = np.searchsorted(a, every[:-1], side="right") / len(a)
    below_b = np.searchsorted(b, every[:-1], side="right") / len(b)
    return float((np.abs(below_a - below_b) * np.diff(every)).sum())


def cross_validate(rows: Floats, labels: Ints, groups: Ints, seed: int) -> NDArray[np.bool_]:
    """Whether each row is told apart rightly by a classifier that never saw its group.

    Args:
        rows: (n, D).
        labels: (n,) 0 or 1.
        groups: (n,) rows of one group are never split between training and testing.
        seed: Of the folds.
    """
    rng = np.random.default_rng(seed)
    fold = np.zeros(groups.max() + 1, np.int64)
    for label in (0, 1):
        mine = np.unique(groups[labels == label])
        fold[rng.permutation(mine)] = np.arange(len(mine)) % FOLDS
    right = np.zeros(len(rows), bool)
    for k in range(FOLDS):
        test = fold[groups] == k
        weights = fit(rows[~test], labels[~test])
        right[test] = (weights.score(rows[test]) > 0.0) == (labels[test] == 1)
    return right


@dataclass(frozen=True)
class Classifier:
    """A logistic regression on standardised values and their squares."""

    mean: Floats
    spread: Floats
    weights: Floats

    def score(self, rows: Floats) -> Floats:
        """(n,) log odds that rows are of label 1."""
        return np.asarray(_features(rows, self.mean, self.spread) @ self.weights)


def fit(rows: Floats, labels: Ints) -> Classifier:
    """Fit it by Newton's method; both labels weigh alike."""
    mean, spread = rows.mean(0), rows.std(0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    x, y = _features(rows, mean, spread), labels.astype(np.float64)
    weight = np.where(labels == 1, 0.5 / y.mean(), 0.5 / (1.0 - y.mean()))
    w = np.zeros(x.shape[1])
    ridge = np.full(len(w), _RIDGE)
    ridge[0] = 1e-6
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30.0, 30.0)))
        slope = x.T @ (weight * (p - y)) + ridge * w
        bend = (x * (weight * p * (1.0 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        w = w - step
        if np.abs(step).max() < 1e-8:
            break
    return Classifier(mean, spread, w)


def _features(rows: Floats, mean: Floats, spread: Floats) -> Floats:
    z = np.clip((rows - mean) / spread, -5.0, 5.0)
    return np.concatenate([np.ones((len(z), 1)), z, z**2 - 1.0], axis=1)


def balanced(right: NDArray[np.bool_], labels: Ints) -> float:
    """Accuracy if both labels were as frequent."""
    return float(np.mean([right[labels == label].mean() for label in (0, 1)]))


def interval(
    right: NDArray[np.bool_], labels: Ints, groups: Ints, seed: int
) -> tuple[float, float]:
    """Bounds of a 95 % confidence interval of the balanced accuracy, by drawing groups anew."""
    rng = np.random.default_rng((seed, 1))
    draws = np.zeros(_RESAMPLES)
    for label in (0, 1):
        mine = labels == label
        _, where = np.unique(groups[mine], return_inverse=True)
        total = np.bincount(where).astype(np.float64)
        hits = np.bincount(where, weights=right[mine])
        picks = rng.integers(0, len(total), (_RESAMPLES, len(total)))
        draws += 0.5 * hits[picks].sum(1) / total[picks].sum(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def lines(found: Comparison, names: Sequence[str]) -> list[str]:
    """A comparison as a table for people."""
    head = f"{'habit':<16}{'distance':>10}{names[0]:>14}{names[1]:>14}  unit"
    rows = [
        f"{h.name:<16}{h.relative:>9.2f}s{h.mean_a:>14.4g}{h.mean_b:>14.4g}  {h.unit}"
        for h in found.habits
    ]
    alike = "cannot be told from a guess" if found.low <= 0.5 else "tells them apart"
    bounds = f"95 %: {found.low:.3f} to {found.high:.3f}"
    return [
        f"episodes   {found.episodes[0]} and {found.episodes[1]}",
        f"players    {found.players[0]} and {found.players[1]}",
        f"classifier {found.accuracy:.3f} right ({bounds}), {alike}",
        "",
        head,
        *rows,
        "",
        "distance: Wasserstein, in standard deviations of both together; then the two means",
    ]
