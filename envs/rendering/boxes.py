"""Textured quads in space, and the boxes that figures are put together from.

Lengths are in metres.  A frame is twelve numbers: an origin, and unit vectors to the right, up and
forward of whatever stands there (right = forward x up).  A box is (x0, x1, y0, y1, z0, z1) along
right, up and forward of its frame.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import sincos

FRONT, BACK, RIGHT, LEFT, OVER, UNDER = range(6)
"""Sides of a box, as bits of the sides to draw."""
ALL_SIDES = 63
SIDE_SHADE = np.array([236, 224, 204, 204, 255, 150], np.int64)
"""Brightness of each side of a box, out of 255, so that it looks solid."""

# Which end of the box (0 low, 1 high) corners 0 to 3 of each side take along right, up, forward.
# Seen from outside, corner 0 is the upper left one and they go round clockwise.
_ENDS = np.array(
    [
        [[1, 1, 1], [0, 1, 1], [0, 0, 1], [1, 0, 1]],
        [[0, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]],
        [[1, 1, 0], [1, 1, 1], [1, 0, 1], [1, 0, 0]],
        [[0, 1, 1], [0, 1, 0], [0, 0, 0], [0, 0, 1]],
        [[0, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0]],
        [[1, 0, 1], [0, 0, 1], [0, 0, 0], [1, 0, 0]],
    ],
    dtype=np.int64,
)


class Quads(NamedTuple):
    """Textured quads of W worlds (or views), up to Q of them each.

    Corner k stands at (u, v) = (0, 0), (1, 0), (1, 1), (0, 1) of the texture; seen from the front
    u runs right and v runs down, so (corner 1 - corner 0) x (corner 3 - corner 0) points away
    from the viewer.
    """

    corner: NDArray[np.float32]
    """(W, Q, 4, 3) planet coordinates."""
    colour: NDArray[np.uint8]
    """(W, Q, 3) multiplies the texture; 255 leaves it as it is."""
    texture: NDArray[np.int16]
    """(W, Q) a value of `textures.TEXTURES`."""
    entity: NDArray[np.int64]
    """(W, Q) id of the entity it belongs to; 0 is scenery such as rain."""
    light: NDArray[np.uint8]
    """(W, Q, 2) sky light and lamp light, level * 17."""
    count: NDArray[np.int64]  # type: ignore[assignment]  # hides `tuple.count`
    """(W,) quads in use."""


def empty_quads(rows: int, room: int) -> Quads:
    """No quads yet, with room for some in every row."""
    return Quads(
        corner=np.zeros((rows, room, 4, 3), np.float32),
        colour=np.zeros((rows, room, 3), np.uint8),
        texture=np.zeros((rows, room), np.int16),
        entity=np.zeros((rows, room), np.int64),
        light=np.zeros((rows, room, 2), np.uint8),
        count=np.zeros(rows, np.int64),
    )


@kernel
def upright_frame(x, y, z, hx, hy, hz):  # type: ignore[no-untyped-def]
    """The frame of somebody who stands at a point and looks along a heading."""
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    ux, uy, uz = x * scale, y * scale, z * scale
    along = hx * ux + hy * uy + hz * uz
    hx, hy, hz = hx - along * ux, hy - along * uy, hz - along * uz
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    if length < 1e-9:
        # No heading: any tangent will do; take the one away from the longest axis of up.
        hx, hy, hz = (uy, -ux, 0.0) if abs(uz) < 0.9 else (0.0, uz, -uy)
        length = np.sqrt(hx * hx + hy * hy + hz * hz)
    scale = 1.0 / length
    hx, hy, hz = hx * scale, hy * scale, hz * scale
    rx, ry, rz = hy * uz - hz * uy, hz * ux - hx * uz, hx * uy - hy * ux
    return (x, y, z, rx, ry, rz, ux, uy, uz, hx, hy, hz)


@kernel
def moved(frame, x, y, z):  # type: ignore[no-untyped-def]
    """The frame with its origin moved to (x, y, z) within it."""
    return (
        frame[0] + x * frame[3] + y * frame[6] + z * frame[9],
        frame[1] + x * frame[4] + y * frame[7] + z * frame[10],
        frame[2] + x * frame[5] + y * frame[8] + z * frame[11],
        frame[3], frame[4], frame[5], frame[6], frame[7], frame[8],
        frame[9], frame[10], frame[11],
    )  # fmt: skip


@kernel
def pitched(frame, angle):  # type: ignore[no-untyped-def]
    """The frame turned about its right axis: what hangs down swings forward (radians)."""
    s, c = sincos(angle)
    return (
        frame[0], frame[1], frame[2], frame[3], frame[4], frame[5],
        frame[6] * c - frame[9] * s, frame[7] * c - frame[10] * s, frame[8] * c - frame[11] * s,
        frame[9] * c + frame[6] * s, frame[10] * c + frame[7] * s, frame[11] * c + frame[8] * s,
    )  # fmt: skip


@kernel
def rolled(frame, angle):  # type: ignore[no-untyped-def]
    """The frame turned about its forward axis: what hangs down swings to the right (radians)."""
    s, c = sincos(angle)
    return (
        frame[0], frame[1], frame[2],
        frame[3] * c + frame[6] * s, frame[4] * c + frame[7] * s, frame[5] * c + frame[8] * s,
        frame[6] * c - frame[3] * s, frame[7] * c - frame[4] * s, frame[8] * c - frame[5] * s,
        frame[9], frame[10], frame[11],
    )  # fmt: skip


@kernel
def turned(frame, angle):  # type: ignore[no-untyped-def]
    """The frame turned about its up axis, to the right (radians)."""
    s, c = sincos(angle)
    return (
        frame[0], frame[1], frame[2],
        frame[3] * c - frame[9] * s, frame[4] * c - frame[10] * s, frame[5] * c - frame[11] * s,
        frame[6], frame[7], frame[8],
        frame[9] * c + frame[3] * s, frame[10] * c + frame[4] * s, frame[11] * c + frame[5] * s,
    )  # fmt: skip


@kernel
def add_box(quads, w, frame, box, sides, paint, mark):  # type: ignore[no-untyped-def]
    """Append the sides of a box to row w; what finds no room is left out.

    Args:
        quads: Where they go.
        w: The row.
        frame: Where the box stands.
        box: (x0, x1, y0, y1, z0, z1) along right, up and forward of the frame.
        sides: Bits of the sides to draw (`FRONT` to `UNDER`).
        paint: (texture of the front, of the other sides, of top and underside, red, green, blue).
        mark: (entity id, sky light * 17, lamp light * 17, hurt: True reddens).
    """
    n = quads.count[w]
    room = quads.texture.shape[1]
    for side in range(6):
        if not (sides >> side) & 1 or n >= room:
            continue
        for k in range(4):
            x = box[1] if _ENDS[side, k, 0] else box[0]
            y = box[3] if _ENDS[side, k, 1] else box[2]
            z = box[5] if _ENDS[side, k, 2] else box[4]
            for axis in range(3):
                # Tuples are indexed by a running number, as long as all are of one type.
                quads.corner[w, n, k, axis] = (
                    frame[axis] + x * frame[3 + axis] + y * frame[6 + axis] + z * frame[9 + axis]
                )
        quads.texture[w, n] = paint[0] if side == 0 else paint[1] if side < 4 else paint[2]
        shade = SIDE_SHADE[side]
        pale = 120 if mark[3] else 255
        quads.colour[w, n, 0] = paint[3] * shade // 255
        quads.colour[w, n, 1] = paint[4] * shade * pale // 65025
        quads.colour[w, n, 2] = paint[5] * shade * pale // 65025
        quads.entity[w, n] = mark[0]
        quads.light[w, n, 0] = mark[1]
        quads.light[w, n, 1] = mark[2]
        n += 1
    quads.count[w] = n
