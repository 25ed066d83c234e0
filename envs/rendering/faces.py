"""From sections and quads to pixels: the middle of the software renderer's first pass.

For each view the corner directions of a chunk are turned into view axes once; a corner of a face is
then `radius * direction - eye`.  Whole lists of faces that look away from the eye are skipped, and
so are sections hidden behind what has been drawn: sections come nearest first, and one whose
outline on the picture holds no pixel farther than its nearest corner cannot show.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import TORCH

from .baking import RECORD
from .mesh import CORNER, SEE_THROUGH
from .raster import (
    BATCH,
    DEPTH_ONE,
    EDGE,
    NARROW,
    NEAR,
    QUAD,
    TOP_PLACE,
    WEATHER,
    border,
    draw_quad,
    fill_rows,
)
from .shade import ACROSS, LINE, LINE_SIZE

ROWS = 41
"""Numbers for each face in a batch."""
ROW = np.uint64(BATCH)
"""From one row of a batch to the next; unsigned, so that loops over it vectorise."""


class RasterWork(NamedTuple):
    """Scratch of one drawing thread, for pictures of one size."""

    key: NDArray[np.int64]
    """(pixels + NARROW,) what each pixel sees of opaque faces; 0 = sky.  See `raster`."""
    veil: NDArray[np.int64]
    """(pixels + NARROW,) the nearest water or glass; 0 = none."""
    hand: NDArray[np.int64]
    """(pixels + NARROW,) the own hand; all 0 between two views."""
    ray_length: NDArray[np.float32]
    """(pixels,) length of each pixel's ray per metre of depth."""
    slot: NDArray[np.int32]
    """(chunks,) where the turned corners of a chunk are kept, -1 = not yet."""
    turned: NDArray[np.float32]
    """(slots, 3, 81) the 9 x 9 corner directions in view axes."""
    flat: NDArray[np.float32]
    """The same memory in one dimension."""
    batch: NDArray[np.float32]
    """(ROWS * BATCH,) faces in the making.  Rows: 0-2 corner, 3-5 edge u, 6-8 edge v, in view axes;
    9-12 x and 13-16 y of the outline; 17-20 first and last column and row; 21-23 inverse depth
    across, along and at the centre; 24 what is to be done with it; 25-40 x at the start of each
    edge and its slope, as a left border and as a right border (see `raster.border`)."""
    used: NDArray[np.int32]
    """(slots,) the chunks that have a slot."""
    source: NDArray[np.int32]
    """(places, 2) what was drawn: index in the pool of faces or quads, and section or `QUAD`."""
    corner: NDArray[np.float32]
    """(places, 9) its first corner and two edges in view axes."""
    record: NDArray[np.float32]
    """(places, RECORD) see `baking`."""
    what: NDArray[np.int64]
    """(places, 4) texture, crack stage, segmentation number, entity id; filled with `record`."""
    line: NDArray[np.float32]
    """(LINE_SIZE,) a row of pixels in the making; see `shade`."""
    edges: NDArray[np.float64]
    """(ROWS * BATCH,) scratch of `raster.fill_quad`."""
    poly: NDArray[np.float64]
    """(2, 8, 3) scratch of `raster.draw_quad`."""
    home: NDArray[np.float64]
    """(4, 3) an eye at the origin, and axes of its own: for what is given in view axes."""
    turn: NDArray[np.float64]
    """(6,) the eye in view axes, and in the axes of the face in hand (normal, a, b)."""


