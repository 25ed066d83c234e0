"""Faces of blocks, drawn a batch at a time.

The outlines of a batch are worked out together (`outlines`), then each face is drawn by its own
(`raster`).  The few that cross the near plane, or are torches, thinner than their cells, go their
own ways.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TORCH

from .mesh import CORNER
from .outlines import (
    CUT,
    LOWER,
    PLAIN,
    ROW,
    TASK,
    UPPER,
    UX,
    UY,
    UZ,
    VX,
    VY,
    VZ,
    X,
    Y,
    Z,
    corner_of,
    gather,
    outline,
)
from .raster import draw_quad, fill


@kernel
def draw_batch(  # type: ignore[no-untyped-def]
    faces, slots, turned, batch, single, canvas, poly, source, corner, index, section,
    bottom, turn, first, count, width, height, focal, place, two_sided,
):  # fmt: skip
    """Draw up to `BATCH` faces of the queue on `canvas`; return the next place.

    Args:
        faces: (n, 3) uint32 pool of faces.
        slots, turned, batch, single, poly, source, corner, index, section, turn: Of the
            `RasterWork`.
        bottom: Radius of the planet's lowest layer.
        first, count: Which of the queue.
        place: The next place in the order of drawing.
    """
    ex, ey, ez = turn[0], turn[1], turn[2]
    gather(faces, index, section, first, count, slots, turned, bottom, batch)
    outline(
        batch, count, np.float32(ex), np.float32(ey), np.float32(ez), np.float32(focal),
        np.float32(width), np.float32(height), two_sided,
    )  # fmt: skip
    for n in range(count):
        i = np.uint64(n)
        face = index[first + n]
        word = np.int64(faces[face, 0])
        task = np.int64(batch[TASK + i])
        if (word >> 16) & 255 == TORCH:
            stack = section[first + n]
            won = _draw_torch(
                word, turned, batch, single, canvas, poly, i, ex, ey, ez, slots[stack >> 3],
                bottom + (stack & 7) * 8, width, height, focal, place,
            )  # fmt: skip
        elif task == PLAIN:
            won = fill(canvas, width, place, batch, i)
        elif task == CUT:
            won = _draw_cut(
                batch, single, canvas, poly, i, ex, ey, ez, width, height, focal, place, two_sided
            )
        else:
            continue
        if won:
            source[place, 0], source[place, 1] = face, section[first + n]
            for k in range(9):
                corner[place, k] = batch[X + ROW * np.uint64(k) + i]
            place += 1
    return place


@kernel
def _draw_cut(  # type: ignore[no-untyped-def]
    batch, single, canvas, poly, i, ex, ey, ez, width, height, focal, place, two_sided
):  # fmt: skip
    """Draw a face that crosses the near plane or is seen from behind."""
    upper, lower = float(batch[UPPER + i]), float(batch[LOWER + i])
    x0, y0, z0 = corner_of(batch, 0, upper, i, ex, ey, ez)
    x1, y1, z1 = corner_of(batch, 1, upper, i, ex, ey, ez)
    x2, y2, z2 = corner_of(batch, 2, lower, i, ex, ey, ez)
    x3, y3, z3 = corner_of(batch, 3, lower, i, ex, ey, ez)
    return draw_quad(
        canvas, single, width, height, focal, place, two_sided, poly,
        x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
    )  # fmt: skip


@kernel
def _draw_torch(  # type: ignore[no-untyped-def]
    word, turned, batch, single, canvas, poly, i, ex, ey, ez, slot, low, width, height, focal, place
):  # fmt: skip
    """Draw a face of the little post that is a torch, and note its corner and single."""
    a, b, k = word & 7, (word >> 3) & 7, (word >> 6) & 7
    base = CORNER[(word >> 9) & 7]
    ca, cb, ck = base[0, 0] + base[1, 0] + base[2, 0], base[0, 1] + base[1, 1] + base[2, 1], 0
    ck = base[0, 2] + base[1, 2] + base[2, 2]
    ua, ub, va, vb, vk = base[3, 0], base[3, 1], base[4, 0], base[4, 1], base[4, 2]
    x0, y0, z0 = _torch_corner(turned, slot, low, a, b, k, ca, cb, ck)
    x1, y1, z1 = _torch_corner(turned, slot, low, a, b, k, ca + ua, cb + ub, ck)
    x2, y2, z2 = _torch_corner(turned, slot, low, a, b, k, ca + ua + va, cb + ub + vb, ck + vk)
    x3, y3, z3 = _torch_corner(turned, slot, low, a, b, k, ca + va, cb + vb, ck + vk)
    batch[X + i], batch[Y + i], batch[Z + i] = x0 - ex, y0 - ey, z0 - ez
    batch[UX + i], batch[UY + i], batch[UZ + i] = x1 - x0, y1 - y0, z1 - z0
    batch[VX + i], batch[VY + i], batch[VZ + i] = x3 - x0, y3 - y0, z3 - z0
    return draw_quad(
        canvas, single, width, height, focal, place, False, poly,
        x0 - ex, y0 - ey, z0 - ez, x1 - ex, y1 - ey, z1 - ez,
        x2 - ex, y2 - ey, z2 - ez, x3 - ex, y3 - ey, z3 - ez,
    )  # fmt: skip


@kernel
def _torch_corner(turned, slot, radius, a, b, layer, ca, cb, ck):  # type: ignore[no-untyped-def]
    """A corner of the little post that is a torch, as radius and direction."""
    s = 0.5625 if ca else 0.4375
    t = 0.5625 if cb else 0.4375
    x = y = z = 0.0
    for i in range(2):
        for j in range(2):
            share = (s if i else 1.0 - s) * (t if j else 1.0 - t)
            at = slot * 243 + (a + i) * 9 + b + j
            x += share * turned[at]
            y += share * turned[at + 81]
            z += share * turned[at + 162]
    r = radius + layer + (0.625 if ck else 0.0)
    return r * x, r * y, r * z
