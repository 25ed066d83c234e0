"""How bright each cell is: sky light and lamp light, each 0 to 15, packed `sky * 16 + lamp`.

Light enters a cell from its six neighbours and loses 1 on the way, 2 into a liquid; full sky light
(15) falls straight down through cells that are neither opaque nor liquid without loss.  Opaque
cells are dark, except that a lamp shows its own light.  A cell's light is the most that arrives;
these rules have exactly one solution, so it does not matter in which order one gets there, and an
edit's update (`relight`) ends at the same numbers as doing it all anew (`light_all`).
"""

import numpy as np

from mpgenie.envs.kernels import allocating_kernel, kernel

from .blocks import AIR, TABLE
from .geometry import DOWN, LAYERS, UP

SKY_SHIFT, LAMP_SHIFT = 4, 0
"""Where the two lights lie in a byte; also their names as channels."""
_OPAQUE = TABLE.opaque
_LIQUID = TABLE.liquid
_GLOW = TABLE.light


@kernel
def neighbour_cell(geometry, cell, direction):  # type: ignore[no-untyped-def]
    """The cell one step on in any of six directions; -1 above the top and below the bottom."""
    layer = cell & 63
    if direction == UP:
        return cell + 1 if layer < LAYERS - 1 else -1
    if direction == DOWN:
        return cell - 1 if layer > 0 else -1
    return np.int64(geometry.neighbour[cell >> 6, direction]) * 64 + layer


@kernel
def passed_on(channel, level, direction, block):  # type: ignore[no-untyped-def]
    """The light that arrives in a cell of this block from a neighbour of this level."""
    if _OPAQUE[block]:
        return 0
    if _LIQUID[block]:
        return level - 2
    if direction == DOWN and level == 15 and channel == SKY_SHIFT:
        return 15
    return level - 1


@kernel
def own_light(channel, cell, block):  # type: ignore[no-untyped-def]
    """The light a cell has from no neighbour: a lamp's glow, or the sky over the top layer."""
    if channel == LAMP_SHIFT:
        return int(_GLOW[block])
    if cell & 63 == LAYERS - 1:
        return passed_on(channel, 15, DOWN, block)
    return 0


@allocating_kernel
def _grown(queue, count):  # type: ignore[no-untyped-def]
    if count < queue.shape[0]:
        return queue
    longer = np.empty(queue.shape[0] * 2, queue.dtype)
    for n in range(queue.shape[0]):  # copying a slice takes numba seconds to compile
        longer[n] = queue[n]
    return longer


@allocating_kernel
def spread(blocks, light, geometry, channel, queue, count):  # type: ignore[no-untyped-def]
    """Let light flow from the cells in a queue until nothing changes.

    Returns:
        The queue, perhaps a longer copy, and how many it holds: the cells given, then every cell
        that became brighter.
    """
    clear = 255 ^ (15 << channel)
    head = 0
    while head < count:
        cell = np.int64(queue[head])
        head += 1
        level = (int(light[cell >> 6, cell & 63]) >> channel) & 15
        if level < 2:
            continue
        for direction in range(6):
            there = neighbour_cell(geometry, cell, direction)
            if there < 0:
                continue
            column, layer = there >> 6, there & 63
            arrives = passed_on(channel, level, direction, blocks[column, layer])
            packed = int(light[column, layer])
            if arrives > (packed >> channel) & 15:
                light[column, layer] = (packed & clear) | (arrives << channel)
                queue = _grown(queue, count)
                queue[count] = there
                count += 1
    return queue, count


@allocating_kernel
def _straight_down(blocks, light, open_from, queue):  # type: ignore[no-untyped-def]
    """Light from straight above, and lamps by themselves.

    `open_from` gets, by column, the lowest layer such that all is 15 from there up.

    Returns:
        The queue (perhaps a longer copy) and how many lamps it holds.
    """
    count = 0
    for column in range(blocks.shape[0]):
        layer = LAYERS - 1
        while layer >= 0 and blocks[column, layer] == AIR:
            light[column, layer] = 15 << SKY_SHIFT
            layer -= 1
        level = 15
        open_from[column] = layer + 1
        while layer >= 0:
            block = blocks[column, layer]
            if level > 0:
                level = max(0, passed_on(SKY_SHIFT, level, DOWN, block))
                if level == 15:
                    open_from[column] = layer
            light[column, layer] = (level << SKY_SHIFT) | _GLOW[block]
            if _GLOW[block] > 0:
                queue = _grown(queue, count)
                queue[count] = column * 64 + layer
                count += 1
            layer -= 1
    return queue, count


