"""Pass one of the software renderer: which face does each pixel see, and how far away?

A pixel is one 64-bit integer: the inverse depth in fixed point (31 bits), then the face's place in
the order of drawing, inverted.  The greater integer wins, so equal depth goes to the lower place,
and the inner loop is an integer maximum along a row.

Coordinates here are those of the view: x right, y down, z forward, metres, eye at the origin.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel

NEAR = 0.05
"""Nothing nearer to the eye's plane than this is drawn, in metres."""
DEPTH_ONE = float(1 << 58)
"""The key of inverse depth 1 / metre."""
PLACE_MASK = (1 << 32) - 1
"""The bits of a key that hold the place in the order of drawing."""
EDGE = 1e-4
"""Pixels by which a face reaches beyond its edge, so that neighbours never leave a gap."""
NARROW = 8
"""Pixels that are drawn at once; keys need as many spare ones at the end."""
_FAR_LEFT, _FAR_RIGHT = -1e9, 1e9


@inlined
def _edge(xa, ya, xb, yb):  # type: ignore[no-untyped-def]
    """The line of an edge as x = constant + y * slope, for the left and for the right border."""
    dy = yb - ya
    if dy > 1e-9:
        slope = (xb - xa) / dy
        return _FAR_LEFT, 0.0, xa - ya * slope, slope
    if dy < -1e-9:
        slope = (xb - xa) / dy
        return xa - ya * slope, slope, _FAR_RIGHT, 0.0
    return _FAR_LEFT, 0.0, _FAR_RIGHT, 0.0


@inlined
def _row(key, start, stop, depth, slope, place):  # type: ignore[no-untyped-def]
    """Write a face into part of a row of keys; return how many pixels it won."""
    won = 0
    for at in range(start, stop):
        value = (depth & -4294967296) | place
        old = key[at]
        won += value > old
        key[at] = max(value, old)
        depth += slope
    return won


@inlined
def fill_outline(  # type: ignore[no-untyped-def]
    key, width, place, x0, y0, x1, y1, x2, y2, x3, y3,
    first_x, last_x, first_y, last_y, across, along, centre,
):  # fmt: skip
    """Draw a quad given by its outline on the picture.

    Args:
        key: (height * width,) int64 keys, changed in place.
        place: The inverted place in the order of drawing.
        x0 to y3: Its corners in pixels, clockwise.
        first_x, last_x, first_y, last_y: The pixels around it, within the picture.
        across, along, centre: Inverse depth of pixel (x, y) is across * x + along * y + centre.

    Returns:
        How many pixels it won.
    """
    a, b, c, e = _edge(x0, y0, x1, y1)
    f, g, h, i = _edge(x1, y1, x2, y2)
    j, k, m, n = _edge(x2, y2, x3, y3)
    p, q, r, s = _edge(x3, y3, x0, y0)
    slope = np.int64(across * DEPTH_ONE)
    won = 0
    if last_x - first_x < NARROW:
        for y in range(first_y, last_y + 1):
            yc = y + 0.5
            left = max(max(a + yc * b, f + yc * g), max(j + yc * k, p + yc * q))
            right = min(min(c + yc * e, h + yc * i), min(m + yc * n, r + yc * s))
            start = np.int64(np.ceil(max(left, -1.0) - EDGE - 0.5)) - first_x
            stop = np.int64(np.floor(min(right, width + 1.0) + EDGE - 0.5)) - first_x
            stop = min(stop, last_x - first_x)
            depth = np.int64((centre + along * y + across * first_x) * DEPTH_ONE)
            base = y * width + first_x
            # Always as many pixels, most of them masked: one step of the processor's vectors.
            for pixel in range(NARROW):
                value = ((depth + pixel * slope) & -4294967296) | place
                value = value if (pixel >= start) & (pixel <= stop) else 0
                old = key[base + pixel]
                won += value > old
                key[base + pixel] = max(value, old)
        return won
    for y in range(first_y, last_y + 1):
        yc = y + 0.5
        left = max(max(a + yc * b, f + yc * g), max(j + yc * k, p + yc * q))
        right = min(min(c + yc * e, h + yc * i), min(m + yc * n, r + yc * s))
        start = max(first_x, int(np.ceil(left - EDGE - 0.5)))
        stop = min(last_x, int(np.floor(right + EDGE - 0.5)))
        if start <= stop:
            depth = np.int64((centre + along * y + across * start) * DEPTH_ONE)
            base = y * width
            won += _row(key, base + start, base + stop + 1, depth, slope, place)
    return won


