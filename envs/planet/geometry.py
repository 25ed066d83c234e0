"""Where things are: a cube blown up into a ball.

Six square faces, each a grid of N x N columns of 64 cells.  Lengths are in metres, the origin is
the core, *up* is away from it.  The lattice of a face has coordinates (a, b, layer): a and b count
cells from a corner of the face (0 to N), layer counts metres from the bottom of the bedrock.
A column has one number, `(face * N + a) * N + b`; a cell's is `column * 64 + layer`.

The grid is equiangular, after Ronchi, Iacono and Paolucci, "The Cubed Sphere", J. Comput. Phys.
124 (1996): lines of equal a (or b) are great circles through the core's axis, evenly spaced in
angle.  A cell at sea level is 0.71 to 1 m wide and narrows with depth.  The planes of equal a
of one face meet those of its neighbour at their common edge, row by row, but with a kink: a
lattice coordinate that runs past the edge is turned into a position and located afresh.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .exact import PI, atan, tan

LAYERS = 64
"""Cells in a column."""
A_UP, A_DOWN, B_UP, B_DOWN, UP, DOWN = range(6)
"""Directions of a lattice: greater a, smaller a, greater b, smaller b, the sky, the core."""

FACE_AXES = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[-1, 0, 0], [0, -1, 0], [0, 0, 1]],
        [[0, 1, 0], [-1, 0, 0], [0, 0, 1]],
        [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        [[0, 0, 1], [0, 1, 0], [-1, 0, 0]],
        [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
    ],
    dtype=np.float64,
)
"""(6, 3, 3): for each face its outward normal, its a axis and its b axis (a x b = normal)."""


class Geometry(NamedTuple):
    """The lattice of every planet of one size.  A tuple, so that kernels can take it whole."""

    size: int
    """N, columns along the edge of a face."""
    below: int
    """Layers below sea level."""
    bottom: float
    """Radius of the underside of layer 0."""
    corner: NDArray[np.float64]
    """(6, N + 1, N + 1, 3) unit vectors through the corners of columns."""
    centre: NDArray[np.float64]
    """(6 N N, 3) unit vectors through the middles of columns."""
    neighbour: NDArray[np.int32]
    """(6 N N, 4) the column one step on in direction `A_UP` to `B_DOWN`."""
    arrival: NDArray[np.int8]
    """(6, 4) the direction in which one travels after leaving a face over its edge."""
    axes: NDArray[np.float64]
    """`FACE_AXES`."""


@kernel
def direction_of(axes, size, face, a, b):  # type: ignore[no-untyped-def]
    """Unit vector through lattice coordinates (a, b) of a face, also a little beyond its edges."""
    u = tan((a * 2.0 / size - 1.0) * (PI / 4.0))
    v = tan((b * 2.0 / size - 1.0) * (PI / 4.0))
    x = axes[face, 0, 0] + u * axes[face, 1, 0] + v * axes[face, 2, 0]
    y = axes[face, 0, 1] + u * axes[face, 1, 1] + v * axes[face, 2, 1]
    z = axes[face, 0, 2] + u * axes[face, 1, 2] + v * axes[face, 2, 2]
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@kernel
def face_of(x, y, z):  # type: ignore[no-untyped-def]
    """The face that a point lies over; on an edge or corner the one with the lowest number."""
    ax, ay, az = abs(x), abs(y), abs(z)
    if ax >= ay and ax >= az:
        return 0 if x >= 0.0 else 1
    if ay >= az:
        return 2 if y >= 0.0 else 3
    return 4 if z >= 0.0 else 5


@kernel
def on_face(axes, size, face, x, y, z):  # type: ignore[no-untyped-def]
    """Lattice coordinates (a, b) of a point in the lattice of a given face, unclamped."""
    n = axes[face, 0, 0] * x + axes[face, 0, 1] * y + axes[face, 0, 2] * z
    u = axes[face, 1, 0] * x + axes[face, 1, 1] * y + axes[face, 1, 2] * z
    v = axes[face, 2, 0] * x + axes[face, 2, 1] * y + axes[face, 2, 2] * z
    a = (atan(u / n) * (4.0 / PI) + 1.0) * 0.5 * size
    b = (atan(v / n) * (4.0 / PI) + 1.0) * 0.5 * size
    return a, b


@kernel
def locate(geometry, x, y, z):  # type: ignore[no-untyped-def]
    """Lattice coordinates of a point: (face, a, b, layer), a and b within [0, N]."""
    face = face_of(x, y, z)
    a, b = on_face(geometry.axes, geometry.size, face, x, y, z)
    edge = float(geometry.size)
    a = min(edge, max(0.0, a))
    b = min(edge, max(0.0, b))
    return face, a, b, np.sqrt(x * x + y * y + z * z) - geometry.bottom


@kernel
def position_of(geometry, face, a, b, layer):  # type: ignore[no-untyped-def]
    """The point (x, y, z) at lattice coordinates; (a, b) may lie a little beyond the face."""
    x, y, z = direction_of(geometry.axes, geometry.size, face, a, b)
    radius = geometry.bottom + layer
    return x * radius, y * radius, z * radius


@kernel
def column_at(geometry, face, a, b):  # type: ignore[no-untyped-def]
    """The column under lattice coordinates (a, b), which may lie a little beyond the face."""
    size = geometry.size
    if a < 0.0 or b < 0.0 or a >= size or b >= size:
        x, y, z = direction_of(geometry.axes, size, face, a, b)
        face = face_of(x, y, z)
        a, b = on_face(geometry.axes, size, face, x, y, z)
    i = min(size - 1, max(0, int(np.floor(a))))
    j = min(size - 1, max(0, int(np.floor(b))))
    return (face * size + i) * size + j


@kernel
def column_of(geometry, x, y, z):  # type: ignore[no-untyped-def]
    """The column under (or over) a point."""
    face, a, b, _ = locate(geometry, x, y, z)
    return column_at(geometry, face, a, b)


@kernel
def step(geometry, column, direction):  # type: ignore[no-untyped-def]
    """One column on in a horizontal direction: (column, direction of travel after the step)."""
    after = geometry.neighbour[column, direction]
    square = geometry.size * geometry.size
    face = column // square
    if after // square != face:
        return after, int(geometry.arrival[face, direction])
    return after, direction


@kernel
def cell_widths(geometry, face, a, b, radius):  # type: ignore[no-untyped-def]
    """Metres per cell along a and along b, and the cosine of the angle between the two axes."""
    size = geometry.size
    u = tan((a * 2.0 / size - 1.0) * (PI / 4.0))
    v = tan((b * 2.0 / size - 1.0) * (PI / 4.0))
    uu, vv = 1.0 + u * u, 1.0 + v * v
    square = uu + v * v
    per_cell = radius * (PI / 2.0) / size / square
    return per_cell * uu * np.sqrt(vv), per_cell * vv * np.sqrt(uu), -u * v / np.sqrt(uu * vv)


@kernel
def tangent_axes(x, y, z):  # type: ignore[no-untyped-def]
    """Up, east and north at a point: three unit vectors, as nine numbers.

    North points at the +z pole; at the poles themselves east is the y axis.
    """
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    ux, uy, uz = x * scale, y * scale, z * scale
    ex, ey = -uy, ux
    length = np.sqrt(ex * ex + ey * ey)
    if length < 1e-9:
        ex, ey, length = 0.0, 1.0, 1.0
    ex, ey = ex / length, ey / length
    return ux, uy, uz, ex, ey, 0.0, -uz * ey, uz * ex, ux * ey - uy * ex


def outward(face: int, ab: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Unit vectors through places of one face.

    Args:
        face: 0 to 5, a row of `FACE_AXES`.
        ab: (n, 2) lattice coordinates, 0 to `size` within the face.
        size: N of the planet.

    Returns:
        (n, 3) directions of length 1.
    """
    return np.array([direction_of(FACE_AXES, size, face, float(a), float(b)) for a, b in ab])


