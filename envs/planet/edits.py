"""How a block changes: the one door through which every edit goes.

An edit keeps everything that follows from the blocks exact: their hash, the light, the list of
cells that differ from the planet as generated, and which sections have to be drawn anew.
"""

import numpy as np

from mpgenie.envs.kernels import allocating_kernel, kernel

from .blocks import TABLE
from .cells import Cells, cell_hash, section_of
from .compass import LEFT
from .geometry import LAYERS, step
from .light import LAMP_SHIFT, SKY_SHIFT, light_all, relight

_OPAQUE = TABLE.opaque
_LIQUID = TABLE.liquid
_GLOW = TABLE.light
_WORK = 2048  # cells a work array holds at first; an ordinary edit relights a few dozen
_MANY_EDITS = 3000  # beyond, lighting the whole planet is quicker than edit by edit


@allocating_kernel
def _mark_section(cells, w, section, edit):  # type: ignore[no-untyped-def]
    cells.changed[w, section] += 1
    if edit:
        cells.edited[w, section] = 1


@kernel
def _mark_column(cells, geometry, w, column, layer, edit):  # type: ignore[no-untyped-def]
    section = section_of(geometry, column, layer)
    _mark_section(cells, w, section, edit)
    if layer & 7 == 7 and layer < LAYERS - 1:
        _mark_section(cells, w, section + 1, edit)
    elif layer & 7 == 0 and layer > 0:
        _mark_section(cells, w, section - 1, edit)


@kernel
def mark_around(cells, geometry, w, cell, edit):  # type: ignore[no-untyped-def]
    """Mark every section that holds a cell or one of the 26 around it as changed.

    Args:
        cells: The worlds' cells.
        geometry: The lattice.
        w: Which world.
        cell: The cell that looks different.
        edit: Whether its block was edited, so that the sections are marked as edited, too.
    """
    size = geometry.size
    column, layer = cell >> 6, cell & 63
    _mark_column(cells, geometry, w, column, layer, edit)
    a, b = column // size % size, column % size
    inside_a = 0 < a & 7 < 7 and a < size - 1
    inside_b = 0 < b & 7 < 7 and b < size - 1
    if inside_a and inside_b:
        return
    for direction in range(4):
        beside, travel = step(geometry, column, direction)
        _mark_column(cells, geometry, w, beside, layer, edit)
        diagonal, travel = step(geometry, beside, LEFT[travel])
        _mark_column(cells, geometry, w, diagonal, layer, edit)


@allocating_kernel
def _update_light(cells, geometry, w, cell, channel, removed, queue):  # type: ignore[no-untyped-def]
    light = cells.light[w]
    removed, removed_count, queue, count = relight(
        cells.blocks[w], light, geometry, channel, cell, removed, queue
    )
    for k in range(removed_count):
        dark = np.int64(removed[k]) >> 4
        if (int(light[dark >> 6, dark & 63]) >> channel) & 15 != int(removed[k]) & 15:
            mark_around(cells, geometry, w, dark, False)
    for k in range(count):
        mark_around(cells, geometry, w, np.int64(queue[k]), False)
    return removed, queue


@allocating_kernel
def _change(cells, geometry, w, cell, block, edit):  # type: ignore[no-untyped-def]
    """Change a block, with its hash, light and sections, but without a note in the edit list."""
    column, layer = cell >> 6, cell & 63
    before = cells.blocks[w, column, layer]
    cells.hash[w] = cells.hash[w] + (cell_hash(cell, block) - cell_hash(cell, before))
    cells.blocks[w, column, layer] = block
    mark_around(cells, geometry, w, cell, edit)
    clear_as_before = _OPAQUE[before] == _OPAQUE[block] and _LIQUID[before] == _LIQUID[block]
    if clear_as_before and _GLOW[before] == _GLOW[block]:
        return
    removed, queue = np.empty(_WORK, np.int32), np.empty(_WORK, np.int32)
    removed, queue = _update_light(cells, geometry, w, cell, LAMP_SHIFT, removed, queue)
    if not clear_as_before:
        _update_light(cells, geometry, w, cell, SKY_SHIFT, removed, queue)


@allocating_kernel
def set_block(cells, geometry, w, cell, block):  # type: ignore[no-untyped-def]
    """Change the block of one cell of one world; the only way to do it.

    Args:
        cells: The worlds' cells.
        geometry: The lattice.
        w: Which world.
        cell: `column * 64 + layer`.
        block: The number of the new block.

    Returns:
        True, or False (and nothing has changed) where the edit list is full; see `with_room`.
    """
    column, layer = cell >> 6, cell & 63
    before = cells.blocks[w, column, layer]
    if before == block:
        return True
    bit = 1 << (layer & 7)
    if not int(cells.edit_mark[w, column, layer >> 3]) & bit:
        count = cells.edit_count[w]
        if count >= cells.edit_cell.shape[1]:
            return False
        cells.edit_cell[w, count] = cell
        cells.edit_before[w, count] = before
        cells.edit_count[w] = count + 1
        cells.edit_mark[w, column, layer >> 3] = int(cells.edit_mark[w, column, layer >> 3]) | bit
    _change(cells, geometry, w, cell, block, True)
    return True


@kernel
def _restore_blocks(cells, w):  # type: ignore[no-untyped-def]
    blocks = cells.blocks[w]
    for k in range(cells.edit_count[w]):
        cell, before = np.int64(cells.edit_cell[w, k]), cells.edit_before[w, k]
        now = blocks[cell >> 6, cell & 63]
        cells.hash[w] = cells.hash[w] + (cell_hash(cell, before) - cell_hash(cell, now))
        blocks[cell >> 6, cell & 63] = before


@allocating_kernel
def revert_edits(cells, geometry, w):  # type: ignore[no-untyped-def]
    """Undo every edit of one world: blocks, light and hash are again those of its planet."""
    count = cells.edit_count[w]
    if count > _MANY_EDITS:
        _restore_blocks(cells, w)
        light_all(cells.blocks[w], cells.light[w], geometry)
        for section in range(cells.changed.shape[1]):
            cells.changed[w, section] += 1
    for k in range(count):
        cell = np.int64(cells.edit_cell[w, k])
        before = int(cells.edit_before[w, k])
        if cells.blocks[w, cell >> 6, cell & 63] != before:
            _change(cells, geometry, w, cell, before, False)
        cells.edit_mark[w, cell >> 6, (cell & 63) >> 3] = 0
    cells.edit_count[w] = 0
    for section in range(cells.changed.shape[1]):
        cells.changed[w, section] += cells.edited[w, section]
        cells.edited[w, section] = 0


def with_room(cells: Cells, extra: int) -> Cells:
    """The same cells with room for at least `extra` more edits in every world.

    Returns:
        `cells` itself where there is room, else a copy of the tuple with longer edit lists (at
        least twice as long); all other arrays are shared.
    """
    capacity = cells.edit_cell.shape[1]
    needed = int(cells.edit_count.max()) + extra
    if needed <= capacity:
        return cells
    longer = max(needed, 2 * capacity)
    worlds = cells.edit_cell.shape[0]
    edit_cell = np.zeros((worlds, longer), np.int32)
    edit_before = np.zeros((worlds, longer), np.uint8)
    edit_cell[:, :capacity] = cells.edit_cell
    edit_before[:, :capacity] = cells.edit_before
    return cells._replace(edit_cell=edit_cell, edit_before=edit_before)
