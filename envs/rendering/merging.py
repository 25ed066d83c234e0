"""Levels of detail of a section: faces of one block, plane and brightness merged into rectangles.

Rectangles are 2 x 2 at most in level 1, 4 x 4 in level 2; each corner keeps the brightness of the
single face that was there.  The format of a face is described in `mesh`.

The faces of one direction lie in 8 planes.  Each plane is 8 rows of 8 bits, a bit for each face:
row b, bit layer where the direction runs along a; row a, bit layer where it runs along b; and
row a, bit b where it runs up or down.  Rows are counted through, 0 to 63, and so are the places of
the bits, 0 to 511.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import TORCH

from .mesh import CORNER, LEVELS, LISTS, LOWEST

TOLERANCE = np.array([0, 64, 160])
"""By level: how far apart the brightest and the darkest corner of a rectangle may be."""


def _far_ends() -> NDArray[np.int64]:
    """(6, 4, 2) whether a corner of a face lies at the far end of its plane's rows and bits."""
    ends = np.zeros((6, 4, 2), np.int64)
    for direction in range(6):
        u, v = CORNER[direction, 3], CORNER[direction, 4]
        row_axis, bit_axis = 1 if direction < 2 else 0, 1 if direction >= 4 else 2
        for corner, (right, down) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
            for k, axis in enumerate((row_axis, bit_axis)):
                step, along = (u, right) if u[axis] else (v, down)
                ends[direction, corner, k] = along if step[axis] > 0 else 1 - along
    return ends


FAR_END = _far_ends()
"""See `_far_ends`."""


@inlined
def _span(word):  # type: ignore[no-untyped-def]
    """The least of four bytes, and the greatest of them eight bits further up."""
    a, b, c, d = word & 255, (word >> 8) & 255, (word >> 16) & 255, word >> 24
    return min(min(a, b), min(c, d)) | max(max(a, b), max(c, d)) << 8


@inlined
def _blended(tone, other):  # type: ignore[no-untyped-def]
    """The tone of two faces together, which show the same."""
    low_sky, high_sky = min(tone & 0xFF, other & 0xFF), max(tone & 0xFF00, other & 0xFF00)
    low_lamp = min(tone & 0xFF0000, other & 0xFF0000)
    high_lamp = max(tone & 0xFF000000, other & 0xFF000000)
    return (tone >> 32) << 32 | high_lamp | low_lamp | high_sky | low_sky


@inlined
def _even(tone, tolerance):  # type: ignore[no-untyped-def]
    """Whether the corners of a tone are about as bright as each other."""
    sky = ((tone >> 8) & 255) - (tone & 255)
    lamp = ((tone >> 24) & 255) - ((tone >> 16) & 255)
    return sky <= tolerance and lamp <= tolerance


@kernel
def _spread_out(work, direction, begin, end):  # type: ignore[no-untyped-def]
    """Spread out faces `begin` to `end` of level 0, all of one direction, but for torches.

    Returns:
        In which planes there are faces, and in which torches: a bit for each.
    """
    face, row, place, tone = work.face[0], work.row, work.place, work.tone
    axis = direction >> 1
    planes = torches = 0
    for n in range(begin, end):
        word = np.int64(face[n, 0])
        a, b, layer = word & 7, (word >> 3) & 7, (word >> 6) & 7
        plane, line, bit = (
            (a, b, layer) if axis == 0 else (b, a, layer) if axis == 1 else (layer, a, b)
        )
        if (word >> 16) & 255 == TORCH:
            torches |= 1 << plane
            continue
        planes |= 1 << plane
        line += 8 * plane
        for level in range(1, LEVELS):
            row[level, line] |= 1 << bit
        sky, lamp = _span(np.int64(face[n, 1])), _span(np.int64(face[n, 2]))
        place[8 * line + bit], tone[8 * line + bit] = n, (word >> 16) << 32 | lamp << 16 | sky
    return planes, torches


@inlined
def _take_in(row, tones, line, wide, bit, deep, tone, tolerance):  # type: ignore[no-untyped-def]
    """Add `wide` x `deep` faces of a plane to a rectangle of some tone.

    Returns:
        The tone of it all; -1 if faces are missing, show something else or are not even.
    """
    all_of_them = ((1 << deep) - 1) << bit
    for i in range(line, line + wide):
        if row[i] & all_of_them != all_of_them:
            return np.int64(-1)
        for j in range(bit, bit + deep):
            other = tones[8 * i + j]
            if other != tone:
                if other >> 32 != tone >> 32:
                    return np.int64(-1)
                tone = _blended(tone, other)
    return tone if _even(tone, tolerance) else np.int64(-1)


