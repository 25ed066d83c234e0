"""Judges: which of several answers a frame gives.

`nearest` is analysis by synthesis.  The game draws what each answer would look like; where these
pictures differ, and nowhere else, a frame is held beside them, and the nearest picture wins.  A
frame may lie a pixel or two beside all of them, so that a camera that is a little off is no error.
It learns nothing, needs no threshold, and can tell whatever can be seen at all: where the answers'
pictures are the same, because a player is smaller than a pixel, it says so.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .game import Pictures

CANNOT_TELL = "cannot tell"
SLACK = 1 / 32
"""How far, of the height, a frame may lie beside an answer's picture."""


def nearest(frame: Pictures, pictures: Mapping[str, Pictures]) -> str:
    """The answer whose picture is nearest to a frame.

    Args:
        frame: (H, W, 3).
        pictures: For each answer (k, H, W, 3): the ways in which the game would show it.

    Returns:
        The answer, or `CANNOT_TELL` if pictures of two answers are equally near.
    """
    names = [name for name, ways in pictures.items() for _ in ways]
    ways, seen = soft(np.concatenate(list(pictures.values()))), soft(frame)
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


def soft(pictures: Pictures) -> NDArray[np.float32]:
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
