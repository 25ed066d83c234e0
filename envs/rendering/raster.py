"""Pass one of the software renderer: which face does each pixel see, and how far away?

A canvas holds the inverse depth of what each pixel sees, 0 for nothing, and from `OWNER` on the
place of that face in the order of drawing.  The greater inverse depth wins, and of equals the
first drawn.  What owns a pixel that sees nothing is not defined.

Coordinates here are those of the view: x right, y down, z forward, metres, eye at the origin.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.pages import lazy_zeros

from .outlines import (
    ACROSS,
    ALONG,
    BORDER,
    BOTTOM,
    CENTRE,
    EDGE,
    LEFT,
    NEAR,
    RIGHT,
    ROW,
    TOP,
    border,
)

SPAN = 16
"""Pixels drawn at once; a canvas needs as many spare ones.  With fewer, the compiler would unroll
the loop over them instead of using the processor's vectors."""
OWNER = np.uint64((1 << 21) + 512)
"""From a pixel's inverse depth to its owner on a canvas: more than the largest picture needs.  It
is a constant so that the compiler knows the two apart; memory between them that no picture reaches
is never touched, and so takes no room."""
QUAD, WEATHER, HAND = -1, -2, -3
"""Stands for the section of a face that is not a block's: a figure's, rain, snow, the hand."""


def new_canvas(pixels: int) -> NDArray[np.float32]:
    """(OWNER + pixels + SPAN,) a canvas on which nothing is drawn."""
    if pixels + SPAN > OWNER:
        raise ValueError(f"a picture has {pixels} pixels, the software renderer draws {2**21}")
    return lazy_zeros(int(OWNER) + pixels + SPAN, np.float32)


@inlined
def first_open_row(canvas, width, left, right, top, bottom, corner, slope, down):  # type: ignore[no-untyped-def]
    """The first row in which a face may win a pixel, `bottom + 1` where it is hidden altogether.

    Most faces that lose do so to something much nearer.  So it is enough to look, row by row,
    whether all that has been drawn is nearer than the nearest pixel of the box around the face.
    """
    zero = np.float32(0.0)
    # Rounded as in `fill`, so that no pixel there comes out nearer than this.
    nearest = corner + max(zero, down * np.float32(bottom - top))
    nearest += max(zero, slope * np.float32(right - left))
    for y in range(top, bottom + 1):
        is_open, row = False, np.uint64(y * width)
        for at in range(row + np.uint64(left), row + np.uint64(right + 1)):
            is_open |= canvas[at] < nearest
        if is_open:
            return y
    return bottom + 1


@inlined
def fill(canvas, width, place, batch, i):  # type: ignore[no-untyped-def]
    """Draw a quad given by its outline.

    Args:
        canvas: Changed in place.
        place: Its place in the order of drawing, less than 2 ** 24.
        batch, i: Column i of a batch holds the outline; see `outlines`.

    Returns:
        Whether it won any pixel.
    """
    left, right = np.int64(batch[LEFT + i]), np.int64(batch[RIGHT + i])
    top, bottom = np.int64(batch[TOP + i]), np.int64(batch[BOTTOM + i])
    slope, down = batch[ACROSS + i], batch[ALONG + i]
    corner = np.float32(float(batch[CENTRE + i]) + float(down) * top + float(slope) * left)
    first = first_open_row(canvas, width, left, right, top, bottom, corner, slope, down)
    at = BORDER + i
    a0, b0, c0 = batch[at], batch[at + ROW], batch[at + ROW + ROW]
    at += ROW + ROW + ROW
    a1, b1, c1 = batch[at], batch[at + ROW], batch[at + ROW + ROW]
    at += ROW + ROW + ROW
    a2, b2, c2 = batch[at], batch[at + ROW], batch[at + ROW + ROW]
    at += ROW + ROW + ROW
    a3, b3, c3 = batch[at], batch[at + ROW], batch[at + ROW + ROW]
    number, won = np.float32(place), False
    for y in range(first, bottom + 1):
        row = np.float32(y - top)
        d0, d1, d2, d3 = c0 + b0 * row, c1 + b1 * row, c2 + b2 * row, c3 + b3 * row
        here = corner + down * row
        for x in range(left, right + 1, SPAN):
            # Always as many pixels, most of them masked: one step of the processor's vectors.
            begin, column = np.uint64(y * width + x), np.float32(x - left)
            room = np.float32(right - x)
            for k in range(SPAN):
                pixel, along_row = begin + np.uint64(k), column + np.float32(k)
                inside = min(
                    min(a0 * along_row + d0, a1 * along_row + d1),
                    min(a2 * along_row + d2, a3 * along_row + d3),
                )
                inside = min(inside, room - np.float32(k))
                value, old = here + slope * along_row, canvas[pixel]
                value = value if inside >= 0.0 else np.float32(0.0)
                wins = value > old
                canvas[pixel] = value if value > old else old
                canvas[OWNER + pixel] = number if wins else canvas[OWNER + pixel]
                won |= wins
    return won


