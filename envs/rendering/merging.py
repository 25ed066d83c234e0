"""Levels of detail of a section: faces of one block, plane and brightness merged into rectangles.

Rectangles are 2 x 2 at most in level 1, 4 x 4 in level 2; each corner keeps the brightness of the
single face that was there.  The format of a face is described in `mesh`.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TORCH

from .mesh import CORNER, SEE_THROUGH


@kernel
def _even(work, wide, deep, i, j, tolerance):  # type: ignore[no-untyped-def]
    """Whether the faces in a rectangle of the grid are all there, alike and evenly lit."""
    first = work.grid[i, j]
    word = work.face[0, first, 0] >> np.uint32(16)
    low_sky = low_lamp = 255
    high_sky = high_lamp = 0
    for di in range(wide):
        for dj in range(deep):
            n = work.grid[i + di, j + dj]
            if n < 0 or work.face[0, n, 0] >> np.uint32(16) != word:
                return False
            sky, lamp = work.face[0, n, 1], work.face[0, n, 2]
            for corner in range(4):
                s = int((sky >> np.uint32(8 * corner)) & np.uint32(255))
                t = int((lamp >> np.uint32(8 * corner)) & np.uint32(255))
                low_sky, high_sky = min(low_sky, s), max(high_sky, s)
                low_lamp, high_lamp = min(low_lamp, t), max(high_lamp, t)
            if high_sky - low_sky > tolerance or high_lamp - low_lamp > tolerance:
                return False
    return True


@kernel
def _corner_byte(work, grid_i, grid_j, word, corner):  # type: ignore[no-untyped-def]
    n = work.grid[grid_i, grid_j]
    return ((work.face[0, n, word] >> np.uint32(8 * corner)) & np.uint32(255)) << np.uint32(
        8 * corner
    )


@kernel
def _merge_plane(work, level, direction, out):  # type: ignore[no-untyped-def]
    """Cover the faces in `work.grid` by rectangles; return the new end of the level's list."""
    largest = 1 << level
    tolerance = 64 if level == 1 else 160
    for i in range(8):
        for j in range(8):
            n = work.grid[i, j]
            if n < 0:
                continue
            wide = deep = 1
            while (
                wide < largest
                and i + 2 * wide <= 8
                and _even(work, 2 * wide, deep, i, j, tolerance)
            ):
                wide *= 2
            while (
                deep < largest
                and j + 2 * deep <= 8
                and _even(work, wide, 2 * deep, i, j, tolerance)
            ):
                deep *= 2
            # Which of the grid's axes is u: the grid is (a, b), (a, layer) or (b, layer).
            log_i = 0 if wide == 1 else 1 if wide == 2 else 2
            log_j = 0 if deep == 1 else 1 if deep == 2 else 2
            swap = direction == 4
            log_u, log_v = (log_j, log_i) if swap else (log_i, log_j)
            word = work.face[0, n, 0] | np.uint32((log_u << 12) | (log_v << 14))
            sky = lamp = np.uint32(0)
            du, dv = CORNER[direction, 3], CORNER[direction, 4]
            axis = 1 if direction < 2 else 0
            last = 1 if direction >= 4 else 2
            for corner in range(4):
                u = 1 if corner == 1 or corner == 2 else 0
                v = 1 if corner >= 2 else 0
                # The member at this corner: move along i and j where u or v grows with them.
                along_i = (
                    (u if du[axis] > 0 else 1 - u)
                    if du[axis] != 0
                    else (v if dv[axis] > 0 else 1 - v)
                )
                along_j = (
                    (u if du[last] > 0 else 1 - u)
                    if du[last] != 0
                    else (v if dv[last] > 0 else 1 - v)
                )
                gi, gj = i + along_i * (wide - 1), j + along_j * (deep - 1)
                sky |= _corner_byte(work, gi, gj, 1, corner)
                lamp |= _corner_byte(work, gi, gj, 2, corner)
            for di in range(wide):
                for dj in range(deep):
                    if di or dj:
                        work.grid[i + di, j + dj] = -1
            work.grid[i, j] = -1
            work.face[level, out, 0] = word
            work.face[level, out, 1] = sky
            work.face[level, out, 2] = lamp
            out += 1
    return out


@kernel
def _copy_face(work, n, level, out):  # type: ignore[no-untyped-def]
    for word in range(3):
        work.face[level, out, word] = work.face[0, n, word]


@kernel
def _merge_direction(work, level, direction, begin, end, out):  # type: ignore[no-untyped-def]
    """Merge the faces `begin` to `end` of level 0, all of one direction; return the new end."""
    axis = direction >> 1
    for plane in range(8):
        any_here = False
        for cell in range(64):
            work.grid[cell >> 3, cell & 7] = -1
        for n in range(begin, end):
            word = np.int64(work.face[0, n, 0])
            if (word >> (3 * axis)) & 7 != plane:
                continue
            if (word >> 16) & 255 == TORCH:
                _copy_face(work, n, level, out)
                out += 1
                continue
            any_here = True
            a, b, k = word & 7, (word >> 3) & 7, (word >> 6) & 7
            if axis == 0:
                work.grid[b, k] = n
            elif axis == 1:
                work.grid[a, k] = n
            else:
                work.grid[a, b] = n
        if any_here:
            out = _merge_plane(work, level, direction, out)
    return out


@kernel
def merged_faces(work, level):  # type: ignore[no-untyped-def]
    """Levels 1 and 2: the faces of level 0 merged, but for torches."""
    start = out = 0
    for direction in range(6):
        begin, end = out, start + work.count[0, direction]
        out = _merge_direction(work, level, direction, start, end, out)
        work.count[level, direction] = out - begin
        start = end
    begin, last = out, start + work.count[0, SEE_THROUGH]
    while start < last:
        direction = np.int64(work.face[0, start, 0] >> np.uint32(9)) & 7
        end = start
        while end < last and np.int64(work.face[0, end, 0] >> np.uint32(9)) & 7 == direction:
            end += 1
        out = _merge_direction(work, level, direction, start, end, out)
        start = end
    work.count[level, SEE_THROUGH] = out - begin
