"""What a table of everybody with and against everybody tells.

Shapes: n players; rows are whose figure it is, columns whom they played with or against.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.intervals import wilson

Floats = NDArray[np.float64]


def cross_play_ratio(scores: Floats) -> float | None:
    """How well players do with strangers beside how well they do with themselves.

    Args:
        scores: (n, n) mean scores; on the diagonal those of players among themselves.

    Returns:
        The mean off the diagonal over that on it; None for a single player, in contests, where
        most of what one gets another loses, and if players among themselves get nothing.
    """
    n = len(scores)
    alike = float(np.trace(scores)) / n
    apart = ~np.eye(n, dtype=np.bool_)
    shared = np.abs(scores + scores.T)[apart].sum()
    if n < 2 or alike <= 1e-9 or shared < np.abs(scores)[apart].sum():
        return None
    return float((scores.sum() - np.trace(scores)) / (n * (n - 1)) / alike)


class Cycle(NamedTuple):
    """Three players each of whom beats the next, and the last the first."""

    first: int
    second: int
    third: int


def cycles(won: Floats, games: NDArray[np.int64]) -> list[Cycle]:
    """Who goes round in a circle beyond doubt: every win more often than not, with 95 %.

    Args:
        won: (n, n) how many games the row won against the column, a draw being half a one.
        games: (n, n) how many they played.
    """
    beats = np.zeros(won.shape, np.bool_)
    for i, j in zip(*np.nonzero(games), strict=True):
        beats[i, j] = i != j and wilson(won[i, j], int(games[i, j]))[0] > 0.5
    found = []
    for a, b, c in combinations(range(len(won)), 3):
        if beats[a, b] and beats[b, c] and beats[c, a]:
            found.append(Cycle(a, b, c))
        if beats[a, c] and beats[c, b] and beats[b, a]:
            found.append(Cycle(a, c, b))
    return found


def cyclic_share(chances: Floats) -> float:
    """How much of who beats whom no rating can tell: 0 = one order explains all, 1 = only circles.

    After Jiang et al., "Statistical ranking and combinatorial Hodge theory" (2011): the part of
    the log odds that is a difference of two numbers is orthogonal to the part that goes round.

    Args:
        chances: (n, n) of the row to beat the column; kept away from 0 and 1 by 1 %.
    """
    kept = np.clip(chances, 0.01, 0.99)
    odds = np.log(kept / (1.0 - kept))
    odds = (odds - odds.T) / 2.0
    ratings = odds.mean(1)
    circles = odds - (ratings[:, None] - ratings)
    total = float((odds**2).sum())
    return float((circles**2).sum()) / total if total > 0.0 else 0.0


def exploitabilities(scores: Floats) -> Floats:
    """(n,) what the best of the others gets against each, beyond what it gets against itself.

    Args:
        scores: (n, n) mean scores of the row among columns.
    """
    beyond: Floats = scores.max(0) - np.diag(scores)
    return beyond
