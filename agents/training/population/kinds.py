"""Kinds of behaviour: clusters, and whether the same ones are found when behaviours are drawn anew.

Shapes: m behaviours of d measures.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS = 50


def clusters(behaviours: Floats, count: int, seed: int = 0) -> Ints:
    """Which of `count` clusters each behaviour is in, by k-means from k-means++ starts.

    Args:
        behaviours: (m, d); each measure is scaled by its deviation first.
        count: How many clusters, at most m.
        seed: Of the starts.

    Returns:
        (m,).
    """
    rows = _scaled(behaviours)
    return _nearest(rows, _centres(rows, count, seed))


def stability(behaviours: Floats, count: int, draws: int = 20, seed: int = 0) -> float:
    """How alike clusters are that are found in two halves of the same: 1 = always the same.

    Each of two random halves of the behaviours gives centres, by which all are told apart; the mean
    adjusted Rand index of the two.
    """
    rows, rng = _scaled(behaviours), np.random.default_rng(seed)
    found = []
    for draw in range(draws):
        halves = np.array_split(rng.permutation(len(rows)), 2)
        one, other = (_nearest(rows, _centres(rows[half], count, draw)) for half in halves)
        found.append(rand_index(one, other))
    return float(np.mean(found))


def rand_index(one: Ints, other: Ints) -> float:
    """The adjusted Rand index of two ways to tell the same apart: 1 = alike, 0 = by chance."""
    pairs = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(pairs, (one, other), 1.0)

    def two(counts: Floats) -> float:
        return float((counts * (counts - 1.0) / 2.0).sum())

    ours, theirs = two(pairs.sum(1)), two(pairs.sum(0))
    by_chance = ours * theirs / two(np.array([len(one)], np.float64))
    most = (ours + theirs) / 2.0
    return 1.0 if most == by_chance else (two(pairs) - by_chance) / (most - by_chance)


def _scaled(behaviours: Floats) -> Floats:
    spread = behaviours.std(0)
    scaled: Floats = (behaviours - behaviours.mean(0)) / np.where(spread > 0.0, spread, 1.0)
    return scaled


def _centres(rows: Floats, count: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    centres: Floats = rows[rng.integers(len(rows))][None]
    for _ in range(count - 1):  # k-means++: far from those there are
        away = _squares(rows, centres).min(1)
        chances = away / away.sum() if away.sum() > 0.0 else None
        centres = np.concatenate([centres, rows[rng.choice(len(rows), p=chances)][None]])
    for _ in range(ROUNDS):
        whose = _nearest(rows, centres)
        moved = np.stack(
            [rows[whose == k].mean(0) if (whose == k).any() else centres[k] for k in range(count)]
        )
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def _nearest(rows: Floats, centres: Floats) -> Ints:
    return np.asarray(_squares(rows, centres).argmin(1), np.int64)


def _squares(rows: Floats, centres: Floats) -> Floats:
    squares: Floats = ((rows[:, None] - centres[None]) ** 2).sum(-1)
    return squares
