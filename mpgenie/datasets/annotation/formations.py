"""How players stand: in a cluster, in a line, in a circle; as seen from above their middle."""

from collections.abc import Iterator

import numpy as np

from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.places import unit

from .spans import Floats, Span, stretches

LEAST = 20
"""Ticks that a formation lasts."""
CLOSE = 3.0
"""Metres from the middle within which all stand in a cluster."""
THIN = 0.15
"""Width over length of a line."""
LONG = 3.0
"""Metres that a line, or a circle's radius, measures at least."""
ROUND = 0.2
"""By what share the radii of a circle differ at most (standard deviation)."""
_STRAY = 60.0
"""Metres from the middle beyond which there is no formation."""


def formations(episode: Recorded) -> Iterator[Span]:
    """Stretches in which all who are there stand in one formation; the value is its size in m."""
    position = episode["state/position"]
    there = episode["state/active"] & episode["state/alive"]
    names = [shape(position[frame][there[frame]]) for frame in range(len(position))]
    for label in ("cluster", "line", "circle"):
        row = np.array([name == label for name, _ in names])
        for first, last in stretches(row, LEAST, gap=5):
            size = float(np.median([names[k][1] for k in range(first, last + 1) if row[k]]))
            yield Span(first, last, "formation", label, value=round(size, 3))


def shape(points: Floats) -> tuple[str, float]:
    """The formation of some players.

    Args:
        points: (n, 3) their feet.

    Returns:
        "cluster" (with its radius), "line" (its length), "circle" (its radius; from four players
        on) or "" (0).
    """
    if len(points) < 2:
        return "", 0.0
    flat = seen_from_above(points)
    radii = np.linalg.norm(flat, axis=-1)
    if radii.max() > _STRAY:
        return "", 0.0
    if radii.max() <= CLOSE:
        return "cluster", float(radii.max())
    if len(points) < 3:
        return "", 0.0
    _, widths, axes = np.linalg.svd(flat, full_matrices=False)
    along = flat @ axes[0]
    length = float(np.ptp(along))
    if widths[1] <= THIN * widths[0] and length >= LONG:
        return "line", length
    gaps = np.diff(np.sort(np.arctan2(flat[:, 1], flat[:, 0])))
    widest = max(float(gaps.max()), 2.0 * np.pi - float(gaps.sum()))
    if len(points) >= 4 and radii.min() > 0 and radii.std() <= ROUND * radii.mean():
        if radii.mean() >= LONG and widest <= 2.0 * (2.0 * np.pi / len(points)):
            return "circle", float(radii.mean())
    return "", 0.0


def seen_from_above(points: Floats) -> Floats:
    """Places on a map around the middle of all: (n, 2) metres, distances to the middle are true."""
    radius = np.linalg.norm(points, axis=-1).mean()
    up = unit(points)
    middle = unit(up.sum(0))
    angle = np.arccos(np.clip(up @ middle, -1.0, 1.0))
    side = np.cross(middle, [0.0, 0.0, 1.0] if abs(middle[2]) < 0.9 else [1.0, 0.0, 0.0])
    east = unit(side)
    north = np.cross(middle, east)
    ways = unit(np.stack([up @ east, up @ north], axis=-1))
    flat = ways * (angle * radius)[:, None]
    return np.asarray(flat - flat.mean(0))
