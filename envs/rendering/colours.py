"""Pass two of the software renderer: the colour of every pixel, row by row.

A row is cut into runs of pixels that see the same face, or the sky; `shade` lights each run, and
colours the row.  Water and glass are a row of their own, laid over it.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import WATER

from .raster import OWNER
from .shade import (
    BLUE,
    GREEN,
    INVERSE,
    KEEP_BLUE,
    KEEP_GREEN,
    KEEP_RED,
    PLACE,
    RAY,
    RED,
    SHARE,
    bits_of,
    gather_row,
    light_run,
    paint_row,
    sky_run,
)

SKY = np.float32(-1.0)
"""Stands for the place of a face where there is none."""


@inlined
def _read_pixel(line, at, inverse, place):  # type: ignore[no-untyped-def]
    """Fill inverse depth and place of a pixel."""
    # The sky is worked on beside faces, and then overwritten: any finite depth will do.
    line[INVERSE + at] = max(np.float32(1e-6), inverse)
    line[PLACE + at] = place if inverse > 0.0 else SKY


@inlined
def _read_row(line, work, y, width, hand_left):  # type: ignore[no-untyped-def]
    """Fill the planes of a row that say what each pixel sees: the hand, from `hand_left` on, or
    what is behind it.  Returns whether there is anything but sky."""
    solid, hand, rays, row = work.solid, work.hand, work.ray_length, np.uint64(y * width)
    found = False
    for at in range(np.uint64(width)):
        line[RAY + at] = rays[row + at]
    for at in range(np.uint64(hand_left)):
        inverse = solid[row + at]
        found |= inverse > 0.0
        _read_pixel(line, at, inverse, solid[OWNER + row + at])
    for at in range(np.uint64(hand_left), np.uint64(width)):
        # Both are read before one is chosen: the compiler would gather from either otherwise.
        over, owner = hand[row + at], hand[OWNER + row + at]
        inverse, behind = solid[row + at], solid[OWNER + row + at]
        inverse, owner = over if over > 0.0 else inverse, owner if over > 0.0 else behind
        found |= inverse > 0.0
        _read_pixel(line, at, inverse, owner)
    return found


@kernel
def _split_row(line, runs, width):  # type: ignore[no-untyped-def]
    """Cut a row into runs of pixels that see the same.

    Args:
        runs: (LINE,) becomes the first pixel of each run, and at the end the width.

    Returns:
        The number of runs.
    """
    count = np.uint64(1)
    runs[0] = 0
    for at in range(np.uint64(1), np.uint64(width)):
        # Written for every pixel, and kept where a run begins: no branch to guess wrong.
        runs[count] = np.int32(at)
        before, here = line[PLACE + at - np.uint64(1)], line[PLACE + at]
        count += np.uint64(bits_of(here) != bits_of(before))
    runs[count] = np.int32(width)
    return np.int64(count)


@inlined
def _colour_row(look, work, sky_row, y, width, height, focal, found):  # type: ignore[no-untyped-def]
    """Colour a row of opaque faces and sky; of sky only, if nothing was `found`."""
    line, runs, record, what = work.line, work.runs, work.record, work.what
    left = np.float32((0.5 - width * 0.5) / focal)
    ry = np.float32((y + 0.5 - height * 0.5) / focal)
    if not found:
        sky_run(line, sky_row, np.float32(focal), left, ry, 0, width)
        return
    begin, end = width, 0
    for n in range(_split_row(line, runs, width)):
        first, stop = np.int64(runs[n]), np.int64(runs[n + 1])
        place = np.int64(line[PLACE + np.uint64(first)])
        if place < 0:
            sky_run(line, sky_row, np.float32(focal), left, ry, first, stop)
        else:
            light_run(
                line, look.word, record, place, what[place, 0], what[place, 1], sky_row,
                np.float32(y), first, stop,
            )  # fmt: skip
            begin, end = min(begin, first), stop
    gather_row(line, look.word, begin, end)
    paint_row(line, sky_row, begin, end)


@inlined
def _veil_row(look, work, sky_row, y, width):  # type: ignore[no-untyped-def]
    """Lay water and glass over a coloured row, where nothing stands before them."""
    line, runs, solid, hand, veil = work.line, work.runs, work.solid, work.hand, work.veil
    record, what, row = work.record, work.what, np.uint64(y * width)
    found = False
    for at in range(np.uint64(width)):
        found |= veil[row + at] > 0.0
    if not found:
        return
    for at in range(np.uint64(width)):
        line[KEEP_RED + at] = line[RED + at]
        line[KEEP_GREEN + at] = line[GREEN + at]
        line[KEEP_BLUE + at] = line[BLUE + at]
        over = veil[row + at]
        seen = (over > solid[row + at]) & (hand[row + at] == 0.0)
        _read_pixel(line, at, over if seen else np.float32(0.0), veil[OWNER + row + at])
        line[SHARE + at] = np.float32(0.0)
    begin, end = width, 0
    for n in range(_split_row(line, runs, width)):
        first, stop = np.int64(runs[n]), np.int64(runs[n + 1])
        place = np.int64(line[PLACE + np.uint64(first)])
        if place >= 0:
            light_run(
                line, look.word, record, place, what[place, 0], what[place, 1], sky_row,
                np.float32(y), first, stop,
            )  # fmt: skip
            begin, end = min(begin, first), stop
            share = look.light[19] if what[place, 2] == WATER else look.light[20]
            for at in range(np.uint64(first), np.uint64(stop)):
                line[SHARE + at] = share
    # Pixels between that have neither water nor glass are painted too, and it does not show.
    gather_row(line, look.word, begin, end)
    paint_row(line, sky_row, begin, end)
    for at in range(np.uint64(width)):
        share = line[SHARE + at]
        red, green, blue = line[KEEP_RED + at], line[KEEP_GREEN + at], line[KEEP_BLUE + at]
        line[RED + at] = red + (line[RED + at] - red) * share
        line[GREEN + at] = green + (line[GREEN + at] - green) * share
        line[BLUE + at] = blue + (line[BLUE + at] - blue) * share


@inlined
def _write_row(line, rgb, y, width):  # type: ignore[no-untyped-def]
    """Write the colours of a row as bytes; `rgb` in one dimension, so that the loop vectorises."""
    half, three, begin = np.float32(0.5), np.uint64(3), np.uint64(y * width * 3)
    for at in range(np.uint64(width)):
        byte = begin + at * three
        rgb[byte] = np.uint8(np.int32(line[RED + at] + half))
        rgb[byte + np.uint64(1)] = np.uint8(np.int32(line[GREEN + at] + half))
        rgb[byte + np.uint64(2)] = np.uint8(np.int32(line[BLUE + at] + half))


@kernel
def colour_view(look, work, sky_row, rgb, focal, width, height, veiled, hand_left, hand_top):  # type: ignore[no-untyped-def]
    """Colour the pixels of one view; all its faces are baked.

    Args:
        rgb: (height, width, 3) uint8, contiguous.
        veiled: Whether `work.veil` holds water or glass.
        hand_left, hand_top: First column and row in which `work.hand` holds something.
    """
    flat = rgb.reshape(-1)
    for y in range(height):
        found = _read_row(work.line, work, y, width, hand_left if y >= hand_top else width)
        _colour_row(look, work, sky_row, y, width, height, focal, found)
        if veiled:
            _veil_row(look, work, sky_row, y, width)
        _write_row(work.line, flat, y, width)
