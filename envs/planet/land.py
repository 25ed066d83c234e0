"""Questions that bots ask of the land of one world all the time, each one cheap call.

A kernel here takes a `Bundle` of a `Land`, which hands over all arrays at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel

from .blocks import BLOCK, TABLE
from .geometry import LAYERS, Geometry, column_of
from .paths import can_stand, step_down
from .raycast import cast, sees

_SOLID, _LIQUID = TABLE.solid, TABLE.liquid
_HURTS = np.zeros(256, np.bool_)
_HURTS[BLOCK["cactus"]] = True


class Land(NamedTuple):
    """The blocks of one world, and room to note which cells can be reached."""

    blocks: NDArray[np.uint8]
    """(columns, 64)."""
    geometry: Geometry
    cell: NDArray[np.int64]
    """(limit,) the cells that can be reached, the nearest first."""
    table: NDArray[np.int32]
    """(2**k,) places in `cell` by hash, -1 = none."""
    counts: NDArray[np.int64]
    """(2,) how many can be reached; whether there may be more."""


def new_land(blocks: NDArray[np.uint8], geometry: Geometry, limit: int) -> Land:
    """A land in which up to `limit` reachable cells are noted."""
    slots = 16
    while slots < 2 * limit:
        slots *= 2
    return Land(
        blocks, geometry, np.zeros(limit, np.int64), np.full(slots, -1, np.int32),
        np.zeros(2, np.int64),
    )  # fmt: skip


@kernel
def cell_at(land, x, y, z):  # type: ignore[no-untyped-def]
    """The cell that a point lies in; the highest or lowest of its column beyond those."""
    geometry = opened(land).geometry
    layer = int(np.floor(np.sqrt(x * x + y * y + z * z) - geometry.bottom + 1e-4))
    column = np.int64(column_of(geometry, x, y, z))
    return column * 64 + min(LAYERS - 1, max(0, layer))


@kernel
def footing_near(land, cell, reach):  # type: ignore[no-untyped-def]
    """The cell nearest to another in height, in its column or beside, where feet can stay.

    Returns:
        -1 if there is none within `reach` layers.
    """
    parts = opened(land)
    own, layer = cell >> 6, cell & 63
    for k in range(5):
        column = own if k == 0 else np.int64(parts.geometry.neighbour[own, k - 1])
        for off in range(reach + 1):
            for at in (layer - off, layer + off + 1):
                if 0 < at < LAYERS and can_stand(parts.blocks, column, at):
                    return column * 64 + at
    return np.int64(-1)


@kernel
def met(land, x, y, z, dx, dy, dz, reach):  # type: ignore[no-untyped-def]
    """What a ray meets first, through water: (cell or -1, its side, metres); see `cast`."""
    parts = opened(land)
    return cast(parts.blocks, parts.geometry, x, y, z, dx, dy, dz, reach, True)


@kernel
def is_clear(land, ax, ay, az, bx, by, bz):  # type: ignore[no-untyped-def]
    """Whether nothing opaque lies between two points."""
    parts = opened(land)
    return sees(parts.blocks, parts.geometry, ax, ay, az, bx, by, bz)


@kernel
def _place_in(table, cells, cell):  # type: ignore[no-untyped-def]
    """The slot of the table that holds a cell, or the free one where it belongs."""
    mask = table.shape[0] - 1
    slot = (cell * 2654435761 >> 7) & mask
    while table[slot] >= 0 and cells[table[slot]] != cell:
        slot = (slot + 1) & mask
    return slot


@kernel
def _add(parts, cell):  # type: ignore[no-untyped-def]
    slot = _place_in(parts.table, parts.cell, cell)
    if parts.table[slot] >= 0:
        return
    count = parts.counts[0]
    if count >= parts.cell.shape[0]:
        parts.counts[1] = 1
        return
    parts.table[slot] = count
    parts.cell[count] = cell
    parts.counts[0] = count + 1


@kernel
def _rises(blocks, own, column, layer):  # type: ignore[no-untyped-def]
    """Whether one can jump from a layer of a column onto a block in the next column."""
    if layer + 1 >= LAYERS or not _SOLID[blocks[column, layer]] or _HURTS[blocks[column, layer]]:
        return False
    if layer + 2 < LAYERS and (_SOLID[blocks[own, layer + 2]] or _SOLID[blocks[column, layer + 2]]):
        return False
    return not _SOLID[blocks[column, layer + 1]]


@kernel
def flood(land, start, max_drop):  # type: ignore[no-untyped-def]
    """Note all cells that one can walk, jump, drop or swim to from a cell; see `find_path`."""
    parts = opened(land)
    blocks, neighbour = parts.blocks, parts.geometry.neighbour
    parts.table[:] = -1
    parts.counts[0] = parts.counts[1] = 0
    _add(parts, start)
    done = 0
    while done < parts.counts[0]:
        cell = parts.cell[done]
        done += 1
        own, layer = cell >> 6, cell & 63
        for direction in range(4):
            column = np.int64(neighbour[own, direction])
            landing = step_down(blocks, column, layer, max_drop)
            if landing > 0:
                _add(parts, column * 64 + landing)
            elif _rises(blocks, own, column, layer):
                _add(parts, column * 64 + layer + 1)
        if _LIQUID[blocks[own, layer]]:
            for at in (layer - 1, layer + 1):
                if can_stand(blocks, own, at):
                    _add(parts, own * 64 + at)


@kernel
def is_noted(land, cell):  # type: ignore[no-untyped-def]
    """Whether the last flood came to a cell."""
    parts = opened(land)
    return parts.table[_place_in(parts.table, parts.cell, cell)] >= 0