@kernel
def fill_quad(  # type: ignore[no-untyped-def]
    canvas, single, width, height, focal, place,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
):  # fmt: skip
    """Draw a quad whose four corners lie beyond the near plane; see `fill`.

    Args:
        single: (ROWS * BATCH,) float32, a batch of which the first column is used.
        focal: Pixels per unit of tangent.
        nx, ny, nz, d: The quad's plane, n . p = d with d > 0 (it faces the eye).
    """
    cx, cy = width * 0.5 - 0.5, height * 0.5 - 0.5
    i0, i1, i2, i3 = focal / z0, focal / z1, focal / z2, focal / z3
    x0, y0 = cx + x0 * i0, cy + y0 * i0
    x1, y1 = cx + x1 * i1, cy + y1 * i1
    x2, y2 = cx + x2 * i2, cy + y2 * i2
    x3, y3 = cx + x3 * i3, cy + y3 * i3
    left = max(0.0, np.ceil(min(min(x0, x1), min(x2, x3)) - EDGE))
    right = min(width - 1.0, np.floor(max(max(x0, x1), max(x2, x3)) + EDGE))
    top = max(0.0, np.ceil(min(min(y0, y1), min(y2, y3)) - EDGE))
    bottom = min(height - 1.0, np.floor(max(max(y0, y1), max(y2, y3)) + EDGE))
    if not (left <= right and top <= bottom):
        return False
    first, three = np.uint64(0), np.uint64(3)
    single[LEFT], single[RIGHT], single[TOP], single[BOTTOM] = left, right, top, bottom
    across, along = nx / (d * focal), ny / (d * focal)
    single[ACROSS], single[ALONG], single[CENTRE] = across, along, nz / d - across * cx - along * cy
    x0, x1, x2, x3 = x0 - left, x1 - left, x2 - left, x3 - left
    y0, y1, y2, y3 = y0 - top, y1 - top, y2 - top, y3 - top
    border(single, BORDER, x0, y0, x1, y1)
    border(single, BORDER + ROW * three, x1, y1, x2, y2)
    border(single, BORDER + ROW * three + ROW * three, x2, y2, x3, y3)
    border(single, BORDER + ROW * three + ROW * three + ROW * three, x3, y3, x0, y0)
    return fill(canvas, width, place, single, first)


@kernel
def _clip(poly, count, out):  # type: ignore[no-untyped-def]
    """Cut a polygon (rows of x, y, z) at the near plane; return how many corners are left."""
    n = 0
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        za, zb = poly[i, 2], poly[j, 2]
        if za >= NEAR:
            out[n, 0], out[n, 1], out[n, 2] = poly[i, 0], poly[i, 1], za
            n += 1
        if (za >= NEAR) != (zb >= NEAR):
            t = (NEAR - za) / (zb - za)
            out[n, 0] = poly[i, 0] + t * (poly[j, 0] - poly[i, 0])
            out[n, 1] = poly[i, 1] + t * (poly[j, 1] - poly[i, 1])
            out[n, 2] = NEAR
            n += 1
    return n


@kernel
def fill_clipped(  # type: ignore[no-untyped-def]
    canvas, single, width, height, focal, place, poly,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
):  # fmt: skip
    """Draw a quad of which a part lies before the near plane; see `fill_quad`."""
    whole, cut = poly[0], poly[1]
    whole[0, 0], whole[0, 1], whole[0, 2] = x0, y0, z0
    whole[1, 0], whole[1, 1], whole[1, 2] = x1, y1, z1
    whole[2, 0], whole[2, 1], whole[2, 2] = x2, y2, z2
    whole[3, 0], whole[3, 1], whole[3, 2] = x3, y3, z3
    count = _clip(whole, 4, cut)
    won = False
    for i in range(2, count, 2):
        # A fan of quads over the remaining polygon; an odd corner is used twice.
        j = i + 1 if i + 1 < count else i
        won |= fill_quad(
            canvas, single, width, height, focal, place,
            cut[0, 0], cut[0, 1], cut[0, 2], cut[i - 1, 0], cut[i - 1, 1], cut[i - 1, 2],
            cut[i, 0], cut[i, 1], cut[i, 2], cut[j, 0], cut[j, 1], cut[j, 2], nx, ny, nz, d,
        )  # fmt: skip
    return won


@kernel
def draw_quad(  # type: ignore[no-untyped-def]
    canvas, single, width, height, focal, place, two_sided, poly,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
):  # fmt: skip
    """Draw a quad with corners anywhere; see `fill_quad`.

    Args:
        two_sided: Whether to draw it seen from behind as well.
        poly: (2, 8, 3) float64 scratch.

    Returns:
        Whether it won any pixel.
    """
    if z0 < NEAR and z1 < NEAR and z2 < NEAR and z3 < NEAR:
        return False
    ax, ay, az = x1 - x0, y1 - y0, z1 - z0
    bx, by, bz = x3 - x0, y3 - y0, z3 - z0
    nx = ay * bz - az * by
    ny = az * bx - ax * bz
    nz = ax * by - ay * bx
    d = nx * x0 + ny * y0 + nz * z0
    if d <= 0.0:
        if not two_sided or d == 0.0:
            return False
        nx, ny, nz, d = -nx, -ny, -nz, -d
        x1, y1, z1, x3, y3, z3 = x3, y3, z3, x1, y1, z1
    if z0 >= NEAR and z1 >= NEAR and z2 >= NEAR and z3 >= NEAR:
        return fill_quad(
            canvas, single, width, height, focal, place,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
        )  # fmt: skip
    return fill_clipped(
        canvas, single, width, height, focal, place, poly,
        x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
    )  # fmt: skip
