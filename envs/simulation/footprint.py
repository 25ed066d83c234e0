"""What a body touches: the columns under it, and what is solid there.

A body stands on a square of the lattice, `half` metres (but at most as many tenths of a cell as
`half` has of a metre) around its feet, and reaches `height` metres up.  What is solid is asked only
of the columns under the four corners of the square, which is enough because it is less than a cell
wide.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import column_at, face_of, on_face


@kernel
def half_cells(geometry, half, layer):  # type: ignore[no-untyped-def]
    """Half the width of a body in cells; a cell counts as a metre below sea level.

    Above it cells are wider than a metre, and so the body is fewer cells wide.
    """
    if layer <= geometry.below:
        return half
    sea = geometry.bottom + geometry.below
    return half * sea / (geometry.bottom + layer)


@kernel
def footprint(geometry, face, a, b, h):  # type: ignore[no-untyped-def]
    """The columns under the four corners of a body's square."""
    size = geometry.size
    if a - h >= 0.0 and b - h >= 0.0 and a + h < size and b + h < size:
        row = face * size
        near, far = (row + int(a - h)) * size, (row + int(a + h)) * size
        left, right = int(b - h), int(b + h)
        return near + left, near + right, far + left, far + right
    return (
        column_at(geometry, face, a - h, b - h),
        column_at(geometry, face, a - h, b + h),
        column_at(geometry, face, a + h, b - h),
        column_at(geometry, face, a + h, b + h),
    )


@kernel
def solid_at(blocks, solid, column, low, high):  # type: ignore[no-untyped-def]
    """Whether a column is solid anywhere between two layers, both included."""
    if low < 0:
        return True
    for layer in range(low, min(high, 63) + 1):
        if solid[blocks[column, layer]]:
            return True
    return False


@kernel
def any_solid(blocks, solid, columns, low, high):  # type: ignore[no-untyped-def]
    """Whether one of four columns is."""
    return (
        solid_at(blocks, solid, columns[0], low, high)
        or solid_at(blocks, solid, columns[1], low, high)
        or solid_at(blocks, solid, columns[2], low, high)
        or solid_at(blocks, solid, columns[3], low, high)
    )


@kernel
def top_layer(layer, height):  # type: ignore[no-untyped-def]
    """The highest layer that a body reaches into."""
    return int(np.ceil(layer + height)) - 1


@kernel
def overlaps_at(blocks, solid, geometry, face, a, b, layer, half, height):  # type: ignore[no-untyped-def]
    """Whether a body at lattice coordinates shares space with a solid cell."""
    columns = footprint(geometry, face, a, b, half_cells(geometry, half, layer))
    return any_solid(blocks, solid, columns, int(np.floor(layer)), top_layer(layer, height))


@kernel
def overlaps(blocks, solid, geometry, x, y, z, half, height):  # type: ignore[no-untyped-def]
    """Whether a body with its feet at a point shares space with a solid cell."""
    face = face_of(x, y, z)
    a, b = on_face(geometry.axes, geometry.size, face, x, y, z)
    layer = np.sqrt(x * x + y * y + z * z) - geometry.bottom
    return overlaps_at(blocks, solid, geometry, face, a, b, layer, half, height)


@kernel
def occupies(geometry, x, y, z, half, height, cell):  # type: ignore[no-untyped-def]
    """Whether a body with its feet at a point shares space with one cell."""
    layer = np.sqrt(x * x + y * y + z * z) - geometry.bottom
    if not np.floor(layer) <= cell & 63 <= top_layer(layer, height):
        return False
    face = face_of(x, y, z)
    a, b = on_face(geometry.axes, geometry.size, face, x, y, z)
    column = cell >> 6
    columns = footprint(geometry, face, a, b, half_cells(geometry, half, layer))
    return (
        columns[0] == column or columns[1] == column or columns[2] == column or columns[3] == column
    )


@kernel
def supported(blocks, solid, geometry, face, a, b, layer, half):  # type: ignore[no-untyped-def]
    """Whether something solid lies right under a body's square."""
    low = int(np.floor(layer - 0.01))
    columns = footprint(geometry, face, a, b, half_cells(geometry, half, layer))
    return any_solid(blocks, solid, columns, low, low)
