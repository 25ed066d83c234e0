"""A ball as flat formats see it: east, up and south about the place where a player starts.

The chart unrolls great circles from the start: distances and directions from there are true.  A
compass is carried along them, so a heading means the same as long as nobody walks far around.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Poses(NamedTuple):
    """Where a player is and looks, frame by frame."""

    east: Floats
    """(n,) metres."""
    height: Floats
    """(n,) metres above the start."""
    south: Floats
    """(n,) metres."""
    compass: Floats
    """(n,) degrees clockwise from north, 0 to 360."""


def chart(position: Floats, heading: Floats) -> Poses:
    """Positions and headings in the chart of the first position.

    Args:
        position: (n, 3) metres from the planet's centre.
        heading: (n, 3) unit vectors along the ground.
    """
    radius = np.linalg.norm(position, axis=1)
    up = position / np.maximum(radius, 1e-9)[:, None]
    here, (east, north) = up[0], _compass(up[0])
    turn = up @ here
    aside = up - turn[:, None] * here
    length = np.linalg.norm(aside, axis=1)
    arc = np.arctan2(length, turn) * radius[0]
    along = aside * (arc / np.maximum(length, 1e-12))[:, None]
    to_east = (heading * _carried(east, here, up)).sum(axis=1)
    to_north = (heading * _carried(north, here, up)).sum(axis=1)
    compass = np.degrees(np.arctan2(to_east, to_north)) % 360.0
    return Poses(along @ east, radius - radius[0], -(along @ north), compass)


def _compass(up: Floats) -> tuple[Floats, Floats]:
    """East and north at a place; the planet's third axis is its pole."""
    pole = np.array([0.0, 0.0, 1.0]) if abs(up[2]) < 0.999 else np.array([1.0, 0.0, 0.0])
    north = pole - (pole @ up) * up
    north /= np.linalg.norm(north)
    return np.cross(north, up), north


def _carried(vector: Floats, here: Floats, up: Floats) -> Floats:
    """A vector on the ground at `here` after the shortest way to each of `up`: (n, 3)."""
    share = (up @ vector) / np.maximum(1.0 + up @ here, 1e-9)
    return vector - share[:, None] * (here + up)