def new_raster_work(
    width: int, height: int, focal: float, chunks: int, places: int = 16384
) -> RasterWork:
    """Scratch for pictures of `height` x `width` pixels."""
    x = (np.arange(width) + (0.5 - width * 0.5)) / focal
    y = (np.arange(height) + (0.5 - height * 0.5)) / focal
    length = np.sqrt(1.0 + x[None, :] * x[None, :] + y[:, None] * y[:, None])
    turned = np.zeros((chunks, 3, 81), np.float32)
    line = np.ones(LINE_SIZE, np.float32)
    line[int(ACROSS) : int(ACROSS) + LINE] = np.arange(LINE)
    return RasterWork(
        key=np.zeros(width * height + NARROW, np.int64),
        veil=np.zeros(width * height + NARROW, np.int64),
        hand=np.zeros(width * height + NARROW, np.int64),
        ray_length=length.astype(np.float32).ravel(),
        slot=np.full(chunks, -1, np.int32),
        turned=turned,
        flat=turned.reshape(-1),
        batch=np.zeros(ROWS * BATCH, np.float32),
        used=np.zeros(chunks, np.int32),
        source=np.zeros((places, 2), np.int32),
        corner=np.zeros((places, 9), np.float32),
        record=np.zeros((places, RECORD), np.float32),
        what=np.zeros((places, 4), np.int64),
        line=line,
        edges=np.zeros(ROWS * BATCH),
        poly=np.zeros((2, 8, 3)),
        home=np.concatenate([np.zeros((1, 3)), np.eye(3)]),
        turn=np.zeros(6),
    )


@kernel
def turn_chunk(corner, slots, turned, slot_chunk, chunk, axes, used):  # type: ignore[no-untyped-def]
    """The slot with the corner directions of a chunk in view axes, filled if need be."""
    slot = slots[chunk]
    if slot >= 0:
        return slot, used
    slot = used
    slots[chunk] = slot
    slot_chunk[slot] = chunk
    for axis in range(3):
        p, q, r = np.float32(axes[axis, 0]), np.float32(axes[axis, 1]), np.float32(axes[axis, 2])
        for at in range(81):
            turned[slot, axis, at] = (
                p * corner[chunk, 0, at] + q * corner[chunk, 1, at] + r * corner[chunk, 2, at]
            )
    return slot, used + 1


@kernel
def hidden(key, turned, turn, slot, low, box, round_up, width, height, focal):  # type: ignore[no-untyped-def]
    """Whether a box of a section's lattice is certainly behind what has been drawn.

    Args:
        low: Radius of the section's lowest layer.
        box: (6,) least and greatest corner along a, b and layer.
        round_up: What the corners' radius is multiplied by so that the flat hull holds the arc.
    """
    left = top = 1e9
    right = bottom = -1e9
    nearest = 1e9
    ex, ey, ez = turn[0], turn[1], turn[2]
    for i in range(2):
        for j in range(2, 4):
            a, b = np.int64(box[i]), np.int64(box[j])
            dx = float(turned[slot, 0, a * 9 + b])
            dy = float(turned[slot, 1, a * 9 + b])
            dz = float(turned[slot, 2, a * 9 + b])
            for k in range(4, 6):
                radius = low + box[k]
                if k == 5:
                    radius *= round_up
                z = radius * dz - ez
                if z < 0.3:
                    return False
                scale = focal / z
                x, y = (radius * dx - ex) * scale, (radius * dy - ey) * scale
                nearest = min(nearest, z)
                left, right = min(left, x), max(right, x)
                top, bottom = min(top, y), max(bottom, y)
    first_x = max(0, int(np.floor(left + width * 0.5 - 0.6)))
    last_x = min(width - 1, int(np.ceil(right + width * 0.5 - 0.4)))
    first_y = max(0, int(np.floor(top + height * 0.5 - 0.6)))
    last_y = min(height - 1, int(np.ceil(bottom + height * 0.5 - 0.4)))
    if first_x > last_x or first_y > last_y:
        return True
    threshold = np.int64(DEPTH_ONE / (nearest - 0.2))
    # Most boxes that show do so at one pixel in nine already.
    for y in range(first_y, last_y + 1, 3):
        for at in range(y * width + first_x, y * width + last_x + 1, 3):
            if key[at] < threshold:
                return False
    for y in range(first_y, last_y + 1):
        open_pixels = 0
        base = y * width
        for at in range(base + first_x, base + last_x + 1):
            open_pixels += key[at] < threshold
        if open_pixels:
            return False
    return True


