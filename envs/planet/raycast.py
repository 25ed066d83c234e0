"""Which block a ray meets first, and who can see what.

A ray goes from cell to cell: each has six walls (planes through the core, and spheres around it),
and the ray leaves by the wall it reaches first.  A wall counts only while the ray moves towards
its outer side, so rounding can neither turn a ray back nor let it slip past an edge or a corner.
"""

import numpy as np

from mpgenie.envs.kernels import kernel

from .blocks import TABLE
from .compass import BACK
from .geometry import A_DOWN, A_UP, B_DOWN, B_UP, DOWN, LAYERS, UP, locate, step

_SOLIDS, _SOLIDS_AND_LIQUIDS, _OPAQUES = range(3)
_STOPS = np.zeros((3, 256), np.bool_)
_STOPS[_SOLIDS_AND_LIQUIDS, 1:] = True
_STOPS[_SOLIDS] = _STOPS[_SOLIDS_AND_LIQUIDS] & ~TABLE.liquid
_STOPS[_OPAQUES] = TABLE.opaque
_FAR = 1e30


@kernel
def _along_axes(axes, face, x, y, z):  # type: ignore[no-untyped-def]
    """A vector in the axes of a face: outward, along a, along b."""
    n = axes[face, 0, 0] * x + axes[face, 0, 1] * y + axes[face, 0, 2] * z
    u = axes[face, 1, 0] * x + axes[face, 1, 1] * y + axes[face, 1, 2] * z
    v = axes[face, 2, 0] * x + axes[face, 2, 1] * y + axes[face, 2, 2] * z
    return n, u, v


@kernel
def _slope(geometry, face, line):  # type: ignore[no-untyped-def]
    """u / n on the plane of one grid line (the same for lines of equal a and of equal b)."""
    x, y, z = geometry.corner[face, line, 0]
    n, u, _ = _along_axes(geometry.axes, face, x, y, z)
    return u / n


@kernel
def _wall(inside, speed):  # type: ignore[no-untyped-def]
    """When a plane is crossed outwards, of which we start `inside` and move off at `speed`."""
    return max(0.0, inside) / speed if speed > 0.0 else _FAR


@kernel
def _first_stop(blocks, geometry, x, y, z, dx, dy, dz, reach, what):  # type: ignore[no-untyped-def]
    """Follow a ray to the first block of a row of `_STOPS`; see `cast`."""
    size = geometry.size
    face, a, b, height = locate(geometry, x, y, z)
    i, j = min(size - 1, int(a)), min(size - 1, int(b))
    layer = min(LAYERS, int(np.floor(height)))
    column = np.int64((face * size + i) * size + j)
    if layer < 0:
        return np.int64(-1), UP, reach
    towards_sky = x * dx + y * dy + z * dz
    square = x * x + y * y + z * z
    if layer < LAYERS and _STOPS[what, blocks[column, layer]]:
        return column * 64 + layer, DOWN if towards_sky > 0.0 else UP, 0.0
    on, ou, ov = _along_axes(geometry.axes, face, x, y, z)
    dn, du, dv = _along_axes(geometry.axes, face, dx, dy, dz)
    travelled = 0.0
    for _ in range(16 * size + 4 * LAYERS):
        nearest, way = _FAR, UP
        slope = _slope(geometry, face, i + 1)
        when = _wall(slope * on - ou, du - slope * dn)
        if when < nearest:
            nearest, way = when, A_UP
        slope = _slope(geometry, face, i)
        when = _wall(ou - slope * on, slope * dn - du)
        if when < nearest:
            nearest, way = when, A_DOWN
        slope = _slope(geometry, face, j + 1)
        when = _wall(slope * on - ov, dv - slope * dn)
        if when < nearest:
            nearest, way = when, B_UP
        slope = _slope(geometry, face, j)
        when = _wall(ov - slope * on, slope * dn - dv)
        if when < nearest:
            nearest, way = when, B_DOWN
        floor = geometry.bottom + layer
        under_root = towards_sky * towards_sky - square + floor * floor
        if travelled < -towards_sky and under_root > 0.0:
            when = -towards_sky - np.sqrt(under_root)
            if when < nearest:
                nearest, way = when, DOWN
        if layer < LAYERS:
            roof = floor + 1.0
            under_root = towards_sky * towards_sky - square + roof * roof
            when = -towards_sky + np.sqrt(max(0.0, under_root))
            if when < nearest:
                nearest, way = when, UP
        travelled = max(travelled, nearest)
        if travelled >= reach:
            break
        if way == UP:
            layer += 1
        elif way == DOWN:
            layer -= 1
            if layer < 0:
                break
        else:
            after, way = step(geometry, column, way)
            column = np.int64(after)
            if column // (size * size) != face:
                face = column // (size * size)
                on, ou, ov = _along_axes(geometry.axes, face, x, y, z)
                dn, du, dv = _along_axes(geometry.axes, face, dx, dy, dz)
            i, j = column // size % size, column % size
        if layer < LAYERS and _STOPS[what, blocks[column, layer]]:
            return column * 64 + layer, BACK[way], travelled
    return np.int64(-1), UP, reach


@kernel
def cast(blocks, geometry, x, y, z, dx, dy, dz, reach, through_liquid):  # type: ignore[no-untyped-def]
    """The first block that a ray meets.

    Args:
        blocks: (columns, 64) of one world.
        geometry: The lattice.
        x: Where the ray starts, as are y and z.
        y: See x.
        z: See x.
        dx: Its direction, of length 1, as are dy and dz.
        dy: See dx.
        dz: See dx.
        reach: How far it goes, in metres.
        through_liquid: Whether water does not stop it.  Air never does, any other block does.

    Returns:
        The cell (-1 if none), the side of it that was hit (the direction from the cell back
        towards where the ray came from) and the distance (`reach` if none).  A ray that starts
        inside a block hits it at distance 0.
    """
    what = _SOLIDS if through_liquid else _SOLIDS_AND_LIQUIDS
    return _first_stop(blocks, geometry, x, y, z, dx, dy, dz, reach, what)


@kernel
def sees(blocks, geometry, ax, ay, az, bx, by, bz):  # type: ignore[no-untyped-def]
    """Whether no opaque block lies on the line between two points."""
    dx, dy, dz = bx - ax, by - ay, bz - az
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    if length < 1e-9:
        return True
    dx, dy, dz = dx / length, dy / length, dz / length
    cell, _, _ = _first_stop(blocks, geometry, ax, ay, az, dx, dy, dz, length, _OPAQUES)
    return cell < 0
