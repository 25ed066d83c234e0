"""Textured quads in space, and the boxes that figures are put together from.

Lengths are in metres.  A frame is twelve numbers: an origin, and unit vectors to the right, up and
forward of whatever stands there (right = forward x up).  A box is (x0, x1, y0, y1, z0, z1) along
right, up and forward of its frame.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.exact import sincos

FRONT, BACK, RIGHT, LEFT, OVER, UNDER = range(6)
"""Sides of a box, as bits of the sides to draw."""
ALL_SIDES = 63
SIDE_SHADE = np.array([236, 224, 204, 204, 255, 150], np.int64)
"""Brightness of each side of a box, out of 255, so that it looks solid."""


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


@inlined
def _add_side(quads, w, side, texture, paint, mark, first, second, third, fourth):  # type: ignore[no-untyped-def]
    """Append one side of a box to row w, its corners given from the upper left one clockwise."""
    n = quads.count[w]
    if n >= quads.texture.shape[1]:
        return
    corner = quads.corner[w, n]
    corner[0, 0], corner[0, 1], corner[0, 2] = first
    corner[1, 0], corner[1, 1], corner[1, 2] = second
    corner[2, 0], corner[2, 1], corner[2, 2] = third
    corner[3, 0], corner[3, 1], corner[3, 2] = fourth
    quads.texture[w, n] = texture
    shade = SIDE_SHADE[side]
    pale = 120 if mark[3] else 255
    quads.colour[w, n, 0] = paint[3] * shade // 255
    quads.colour[w, n, 1] = paint[4] * shade * pale // 65025
    quads.colour[w, n, 2] = paint[5] * shade * pale // 65025
    quads.entity[w, n] = mark[0]
    quads.light[w, n, 0] = mark[1]
    quads.light[w, n, 1] = mark[2]
    quads.count[w] = n + 1


@inlined
def _along(at, by, x, y, z):  # type: ignore[no-untyped-def]
    """The point `by` metres from another along an axis."""
    return at[0] + by * x, at[1] + by * y, at[2] + by * z


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
    # Each corner by its ends along right, up and forward: low or high.
    ox, oy, oz, rx, ry, rz, ux, uy, uz, ax, ay, az = frame
    x0, x1, y0, y1, z0, z1 = box
    low, high = _along((ox, oy, oz), x0, rx, ry, rz), _along((ox, oy, oz), x1, rx, ry, rz)
    ll, lh = _along(low, y0, ux, uy, uz), _along(low, y1, ux, uy, uz)
    hl, hh = _along(high, y0, ux, uy, uz), _along(high, y1, ux, uy, uz)
    lll, llh = _along(ll, z0, ax, ay, az), _along(ll, z1, ax, ay, az)
    lhl, lhh = _along(lh, z0, ax, ay, az), _along(lh, z1, ax, ay, az)
    hll, hlh = _along(hl, z0, ax, ay, az), _along(hl, z1, ax, ay, az)
    hhl, hhh = _along(hh, z0, ax, ay, az), _along(hh, z1, ax, ay, az)
    if sides & (1 << FRONT):
        _add_side(quads, w, FRONT, paint[0], paint, mark, hhh, lhh, llh, hlh)
    if sides & (1 << BACK):
        _add_side(quads, w, BACK, paint[1], paint, mark, lhl, hhl, hll, lll)
    if sides & (1 << RIGHT):
        _add_side(quads, w, RIGHT, paint[1], paint, mark, hhl, hhh, hlh, hll)
    if sides & (1 << LEFT):
        _add_side(quads, w, LEFT, paint[1], paint, mark, lhh, lhl, lll, llh)
    if sides & (1 << OVER):
        _add_side(quads, w, OVER, paint[2], paint, mark, lhh, hhh, hhl, lhl)
    if sides & (1 << UNDER):
        _add_side(quads, w, UNDER, paint[2], paint, mark, hlh, llh, lll, hll)