@kernel
def fill_quad(  # type: ignore[no-untyped-def]
    key, width, height, focal, place,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
):  # fmt: skip
    """Draw a quad whose four corners lie beyond the near plane; see `fill_outline`.

    Args:
        focal: Pixels per unit of tangent.
        nx, ny, nz, d: The quad's plane, n . p = d with d > 0 (it faces the eye).
    """
    cx, cy = width * 0.5, height * 0.5
    i0, i1, i2, i3 = focal / z0, focal / z1, focal / z2, focal / z3
    x0, y0 = cx + x0 * i0, cy + y0 * i0
    x1, y1 = cx + x1 * i1, cy + y1 * i1
    x2, y2 = cx + x2 * i2, cy + y2 * i2
    x3, y3 = cx + x3 * i3, cy + y3 * i3
    low_x = max(-1.0, min(min(x0, x1), min(x2, x3)) - EDGE - 0.5)
    high_x = min(width + 1.0, max(max(x0, x1), max(x2, x3)) + EDGE - 0.5)
    low_y = max(-1.0, min(min(y0, y1), min(y2, y3)) - EDGE - 0.5)
    high_y = min(height + 1.0, max(max(y0, y1), max(y2, y3)) + EDGE - 0.5)
    first_x, last_x = max(0, int(np.ceil(low_x))), min(width - 1, int(np.floor(high_x)))
    first_y, last_y = max(0, int(np.ceil(low_y))), min(height - 1, int(np.floor(high_y)))
    if first_x > last_x or first_y > last_y:
        return 0
    inverse = 1.0 / d
    across = nx * inverse / focal
    along = ny * inverse / focal
    centre = nz * inverse - across * (cx - 0.5) - along * (cy - 0.5)
    return fill_outline(
        key, width, place, x0, y0, x1, y1, x2, y2, x3, y3,
        first_x, last_x, first_y, last_y, across, along, centre,
    )  # fmt: skip


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
    key, width, height, focal, place, poly,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
):  # fmt: skip
    """Draw a quad of which a part lies before the near plane; see `fill_quad`."""
    whole, cut = poly[0], poly[1]
    whole[0, 0], whole[0, 1], whole[0, 2] = x0, y0, z0
    whole[1, 0], whole[1, 1], whole[1, 2] = x1, y1, z1
    whole[2, 0], whole[2, 1], whole[2, 2] = x2, y2, z2
    whole[3, 0], whole[3, 1], whole[3, 2] = x3, y3, z3
    count = _clip(whole, 4, cut)
    won = 0
    for i in range(2, count, 2):
        # A fan of quads over the remaining polygon; an odd corner is used twice.
        j = i + 1 if i + 1 < count else i
        won += fill_quad(
            key, width, height, focal, place,
            cut[0, 0], cut[0, 1], cut[0, 2], cut[i - 1, 0], cut[i - 1, 1], cut[i - 1, 2],
            cut[i, 0], cut[i, 1], cut[i, 2], cut[j, 0], cut[j, 1], cut[j, 2], nx, ny, nz, d,
        )  # fmt: skip
    return won


@kernel
def draw_quad(  # type: ignore[no-untyped-def]
    key, width, height, focal, place, two_sided, poly,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
):  # fmt: skip
    """Draw a quad with corners anywhere; see `fill_quad`.

    Args:
        two_sided: Whether to draw it seen from behind as well.
        poly: (2, 8, 3) float64 scratch.

    Returns:
        How many pixels it won.
    """
    if z0 < NEAR and z1 < NEAR and z2 < NEAR and z3 < NEAR:
        return 0
    ax, ay, az = x1 - x0, y1 - y0, z1 - z0
    bx, by, bz = x3 - x0, y3 - y0, z3 - z0
    nx = ay * bz - az * by
    ny = az * bx - ax * bz
    nz = ax * by - ay * bx
    d = nx * x0 + ny * y0 + nz * z0
    if d <= 0.0:
        if not two_sided or d == 0.0:
            return 0
        nx, ny, nz, d = -nx, -ny, -nz, -d
        x1, y1, z1, x3, y3, z3 = x3, y3, z3, x1, y1, z1
    if z0 >= NEAR and z1 >= NEAR and z2 >= NEAR and z3 >= NEAR:
        return fill_quad(
            key, width, height, focal, place,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
        )  # fmt: skip
    return fill_clipped(
        key, width, height, focal, place, poly,
        x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
    )  # fmt: skip