@kernel
def looks_away(plane, per_edge, chunk, low, box, direction, turn, size, reach):  # type: ignore[no-untyped-def]
    """Whether no face of a section that looks in a direction can face the eye.

    Args:
        box: (6,) where these faces lie, see `Mesh.extent`.
        turn: `RasterWork.turn`: [3:6] the eye along the face's normal, a and b axes.
        reach: The greatest value of eye . direction over the chunk, and the least.
    """
    if direction < 4:
        if direction < 2:
            base, along = chunk // per_edge % per_edge * 8, turn[4]
            first, last = base + np.int64(box[0]), base + np.int64(box[1])
        else:
            base, along = chunk % per_edge * 8, turn[5]
            first, last = base + np.int64(box[2]), base + np.int64(box[3])
        one = plane[first, 0] * along - plane[first, 1] * turn[3]
        two = plane[last, 0] * along - plane[last, 1] * turn[3]
        if direction & 1:
            return one >= 1e-6 and two >= 1e-6
        return one <= -1e-6 and two <= -1e-6
    if direction == 4:
        # The plane of a merged face lies a little below its corners' radius.
        return reach[0] < (low + box[4]) * (1.0 - 11.0 / (size * size))
    return reach[1] > low + box[5]


@kernel
def _torch_corner(turned, slot, radius, a, b, layer, ca, cb, ck):  # type: ignore[no-untyped-def]
    """A corner of the little post that is a torch, as radius and direction."""
    s = 0.5625 if ca else 0.4375
    t = 0.5625 if cb else 0.4375
    x = y = z = 0.0
    for i in range(2):
        for j in range(2):
            share = (s if i else 1.0 - s) * (t if j else 1.0 - t)
            x += share * turned[slot, 0, (a + i) * 9 + b + j]
            y += share * turned[slot, 1, (a + i) * 9 + b + j]
            z += share * turned[slot, 2, (a + i) * 9 + b + j]
    r = radius + layer + (0.625 if ck else 0.0)
    return r * x, r * y, r * z


@kernel
def set_up(  # type: ignore[no-untyped-def]
    faces, flat, batch, begin, count, slot, low, direction, ex, ey, ez,
    width, height, focal, two_sided,
):  # fmt: skip
    """Work out up to `BATCH` faces of one direction at once.

    The corners are gathered first; what is done to them then is the same for all, and in a form
    that the compiler turns into the processor's vectors.

    Args:
        flat: `RasterWork.turned`, raveled.
        batch: (ROWS * BATCH,) float32; see `RasterWork.batch`.
        direction: That of all these faces.
        two_sided: 1 where faces seen from behind count too.
    """
    c = CORNER[direction]
    for i in range(count):
        word = np.int64(faces[begin + i, 0])
        wide, deep = np.int64(1) << ((word >> 12) & 3), np.int64(1) << ((word >> 14) & 3)
        a = (word & 7) + c[0, 0] + wide * c[1, 0] + deep * c[2, 0]
        b = ((word >> 3) & 7) + c[0, 1] + wide * c[1, 1] + deep * c[2, 1]
        upper = np.float32(low + (((word >> 6) & 7) + c[0, 2] + wide * c[1, 2] + deep * c[2, 2]))
        at = np.uint64(slot * 243 + a * 9 + b)
        along_u = np.uint64(at + wide * c[3, 0] * 9 + wide * c[3, 1])
        step_v = deep * c[4, 0] * 9 + deep * c[4, 1]
        along_uv, along_v = np.uint64(along_u + step_v), np.uint64(at + step_v)
        batch[i], batch[BATCH + i] = flat[at], flat[at + np.uint64(81)]
        batch[2 * BATCH + i] = flat[at + np.uint64(162)]
        batch[3 * BATCH + i], batch[4 * BATCH + i] = flat[along_u], flat[along_u + np.uint64(81)]
        batch[5 * BATCH + i] = flat[along_u + np.uint64(162)]
        batch[6 * BATCH + i], batch[7 * BATCH + i] = flat[along_uv], flat[along_uv + np.uint64(81)]
        batch[8 * BATCH + i] = flat[along_uv + np.uint64(162)]
        batch[9 * BATCH + i], batch[10 * BATCH + i] = flat[along_v], flat[along_v + np.uint64(81)]
        batch[11 * BATCH + i] = flat[along_v + np.uint64(162)]
        batch[12 * BATCH + i] = upper
        batch[13 * BATCH + i] = upper + np.float32(deep * c[4, 2])
    _project(
        batch, count, np.float32(ex), np.float32(ey), np.float32(ez), np.float32(focal),
        np.float32(width), np.float32(height), two_sided != 0,
    )  # fmt: skip


