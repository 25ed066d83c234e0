"""How different players are: six measures, and an alarm.

    1  coverage      places that are visited, and how evenly
    2  divergence    Jensen-Shannon, between what they would do on seeing the same
    3  distance      what share of decisions differs, player by player (system neural diversity)
    4  archive       cells of behaviour that somebody fills, and how well (quality diversity)
    5  ancestry      from how many the population descends
    6  kinds         clusters of behaviour, and whether they are there when drawn anew

2 and 3 are measured on common observations: on its own each player would see something else.

After Bettini et al., "System Neural Diversity" (2023), with the total variation as the distance of
what has no order, and Mouret and Clune, "Illuminating search spaces by mapping elites" (2015).

Shapes: n players, B observations, C components of an action, K choices of the largest.
"""

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLOOR = 0.01
"""A mean divergence, from 0 to 1, below which players do all but the same."""
ONE_FAMILY = 0.8
"""The share of members with one ancestor above which a population has collapsed."""
GENERATIONS = 3
"""How far back that ancestor may be."""


# ---------------------------------------------------------------------- 1 coverage


class Coverage(NamedTuple):
    """How much of the planet is visited."""

    share: float
    """Of all cells of directions, those where somebody was."""
    entropy: float
    """Of where everybody was, in nats, height included."""


def coverage(positions: Floats, cells: int = 12, band: float = 4.0) -> Coverage:
    """How much of a planet some players visit.

    Args:
        positions: (m, 3) metres, the core being the origin.
        cells: Along the edge of each of the six faces.
        band: Metres of height that count as one.
    """
    places = cells_of(positions, cells, band)
    _, counts = np.unique(places, axis=0, return_counts=True)
    share = len(np.unique(places[:, 0])) / (6 * cells**2)
    chances = counts / counts.sum()
    return Coverage(float(share), float(-(chances * np.log(chances)).sum()))


def cells_of(positions: Floats, cells: int, band: float) -> NDArray[np.int64]:
    """(m, 2) the cell of the cubed sphere below each place, and its band of height."""
    axis = np.abs(positions).argmax(1)
    rows = np.arange(len(positions))
    along = positions[rows, axis]
    face = 2 * axis + (along < 0.0)
    others = np.stack([positions[rows, (axis + k) % 3] / along for k in (1, 2)], 1)
    place = np.clip((np.arctan(others) / (np.pi / 2.0) + 0.5) * cells, 0, cells - 1)
    a, b = np.floor(place).astype(np.int64).T
    height = np.floor(np.linalg.norm(positions, axis=1) / band).astype(np.int64)
    return np.stack([(face * cells + a) * cells + b, height], 1)


# ---------------------------------------------------------------------- 2, 3 decisions


def divergences(chances: Floats) -> Floats:
    """Jensen-Shannon divergence of each pair, 0 (the same) to 1 (never the same).

    Args:
        chances: (n, B, C, K) of each choice; components with one choice do not count.

    Returns:
        (n, n), the mean over observations and components.
    """
    n, open_to_choice = len(chances), _open(chances)
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            mean = (chances[i] + chances[j]) / 2.0
            gap = _entropy(mean) - (_entropy(chances[i]) + _entropy(chances[j])) / 2.0
            bits = float(gap[:, open_to_choice].mean()) / log(2.0)
            found[i, j] = found[j, i] = max(0.0, bits)
    return found


def distances(chances: Floats) -> Floats:
    """Total variation of each pair, 0 to 1: the least share of decisions that differ.

    Args:
        chances: As of `divergences`.

    Returns:
        (n, n), the mean over observations and components.
    """
    n, open_to_choice = len(chances), _open(chances)
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            apart = np.abs(chances[i] - chances[j]).sum(-1) / 2.0  # (B, C)
            found[i, j] = found[j, i] = float(apart[:, open_to_choice].mean())
    return found


def mean_of_pairs(table: Floats) -> float:
    """The mean over all pairs of different players; 0 for one alone."""
    n = len(table)
    return float((table.sum() - np.trace(table)) / (n * (n - 1))) if n > 1 else 0.0


