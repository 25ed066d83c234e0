"""Pass two of the software renderer: the colour of every pixel, row by row.

A row is cut into runs of pixels that see the same face, or the sky; `shade` colours a run.  Water
and glass are a row of their own, laid over it.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import WATER

from .raster import DEPTH_ONE, TOP_PLACE
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
    face_run,
    sky_run,
)

DEPTH_UNIT = float(1 << 32) / DEPTH_ONE
"""Inverse depth of one unit of the upper half of a key."""


@inlined
def _read_pixel(line, at, value):  # type: ignore[no-untyped-def]
    """Fill inverse depth and place of a pixel from its key."""
    # The sky is worked on beside faces, and then overwritten: any finite depth will do.
    inverse = np.float32(np.int32(value >> 32)) * np.float32(DEPTH_UNIT)
    line[INVERSE + at] = max(np.float32(1e-6), inverse)
    line[PLACE + at] = np.float32(np.int32(TOP_PLACE - (value & 0xFFFFFFFF)))


@kernel
def _read_row(line, work, y, width, hand_left):  # type: ignore[no-untyped-def]
    """Fill the planes of a row that say what each pixel sees: the hand, from `hand_left` on, or
    what is behind it."""
    key, hand, rays, begin = work.key, work.hand, work.ray_length, np.uint64(y * width)
    for at in range(np.uint64(width)):
        line[RAY + at] = rays[begin + at]
    for at in range(np.uint64(hand_left)):
        _read_pixel(line, at, key[begin + at])
    for at in range(np.uint64(hand_left), np.uint64(width)):
        over = hand[begin + at]
        _read_pixel(line, at, over if over != 0 else key[begin + at])


@inlined
def _run_end(line, at, width):  # type: ignore[no-untyped-def]
    """The pixel of a row after the last one that sees what pixel `at` sees."""
    here = line[PLACE + np.uint64(at)]
    for after in range(np.uint64(at + 1), np.uint64(width)):
        if line[PLACE + after] != here:
            return np.int64(after)
    return np.int64(width)


@kernel
def _colour_row(look, work, sky_row, y, width, height, focal):  # type: ignore[no-untyped-def]
    """Colour a row of opaque faces and sky."""
    line, record, what = work.line, work.record, work.what
    left = np.float32((0.5 - width * 0.5) / focal)
    ry = np.float32((y + 0.5 - height * 0.5) / focal)
    at = 0
    while at < width:
        stop = _run_end(line, at, width)
        place = np.int64(line[PLACE + np.uint64(at)])
        if place >= TOP_PLACE:
            sky_run(line, sky_row, np.float32(focal), left, ry, at, stop)
        else:
            face_run(
                line, look.word, record, place, what[place, 0], what[place, 1], sky_row,
                np.float32(y), at, stop,
            )  # fmt: skip
        at = stop


@kernel
def _veil_row(look, work, sky_row, y, width):  # type: ignore[no-untyped-def]
    """Lay water and glass over a coloured row, where nothing stands before them."""
    line, key, hand, veil = work.line, work.key, work.hand, work.veil
    record, what, begin = work.record, work.what, np.uint64(y * width)
    found = False
    for at in range(np.uint64(width)):
        found |= veil[begin + at] != 0
    if not found:
        return
    for at in range(np.uint64(width)):
        line[KEEP_RED + at] = line[RED + at]
        line[KEEP_GREEN + at] = line[GREEN + at]
        line[KEEP_BLUE + at] = line[BLUE + at]
        _read_pixel(line, at, veil[begin + at])
    first = 0
    while first < width:
        stop = _run_end(line, first, width)
        place = np.int64(line[PLACE + np.uint64(first)])
        if place < TOP_PLACE:
            share = look.light[19] if what[place, 2] == WATER else look.light[20]
            face_run(
                line, look.word, record, place, what[place, 0], what[place, 1], sky_row,
                np.float32(y), first, stop,
            )  # fmt: skip
            for at in range(np.uint64(first), np.uint64(stop)):
                if veil[begin + at] > key[begin + at] and hand[begin + at] == 0:
                    line[KEEP_RED + at] += (line[RED + at] - line[KEEP_RED + at]) * share
                    line[KEEP_GREEN + at] += (line[GREEN + at] - line[KEEP_GREEN + at]) * share
                    line[KEEP_BLUE + at] += (line[BLUE + at] - line[KEEP_BLUE + at]) * share
        first = stop
    for at in range(np.uint64(width)):
        line[RED + at] = line[KEEP_RED + at]
        line[GREEN + at] = line[KEEP_GREEN + at]
        line[BLUE + at] = line[KEEP_BLUE + at]


@kernel
def _write_row(line, rgb, y, width):  # type: ignore[no-untyped-def]
    """Write the colours of a row as bytes."""
    half, row = np.float32(0.5), np.uint64(y)
    for at in range(np.uint64(width)):
        rgb[row, at, 0] = np.uint8(np.int32(line[RED + at] + half))
        rgb[row, at, 1] = np.uint8(np.int32(line[GREEN + at] + half))
        rgb[row, at, 2] = np.uint8(np.int32(line[BLUE + at] + half))


@kernel
def colour_view(look, work, sky_row, rgb, focal, width, height, veiled, hand_left, hand_top):  # type: ignore[no-untyped-def]
    """Colour the pixels of one view; all its faces are baked.

    Args:
        rgb: (height, width, 3) uint8.
        veiled: Whether `work.veil` holds water or glass.
        hand_left, hand_top: First column and row in which `work.hand` holds something.
    """
    for y in range(height):
        _read_row(work.line, work, y, width, hand_left if y >= hand_top else width)
        _colour_row(look, work, sky_row, y, width, height, focal)
        if veiled:
            _veil_row(look, work, sky_row, y, width)
        _write_row(work.line, rgb, y, width)