@inlined
def _slope(batch, at, xa, ya, xb, yb):  # type: ignore[no-untyped-def]
    """Put one edge of a face into four rows of the batch, the first of which it has at `at`."""
    left, left_slope, right, right_slope = border(xa, ya, xb, yb)
    batch[at], batch[at + ROW] = left, left_slope
    batch[at + ROW + ROW], batch[at + ROW + ROW + ROW] = right, right_slope


@kernel
def _project(batch, count, ex, ey, ez, focal, width, height, two_sided):  # type: ignore[no-untyped-def]
    """Rows 0-13 (directions and radii of the corners) become what `RasterWork.batch` lists."""
    half, zero, one, two = np.float32(0.5), np.float32(0.0), np.float32(1.0), np.float32(2.0)
    inverse_focal = one / focal
    cx, cy = width * half, height * half
    near, edge = np.float32(NEAR), np.float32(EDGE)
    for begin in range(0, count, NARROW):
        # What a batch holds beyond its last face is worked out with the rest, and not used.
        for k in range(NARROW):
            i = np.uint64(begin) + np.uint64(k)
            upper, lower = batch[np.uint64(12) * ROW + i], batch[np.uint64(13) * ROW + i]
            x0, y0 = upper * batch[i] - ex, upper * batch[ROW + i] - ey
            z0 = upper * batch[np.uint64(2) * ROW + i] - ez
            x1, y1 = (
                upper * batch[np.uint64(3) * ROW + i] - ex,
                upper * batch[np.uint64(4) * ROW + i] - ey,
            )
            z1 = upper * batch[np.uint64(5) * ROW + i] - ez
            x2, y2 = (
                lower * batch[np.uint64(6) * ROW + i] - ex,
                lower * batch[np.uint64(7) * ROW + i] - ey,
            )
            z2 = lower * batch[np.uint64(8) * ROW + i] - ez
            x3, y3 = (
                lower * batch[np.uint64(9) * ROW + i] - ex,
                lower * batch[np.uint64(10) * ROW + i] - ey,
            )
            z3 = lower * batch[np.uint64(11) * ROW + i] - ez
            ux, uy, uz = x1 - x0, y1 - y0, z1 - z0
            vx, vy, vz = x3 - x0, y3 - y0, z3 - z0
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            d = nx * x0 + ny * y0 + nz * z0
            batch[i], batch[ROW + i], batch[np.uint64(2) * ROW + i] = x0, y0, z0
            (
                batch[np.uint64(3) * ROW + i],
                batch[np.uint64(4) * ROW + i],
                batch[np.uint64(5) * ROW + i],
            ) = ux, uy, uz
            (
                batch[np.uint64(6) * ROW + i],
                batch[np.uint64(7) * ROW + i],
                batch[np.uint64(8) * ROW + i],
            ) = vx, vy, vz
            i0, i1, i2, i3 = focal / z0, focal / z1, focal / z2, focal / z3
            x0, x1, x2, x3 = cx + x0 * i0, cx + x1 * i1, cx + x2 * i2, cx + x3 * i3
            y0, y1, y2, y3 = cy + y0 * i0, cy + y1 * i1, cy + y2 * i2, cy + y3 * i3
            batch[np.uint64(9) * ROW + i], batch[np.uint64(10) * ROW + i] = x0, x1
            batch[np.uint64(11) * ROW + i], batch[np.uint64(12) * ROW + i] = x2, x3
            batch[np.uint64(13) * ROW + i], batch[np.uint64(14) * ROW + i] = y0, y1
            batch[np.uint64(15) * ROW + i], batch[np.uint64(16) * ROW + i] = y2, y3
            first_x = max(zero, np.ceil(min(min(x0, x1), min(x2, x3)) - edge - half))
            last_x = min(width - one, np.floor(max(max(x0, x1), max(x2, x3)) + edge - half))
            first_y = max(zero, np.ceil(min(min(y0, y1), min(y2, y3)) - edge - half))
            last_y = min(height - one, np.floor(max(max(y0, y1), max(y2, y3)) + edge - half))
            batch[np.uint64(17) * ROW + i], batch[np.uint64(18) * ROW + i] = first_x, last_x
            batch[np.uint64(19) * ROW + i], batch[np.uint64(20) * ROW + i] = first_y, last_y
            inverse = one / d
            across, along = nx * inverse * inverse_focal, ny * inverse * inverse_focal
            batch[np.uint64(21) * ROW + i], batch[np.uint64(22) * ROW + i] = across, along
            batch[np.uint64(23) * ROW + i] = (
                nz * inverse - across * (cx - half) - along * (cy - half)
            )
            whole = min(min(z0, z1), min(z2, z3)) >= near
            seen = ((d > zero) | two_sided) & (max(max(z0, z1), max(z2, z3)) >= near)
            seen = seen & (((first_x <= last_x) & (first_y <= last_y)) | (not whole))
            _slope(batch, np.uint64(25) * ROW + i, x0, y0, x1, y1)
            _slope(batch, np.uint64(29) * ROW + i, x1, y1, x2, y2)
            _slope(batch, np.uint64(33) * ROW + i, x2, y2, x3, y3)
            _slope(batch, np.uint64(37) * ROW + i, x3, y3, x0, y0)
            # 0: not seen; 1: draw by its outline; 2: crosses the near plane, or seen from behind.
            plain = one if whole & (d > zero) else two
            batch[np.uint64(24) * ROW + i] = plain if seen else zero