@inlined
def _grow(row, tones, line, bit, level):  # type: ignore[no-untyped-def]
    """The largest even rectangle from one face on: log2 of its rows and bits.

    It doubles across the rows while it can, and then along them.
    """
    tone, tolerance = tones[8 * line + bit], TOLERANCE[level]
    log_wide = log_deep = 0
    while log_wide < level and (line & 7) + (2 << log_wide) <= 8:
        wide = 1 << log_wide
        more = _take_in(row, tones, line + wide, wide, bit, 1, tone, tolerance)
        if more < 0:
            break
        tone, log_wide = more, log_wide + 1
    while log_deep < level and bit + (2 << log_deep) <= 8:
        deep = 1 << log_deep
        more = _take_in(row, tones, line, 1 << log_wide, bit + deep, deep, tone, tolerance)
        if more < 0:
            break
        tone, log_deep = more, log_deep + 1
    return log_wide, log_deep


@inlined
def _copy_face(face, n, merged, out):  # type: ignore[no-untyped-def]
    merged[out, 0], merged[out, 1], merged[out, 2] = face[n, 0], face[n, 1], face[n, 2]


@inlined
def _add_rectangle(face, place, line, bit, log_wide, log_deep, merged, out):  # type: ignore[no-untyped-def]
    """Write a rectangle of faces as face `out` of `merged`."""
    n = place[8 * line + bit]
    word = np.int64(face[n, 0])
    direction = (word >> 9) & 7
    log_u, log_v = (log_deep, log_wide) if direction == 4 else (log_wide, log_deep)
    sky = lamp = 0
    for corner in range(4):
        i = line + FAR_END[direction, corner, 0] * ((1 << log_wide) - 1)
        j = bit + FAR_END[direction, corner, 1] * ((1 << log_deep) - 1)
        there = place[8 * i + j]
        byte = 255 << (8 * corner)
        sky |= np.int64(face[there, 1]) & byte
        lamp |= np.int64(face[there, 2]) & byte
    merged[out, 0], merged[out, 1], merged[out, 2] = word | log_u << 12 | log_v << 14, sky, lamp


@inlined
def _merge_plane(face, row, place, tones, merged, level, plane, out):  # type: ignore[no-untyped-def]
    """Cover the faces of a plane by rectangles; return the new end of the level's list."""
    for line in range(8 * plane, 8 * plane + 8):
        while row[line]:
            bit = LOWEST[row[line]]
            log_wide, log_deep = _grow(row, tones, line, bit, level)
            if log_wide + log_deep:
                _add_rectangle(face, place, line, bit, log_wide, log_deep, merged, out)
            else:
                _copy_face(face, place[8 * line + bit], merged, out)
            for i in range(line, line + (1 << log_wide)):
                row[i] &= ~(((1 << (1 << log_deep)) - 1) << bit)
            out += 1
    return out


@kernel
def _copy_torches(face, merged, axis, plane, begin, end, out):  # type: ignore[no-untyped-def]
    """Copy the torches of a plane from faces `begin` to `end`; return the new end of the list."""
    for n in range(begin, end):
        word = np.int64(face[n, 0])
        if (word >> 16) & 255 == TORCH and (word >> (3 * axis)) & 7 == plane:
            _copy_face(face, n, merged, out)
            out += 1
    return out


@kernel
def _merge_run(work, level, direction, begin, end, planes, torches, out):  # type: ignore[no-untyped-def]
    """Merge what `_spread_out` spread out, plane by plane, torches first in each.

    Returns:
        The new end of the level's list.
    """
    face, row, place, tones = work.face[0], work.row[level], work.place, work.tone
    merged = work.face[level]
    for plane in range(8):
        if torches >> plane & 1:
            out = _copy_torches(face, merged, direction >> 1, plane, begin, end, out)
        if planes >> plane & 1:
            out = _merge_plane(face, row, place, tones, merged, level, plane, out)
    return out


@kernel
def merge_faces(work):  # type: ignore[no-untyped-def]
    """Levels 1 and 2: the faces of level 0 merged, but for torches."""
    face, end_of = work.face[0], work.end
    begin = 0
    for level in range(1, LEVELS):
        end_of[level] = 0
    for kind in range(LISTS):
        last = begin + work.count[0, kind]
        while begin < last:
            direction, end = np.int64(face[begin, 0] >> 9) & 7, begin + 1
            while end < last and np.int64(face[end, 0] >> 9) & 7 == direction:
                end += 1
            planes, torches = _spread_out(work, direction, begin, end)
            for level in range(1, LEVELS):
                out = _merge_run(work, level, direction, begin, end, planes, torches, end_of[level])
                work.count[level, kind] += out - end_of[level]
                end_of[level] = out
            begin = end
