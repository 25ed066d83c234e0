"""Faces of blocks become outlines on the picture, up to `BATCH` at a time.

A corner of a face is `radius * direction - eye`, where the corner directions of a chunk have been
turned into view axes (`turn_chunk`).  They are gathered face by face into a batch; what is done to
them then is the same for all, and in a form that the compiler turns into the processor's vectors.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel

from .mesh import CORNER

NEAR = 0.05
"""Nothing nearer to the eye's plane than this is drawn, in metres."""
EDGE = 1e-4
"""Pixels by which a face reaches beyond its edge, so that neighbours never leave a gap."""
BATCH = 64
"""Faces worked out at a time."""
STEP = 8
"""Of these, how many at once."""
ROWS = 43
"""Numbers for each face in a batch."""
# What is gathered: the directions of four corners, and the radii of the first two and last two.
DIRECTION, UPPER, LOWER = np.uint64(0), np.uint64(12 * BATCH), np.uint64(13 * BATCH)
# What is made of it: a corner and two edges in view axes, inverse depth across, along and at pixel
# (0, 0), first and last column and row, what is to be done, and four borders.
X, Y, Z, UX, UY, UZ, VX, VY, VZ = (np.uint64(row * BATCH) for row in range(14, 23))
ACROSS, ALONG, CENTRE = (np.uint64(row * BATCH) for row in range(23, 26))
LEFT, RIGHT, TOP, BOTTOM, TASK = (np.uint64(row * BATCH) for row in range(26, 31))
BORDER = np.uint64(31 * BATCH)
PLANE = np.uint64(81)
"""The corners of a chunk, 9 x 9: from x to y to z in `RasterWork.turned`."""
ROW = np.uint64(BATCH)
"""From one row of a batch to the next.  All are unsigned, so that loops over them vectorise."""
NOT_SEEN, PLAIN, CUT = 0, 1, 2
"""What is to be done with a face; `CUT`: it crosses the near plane, or is seen from behind."""


def _shapes() -> NDArray[np.int32]:
    """Where the corners of a face are among the 9 x 9 of its chunk.

    Returns:
        (128, 6) by bits 9 to 15 of a face's first word: the places of corners 0 to 3 relative to
        the cell's, and the layers of the first two and last two.
    """
    shapes = np.zeros((128, 6), np.int32)
    for number in range(128):
        direction, wide, deep = number & 7, 1 << (number >> 3 & 3), 1 << (number >> 5)
        if direction < 6:
            base, per_wide, per_deep, u, v = CORNER[direction]
            first = base + wide * per_wide + deep * per_deep
            for k, corner in enumerate((first, first + wide * u, first + wide * u + deep * v)):
                shapes[number, k] = corner[0] * 9 + corner[1]
            last = first + deep * v
            shapes[number, 3:] = last[0] * 9 + last[1], first[2], last[2]
    return shapes


SHAPE = _shapes()


@kernel
def turn_chunk(corner, slots, turned, slot_chunk, chunk, axes, used):  # type: ignore[no-untyped-def]
    """The slot with the corner directions of a chunk in view axes, filled if need be.

    Args:
        corner: (chunks * 243,) `Sections.corner` in one dimension, so that the loop vectorises.
        slots, turned, slot_chunk: `slot`, `turned` and `used` of the `RasterWork`.
        axes: (3, 3) of the view.
        used: How many slots are filled.

    Returns:
        The slot, and how many are filled now.
    """
    slot = slots[chunk]
    if slot >= 0:
        return slot, used
    slot = used
    slots[chunk] = slot
    slot_chunk[slot] = chunk
    x = np.uint64(np.int64(chunk) * 243)
    y, z, to = x + PLANE, x + PLANE + PLANE, np.uint64(np.int64(slot) * 243)
    for axis in range(3):
        p, q, r = np.float32(axes[axis, 0]), np.float32(axes[axis, 1]), np.float32(axes[axis, 2])
        for at in range(PLANE):
            turned[to + at] = p * corner[x + at] + q * corner[y + at] + r * corner[z + at]
        to += PLANE
    return slot, used + 1


@kernel
def gather(faces, index, section, first, count, slots, turned, bottom, batch):  # type: ignore[no-untyped-def]
    """Fill the rows of a batch that `outline` needs.

    Args:
        index, section: (queue,) the faces' places in the pool, and their sections.
        first, count: Which of the queue.
        slots, turned: Of the `RasterWork`.
        bottom: Radius of the planet's lowest layer.
    """
    for i in range(count):
        word = np.int64(faces[index[first + i], 0])
        place = section[first + i]
        shape = (word >> 9) & 127
        low = np.float32(bottom + (place & 7) * 8 + ((word >> 6) & 7))
        cell = slots[place >> 3] * 243 + (word & 7) * 9 + ((word >> 3) & 7)
        for corner in range(4):
            at = np.uint64(cell + SHAPE[shape, corner])
            row = np.uint64(3 * BATCH * corner + i)
            batch[row] = turned[at]
            batch[row + ROW] = turned[at + PLANE]
            batch[row + ROW + ROW] = turned[at + PLANE + PLANE]
        batch[UPPER + np.uint64(i)] = low + np.float32(SHAPE[shape, 4])
        batch[LOWER + np.uint64(i)] = low + np.float32(SHAPE[shape, 5])