@kernel
def draw_list(  # type: ignore[no-untyped-def]
    faces, turned, flat, batch, edges, key, poly, source, corner, ex, ey, ez,
    section, begin, count, slot, low, direction, width, height, focal, place, two_sided,
):  # fmt: skip
    """Draw the faces of one direction of a section into `key`; return the next place.

    Args:
        faces: (n, 3) uint32 pool of faces.
        turned, flat, batch, edges, poly, source, corner: Of the `RasterWork`.
        ex, ey, ez: The eye in view axes.
        begin, count: Where they are in the pool.
        slot: Of the chunk's turned corners.
        low: Radius of the section's lowest layer.
        place: The next place in the order of drawing.
    """
    for start in range(begin, begin + count, BATCH):
        some = min(BATCH, begin + count - start)
        set_up(
            faces, flat, batch, start, some, slot, low, direction, ex, ey, ez,
            width, height, focal, two_sided,
        )  # fmt: skip
        for i in range(some):
            word = np.int64(faces[start + i, 0])
            if (word >> 16) & 255 == TORCH:
                won = _draw_torch(
                    word, turned, batch, edges, key, poly, i, ex, ey, ez, slot, low,
                    width, height, focal, place,
                )  # fmt: skip
            elif batch[24 * BATCH + i] == 0.0:
                continue
            elif batch[24 * BATCH + i] == 1.0:
                won = fill_rows(
                    key, width, TOP_PLACE - place, batch, i,
                    int(batch[17 * BATCH + i]), int(batch[18 * BATCH + i]),
                    int(batch[19 * BATCH + i]), int(batch[20 * BATCH + i]),
                    float(batch[21 * BATCH + i]), float(batch[22 * BATCH + i]),
                    float(batch[23 * BATCH + i]),
                )  # fmt: skip
            else:
                won = _draw_cut(
                    word, turned, batch, edges, key, poly, i, ex, ey, ez, slot, low,
                    width, height, focal, place, two_sided,
                )  # fmt: skip
            if won:
                source[place, 0], source[place, 1] = start + i, section
                for k in range(9):
                    corner[place, k] = batch[k * BATCH + i]
                place += 1
    return place


