"""Mining: holding attack on a cell until its block gives way and drops as an item."""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import AIR
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import draw

from .events import DIG_ABORT, DIG_DONE, DIG_START, emit
from .items import MINED_WAIT, drop_stack

_PURPOSE = 10


@kernel
def stop_digging(players, clock, w, p):  # type: ignore[no-untyped-def]
    """Give up the cell being mined, if there is one."""
    player = players[w, p]
    cell = player.dig_cell
    if cell >= 0:
        emit(clock, w, DIG_ABORT, player.id, 0, cell, player.dig_ticks)
    player.dig_cell = -1
    player.dig_ticks = 0
    player.dig_needed = 0


@kernel
def dig(bundle, w, p, cell):  # type: ignore[no-untyped-def]
    """Spend a tick on a cell; the last one turns its block into an item there."""
    game = opened(bundle)
    players, cells, table, clock = game.players, game.cells, game.table, game.clock
    player = players[w, p]
    block = np.int64(cells.blocks[w, cell >> 6, cell & 63])
    held = player.hotbar_item[player.held]
    needed = table.dig_ticks[block, held]
    if player.dig_cell != cell:
        stop_digging(players, clock, w, p)
        if needed < 0:
            return
        player.dig_cell = cell
        emit(clock, w, DIG_START, player.id, 0, cell, block)
    if player.dig_needed != needed:  # another tool: begin again
        player.dig_needed = needed
        player.dig_ticks = 0
    player.swing = max(player.swing, 1)
    player.dig_ticks += 1
    if player.dig_ticks < needed or not set_block(cells, game.geometry, w, cell, AIR):
        return
    emit(clock, w, DIG_DONE, player.id, 0, cell, block)
    player.dig_cell = -1
    player.dig_ticks = 0
    player.dig_needed = 0
    _drop(bundle, w, p, cell, block)


@kernel
def _drop(bundle, w, p, cell, block):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    players, items, clock, geometry = game.players, game.items, game.clock, game.geometry
    up = geometry.centre[cell >> 6]
    r = geometry.bottom + (cell & 63) + 0.3
    key, tick = players[w, p].key, clock.row[w].tick
    hop = 0.1
    drop_stack(
        items, clock, w, np.int64(game.table.drops[block]), 1, up[0] * r, up[1] * r, up[2] * r,
        up[0] * hop + 0.05 * (draw(key, tick, _PURPOSE, 0) - 0.5),
        up[1] * hop + 0.05 * (draw(key, tick, _PURPOSE, 1) - 0.5),
        up[2] * hop + 0.05 * (draw(key, tick, _PURPOSE, 2) - 0.5),
        0, MINED_WAIT,
    )  # fmt: skip