@inlined
def corner_of(batch, number, radius, i, ex, ey, ez):  # type: ignore[no-untyped-def]
    """Corner `number` of face i in view axes."""
    at = np.uint64(3 * BATCH * number) + i
    return (
        radius * batch[at] - ex,
        radius * batch[at + ROW] - ey,
        radius * batch[at + ROW + ROW] - ez,
    )


@inlined
def border(batch, at, xa, ya, xb, yb):  # type: ignore[no-untyped-def]
    """Put one edge of a face, going clockwise, into three rows of a batch, from `at` on.

    A pixel is inside where across * x + along * y + constant >= 0.
    """
    across, along = ya - yb, xb - xa
    batch[at], batch[at + ROW] = across, along
    reach = np.float32(EDGE) * (abs(across) + abs(along))
    batch[at + ROW + ROW] = reach - (across * xa + along * ya)


@kernel
def outline(batch, count, ex, ey, ez, focal, width, height, two_sided):  # type: ignore[no-untyped-def]
    """Work out the outlines of the first `count` faces of a batch.

    Args:
        batch: (ROWS * BATCH,) float32.
        ex, ey, ez: The eye in view axes, float32, as all that follows.
        focal: Pixels per unit of tangent.
        two_sided: Whether faces seen from behind count too.
    """
    half, zero, one, two = np.float32(0.5), np.float32(0.0), np.float32(1.0), np.float32(2.0)
    inverse_focal = one / focal
    cx, cy = width * half - half, height * half - half
    near, edge = np.float32(NEAR), np.float32(EDGE)
    for begin in range(0, count, STEP):
        # What a batch holds beyond its last face is worked out with the rest, and not used.
        for k in range(STEP):
            i = np.uint64(begin) + np.uint64(k)
            upper, lower = batch[UPPER + i], batch[LOWER + i]
            x0, y0, z0 = corner_of(batch, 0, upper, i, ex, ey, ez)
            x1, y1, z1 = corner_of(batch, 1, upper, i, ex, ey, ez)
            x2, y2, z2 = corner_of(batch, 2, lower, i, ex, ey, ez)
            x3, y3, z3 = corner_of(batch, 3, lower, i, ex, ey, ez)
            ux, uy, uz = x1 - x0, y1 - y0, z1 - z0
            vx, vy, vz = x3 - x0, y3 - y0, z3 - z0
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            d = nx * x0 + ny * y0 + nz * z0
            batch[X + i], batch[Y + i], batch[Z + i] = x0, y0, z0
            batch[UX + i], batch[UY + i], batch[UZ + i] = ux, uy, uz
            batch[VX + i], batch[VY + i], batch[VZ + i] = vx, vy, vz
            i0, i1, i2, i3 = focal / z0, focal / z1, focal / z2, focal / z3
            x0, x1, x2, x3 = cx + x0 * i0, cx + x1 * i1, cx + x2 * i2, cx + x3 * i3
            y0, y1, y2, y3 = cy + y0 * i0, cy + y1 * i1, cy + y2 * i2, cy + y3 * i3
            left = max(zero, np.ceil(min(min(x0, x1), min(x2, x3)) - edge))
            right = min(width - one, np.floor(max(max(x0, x1), max(x2, x3)) + edge))
            top = max(zero, np.ceil(min(min(y0, y1), min(y2, y3)) - edge))
            bottom = min(height - one, np.floor(max(max(y0, y1), max(y2, y3)) + edge))
            batch[LEFT + i], batch[RIGHT + i] = left, right
            batch[TOP + i], batch[BOTTOM + i] = top, bottom
            inverse = one / d
            across, along = nx * inverse * inverse_focal, ny * inverse * inverse_focal
            batch[ACROSS + i], batch[ALONG + i] = across, along
            batch[CENTRE + i] = nz * inverse - across * cx - along * cy
            whole = min(min(z0, z1), min(z2, z3)) >= near
            seen = ((d > zero) | two_sided) & (max(max(z0, z1), max(z2, z3)) >= near)
            seen = seen & (((left <= right) & (top <= bottom)) | (not whole))
            plain = one if whole & (d > zero) else two
            batch[TASK + i] = plain if seen else zero
            # Borders count from the first pixel: small numbers, so neighbours leave no gap.
            x0, x1, x2, x3 = x0 - left, x1 - left, x2 - left, x3 - left
            y0, y1, y2, y3 = y0 - top, y1 - top, y2 - top, y3 - top
            border(batch, BORDER + i, x0, y0, x1, y1)
            border(batch, BORDER + ROW * np.uint64(3) + i, x1, y1, x2, y2)
            border(batch, BORDER + ROW * np.uint64(6) + i, x2, y2, x3, y3)
            border(batch, BORDER + ROW * np.uint64(9) + i, x3, y3, x0, y0)