@kernel
def _draw_cut(  # type: ignore[no-untyped-def]
    word, turned, batch, edges, key, poly, i, ex, ey, ez, slot, low, width, height, focal, place,
    two_sided,
):  # fmt: skip
    """Draw a face that crosses the near plane or is seen from behind."""
    direction = (word >> 9) & 7
    wide, deep = 1 << ((word >> 12) & 3), 1 << ((word >> 14) & 3)
    base = CORNER[direction]
    a = (
        (word & 7)
        + base[0, 0]
        + wide * (base[1, 0] + base[3, 0])
        + deep * (base[2, 0] + base[4, 0])
    )
    b = (
        (word >> 3 & 7)
        + base[0, 1]
        + wide * (base[1, 1] + base[3, 1])
        + deep * (base[2, 1] + base[4, 1])
    )
    k = (word >> 6 & 7) + base[0, 2] + wide * base[1, 2] + deep * (base[2, 2] + base[4, 2])
    r = low + k
    x, y, z = float(batch[i]), float(batch[BATCH + i]), float(batch[2 * BATCH + i])
    return draw_quad(
        key, edges, width, height, focal, TOP_PLACE - place, two_sided, poly, x, y, z,
        x + batch[3 * BATCH + i], y + batch[4 * BATCH + i], z + batch[5 * BATCH + i],
        r * turned[slot, 0, a * 9 + b] - ex, r * turned[slot, 1, a * 9 + b] - ey,
        r * turned[slot, 2, a * 9 + b] - ez,
        x + batch[6 * BATCH + i], y + batch[7 * BATCH + i], z + batch[8 * BATCH + i],
    )  # fmt: skip


@kernel
def _draw_torch(  # type: ignore[no-untyped-def]
    word, turned, batch, edges, key, poly, i, ex, ey, ez, slot, low, width, height, focal, place
):  # fmt: skip
    """Draw a face of the little post that is a torch, and note its corner and edges."""
    a, b, k = word & 7, (word >> 3) & 7, (word >> 6) & 7
    base = CORNER[(word >> 9) & 7]
    ca, cb, ck = base[0, 0] + base[1, 0] + base[2, 0], base[0, 1] + base[1, 1] + base[2, 1], 0
    ck = base[0, 2] + base[1, 2] + base[2, 2]
    ua, ub, va, vb, vk = base[3, 0], base[3, 1], base[4, 0], base[4, 1], base[4, 2]
    x0, y0, z0 = _torch_corner(turned, slot, low, a, b, k, ca, cb, ck)
    x1, y1, z1 = _torch_corner(turned, slot, low, a, b, k, ca + ua, cb + ub, ck)
    x2, y2, z2 = _torch_corner(turned, slot, low, a, b, k, ca + ua + va, cb + ub + vb, ck + vk)
    x3, y3, z3 = _torch_corner(turned, slot, low, a, b, k, ca + va, cb + vb, ck + vk)
    batch[i], batch[BATCH + i], batch[2 * BATCH + i] = x0 - ex, y0 - ey, z0 - ez
    batch[3 * BATCH + i], batch[4 * BATCH + i], batch[5 * BATCH + i] = x1 - x0, y1 - y0, z1 - z0
    batch[6 * BATCH + i], batch[7 * BATCH + i], batch[8 * BATCH + i] = x3 - x0, y3 - y0, z3 - z0
    return draw_quad(
        key, edges, width, height, focal, TOP_PLACE - place, False, poly,
        x0 - ex, y0 - ey, z0 - ez, x1 - ex, y1 - ey, z1 - ez,
        x2 - ex, y2 - ey, z2 - ez, x3 - ex, y3 - ey, z3 - ez,
    )  # fmt: skip


