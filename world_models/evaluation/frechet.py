"""Frechet distances: how far what is told lies, as a whole, from what the game shows.

After Dowson and Landau (1982), between normal distributions of the same mean and covariance as
features of frames have.  The name says whose features they are: `frechet_alexnet` is of the last
layer of LPIPS's AlexNet, averaged over a frame, and is no FID, whose features are another
network's.  Few frames make any such distance large, so the distance between two halves of the
game's own frames stands beside.

There is no FVD: its network, I3D, can be had as a package, but without anything to hold a
conversion of it to; a distance of unknown features has no meaning.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import Case
from .game import Pictures

Floats = NDArray[np.float64]
Features = Callable[[Pictures], Floats]
"""From frames (n, H, W, 3) to (n, D) numbers."""
WINDOWS = {"0 to 32": (0, 32), "32 on": (32, None)}
"""Steps of a dream."""
EVERY = 4
"""Of so many frames one is looked at."""


def frechet(one: Floats, other: Floats) -> float:
    """The distance between features (n, D) and (m, D), n and m being two at least."""
    means, spreads = [], []
    for each in (one, other):
        means.append(each.mean(0))
        spreads.append(np.cov(each, rowvar=False).reshape(each.shape[1], -1))
    root = _root(spreads[0])
    both = np.linalg.eigvalsh(root @ spreads[1] @ root)
    apart = np.square(means[0] - means[1]).sum() + np.trace(spreads[0]) + np.trace(spreads[1])
    return max(0.0, float(apart - 2.0 * np.sqrt(np.maximum(both, 0.0)).sum()))


def _root(matrix: Floats) -> Floats:
    """The square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def distances(
    features: Features, cases: Sequence[Case], told: Sequence[Pictures]
) -> dict[str, dict[str, Any]]:
    """By window of steps: `players`, the distance in each one's view, and `mean`; plain data.

    Windows that hold less than two frames are left out.
    """
    return _by_window(features, [case.real for case in cases], told)


def halves(features: Features, cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """The same between every other case of the game and the rest."""
    return _by_window(features, *([case.real for case in cases[k::2]] for k in (0, 1)))


def _by_window(
    features: Features, ones: Sequence[Pictures], others: Sequence[Pictures]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, (first, last) in WINDOWS.items():
        sides = [[each[first:last:EVERY] for each in side] for side in (ones, others)]
        if min(sum(map(len, side)) for side in sides) < 2:
            continue
        a, b = (np.concatenate(side) for side in sides)  # (n, P, H, W, 3)
        players = [frechet(features(a[:, p]), features(b[:, p])) for p in range(a.shape[1])]
        found[name] = {"players": players, "mean": float(np.mean(players))}
    return found
