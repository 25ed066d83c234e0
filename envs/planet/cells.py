"""The cells of one planet as arrays, and where the bookkeeping of an edit goes.

A `Cells` is what terrain fills, light follows, bodies collide with and the renderer meshes.
Sections are cubes of 8 x 8 columns by 8 layers, the unit in which a planet is drawn:
`section = chunk * 8 + layer // 8`, `chunk = (face * per_edge + a // 8) * per_edge + b // 8`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.pages import lazy_zeros

from .exact import mix
from .geometry import LAYERS, Geometry

SECTION = 8
"""Cells along the edge of a section."""


class Cells(NamedTuple):
    """All cells of a batch of planets of one size; the leading axis W counts worlds."""

    blocks: NDArray[np.uint8]
    """(W, columns, 64) block numbers; as (W, 6, N, N, 64) the same memory."""
    light: NDArray[np.uint8]
    """(W, columns, 64) sky light * 16 + lamp light, each 0 to 15."""
    hash: NDArray[np.uint64]
    """(W,) sum of `cell_hash` over all cells, kept up by every edit."""
    edit_cell: NDArray[np.int32]
    """(W, capacity) cells that differ, or once differed, from the planet as generated."""
    edit_before: NDArray[np.uint8]
    """(W, capacity) what the terrain had there."""
    edit_count: NDArray[np.int64]
    """(W,) how many of them."""
    edit_mark: NDArray[np.uint8]
    """(W, columns, 8) one bit per cell: is it in `edit_cell`?"""
    changed: NDArray[np.uint32]
    """(W, sections) counts up (`+= 1`) whenever the faces of a section may differ from before."""
    edited: NDArray[np.uint8]
    """(W, sections) 1 where an edit lies in the section or next to it."""


def sections_per_edge(size: int) -> int:
    """Sections along the edge of a face."""
    return (size + SECTION - 1) // SECTION


def new_cells(geometry: Geometry, worlds: int, edits: int = 1024) -> Cells:
    """Empty (all air, dark) cells for a batch of worlds, every section changed once."""
    columns = 6 * geometry.size**2
    sections = 6 * sections_per_edge(geometry.size) ** 2 * (LAYERS // SECTION)
    return Cells(
        blocks=np.zeros((worlds, columns, LAYERS), np.uint8),
        light=np.zeros((worlds, columns, LAYERS), np.uint8),
        hash=np.zeros(worlds, np.uint64),
        edit_cell=np.zeros((worlds, edits), np.int32),
        edit_before=np.zeros((worlds, edits), np.uint8),
        edit_count=np.zeros(worlds, np.int64),
        edit_mark=lazy_zeros((worlds, columns, LAYERS // 8), np.uint8),
        changed=np.ones((worlds, sections), np.uint32),
        edited=np.zeros((worlds, sections), np.uint8),
    )


@kernel
def section_of(geometry, column, layer):  # type: ignore[no-untyped-def]
    """The section that holds a cell."""
    size = geometry.size
    per_edge = (size + 7) // 8
    face = column // (size * size)
    a = column // size % size
    b = column % size
    return ((face * per_edge + (a >> 3)) * per_edge + (b >> 3)) * 8 + (layer >> 3)


@kernel
def cell_hash(cell, block):  # type: ignore[no-untyped-def]
    """The share of one cell in the hash of all cells; air counts nothing."""
    if block == 0:
        return np.uint64(0)
    return mix((np.uint64(cell) << np.uint64(8)) | np.uint64(block))


@kernel
def hash_of_blocks(blocks):  # type: ignore[no-untyped-def]
    """The 64-bit sum of `cell_hash` over all cells of one world: (columns, 64) -> uint64."""
    total = np.uint64(0)
    for column in range(blocks.shape[0]):
        for layer in range(64):
            block = blocks[column, layer]
            if block != 0:
                total += mix((np.uint64(column * 64 + layer) << np.uint64(8)) | np.uint64(block))
    return total