@inlined
def _keep_corner(corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3):  # type: ignore[no-untyped-def]
    corner[place, 0], corner[place, 1], corner[place, 2] = x0, y0, z0
    corner[place, 3], corner[place, 4], corner[place, 5] = x1 - x0, y1 - y0, z1 - z0
    corner[place, 6], corner[place, 7], corner[place, 8] = x3 - x0, y3 - y0, z3 - z0


@kernel
def draw_quads_as(  # type: ignore[no-untyped-def]
    kind, key, quads, work, w, eye, axes, hidden_entity, distance, width, height, focal, place
):  # fmt: skip
    """Draw row w of some quads into `key`; return the next place in the order of drawing.

    Args:
        kind: `QUAD`, `WEATHER` or `HAND`, to be kept with each.
        hidden_entity: Id of the entity that is left out, 0 = none.
    """
    far = distance * distance
    for index in range(quads.count[w]):
        if quads.entity[w, index] == hidden_entity and hidden_entity != 0:
            continue
        corner = quads.corner[w, index]
        dx, dy, dz = corner[0, 0] - eye[0], corner[0, 1] - eye[1], corner[0, 2] - eye[2]
        if dx * dx + dy * dy + dz * dz > far:
            continue
        x0 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y0 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z0 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        if z0 < -2.0:
            continue
        dx, dy, dz = corner[1, 0] - eye[0], corner[1, 1] - eye[1], corner[1, 2] - eye[2]
        x1 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y1 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z1 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        dx, dy, dz = corner[2, 0] - eye[0], corner[2, 1] - eye[1], corner[2, 2] - eye[2]
        x2 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y2 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z2 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        dx, dy, dz = corner[3, 0] - eye[0], corner[3, 1] - eye[1], corner[3, 2] - eye[2]
        x3 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y3 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z3 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        won = draw_quad(
            key, work.edges, width, height, focal, TOP_PLACE - place, kind == WEATHER, work.poly,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
        )  # fmt: skip
        if won and place < work.source.shape[0] - 1:
            work.source[place, 0], work.source[place, 1] = index, kind
            _keep_corner(work.corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3)
            place += 1
    return place


@kernel
def draw_quads(  # type: ignore[no-untyped-def]
    quads, work, w, eye, axes, hidden_entity, distance, width, height, focal, place
):  # fmt: skip
    """Draw the figures and things of world w; return the next place in the order of drawing."""
    return draw_quads_as(
        QUAD,
        work.key,
        quads,
        work,
        w,
        eye,
        axes,
        hidden_entity,
        distance,
        width,
        height,
        focal,
        place,
    )


