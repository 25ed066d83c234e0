"""Where players enter: dry, level ground under the open sky, evenly over the whole planet.

A group's first place is drawn so that equal areas are equally likely; the others are drawn around
it, each at least `separation[0]` metres from all others and at most `separation[1]` from the
nearest.  The places are then shuffled, so no player is always in the middle.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .blocks import BLOCK, TABLE
from .exact import PI, cos, draw, draw_bits, sincos
from .geometry import LAYERS, column_of, tangent_axes
from .planet import Planet
from .raycast import sees

EYE = 1.62
_SOLID, _LIQUID = TABLE.solid, TABLE.liquid
_SHELTER = np.zeros(256, np.bool_)
"""Blocks of plants, which are not ground."""
_SHELTER[[BLOCK[name] for name in ("oak_log", "birch_log", "oak_leaves", "pine_leaves")]] = True
_ICE, _CACTUS = BLOCK["ice"], BLOCK["cactus"]
_RELAXED = (
    (1.0, 1, 200),
    (1.0, 2, 200),
    (0.7, 2, 100),
    (0.4, 3, 100),
    (0.2, 6, 100),
    (0.1, 64, 400),
)
"""Part of the separation asked for, steepest slope, and centres to try, from strict to lax."""


@kernel
def ground_layer(blocks, column):  # type: ignore[no-untyped-def]
    """The feet layer of one standing on a column's ground; -1 where it is wet or there is no room.

    Ground is the highest block that is not part of a tree; there have to be three free cells over
    it.
    """
    free = 0
    for layer in range(LAYERS - 1, -1, -1):
        block = blocks[column, layer]
        if _LIQUID[block] or block == _ICE or block == _CACTUS:
            return -1
        if not _SOLID[block]:
            free += 1
        elif _SHELTER[block]:
            free = 0
        else:
            return layer + 1 if free >= 3 else -1
    return -1


@kernel
def _level_ground(blocks, geometry, column, slope):  # type: ignore[no-untyped-def]
    """`ground_layer`, but -1 also next to water, walls and steps higher than `slope`."""
    layer = ground_layer(blocks, column)
    if layer < 0 or slope >= LAYERS:
        return layer
    for direction in range(4):
        beside = ground_layer(blocks, geometry.neighbour[column, direction])
        if beside < 0 or abs(beside - layer) > slope:
            return -1
    return layer


@kernel
def _anywhere(key, attempt):  # type: ignore[no-untyped-def]
    """A direction from the core; equal areas are equally likely."""
    z = 2.0 * draw(key, attempt, 1, 0) - 1.0
    s, c = sincos(2.0 * PI * draw(key, attempt, 1, 1))
    r = np.sqrt(max(0.0, 1.0 - z * z))
    return r * c, r * s, z


@kernel
def _around(key, attempt, index, x, y, z, near, far):  # type: ignore[no-untyped-def]
    """A direction between two angles from another, area-uniform but for the curvature."""
    _, _, _, ex, ey, ez, nx, ny, nz = tangent_axes(x, y, z)
    share = draw(key, attempt, 2, 2 * index)
    angle = np.sqrt(near * near + share * (far * far - near * near))
    s, c = sincos(angle)
    sine, cosine = sincos(2.0 * PI * draw(key, attempt, 2, 2 * index + 1))
    return (
        c * x + s * (cosine * ex + sine * nx),
        c * y + s * (cosine * ey + sine * ny),
        c * z + s * (cosine * ez + sine * nz),
    )


@kernel
def _fits(geometry, chosen, count, column, near_cosine, far_cosine):  # type: ignore[no-untyped-def]
    """Whether a column is far enough from all chosen ones and near enough to one of them."""
    nearest = -1.0
    for k in range(count):
        dot = 0.0
        for axis in range(3):
            dot += geometry.centre[column, axis] * geometry.centre[chosen[k], axis]
        nearest = max(nearest, dot)
    return far_cosine <= nearest <= near_cosine


@kernel
def _visible(blocks, geometry, column, layer, other, other_layer):  # type: ignore[no-untyped-def]
    up = geometry.bottom + layer + EYE
    there = geometry.bottom + other_layer + EYE
    ax, ay, az = geometry.centre[column]
    bx, by, bz = geometry.centre[other]
    return sees(blocks, geometry, ax * up, ay * up, az * up, bx * there, by * there, bz * there)


@kernel
def _try_group(blocks, geometry, key, attempt, slope, near, far, sight, chosen, layers):  # type: ignore[no-untyped-def]
    """Fill `chosen` (columns) and `layers` (of the feet) around one centre, if it goes."""
    x, y, z = _anywhere(key, attempt)
    chosen[0] = column_of(geometry, x, y, z)
    layers[0] = _level_ground(blocks, geometry, chosen[0], slope)
    if layers[0] < 0:
        return False
    near_cosine, far_cosine = cos(near), cos(min(PI, far))
    draws = 0
    for k in range(1, chosen.shape[0]):
        reach = min(PI, max(far, near + 0.5 * far * np.sqrt(k + 1.0)) if k > 6 else far)
        found = False
        for _ in range(60):
            px, py, pz = _around(key, attempt, draws, x, y, z, near, reach)
            draws += 1
            column = column_of(geometry, px, py, pz)
            if not _fits(geometry, chosen, k, column, near_cosine, far_cosine):
                continue
            layer = _level_ground(blocks, geometry, column, slope)
            if layer < 0:
                continue
            if sight and not _visible(blocks, geometry, column, layer, chosen[0], layers[0]):
                continue
            chosen[k] = column
            layers[k] = layer
            found = True
            break
        if not found:
            return False
    return True


@kernel
def _shuffle(key, chosen, layers):  # type: ignore[no-untyped-def]
    for k in range(chosen.shape[0] - 1, 0, -1):
        other = int(draw_bits(key, k, 3, 0) % np.uint64(k + 1))
        chosen[k], chosen[other] = chosen[other], chosen[k]
        layers[k], layers[other] = layers[other], layers[k]


def spawn_points(
    planet: Planet,
    key: np.uint64,
    count: int,
    separation: tuple[float, float] = (6.0, 12.0),
    line_of_sight: bool = False,
) -> NDArray[np.float64]:
    """Places for a group of players to enter a planet, the same for the same key.

    Args:
        planet: The planet as generated.
        key: What to draw from.
        count: How many places.
        separation: The least great-circle distance (metres, at sea level) between any two places
            and the greatest from each to the nearest other.  Where the land is too crowded or too
            steep for it, the least distance and the slope are relaxed step by step.
        line_of_sight: Whether all have to see the eyes of the one in the middle.

    Returns:
        (count, 3) positions of the feet, in the middle of columns.

    Raises:
        ValueError: If the arguments make no sense, or the planet has no such places at all.
    """
    near, far = separation
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    if not 0.0 <= near <= far:
        raise ValueError(
            f"separation must be (least, most) with 0 <= least <= most, got {separation}"
        )
    geometry = planet.geometry
    radius = geometry.bottom + geometry.below
    chosen = np.zeros(count, np.int64)
    layers = np.zeros(count, np.int64)
    first = 0
    for part, slope, centres in _RELAXED:
        for attempt in range(first, first + max(4, centres // (1 + count // 32))):
            if _try_group(
                planet.blocks, geometry, np.uint64(key), attempt, slope, part * near / radius,
                max(far, 2.0) / part / radius, line_of_sight, chosen, layers,
            ):  # fmt: skip
                _shuffle(np.uint64(key), chosen, layers)
                feet: NDArray[np.float64] = (
                    geometry.centre[chosen] * (geometry.bottom + layers)[:, None]
                )
                return feet
        first += centres
    raise ValueError(
        f"found no {count} dry places {near} to {far} m apart on planet {planet.seed} of size "
        f"{planet.config.size}; ask for fewer players, less distance, no line of sight, or another "
        "seed"
    )