def great_circle_distance(
    here: NDArray[np.float64], there: NDArray[np.float64], radius: float
) -> float:
    """Metres along the ground at `radius` between the directions of two points."""
    from .exact import atan2

    cross = np.cross(here, there)
    dot = float(here[0] * there[0] + here[1] * there[1] + here[2] * there[2])
    sine = float(np.sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]))
    return radius * atan2(sine, dot)


def great_circle_step(
    here: NDArray[np.float64], heading: NDArray[np.float64], angle: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Walk an angle along a great circle.

    Args:
        here: (3,) unit vector of the place.
        heading: (3,) unit tangent vector there.
        angle: How far, in radians.

    Returns:
        The unit vector of the new place, and the heading carried along to it.
    """
    from .exact import sincos

    s, c = sincos(angle)
    return c * here + s * heading, c * heading - s * here


@kernel
def _fill_corners(axes, corner, centre):  # type: ignore[no-untyped-def]
    size = corner.shape[1] - 1
    for face in range(6):
        for i in range(size + 1):
            for j in range(size + 1):
                x, y, z = direction_of(axes, size, face, float(i), float(j))
                corner[face, i, j, 0], corner[face, i, j, 1], corner[face, i, j, 2] = x, y, z
        for i in range(size):
            for j in range(size):
                x, y, z = direction_of(axes, size, face, i + 0.5, j + 0.5)
                column = (face * size + i) * size + j
                centre[column, 0], centre[column, 1], centre[column, 2] = x, y, z


@kernel
def _fill_neighbours(axes, neighbour, arrival, size):  # type: ignore[no-untyped-def]
    for face in range(6):
        for i in range(size):
            for j in range(size):
                column = (face * size + i) * size + j
                for direction in range(4):
                    a = i + 0.5 + (1.0 if direction == 0 else -1.0 if direction == 1 else 0.0)
                    b = j + 0.5 + (1.0 if direction == 2 else -1.0 if direction == 3 else 0.0)
                    if 0.0 < a < size and 0.0 < b < size:
                        neighbour[column, direction] = (face * size + int(a)) * size + int(b)
                        continue
                    # Cross the edge at the middle of the rim cell, a hair beyond it.
                    a = min(size + 1e-6, max(-1e-6, a))
                    b = min(size + 1e-6, max(-1e-6, b))
                    x, y, z = direction_of(axes, size, face, a, b)
                    there = face_of(x, y, z)
                    a, b = on_face(axes, size, there, x, y, z)
                    column_a = min(size - 1, max(0, int(a)))
                    column_b = min(size - 1, max(0, int(b)))
                    neighbour[column, direction] = (there * size + column_a) * size + column_b
                    if a < 1e-3:
                        arrival[face, direction] = 0
                    elif a > size - 1e-3:
                        arrival[face, direction] = 1
                    elif b < 1e-3:
                        arrival[face, direction] = 2
                    else:
                        arrival[face, direction] = 3


@lru_cache(maxsize=8)
def geometry_of(size: int) -> Geometry:
    """The lattice of planets with N = `size`, made once in a process.

    Raises:
        ValueError: If `size` is not between 48 and 400 (8 to 47 is allowed for tests).
    """
    if not 8 <= size <= 400:
        raise ValueError(f"size must lie between 48 and 400 columns along a face, got {size}")
    below = 20 if size >= 96 else 12 if size >= 32 else 4
    corner = np.empty((6, size + 1, size + 1, 3))
    centre = np.empty((6 * size * size, 3))
    neighbour = np.empty((6 * size * size, 4), np.int32)
    arrival = np.zeros((6, 4), np.int8)
    _fill_corners(FACE_AXES, corner, centre)
    _fill_neighbours(FACE_AXES, neighbour, arrival, size)
    bottom = 2.0 * size / PI - below
    for array in (corner, centre, neighbour, arrival):
        array.setflags(write=False)
    return Geometry(size, below, bottom, corner, centre, neighbour, arrival, FACE_AXES)