@kernel
def draw_sections(  # type: ignore[no-untyped-def]
    geometry, sections, mesh, culling, work, w, found, eye, axes,
    width, height, focal, detail, stamp, cull, place,
):  # fmt: skip
    """Draw the opaque faces of the sections in `culling.order`, nearest first.

    Those that hold water or glass go to `culling.queue`, as section << 2 | level of detail.

    Args:
        found: How many sections there are.
        detail: Metres beyond which faces are merged by twos, and by fours; infinite = never.
        stamp: Of this frame: sections with `mesh.near` equal to it are not merged.

    Returns:
        The next place in the order of drawing, and how many sections hold water or glass.
    """
    used = np.int32(0)
    veiled, last_face = 0, -1
    faces, extents, turn = mesh.face[w], mesh.extent[w], work.turn
    corners, plane = sections.corner, sections.plane
    counts = mesh.count[w]
    key, turned, poly = work.key, work.turned, work.poly
    flat, batch, edges = work.flat, work.batch, work.edges
    source, corner = work.source, work.corner
    size = geometry.size
    per_edge = sections.per_edge
    reach = work.poly[0, 7]
    length = np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    for k in range(3):
        turn[k] = axes[k, 0] * eye[0] + axes[k, 1] * eye[1] + axes[k, 2] * eye[2]
    ex, ey, ez = turn[0], turn[1], turn[2]
    spread = 6.2 * 1.5707963267948966 / size
    round_up = 1.0 + spread * spread
    for n in range(found):
        section = int(culling.order[n] & 0xFFFFFFFF)
        level = section & 7
        gap = (culling.order[n] >> 32) * 0.25
        lod = 0
        if gap > detail[0] and mesh.near[w, section] != stamp:
            lod = 2 if gap > detail[1] else 1
        total = 0
        for direction in range(6):
            total += counts[section, lod, direction]
        glass = counts[section, lod, SEE_THROUGH]
        if total == 0 and glass == 0:
            continue
        chunk = section >> 3
        slot, used = turn_chunk(corners, work.slot, turned, work.used, chunk, axes, used)
        low = geometry.bottom + level * 8
        if (
            cull & 4
            and total
            and gap > 3.0
            and hidden(
                key, turned, turn, slot, low, extents[section, 6], round_up, width, height, focal
            )
        ):
            total = 0
        if glass:
            culling.queue[veiled] = section << 2 | lod
            veiled += 1
        face = chunk // (per_edge * per_edge)
        if face != last_face:
            last_face = face
            for k in range(3):
                turn[3 + k] = (
                    geometry.axes[face, k, 0] * eye[0]
                    + geometry.axes[face, k, 1] * eye[1]
                    + geometry.axes[face, k, 2] * eye[2]
                )
        bound = sections.bound[section]
        middle = (bound[0] * eye[0] + bound[1] * eye[1] + bound[2] * eye[2]) / (low + 4.0)
        reach[0], reach[1] = middle + length * spread, middle - length * spread
        begin = mesh.first[w, section, lod]
        for direction in range(6):
            count = np.int64(counts[section, lod, direction])
            box = extents[section, direction]
            if not (
                total == 0
                or count == 0
                or (
                    cull & 8
                    and looks_away(plane, per_edge, chunk, low, box, direction, turn, size, reach)
                )
                or (
                    cull & 4
                    and count > 15
                    and gap > 3.0
                    and hidden(key, turned, turn, slot, low, box, round_up, width, height, focal)
                )
            ):
                if place + count > work.source.shape[0]:
                    return place, veiled
                place = draw_list(
                    faces, turned, flat, batch, edges, key, poly, source, corner, ex, ey, ez,
                    section, begin, count, slot, low, direction, width, height, focal, place, 0,
                )  # fmt: skip
            begin += count
    return place, veiled


@kernel
def draw_veil(  # type: ignore[no-untyped-def]
    geometry, mesh, culling, work, w, veiled, width, height, focal, place
):  # fmt: skip
    """Draw water and glass of the sections in `culling.queue` into the veil."""
    faces = mesh.face[w]
    for n in range(veiled):
        section, level = culling.queue[n] >> 2, culling.queue[n] & 3
        begin = np.int64(mesh.first[w, section, level])
        for direction in range(SEE_THROUGH):
            begin += mesh.count[w, section, level, direction]
        end = begin + mesh.count[w, section, level, SEE_THROUGH]
        if place + end - begin > work.source.shape[0]:
            return place
        while begin < end:
            # Faces of one direction follow each other.
            direction = (np.int64(faces[begin, 0]) >> 9) & 7
            stop = begin + 1
            while stop < end and (np.int64(faces[stop, 0]) >> 9) & 7 == direction:
                stop += 1
            place = draw_list(
                faces, work.turned, work.flat, work.batch, work.edges, work.veil, work.poly,
                work.source, work.corner, work.turn[0], work.turn[1], work.turn[2],
                section, begin, stop - begin, work.slot[section >> 3],
                geometry.bottom + (section & 7) * 8, direction, width, height, focal, place, 1,
            )  # fmt: skip
            begin = stop
    return place
