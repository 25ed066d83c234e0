"""What a table of everybody with and against everybody tells.

Shapes: n players; rows are whose figure it is, columns whom they played with or against.
"""

from itertools import combinations
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.intervals import NORMAL, Estimate, wilson

Floats = NDArray[np.float64]
POINTS = 400.0 / log(10.0)
"""Elo's points for each unit of the log odds: 400 are ten wins to one."""
_ROUNDS = 50
"""Of Newton's method, which needs some eight."""


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


def elo(won: Floats, games: NDArray[np.int64]) -> list[Estimate]:
    """How good players are on Elo's scale, from all of their games at once.

    Nobody changes in a tournament, so the order of its games must not matter, as it does where
    ratings move game by game.  These are the strengths of Bradley and Terry, "Rank Analysis of
    Incomplete Block Designs" (1952), most likely given all results and one draw more of each two;
    that keeps those who never lost within bounds.  Intervals are by the curvature there, in which
    a draw tells as much as a win: rather too wide where many are drawn.

    Args:
        won: (n, n) how many games the row won against the column, a draw being half a one.
        games: (n, n) how many they played.

    Returns:
        For each player the points above the mean of all, with the interval that holds them with
        95 %.
    """
    n = len(won)
    others = ~np.eye(n, dtype=np.bool_)
    results, met = (won + 0.5) * others, (games + 1.0) * others
    strengths = np.zeros(n)
    even = np.full((n, n), 1.0 / n)  # fills the one direction in which the odds do not change
    for _ in range(_ROUNDS):
        chances = 1.0 / (1.0 + np.exp(strengths - strengths[:, None]))
        told = met * chances * (1.0 - chances)
        curvature = np.diag(told.sum(1)) - told + even
        step = np.linalg.solve(curvature, (results - met * chances).sum(1))
        strengths += step / max(1.0, float(np.abs(step).max()))
    doubt = NORMAL * np.sqrt(np.diag(np.linalg.inv(curvature) - even))
    return [
        Estimate(*(POINTS * value for value in (one, one - wide, one + wide)))
        for one, wide in zip(strengths.tolist(), doubt.tolist(), strict=True)
    ]


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
