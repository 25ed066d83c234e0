"""Depth-and-pose reprojection: whether two views show one scenery, point for point.

The game says how far away everything is that a player sees and where both players stand.  So each
pixel of one view has its pixel in the other, unless something hides it there, and colours there
have to agree: their correlation is near 1 if both show the same, whatever that is.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .game import Pictures, Sight
from .judges import SLACK, soft

HIDDEN = 0.05
"""A point that lies by more of its distance behind what a view shows there is hidden from it."""


class Pairs(NamedTuple):
    """Pixels of two views (H, W) that show the same points: n of each."""

    one: NDArray[np.intp]
    """(2, n) rows and columns."""
    other: NDArray[np.intp]


def shared(one: Sight, other: Sight) -> Pairs:
    """The pixels of `other` whose points `one` sees, and where it sees them."""
    height, width = other.depth.shape
    half = np.array([width / 2.0, height / 2.0])
    rows, columns = np.indices((height, width))
    across = (np.stack([columns, rows], -1) + 0.5 - half) / other.focal
    ways = np.concatenate([across, np.ones((height, width, 1))], -1) @ other.axes
    points = other.eye + ways * other.depth[..., None]
    right, down, ahead = np.moveaxis((points - one.eye) @ one.axes.T, -1, 0)
    near = np.maximum(ahead, 1e-6)
    x = np.floor(right / near * one.focal + half[0]).astype(np.intp)
    y = np.floor(down / near * one.focal + half[1]).astype(np.intp)
    inside = (ahead > 0.1) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    seen = one.depth[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    found = inside & (np.abs(ahead - seen) < HIDDEN * seen)
    return Pairs(np.stack([y[found], x[found]]), np.stack([rows[found], columns[found]]))


def agreement(views: Pictures, pairs: Pairs) -> float:
    """How well two views (2, H, W, 3) agree where they show the same points: 1 if wholly, 0 if
    only by chance.  The first may lie a thirty-second of its height beside its place."""
    (a, other), (y, x) = soft(views), pairs.one
    b = other[tuple(pairs.other)]
    slack, (height, width) = round(SLACK * len(a)), a.shape[:2]
    return max(
        correlation(a[np.clip(y + dy, 0, height - 1), np.clip(x + dx, 0, width - 1)], b)
        for dy in range(-slack, slack + 1)
        for dx in range(-slack, slack + 1)
    )


def correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Of colours (n, 3); 0 where one of them does not vary."""
    a, b = a - a.mean(0), b - b.mean(0)
    both = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum()) / both if both > 1e-6 * a.size else 0.0
