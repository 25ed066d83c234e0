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
TOP_PLACE = 0x7FFFFFFF
"""The inverted place of the first face drawn, in the lower half of a key."""
QUAD, WEATHER, HAND = -1, -2, -3
"""Stands for the section of a face that is not a block's: a figure's, rain, snow, the hand."""
EDGE = 1e-4
"""Pixels by which a face reaches beyond its edge, so that neighbours never leave a gap."""
NARROW = 8
"""Pixels that are drawn at once; keys need as many spare ones at the end."""
BATCH = 64
"""Faces worked out at a time."""
FAR = 1e9


@inlined
def border(xa, ya, xb, yb):  # type: ignore[no-untyped-def]
    """An edge as the left and as the right border of what it bounds: x on row 0, and slope, twice.

    Going clockwise, edges that go down bound on the right and edges that go up on the left; the
    border that an edge is not lies far away.
    """
    dy = yb - ya
    slope = (xb - xa) / dy
    start = xa - ya * slope
    down, up = dy > np.float32(1e-6), dy < np.float32(-1e-6)
    flat = xa - xa
    far = flat + np.float32(FAR)
    return (
        start if up else -far,
        slope if up else flat,
        start if down else far,
        slope if down else flat,
    )


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
def fill_rows(  # type: ignore[no-untyped-def]
    key, width, place, edges, i, first_x, last_x, first_y, last_y, across, along, centre
):  # fmt: skip
    """Draw a quad given by its four borders on the picture.

    Args:
        key: (height * width + NARROW,) int64 keys, changed in place.
        place: The inverted place in the order of drawing.
        edges, i: Column i of rows 25 to 40 holds the `border` of each edge.
        first_x, last_x, first_y, last_y: The pixels around it, within the picture.
        across, along, centre: Inverse depth of pixel (x, y) is across * x + along * y + centre.

    Returns:
        How many pixels it won.
    """
    a, b = float(edges[25 * BATCH + i]), float(edges[26 * BATCH + i])
    c, e = float(edges[27 * BATCH + i]), float(edges[28 * BATCH + i])
    f, g = float(edges[29 * BATCH + i]), float(edges[30 * BATCH + i])
    h, l = float(edges[31 * BATCH + i]), float(edges[32 * BATCH + i])  # noqa: E741
    j, k = float(edges[33 * BATCH + i]), float(edges[34 * BATCH + i])
    m, n = float(edges[35 * BATCH + i]), float(edges[36 * BATCH + i])
    p, q = float(edges[37 * BATCH + i]), float(edges[38 * BATCH + i])
    r, s = float(edges[39 * BATCH + i]), float(edges[40 * BATCH + i])
    slope = np.int64(across * DEPTH_ONE)
    won = 0
    narrow = last_x - first_x < NARROW
    for y in range(first_y, last_y + 1):
        yc = y + 0.5
        left = max(max(a + yc * b, f + yc * g), max(j + yc * k, p + yc * q))
        right = min(min(c + yc * e, h + yc * l), min(m + yc * n, r + yc * s))
        start = max(first_x, np.int64(np.ceil(max(left, -1.0) - EDGE - 0.5)))
        stop = min(last_x, np.int64(np.floor(min(right, width + 1.0) + EDGE - 0.5)))
        if narrow:
            # Always as many pixels, most of them masked: one step of the processor's vectors.
            depth = np.int64((centre + along * y + across * first_x) * DEPTH_ONE)
            base = y * width + first_x
            for pixel in range(NARROW):
                value = ((depth + pixel * slope) & -4294967296) | place
                x = first_x + pixel
                value = value if (x >= start) & (x <= stop) else 0
                old = key[base + pixel]
                won += value > old
                key[base + pixel] = max(value, old)
        elif start <= stop:
            depth = np.int64((centre + along * y + across * start) * DEPTH_ONE)
            base = y * width
            won += _row(key, base + start, base + stop + 1, depth, slope, place)
    return won


@kernel
def fill_quad(  # type: ignore[no-untyped-def]
    key, edges, width, height, focal, place,
    x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
):  # fmt: skip
    """Draw a quad whose four corners lie beyond the near plane; see `fill_rows`.

    Args:
        edges: (41 * BATCH,) float64 scratch.
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
    for edge in range(4):
        xa, ya, xb, yb = x0, y0, x1, y1
        if edge == 1:
            xa, ya, xb, yb = x1, y1, x2, y2
        elif edge == 2:
            xa, ya, xb, yb = x2, y2, x3, y3
        elif edge == 3:
            xa, ya, xb, yb = x3, y3, x0, y0
        a, b, c, e = border(xa, ya, xb, yb)
        row = 25 + 4 * edge
        edges[row * BATCH], edges[(row + 1) * BATCH] = a, b
        edges[(row + 2) * BATCH], edges[(row + 3) * BATCH] = c, e
    return fill_rows(
        key, width, place, edges, 0, first_x, last_x, first_y, last_y, across, along, centre
    )


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
    key, edges, width, height, focal, place, poly,
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
            key, edges, width, height, focal, place,
            cut[0, 0], cut[0, 1], cut[0, 2], cut[i - 1, 0], cut[i - 1, 1], cut[i - 1, 2],
            cut[i, 0], cut[i, 1], cut[i, 2], cut[j, 0], cut[j, 1], cut[j, 2], nx, ny, nz, d,
        )  # fmt: skip
    return won


@kernel
def draw_quad(  # type: ignore[no-untyped-def]
    key, edges, width, height, focal, place, two_sided, poly,
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
            key, edges, width, height, focal, place,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
        )  # fmt: skip
    return fill_clipped(
        key, edges, width, height, focal, place, poly,
        x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3, nx, ny, nz, d,
    )  # fmt: skip
