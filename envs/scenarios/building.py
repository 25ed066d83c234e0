"""The kernels of `build`: what was put where, what can be put next, and who looks at it."""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import AIR, TABLE, WATER
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.geometry import DOWN, LAYERS
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.envs.simulation.hands import eye_of
from mpgenie.envs.simulation.items import clear_item, stack_limit
from mpgenie.envs.simulation.placing import cell_beside

from .base import KIND, NOBODYS, TEAM, X, Y, Z, slot_of
from .places import cell_middle, squared_distance

DONE, HANGING, OPEN = range(3)
"""What is to be done about a cell."""
CLOSE = 2.5
"""Metres from the eye to a cell's middle from which nearer is no better."""
ARM = 5.0
"""Metres within which aiming counts."""
_SHARP = 20.0  # how narrow an aim is: half of it is left 18 degrees off the mark


@kernel
def keep_hands_full(players, items, hotbar, w):  # type: ignore[no-untyped-def]
    """Give everybody the same things again, and take away what lies about."""
    for i in range(items.shape[1]):
        if items[w, i].active:
            clear_item(items, w, i)
    for p in range(players.shape[1]):
        player = players[w, p]
        if player.active:
            for k in range(hotbar.shape[0]):
                item = np.int64(hotbar[k])
                player.hotbar_item[k] = item
                player.hotbar_count[k] = stack_limit(item) if item else 0


@kernel
def settle(bundle, w):  # type: ignore[no-untyped-def]
    """Count the right and the wrong blocks of a tick, and undo all but right ones put and mined.

    Backwards, so that a cell that was changed twice becomes what it was.
    """
    game = opened(bundle)
    for p in range(game.earned.shape[1]):
        game.earned[0, p] = game.earned[1, p] = 0.0
    changed = False
    for k in range(min(game.event_count[w], game.event.shape[1]) - 1, -1, -1):
        kind, cell, block = game.event[w, k, 1], game.event[w, k, 4], game.event[w, k, 5]
        if kind != BLOCK_PLACE and kind != DIG_DONE:
            continue
        p = slot_of(game.players, w, game.event[w, k, 2])
        team = max(0, game.players[w, p].team - 1) if p >= 0 else 0
        row = _row_of(game.cells[w, team], cell)
        if p >= 0 and row >= 0 and block == game.wanted[w, team, row]:
            game.earned[0, p] += 1.0 if kind == BLOCK_PLACE else -1.0
            changed = True
            continue
        if p >= 0 and row >= 0:
            game.earned[1, p] += 1.0
        back = block if kind == DIG_DONE else _filled(bundle, w, cell)
        set_block(game.blocks_of, game.geometry, w, cell, back)
    if changed:
        for team in range(game.cells.shape[1]):
            refresh(bundle, w, team)


@kernel
def _row_of(cells, cell):  # type: ignore[no-untyped-def]
    """The number of a cell among those of a structure, -1 = it is none."""
    for row in range(cells.shape[0]):
        if cells[row] == cell:
            return row
    return -1


@kernel
def _filled(bundle, w, cell):  # type: ignore[no-untyped-def]
    """What a cell held before a block was put there: water beside water, else air."""
    game = opened(bundle)
    for side in range(6):
        beside = cell_beside(game.geometry, cell, side)
        if beside >= 0 and game.blocks_of.blocks[w, beside // LAYERS, beside % LAYERS] == WATER:
            return WATER
    return AIR


@kernel
def refresh(bundle, w, team):  # type: ignore[no-untyped-def]
    """Look at the cells of a team's structure: what is to be done, how much is left, the marks."""
    game = opened(bundle)
    blocks, cells, todo = game.blocks_of.blocks, game.cells[w, team], game.todo[w, team]
    many = game.marks.shape[1] // game.cells.shape[1]
    first = many * team
    left, marked = 0, 0
    for m in range(first, first + many):
        game.marks[w, m, KIND] = 0.0
    for row in range(cells.shape[0]):
        cell = cells[row]
        todo[row] = DONE
        if cell < 0:
            continue
        block = blocks[w, cell // LAYERS, cell % LAYERS]
        if block == game.wanted[w, team, row]:
            continue
        left += 1
        support = _support(bundle, w, cell)
        todo[row] = OPEN if support >= 0 else HANGING
        if support < 0:
            continue
        _target(bundle, w, team, row, support)
        if marked < many:
            _mark(bundle, w, team, row, first + marked)
            marked += 1
    game.left[w, team] = left


@kernel
def _support(bundle, w, cell):  # type: ignore[no-untyped-def]
    """The block that one can build on to fill a cell, the one below if there is one; -1 = none."""
    game = opened(bundle)
    for turn in range(6):
        beside = cell_beside(game.geometry, cell, (DOWN + turn) % 6)
        if beside >= 0 and TABLE.solid[game.blocks_of.blocks[w, beside // LAYERS, beside % LAYERS]]:
            return beside
    return -1


@kernel
def _target(bundle, w, team, row, support):  # type: ignore[no-untyped-def]
    """Note where to look to fill a cell: at the face of its support."""
    game = opened(bundle)
    middle, target = game.at[w, team, row], game.target[w, team, row]
    beside = cell_middle(game.geometry, support // LAYERS, support % LAYERS)
    for axis in range(3):
        target[axis] = 0.5 * (middle[axis] + beside[axis])


@kernel
def _mark(bundle, w, team, row, m):  # type: ignore[no-untyped-def]
    """Set a mark on a cell, of the kind of block that it shall hold."""
    game = opened(bundle)
    middle, mark = game.at[w, team, row], game.marks[w, m]
    mark[X], mark[Y], mark[Z] = middle[0], middle[1], middle[2]
    mark[TEAM] = team + 1 if game.teams > 0 else NOBODYS
    for k in range(game.hotbar.shape[0]):
        if game.hotbar[k] == game.wanted[w, team, row]:
            mark[KIND] = 1 + k


@kernel
def aim_at(bundle, w, p):  # type: ignore[no-untyped-def]
    """How far a player's eye is from the nearest cell that can be filled, and how well on one.

    Returns:
        Metres beyond `CLOSE`, 0 where all is done, -1 where nobody looks; and the aim, 0 to 1.
    """
    game = opened(bundle)
    player = game.players[w, p]
    if not player.active or not player.alive:
        return -1.0, 0.0
    team = max(0, player.team - 1)
    eye, look = eye_of(game.players, w, p)
    held = player.hotbar_item[player.held]
    nearest, aim = -1.0, 0.0
    for row in range(game.cells.shape[2]):
        if game.todo[w, team, row] != OPEN:
            continue
        there = game.target[w, team, row]
        far = squared_distance(eye, there[0], there[1], there[2])
        if nearest < 0.0 or far < nearest:
            nearest = far
        if far < ARM * ARM:
            dx, dy, dz = there[0] - eye[0], there[1] - eye[1], there[2] - eye[2]
            along = (dx * look[0] + dy * look[1] + dz * look[2]) / np.sqrt(far + 1e-12)
            good = 1.0 / (1.0 + _SHARP * (1.0 - along))
            if held != game.wanted[w, team, row]:
                good *= 0.5
            aim = max(aim, good)
    return max(0.0, np.sqrt(max(0.0, nearest)) - CLOSE), aim
