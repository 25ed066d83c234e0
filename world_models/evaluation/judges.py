"""Judges: which of several answers a frame gives.

`nearest` is analysis by synthesis.  The game draws what each answer would look like; where these
pictures differ, and nowhere else, a frame is held beside them, and the nearest picture wins.  A
frame may lie a pixel or two beside all of them, so that a camera that is a little off is no error.
It learns nothing, needs no threshold, and can tell whatever can be seen at all: where the answers'
pictures are the same, because a player is smaller than a pixel, it says so.

`alike` says how much speaks for two views showing the same scenery from places a few metres apart.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .game import Pictures

CANNOT_TELL = "cannot tell"
SLACK = 1 / 32
"""How far, of the height, a frame may lie beside an answer's picture."""
PATCHES = 8
"""Of a view's height, one above the other, that are looked for in another view."""
GROUND = 0.8
"""Below this share of the height there is but the ground at one's feet."""
PLAIN, WORST = 30.0, 2.0


def nearest(frame: Pictures, pictures: Mapping[str, Pictures]) -> str:
    """The answer whose picture is nearest to a frame.

    Args:
        frame: (H, W, 3).
        pictures: For each answer (k, H, W, 3): the ways in which the game would show it.

    Returns:
        The answer, or `CANNOT_TELL` if pictures of two answers are equally near.
    """
    names = [name for name, ways in pictures.items() for _ in ways]
    ways, seen = _soft(np.concatenate(list(pictures.values()))), _soft(frame)
    slack = round(SLACK * len(frame))
    where = _grown((ways.max(0) != ways.min(0)).any(-1), slack)  # (H, W) where answers differ
    if not where.any():
        return CANNOT_TELL
    away = np.full(len(ways), np.inf)
    for here, there in _shifts(where.shape, slack):
        weight = where[there]
        apart = np.square(ways[:, *there] - seen[here]).sum(-1)
        away = np.minimum(away, (apart * weight).sum((1, 2)) / weight.sum())
    best = {names[k] for k in np.flatnonzero(away == away.min())}
    return best.pop() if len(best) == 1 else CANNOT_TELL


def _soft(pictures: Pictures) -> NDArray[np.float32]:
    """Pictures (..., H, W, 3) in which each pixel is the mean of nine: fine texture, of which
    chance decides what falls on a pixel, counts for less."""
    height, width = pictures.shape[-3:-1]
    wide = np.pad(pictures, [(0, 0)] * (pictures.ndim - 3) + [(1, 1), (1, 1), (0, 0)], "edge")
    nine = (wide[..., y : y + height, x : x + width, :] for y in range(3) for x in range(3))
    mean: NDArray[np.float32] = np.mean(np.stack(list(nine)), 0, dtype=np.float32)
    return mean


def _grown(where: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """A region, grown by so many pixels: what is in it stays in it when a frame is shifted."""
    grown = np.zeros_like(where)
    for here, there in _shifts(where.shape, by):
        grown[here] |= where[there]
    return grown


def _shifts(size: tuple[int, ...], most: int) -> Iterator[tuple[tuple[slice, ...], ...]]:
    """Pairs of windows, of a frame and of pictures, that lie over each other when it is shifted."""
    height, width = size
    for y in range(-most, most + 1):
        for x in range(-most, most + 1):
            here = _window(height, y), _window(width, x)
            yield here, (_window(height, -y), _window(width, -x))


def _window(edge: int, shift: int) -> slice:
    return slice(max(0, shift), edge + min(0, shift))


def alike(one: Pictures, other: Pictures) -> float:
    """How much speaks for two views (H, W, 3) showing the same scenery, `other` from farther left.

    Seen from the left, everything lies farther to the right, near things more than far ones.  So
    patches of the one are looked for in the other to their right, and to their left, where chance
    alone finds them; what counts is how much better they fit where they should.  Colours that one
    view has and the other has not speak against it.
    """
    a, b = one.astype(np.float32), other.astype(np.float32)
    there = _misfit(a, b, 1) + _misfit(b, a, -1)
    nowhere = _misfit(a, b, -1) + _misfit(b, a, 1)
    return nowhere - there - _colours_apart(one, other)


def _misfit(view: NDArray[np.float32], other: NDArray[np.float32], way: int) -> float:
    """How badly patches of a view fit at best into another, to the right (1) or to the left (-1).

    Returns:
        The mean squared difference as a share of what is in a patch, `WORST` at most.
    """
    height, width = view.shape[:2]
    edge, found = height // PATCHES, list[float]()
    for y in range(0, round(GROUND * height) - edge + 1, edge // 2):
        near = slice(max(0, y - edge // 4), y + edge // 4 + edge)
        for x in range(0, width - edge + 1, edge // 2):
            patch = view[y : y + edge, x : x + edge]
            much = float(patch.var((0, 1)).sum())
            first, last = (x + 1, x + width // 2) if way > 0 else (x - width // 2, x - 1)
            strip = other[near, max(0, first) : max(0, min(width, last + edge))]
            if much < PLAIN or strip.shape[1] < edge:
                continue
            windows = sliding_window_view(strip, (edge, edge), (0, 1))  # (y, x, 3, edge, edge)
            apart = np.square(windows - patch.transpose(2, 0, 1)).sum((2, 3, 4)) / edge**2
            found.append(min(float(apart.min()) / much, WORST))
    return float(np.mean(found)) if found else WORST


def _colours_apart(one: Pictures, other: Pictures) -> float:
    """How much of two views has colours that the other has not: 0 to 2."""
    boxes = [
        np.bincount(np.ravel_multi_index(tuple((view >> 6).reshape(-1, 3).T), (4, 4, 4)), None, 64)
        for view in (one, other)
    ]
    return float(np.abs(boxes[0] - boxes[1]).sum() / boxes[0].sum())
