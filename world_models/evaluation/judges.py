"""Judges: which of several answers a frame gives.

`nearest` is analysis by synthesis.  The game draws what each answer would look like.  Each picture
is laid over a frame where it fits best, to a fraction of a pixel and no more than a pixel or two
aside, so that a camera that is a little off is no error; then, where the pictures differ, and
nowhere else, the frame is held beside them, and the nearest picture wins.  It learns nothing, needs
no threshold, and can tell whatever can be seen at all: where the answers' pictures are the same,
because a player is smaller than a pixel, it says so.

Some picture is always the nearest, even to a frame that shows nothing of all that.  Where that must
not count as an answer, the nearest has to be `near`, too.
"""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .game import Pictures

Soft = NDArray[np.float32]
CANNOT_TELL = "cannot tell"
SLACK = 1 / 32
"""How far, of the height, a frame may lie beside an answer's picture."""
AROUND = 1 / 4
"""How far, of the height, from where answers differ a picture has to fit, too."""
NEAR = 1 / 2
"""Of the way from an answer's picture to the next one's, within which a frame has to lie to be near
it: from there on it may lie as near to another."""
STEPS = 2
"""Of finding a fraction of a pixel, each from where the last one led."""


def nearest(frame: Pictures, pictures: Mapping[str, Pictures], *, near: bool = False) -> str:
    """The answer whose picture is nearest to a frame.

    Args:
        frame: (H, W, 3).
        pictures: For each answer (k, H, W, 3): the ways in which the game would show it.
        near: Whether it is no answer unless the frame lies less than `NEAR` of the way to the
            picture of any other, and the picture is nearer to it than to one flat colour.

    Returns:
        The answer, or `CANNOT_TELL` if pictures of two answers are equally near, or none is near.
    """
    names = [name for name, ways in pictures.items() for _ in ways]
    ways = np.concatenate(list(pictures.values()))
    where = (ways != ways[0]).any((0, -1))  # (H, W) where answers differ
    if not where.any():
        return CANNOT_TELL
    fits = _grown(where, round(AROUND * len(frame)))
    seen, drawn = soft(frame), soft(ways)
    laid = np.stack([_laid(way, seen, fits) for way in drawn])
    away = np.square(laid - seen)[:, where].mean((1, 2))
    best = {names[k] for k in np.flatnonzero(away == away.min())}
    if len(best) > 1:
        return CANNOT_TELL
    said, k = best.pop(), int(away.argmin())
    others = drawn[[name != said for name in names]]
    if near and not (_within(away[k], drawn[k], others, where) and _telling(laid[k], seen, fits)):
        return CANNOT_TELL
    return said


def _within(away: float, way: Soft, others: Soft, where: NDArray[np.bool_]) -> bool:
    """Whether what lies so far (squared) from a picture is nearer to it than to any other."""
    apart = np.square(others - way)[:, where].mean((1, 2)).min()
    return bool(away < NEAR**2 * apart)


def _telling(laid: Soft, seen: Soft, fits: NDArray[np.bool_]) -> bool:
    """Whether a picture is nearer to a frame than it is to any flat colour."""
    return bool(np.square(laid - seen)[fits].mean() < laid[fits].var(0).mean())


def _laid(way: Soft, seen: Soft, fits: NDArray[np.bool_]) -> Soft:
    """The picture, laid over a frame where it fits best."""

    def wrong(shift: tuple[float, float]) -> float:
        return float(np.square(moved(way, *shift) - seen)[fits].mean())

    best = _whole(way, seen, fits)
    for _ in range(STEPS):
        best = min((best, _onward(moved(way, *best), seen, fits, best)), key=wrong)
    return moved(way, *best)


def _whole(way: Soft, seen: Soft, fits: NDArray[np.bool_]) -> tuple[float, float]:
    """By how many whole pixels a picture has to be shifted to fit best."""
    slack, found = round(SLACK * len(seen)), {}
    for y in range(-slack, slack + 1):
        for x in range(-slack, slack + 1):
            here, there = _windows(fits.shape, y, x)
            weight = fits[here]
            apart = np.square(way[there] - seen[here]).sum(-1)
            found[float(y), float(x)] = (apart * weight).sum() / max(1, weight.sum())
    return min(found, key=found.__getitem__)


def _onward(
    laid: Soft, seen: Soft, fits: NDArray[np.bool_], shift: tuple[float, float]
) -> tuple[float, float]:
    """A better shift, after Lucas and Kanade (1981): where the slopes of the picture lead."""
    sides = (np.gradient(laid, axis=axis) for axis in (0, 1))
    slopes = np.stack([-np.asarray(side)[fits].ravel() for side in sides], -1)
    by = np.linalg.lstsq(slopes, (seen - laid)[fits].ravel(), rcond=None)[0]
    down, right = np.clip(by, -0.75, 0.75).tolist()
    return shift[0] + down, shift[1] + right


def moved(picture: Soft, down: float, right: float) -> Soft:
    """A picture (H, W, 3) shifted by pixels and their fractions; its edges are drawn out."""
    for axis, by in enumerate((down, right)):
        if by:
            edge = picture.shape[axis]
            at = np.clip(np.arange(edge) - by, 0, edge - 1)
            first = np.floor(at).astype(np.intp)
            share = (at - first).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (-1, 1))
            after = np.minimum(first + 1, edge - 1)
            picture = picture.take(first, axis) * (1 - share) + picture.take(after, axis) * share
    return picture


def soft(pictures: Pictures) -> Soft:
    """Pictures (..., H, W, 3) in which each pixel is a mean of nine that counts the middle most:
    fine texture, of which chance decides what falls on a pixel, counts for less."""
    mean = pictures.astype(np.float32)
    for axis in (-3, -2):
        edge = mean.shape[axis]
        at = np.arange(edge)
        before, after = np.maximum(at - 1, 0), np.minimum(at + 1, edge - 1)
        sides = mean.take(before, axis) + mean.take(after, axis)
        mean = (sides + np.float32(2.0) * mean) / np.float32(4.0)
    return mean


def _grown(where: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """A region, grown by so many pixels to all sides."""
    for axis in (0, 1):
        wide = np.pad(where, [(by, by) if each == axis else (0, 0) for each in (0, 1)])
        where = np.asarray(sliding_window_view(wide, 2 * by + 1, axis).any(-1))
    return where


def _windows(size: tuple[int, ...], y: int, x: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Windows of a frame and of a picture that lie over each other when the picture is shifted."""
    height, width = size
    return (_window(height, y), _window(width, x)), (_window(height, -y), _window(width, -x))


def _window(edge: int, shift: int) -> slice:
    return slice(max(0, shift), edge + min(0, shift))
