"""Pass two of the software renderer: the colour of every pixel, row by row.

A row is cut into runs of pixels that see the same face, or the sky; `shade` colours a run.  Water
and glass, then the own hand, are rows of their own laid over it.
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
    RAY,
    RED,
    face_run,
    sky_run,
)

DEPTH_UNIT = float(1 << 32) / DEPTH_ONE
"""Inverse depth of one unit of the upper half of a key."""


@kernel
def _read_depth(line, key, start, width):  # type: ignore[no-untyped-def]
    """Fill the inverse depths of a row from its keys."""
    unit = np.float32(DEPTH_UNIT)
    least = np.float32(1e-6)  # of the sky, which is worked on beside faces, and then overwritten
    begin = np.uint64(start)
    for at in range(np.uint64(width)):
        line[INVERSE + at] = max(least, np.float32(np.int32(key[begin + at] >> 32)) * unit)


@inlined
def _run_end(key, start, at, width):  # type: ignore[no-untyped-def]
    """The pixel of a row after the last one that sees what pixel `at` sees."""
    begin, low = np.uint64(start), np.int32(key[start + at])
    for after in range(np.uint64(at + 1), np.uint64(width)):
        if np.int32(key[begin + after]) != low:
            return np.int64(after)
    return np.int64(width)


@kernel
def _colour_row(look, work, sky_row, y, width, height, focal):  # type: ignore[no-untyped-def]
    """Colour a row of opaque faces and sky."""
    line, key, start = work.line, work.key, y * width
    left = np.float32((0.5 - width * 0.5) / focal)
    ry = np.float32((y + 0.5 - height * 0.5) / focal)
    begin, rays = np.uint64(start), work.ray_length
    for at in range(np.uint64(width)):
        line[RAY + at] = rays[begin + at]
    _read_depth(line, key, start, width)
    at = 0
    while at < width:
        stop = _run_end(key, start, at, width)
        if key[start + at] == 0:
            sky_run(line, sky_row, np.float32(focal), left, ry, at, stop)
        else:
            place = TOP_PLACE - (key[start + at] & 0xFFFFFFFF)
            face_run(
                line, look.word, work.record, place, work.what[place, 0],
                work.what[place, 1], sky_row, np.float32(y), at, stop,
            )  # fmt: skip
        at = stop


@kernel
def _cover_row(look, work, sky_row, over, is_veil, y, first, width):  # type: ignore[no-untyped-def]
    """Lay what the keys `over` hold above a coloured row, from pixel `first` on.

    A veil of water or glass lets what lies behind shine through, and does not show where it lies
    behind a face itself; the hand hides all.
    """
    line, key, start = work.line, work.key, y * width
    begin = np.uint64(start)
    found = False
    for at in range(np.uint64(start + first), np.uint64(start + width)):
        found |= over[at] != 0
    if not found:
        return
    for at in range(np.uint64(first), np.uint64(width)):
        line[KEEP_RED + at] = line[RED + at]
        line[KEEP_GREEN + at] = line[GREEN + at]
        line[KEEP_BLUE + at] = line[BLUE + at]
    _read_depth(line, over, start, width)
    at = first
    while at < width:
        stop = _run_end(over, start, at, width)
        if over[start + at] == 0:
            at = stop
            continue
        place = TOP_PLACE - (over[start + at] & 0xFFFFFFFF)
        share = np.float32(1.0)
        if is_veil:
            share = look.light[19] if work.what[place, 2] == WATER else look.light[20]
        face_run(
            line, look.word, work.record, place, work.what[place, 0],
            work.what[place, 1], sky_row, np.float32(y), at, stop,
        )  # fmt: skip
        for i in range(np.uint64(at), np.uint64(stop)):
            if not is_veil or over[begin + i] > key[begin + i]:
                line[KEEP_RED + i] += (line[RED + i] - line[KEEP_RED + i]) * share
                line[KEEP_GREEN + i] += (line[GREEN + i] - line[KEEP_GREEN + i]) * share
                line[KEEP_BLUE + i] += (line[BLUE + i] - line[KEEP_BLUE + i]) * share
        at = stop
    for at in range(np.uint64(first), np.uint64(width)):
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
        _colour_row(look, work, sky_row, y, width, height, focal)
        if veiled:
            _cover_row(look, work, sky_row, work.veil, True, y, 0, width)
        if y >= hand_top:
            _cover_row(look, work, sky_row, work.hand, False, y, hand_left, width)
        _write_row(work.line, rgb, y, width)