@allocating_kernel
def _bright_rims(blocks, light, geometry, open_from, queue):  # type: ignore[no-untyped-def]
    """Queue the cells lit from above that may light a neighbour in another column."""
    count = 0
    for column in range(blocks.shape[0]):
        highest = 0
        for direction in range(4):
            highest = max(highest, open_from[geometry.neighbour[column, direction]])
        for layer in range(highest - 1, -1, -1):
            if light[column, layer] < 32:
                break
            queue = _grown(queue, count)
            queue[count] = column * 64 + layer
            count += 1
    return queue, count


@allocating_kernel
def light_all(blocks, light, geometry):  # type: ignore[no-untyped-def]
    """Light a whole planet: (columns, 64) blocks -> (columns, 64) light, overwritten."""
    open_from = np.empty(blocks.shape[0], np.int32)
    queue = np.empty(max(4096, blocks.shape[0] * 8), np.int32)
    queue, count = _straight_down(blocks, light, open_from, queue)
    queue, count = spread(blocks, light, geometry, LAMP_SHIFT, queue, count)
    queue, count = _bright_rims(blocks, light, geometry, open_from, queue)
    spread(blocks, light, geometry, SKY_SHIFT, queue, count)


@allocating_kernel
def _take_back(blocks, light, geometry, channel, start, removed, queue):  # type: ignore[no-untyped-def]
    """Darken a cell and all that may have had its light from it.

    Returns:
        Two lists and their lengths: (cell * 16 + former level) of each darkened cell, and the
        cells from which light has to flow again.
    """
    clear = 255 ^ (15 << channel)
    packed = int(light[start >> 6, start & 63])
    removed[0] = start * 16 + ((packed >> channel) & 15)
    light[start >> 6, start & 63] = packed & clear
    removed_count, count, head = 1, 0, 0
    while head < removed_count:
        cell, level = np.int64(removed[head]) >> 4, int(removed[head]) & 15
        head += 1
        for direction in range(6):
            there = neighbour_cell(geometry, cell, direction)
            if there < 0:
                continue
            column, layer = there >> 6, there & 63
            packed = int(light[column, layer])
            shines = (packed >> channel) & 15
            if shines == 0:
                continue
            block = blocks[column, layer]
            if level > 1 and shines == passed_on(channel, level, direction, block):
                light[column, layer] = packed & clear
                removed = _grown(removed, removed_count)
                removed[removed_count] = there * 16 + shines
                removed_count += 1
            else:
                queue = _grown(queue, count)
                queue[count] = there
                count += 1
    return removed, removed_count, queue, count


@allocating_kernel
def relight(blocks, light, geometry, channel, cell, removed, queue):  # type: ignore[no-untyped-def]
    """Bring one channel up to date after the block of one cell has changed.

    Args:
        blocks: (columns, 64), already changed.
        light: (columns, 64), as it was.
        geometry: The lattice.
        channel: `SKY_SHIFT` or `LAMP_SHIFT`.
        cell: The cell that has changed.
        removed: int32 work array; grows where it must.
        queue: int32 work array; grows where it must.

    Returns:
        The two work arrays with their lengths: (cell * 16 + former level) of each cell that was
        darkened for a while, and the cells that were made brighter after it (and their sources).
    """
    removed, removed_count, queue, count = _take_back(
        blocks, light, geometry, channel, cell, removed, queue
    )
    for k in range(removed_count):
        dark = np.int64(removed[k]) >> 4
        column, layer = dark >> 6, dark & 63
        level = own_light(channel, dark, blocks[column, layer])
        if level > 0:
            light[column, layer] = int(light[column, layer]) | (level << channel)
            queue = _grown(queue, count)
            queue[count] = dark
            count += 1
    queue, count = spread(blocks, light, geometry, channel, queue, count)
    return removed, removed_count, queue, count