def _open(chances: Floats) -> NDArray[np.bool_]:
    """(C,) which components anybody ever chooses in."""
    choosing: NDArray[np.bool_] = ((chances > 0.0).sum(-1) > 1).any((0, 1))
    return choosing if choosing.any() else ~choosing


def _entropy(chances: Floats) -> Floats:
    logs = np.log(np.where(chances > 0.0, chances, 1.0))
    entropy: Floats = -(chances * logs).sum(-1)
    return entropy


# ---------------------------------------------------------------------- 4 archive


class Archive(NamedTuple):
    """Cells of behaviour, each with the best that was found in it."""

    coverage: float
    """The share of cells that are filled."""
    score: float
    """What all of the best are worth together, above the least of all."""
    best: dict[tuple[int, ...], int]
    """Which behaviour is the best of each cell."""


def archive(
    behaviours: Floats, worth: Floats, ranges: Sequence[tuple[float, float]], bins: int = 5
) -> Archive:
    """Sort behaviours into a grid.

    Args:
        behaviours: (m, d) measures of each.
        worth: (m,).
        ranges: For each measure the least and the most; what lies beyond belongs to the last bin.
        bins: Of each measure.
    """
    low, high = np.array(ranges, np.float64).T
    places = np.clip((behaviours - low) / (high - low) * bins, 0, bins - 1).astype(np.int64)
    best: dict[tuple[int, ...], int] = {}
    for k, place in enumerate(map(tuple, places.tolist())):
        if place not in best or worth[k] > worth[best[place]]:
            best[place] = k
    score = sum(float(worth[k] - worth.min()) for k in best.values())
    return Archive(len(best) / bins ** behaviours.shape[1], score, best)


# ---------------------------------------------------------------------- 5 ancestry


class Ancestry(NamedTuple):
    """From whom a population descends."""

    largest: float
    """The share of members who descend from the same one, a few generations ago."""
    effective: float
    """As many equally large families would be as mixed."""
    depth: dict[str, int]
    """How often each member was cloned since it was born."""


def ancestry(lineage: Sequence[Mapping[str, Any]], generations: int = GENERATIONS) -> Ancestry:
    """What a lineage says of families.

    Args:
        lineage: Events of a population, oldest first: see `store`.
        generations: How far back.
    """
    last = max((event["generation"] for event in lineage), default=0)
    ancestor: dict[str, str] = {}
    depth: dict[str, int] = {}
    fixed = False
    for event in lineage:
        if not fixed and event["generation"] > last - generations:
            ancestor, fixed = {name: name for name in ancestor}, True
        if event["kind"] == "born":
            ancestor[event["member"]], depth[event["member"]] = event["member"], 0
        elif event["kind"] == "exploited":
            ancestor[event["member"]] = ancestor[event["donor"]]
            depth[event["member"]] = depth[event["donor"]] + 1
    _, counts = np.unique(list(ancestor.values()), return_counts=True)
    shares = counts / max(1, counts.sum())
    largest = float(shares.max()) if len(shares) else 0.0
    return Ancestry(largest, float(1.0 / (shares**2).sum()) if len(shares) else 0.0, depth)


# ---------------------------------------------------------------------- the alarm


def alarms(divergence: float, families: Ancestry | None = None, floor: float = FLOOR) -> list[str]:
    """What is wrong with the diversity of a population, in words; [] if nothing is.

    Args:
        divergence: The mean over pairs.
        families: Of its lineage, if it has one.
        floor: Below which players do all but the same.
    """
    found = []
    if divergence < floor:
        found.append(
            f"players do all but the same (divergence {divergence:.4f}, floor {floor:g}): "
            "let them explore anew"
        )
    if families is not None and families.largest > ONE_FAMILY:
        found.append(
            f"{families.largest:.0%} of the members descend from one within {GENERATIONS} "
            "generations: let fewer be cloned, or more groups live apart"
        )
    return found
