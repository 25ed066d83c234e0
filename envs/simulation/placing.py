"""Placing: the held block goes against the face looked at, never into a body."""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import FIRST_TOOL, TORCH
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.geometry import DOWN, LAYERS, UP, step

from .crowd import cube_index, cube_key, first_in
from .events import (
    BLOCK_PLACE,
    BLOCK_PLACE_FAIL,
    INSIDE_BODY,
    NO_ITEM,
    NO_SUPPORT,
    OCCUPIED,
    OUT_OF_REACH,
    emit,
)
from .footprint import occupies
from .mobs import MOB_HALF, MOB_HEIGHT
from .movement import PLAYER_HALF, PLAYER_HEIGHT

_NEAR = 2.5  # metres from a cell's middle within which a body that fills part of it has its feet


@kernel
def cell_beside(geometry, cell, side):  # type: ignore[no-untyped-def]
    """The cell next to a cell in a direction, -1 above the highest and below the lowest layer."""
    column, layer = cell >> 6, cell & 63
    if side == UP:
        return cell + 1 if layer + 1 < LAYERS else -1
    if side == DOWN:
        return cell - 1 if layer > 0 else -1
    column, _ = step(geometry, column, side)
    return column * LAYERS + layer


@kernel
def body_in_cell(bundle, w, cell):  # type: ignore[no-untyped-def]
    """Whether a player or a mob stands in a cell."""
    game = opened(bundle)
    crowd, players, mobs, geometry = game.crowd, game.players, game.mobs, game.geometry
    slots = players.shape[1]
    up = geometry.centre[cell >> 6]
    r = geometry.bottom + (cell & 63) + 0.5
    x, y, z = up[0] * r, up[1] * r, up[2] * r
    for i in range(cube_index(x - _NEAR), cube_index(x + _NEAR) + 1):
        for j in range(cube_index(y - _NEAR), cube_index(y + _NEAR) + 1):
            for k in range(cube_index(z - _NEAR), cube_index(z + _NEAR) + 1):
                body, key = first_in(crowd, w, i, j, k), cube_key(i, j, k)
                while body >= 0:
                    if crowd.cube[w, body] == key:
                        half, height, feet = PLAYER_HALF, PLAYER_HEIGHT, players[w, 0].position
                        if body < slots:
                            feet = players[w, body].position
                        else:
                            kind = mobs[w, body - slots].kind
                            half, height = MOB_HALF[kind], MOB_HEIGHT[kind]
                            feet = mobs[w, body - slots].position
                        if occupies(geometry, feet[0], feet[1], feet[2], half, height, cell):
                            return True
                    body = crowd.link[w, body]
    return False


@kernel
def _obstacle(bundle, w, item, hit, side, cell):  # type: ignore[no-untyped-def]
    """Why a block cannot go into a cell, or -1."""
    game = opened(bundle)
    cells, table = game.cells, game.table
    if item == 0 or item >= FIRST_TOOL:
        return NO_ITEM
    if hit < 0 or cell < 0:
        return OUT_OF_REACH
    if not table.solid[cells.blocks[w, hit >> 6, hit & 63]] or (item == TORCH and side == DOWN):
        return NO_SUPPORT
    if not table.replaceable[cells.blocks[w, cell >> 6, cell & 63]]:
        return OCCUPIED
    if table.solid[item] and body_in_cell(bundle, w, cell):
        return INSIDE_BODY
    return -1


@kernel
def place(bundle, w, p, hit, side):  # type: ignore[no-untyped-def]
    """Put the held block beside the cell looked at, or say why not.

    `hit` is the cell that player `p` looks at (-1 = none in reach), `side` the side that is seen.
    """
    game = opened(bundle)
    players, geometry, clock = game.players, game.geometry, game.clock
    player = players[w, p]
    slot = player.held
    item = np.int64(player.hotbar_item[slot])
    cell = cell_beside(geometry, hit, side) if hit >= 0 else -1
    reason = _obstacle(bundle, w, item, hit, side, cell)
    if reason >= 0:
        emit(clock, w, BLOCK_PLACE_FAIL, player.id, 0, cell, reason)
        return
    if not set_block(game.cells, geometry, w, cell, item):
        return
    left = np.int64(player.hotbar_count[slot]) - 1
    player.hotbar_count[slot] = left
    if left == 0:
        player.hotbar_item[slot] = 0
    player.swing = 6
    emit(clock, w, BLOCK_PLACE, player.id, 0, cell, item)
