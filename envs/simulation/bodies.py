"""How bodies move among blocks: boxes of the lattice that never overlap a solid cell.

Velocities are metres per tick in planet coordinates; a free body follows a great circle.  A body
that stops at something keeps a hair (`SKIN`) away from it.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.exact import PI, sincos
from mpgenie.envs.planet.geometry import column_at, column_of, direction_of, face_of, on_face

from .footprint import (
    any_solid,
    footprint,
    half_cells,
    overlaps,
    overlaps_at,
    solid_at,
    supported,
    top_layer,
)

SKIN = 1e-6
"""Metres or cells left between a body and what stops it."""
HIT_A, HIT_B, HIT_GROUND, HIT_CEILING = 1, 2, 4, 8
"""Bits that say what stopped a body."""
TOP_SPEED = 4.0
"""No body moves further in a tick, metres."""
_NUDGES = (0.002, 0.01, 0.03, 0.1, 0.2, 0.3)
_TURN_A = (1.0, -1.0, 0.0, 0.0, 1.0, 1.0, -1.0, -1.0)
_TURN_B = (0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0)


@kernel
def _sweep_up(blocks, solid, columns, layer, height, rise):  # type: ignore[no-untyped-def]
    """Move up or down among four columns: the new layer, and what stopped the body."""
    goal = layer + rise
    if rise <= 0.0:
        for low in range(int(np.floor(layer)) - 1, int(np.floor(goal)) - 1, -1):
            if any_solid(blocks, solid, columns, low, low):
                return low + 1.0 + SKIN, HIT_GROUND
        return goal, 0
    for high in range(top_layer(layer, height) + 1, top_layer(goal, height) + 1):
        if high < 64 and any_solid(blocks, solid, columns, high, high):
            return high - height - SKIN, HIT_CEILING
    return goal, 0


@kernel
def _line_blocked(blocks, solid, geometry, face, along_a, near, side, h, low, high):  # type: ignore[no-untyped-def]
    """Whether a body meets something solid past a line of the lattice, at its two corners."""
    size = geometry.size
    if 0.0 <= near < size and side - h >= 0.0 and side + h < size:
        row, left, right = int(near), int(side - h), int(side + h)
        if along_a:
            base = (face * size + row) * size
            first, second = base + left, base + right
        else:
            first = (face * size + left) * size + row
            second = (face * size + right) * size + row
    elif along_a:
        first = column_at(geometry, face, near, side - h)
        second = column_at(geometry, face, near, side + h)
    else:
        first = column_at(geometry, face, side - h, near)
        second = column_at(geometry, face, side + h, near)
    if solid_at(blocks, solid, first, low, high):
        return True
    return first != second and solid_at(blocks, solid, second, low, high)


@kernel
def _sweep_along(blocks, solid, geometry, face, along_a, at, side, h, low, high, way):  # type: ignore[no-untyped-def]
    """Move along one axis of the lattice: the new coordinate, and whether a line stopped it."""
    if way > 0.0:
        for line in range(int(np.floor(at + h)) + 1, int(np.floor(at + h + way)) + 1):
            near = line + 1e-9
            if _line_blocked(blocks, solid, geometry, face, along_a, near, side, h, low, high):
                return line - h - SKIN, True
    elif way < 0.0:
        for line in range(int(np.floor(at - h)), int(np.floor(at - h + way)), -1):
            near = line - 1e-9
            if _line_blocked(blocks, solid, geometry, face, along_a, near, side, h, low, high):
                return line + h + SKIN, True
    return at + way, False


@kernel
def _rate(size, n, u, dn, du):  # type: ignore[no-untyped-def]
    # How fast a lattice coordinate a = (atan(u / n) * 4 / pi + 1) * size / 2 grows.
    return (2.0 * size / PI) * (n * du - u * dn) / (n * n + u * u)


@kernel
def _past_wall(axes, face, along, x, y, z, vx, vy, vz):  # type: ignore[no-untyped-def]
    """What is left of a velocity at a wall of constant a (`along` 1) or b (`along` 2)."""
    n = axes[face, 0, 0] * x + axes[face, 0, 1] * y + axes[face, 0, 2] * z
    u = axes[face, along, 0] * x + axes[face, along, 1] * y + axes[face, along, 2] * z
    scale = 1.0 / np.sqrt(n * n + u * u)
    n, u = n * scale, u * scale
    wx = n * axes[face, along, 0] - u * axes[face, 0, 0]
    wy = n * axes[face, along, 1] - u * axes[face, 0, 1]
    wz = n * axes[face, along, 2] - u * axes[face, 0, 2]
    into = vx * wx + vy * wy + vz * wz
    return vx - into * wx, vy - into * wy, vz - into * wz


@kernel
def _way_along(geometry, face, along, x, y, z, vx, vy, vz):  # type: ignore[no-untyped-def]
    """Cells per tick along an axis of the lattice."""
    axes = geometry.axes
    n = axes[face, 0, 0] * x + axes[face, 0, 1] * y + axes[face, 0, 2] * z
    u = axes[face, along, 0] * x + axes[face, along, 1] * y + axes[face, along, 2] * z
    dn = axes[face, 0, 0] * vx + axes[face, 0, 1] * vy + axes[face, 0, 2] * vz
    du = axes[face, along, 0] * vx + axes[face, along, 1] * vy + axes[face, along, 2] * vz
    return _rate(geometry.size, n, u, dn, du)


@kernel
def _clear_of_lines(at, h, grown):  # type: ignore[no-untyped-def]
    """Where a body that widens from `h` to `grown` has to stand to touch no further cell."""
    if np.floor(at + grown) != np.floor(at + h):
        return np.floor(at + grown) - grown - SKIN
    if np.floor(at - grown) != np.floor(at - h):
        return np.floor(at - h) + grown + SKIN
    return at


@kernel
def _fits(blocks, solid, geometry, face, a, b, layer, half, height, careful):  # type: ignore[no-untyped-def]
    if overlaps_at(blocks, solid, geometry, face, a, b, layer, half, height):
        return False
    return not careful or supported(blocks, solid, geometry, face, a, b, layer, half)


@kernel
def _true_face(geometry, dx, dy, dz):  # type: ignore[no-untyped-def]
    face = face_of(dx, dy, dz)
    a, b = on_face(geometry.axes, geometry.size, face, dx, dy, dz)
    return face, a, b


@kernel
def _fits_truly(blocks, solid, geometry, face, a, b, layer, half, height, careful):  # type: ignore[no-untyped-def]
    """Whether a body fits at (a, b), which may lie beyond the face, and the direction of it."""
    dx, dy, dz = direction_of(geometry.axes, geometry.size, face, a, b)
    there, ta, tb = _true_face(geometry, dx, dy, dz)
    fits = _fits(blocks, solid, geometry, there, ta, tb, layer, half, height, careful)
    return fits, dx, dy, dz


@kernel
def _pushed_clear(blocks, solid, geometry, face, a, b, layer, half, height):  # type: ignore[no-untyped-def]
    """The nearest place in eight directions where a body fits: (found, its direction)."""
    for reach in _NUDGES:
        for turn in range(8):
            na, nb = a + reach * _TURN_A[turn], b + reach * _TURN_B[turn]
            fits, dx, dy, dz = _fits_truly(
                blocks, solid, geometry, face, na, nb, layer, half, height, False
            )
            if fits:
                return True, dx, dy, dz
    return False, 0.0, 0.0, 0.0


@kernel
def _settle(blocks, solid, geometry, face, a0, b0, a1, b1, layer, half, height, careful):  # type: ignore[no-untyped-def]
    """The direction of the place nearest to (a1, b1) where a body fits: (found, x, y, z).

    Lattices of two faces meet with a kink, so what fits in one may overlap in the other by a
    little: then the body is pushed clear, or moves along one axis only, or stays.
    """
    if not careful:
        found, dx, dy, dz = _pushed_clear(
            blocks, solid, geometry, face, a1, b1, layer, half, height
        )
        if found:
            return True, dx, dy, dz
    for attempt in range(3):
        a = a1 if attempt == 0 else a0
        b = b1 if attempt == 1 else b0
        fits, dx, dy, dz = _fits_truly(
            blocks, solid, geometry, face, a, b, layer, half, height, careful
        )
        if fits:
            return True, dx, dy, dz
    return False, 0.0, 0.0, 0.0


@kernel
def carried(ux, uy, uz, dx, dy, dz, tx, ty, tz):  # type: ignore[no-untyped-def]
    """A tangent vector at the direction u, parallel-transported to the direction d."""
    lean = (tx * dx + ty * dy + tz * dz) / (1.0 + ux * dx + uy * dy + uz * dz)
    return tx - lean * (ux + dx), ty - lean * (uy + dy), tz - lean * (uz + dz)


@inlined
def _off_floor(geometry, x, y, z):  # type: ignore[no-untyped-def]
    """A point, at least a hair above the floor of its cell."""
    r = np.sqrt(x * x + y * y + z * z)
    floor = np.floor(r - geometry.bottom + 0.5 * SKIN)
    if r - geometry.bottom >= floor + 0.5 * SKIN:
        return x, y, z
    grow = (geometry.bottom + floor + SKIN) / r
    return x * grow, y * grow, z * grow


@inlined
def _standing(geometry, x, y, z, half):  # type: ignore[no-untyped-def]
    """Where a body is: lattice coordinates, half its width in cells, columns under its corners."""
    face, a, b = _true_face(geometry, x, y, z)
    layer = np.sqrt(x * x + y * y + z * z) - geometry.bottom
    h = half_cells(geometry, half, layer)
    return face, a, b, layer, h, footprint(geometry, face, a, b, h)


@kernel
def move_body(blocks, solid, geometry, x, y, z, vx, vy, vz, half, height, careful):  # type: ignore[no-untyped-def]
    """Move a body by its velocity as far as blocks let it: first up or down, then along a, then b.

    (x, y, z) are its feet, (vx, vy, vz) metres per tick, `half` and `height` its size; a `careful`
    body does not step off the edge of what it stands on.  A body inside a block, put there since
    its last move, is `freed` first.

    Returns:
        Nine numbers, a column and a bit field: its new feet, its new direction up, the velocity
        that is left, the column it is in, and what stopped it (`HIT_A` ...).
    """
    axes, size = geometry.axes, geometry.size
    x, y, z = _off_floor(geometry, x, y, z)
    face, a, b, layer, h, columns = _standing(geometry, x, y, z, half)
    if any_solid(blocks, solid, columns, int(np.floor(layer)), top_layer(layer, height)):
        x, y, z = freed(blocks, solid, geometry, x, y, z, half, height)
        face, a, b, layer, h, columns = _standing(geometry, x, y, z, half)
    r = geometry.bottom + layer
    ux, uy, uz = x / r, y / r, z / r
    rise = vx * ux + vy * uy + vz * uz
    tx, ty, tz = vx - rise * ux, vy - rise * uy, vz - rise * uz
    rise = min(TOP_SPEED, max(-TOP_SPEED, rise))
    careful = careful and rise <= 0.0
    careful = careful and supported(blocks, solid, geometry, face, a, b, layer, half)

    goal_layer, hits = _sweep_up(blocks, solid, columns, layer, height, rise)
    low, high = int(np.floor(goal_layer)), top_layer(goal_layer, height)
    wide = half_cells(geometry, half, goal_layer)
    a0, b0 = a, b
    if wide > h:
        a0, b0 = _clear_of_lines(a, h, wide), _clear_of_lines(b, h, wide)
    a1, b1 = a0, b0
    speed = np.sqrt(tx * tx + ty * ty + tz * tz)
    dx, dy, dz = ux, uy, uz
    if speed > 1e-9:
        if speed > TOP_SPEED:
            tx, ty, tz = tx * TOP_SPEED / speed, ty * TOP_SPEED / speed, tz * TOP_SPEED / speed
            speed = TOP_SPEED
        s, c = sincos(speed / r)
        s /= speed
        dx, dy, dz = c * ux + s * tx, c * uy + s * ty, c * uz + s * tz
        goal_a, goal_b = on_face(axes, size, face, dx, dy, dz)
        a1, hit_a = _sweep_along(
            blocks, solid, geometry, face, True, a0, b0, wide, low, high, goal_a - a
        )
        way_b = goal_b - b
        if hit_a:
            tx, ty, tz = _past_wall(axes, face, 1, x, y, z, tx, ty, tz)
            way_b = _way_along(geometry, face, 2, x, y, z, tx, ty, tz)
        b1, hit_b = _sweep_along(
            blocks, solid, geometry, face, False, b0, a1, wide, low, high, way_b
        )
        if hit_b:
            tx, ty, tz = _past_wall(axes, face, 2, x, y, z, tx, ty, tz)
            if not hit_a:  # along a only as far as sliding on that wall goes
                way_a = _way_along(geometry, face, 1, x, y, z, tx, ty, tz)
                slid, hit = _sweep_along(
                    blocks, solid, geometry, face, True, a0, b1, wide, low, high, way_a
                )
                columns = footprint(geometry, face, slid, b1, wide)
                if not any_solid(blocks, solid, columns, low, high):
                    a1, hit_a = slid, hit
        hits |= (HIT_A if hit_a else 0) | (HIT_B if hit_b else 0)
    if hits & (HIT_A | HIT_B) != 0 or a0 != a or b0 != b:
        dx, dy, dz = direction_of(axes, size, face, a1, b1)
    inside = a1 - wide >= 0.0 and b1 - wide >= 0.0 and a1 + wide < size and b1 + wide < size
    if careful or not inside:
        there, ta, tb = _true_face(geometry, dx, dy, dz)
        if not _fits(blocks, solid, geometry, there, ta, tb, goal_layer, half, height, careful):
            hits |= HIT_A | HIT_B
            found, dx, dy, dz = _settle(
                blocks, solid, geometry, face, a, b, a1, b1, goal_layer, half, height, careful
            )
            inside = False
            if not found:
                column = column_of(geometry, x, y, z)
                return x, y, z, ux, uy, uz, 0.0, 0.0, 0.0, column, hits
    if inside:
        column = (face * size + int(a1)) * size + int(b1)
    else:
        column = column_of(geometry, dx, dy, dz)
    tx, ty, tz = carried(ux, uy, uz, dx, dy, dz, tx, ty, tz)
    if hits & (HIT_GROUND | HIT_CEILING):
        rise = 0.0
    r = geometry.bottom + goal_layer
    return (
        dx * r, dy * r, dz * r, dx, dy, dz,
        tx + rise * dx, ty + rise * dy, tz + rise * dz, column, hits,
    )  # fmt: skip


@kernel
def freed(blocks, solid, geometry, x, y, z, half, height):  # type: ignore[no-untyped-def]
    """The feet of a body, a hair above the floor of their cell, out of any solid cell.

    A body that overlaps a solid cell moves aside a little, else up.
    """
    x, y, z = _off_floor(geometry, x, y, z)
    if not overlaps(blocks, solid, geometry, x, y, z, half, height):
        return x, y, z
    r = np.sqrt(x * x + y * y + z * z)
    face, a, b = _true_face(geometry, x, y, z)
    layer = r - geometry.bottom
    found, dx, dy, dz = _pushed_clear(blocks, solid, geometry, face, a, b, layer, half, height)
    if not found:
        dx, dy, dz = x / r, y / r, z / r
        layer = np.floor(layer) + SKIN
        while overlaps_at(blocks, solid, geometry, face, a, b, layer, half, height):
            layer += 1.0
    r = geometry.bottom + layer
    return dx * r, dy * r, dz * r
