"""What a tick of `bridge` is worth: who holds the gate, who gets on, and which blocks count."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.geometry import LAYERS, Geometry
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.envs.simulation.items import clear_item

from .base import KIND, slot_of
from .lane import DOOR, FAR, FLOOR, NEAR, PLATE, cell_in, point_in

PLANKS = BLOCK["planks"]
WAITING, HOLDING, ACROSS = range(3)
"""Roles."""
NEAR_PLATE, FAR_PLATE, GATE_MARK, GOAL = range(4)
"""Rows of the marks."""
PLATE_KIND, SHUT, OPEN, GOAL_KIND = range(1, 5)
"""Kinds of marks."""
MEND, MOVE_GATE = 1, 2
"""Undo what was placed and mined; open or shut the gate."""
_SUNK, _CLIMBED = -0.15, 2.2  # metres over the floor beyond which one is set back
_BODY = 0.45  # half a body in cells, where they are narrowest


class Worth(NamedTuple):
    """What things are worth."""

    across: float
    everyone: float
    opened: float
    fell: float
    placed: float
    progress: float


class Game(NamedTuple):
    """What the judge reads and changes; arrays of W worlds with P players."""

    players: NDArray[np.void]
    items: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    geometry: Geometry
    lane: NDArray[np.int64]
    """(W, 5) as `choose_lane` gives it."""
    gate: NDArray[np.int64]
    """(W, 2) whether it is open, and ticks until it shuts."""
    rows: NDArray[np.int64]
    """(W, gap) whether there has been a block in a row of the channel."""
    stock: NDArray[np.int64]
    """(W, P) blocks left."""
    done: NDArray[np.int64]
    """(W, P, 2) whether a player has done anything, and whether it has been across."""
    best: NDArray[np.float64]
    """(W, P) the farthest that a player has stood along the lane."""
    home: NDArray[np.float64]
    """(W, P, 3) where a player starts."""
    role: NDArray[np.int64]
    marks: NDArray[np.float64]
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    needs: NDArray[np.int64]
    """(W,) what has to be done to the stage, for whom judges: a sum of `MEND` and `MOVE_GATE`."""
    worth: Worth
    gap: int
    wide: int
    side: int
    linger: int


@kernel
def judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`; whether any needs a hand."""
    game = opened(bundle)
    needy = False
    for w in range(first, last):
        for p in range(game.parts.shape[1]):
            for k in range(game.parts.shape[2]):
                game.parts[w, p, k] = 0.0
        needs = MEND + MOVE_GATE if _count_blocks(bundle, w) else 0
        pressed, there = _look_around(bundle, w)
        gate = game.gate[w]
        gate[1] = game.linger + 1 if pressed else max(gate[1] - 1, 0)
        if gate[0] != (gate[1] > 0):
            gate[0], needs = gate[1] > 0, needs | MOVE_GATE
        game.needs[w], needy = needs, needy or needs > 0
        game.marks[w, GATE_MARK, KIND] = OPEN if gate[0] else SHUT
        game.ended[w] = there
        hand_out(bundle, w)
    return needy


@kernel
def spans_at(bundle, w, cell):  # type: ignore[no-untyped-def]
    """Whether a cell is one that the bridge may be made of."""
    game = opened(bundle)
    along, aside = cell_in(game.geometry.size, game.lane[w], cell // LAYERS)
    level = cell % LAYERS == game.lane[w, FLOOR] - 1
    return level and 0 <= along - NEAR < game.gap and 0 <= aside - game.side < DOOR


@kernel
def _count_blocks(bundle, w):  # type: ignore[no-untyped-def]
    """Pay for blocks placed, keep count of them, and say whether the stage needs mending."""
    game = opened(bundle)
    needs = False
    for k in range(min(game.event_count[w], game.event.shape[1])):
        event = game.event[w, k]
        kind, cell = event[1], event[4]
        if kind != BLOCK_PLACE and kind != DIG_DONE:
            continue
        p, spans = slot_of(game.players, w, event[2]), spans_at(bundle, w, cell)
        needs = needs or kind == DIG_DONE or not spans
        if not spans or p < 0:
            continue
        if kind == DIG_DONE:
            game.stock[w, p] += event[5] == PLANKS
            continue
        game.stock[w, p] -= 1
        row = cell_in(game.geometry.size, game.lane[w], cell // LAYERS)[0] - NEAR
        if not game.rows[w, row]:
            game.rows[w, row] = 1
            game.parts[w, p, 4] += game.worth.placed
    return needs


@kernel
def _look_around(bundle, w):  # type: ignore[no-untyped-def]
    """Pay for where players have come; whether the gate is held open, and whether all are there."""
    game = opened(bundle)
    players, parts, gate = game.players, game.parts, NEAR + game.gap
    pressed, there, newly = False, True, 0
    for p in range(parts.shape[1]):
        player = players[w, p]
        game.role[w, p] = WAITING
        if not player.active:
            continue
        if player.buttons != 0:
            game.done[w, p, 0] = 1
        along, aside, high = point_in(game.geometry, game.lane[w], player.position)
        if _is_astray(game, along, aside, high):
            _set_back(game, w, p)
            parts[w, p, 3] -= game.worth.fell
            there = False
            continue
        between = gate - _BODY < along < gate + 1.0 + _BODY
        pressed = pressed or (between and game.gate[w, 0] == 1)
        arrived = along >= gate + 2 and player.on_ground
        there = there and arrived
        if arrived:
            game.role[w, p] = ACROSS
            newly += game.done[w, p, 1] == 0
        if _on_plate(gate, along, aside) and game.done[w, p, 0]:
            game.role[w, p] = HOLDING
            pressed = True
        if player.on_ground and along > game.best[w, p]:
            nearer = min(along, gate + 2.0) - min(game.best[w, p], gate + 2.0)
            game.best[w, p] = along
            parts[w, p, 5] = game.worth.progress * nearer
    for p in range(parts.shape[1]):
        arrives = game.role[w, p] != WAITING and game.done[w, p, 1] == 0
        if arrives and game.best[w, p] >= gate + 2:
            game.done[w, p, 1] = 1
            parts[w, p, 0] = game.worth.across
        elif game.role[w, p] == HOLDING:
            parts[w, p, 2] = game.worth.opened * newly
        parts[w, p, 1] = game.worth.everyone * there
    return pressed, there


@inlined
def _is_astray(game, along, aside, high):  # type: ignore[no-untyped-def]
    """Whether a place is in the water, on the walls or beyond them."""
    first, wide = 0, game.wide
    if NEAR <= along < NEAR + game.gap + 1:
        first, wide = game.side, DOOR
    inside = 0.0 <= along < NEAR + game.gap + 1 + FAR and first <= aside < first + wide
    return not inside or high < _SUNK or high > _CLIMBED


@inlined
def _on_plate(gate, along, aside):  # type: ignore[no-untyped-def]
    """Whether a place is over one of the plates."""
    near, far = 1.0 <= along < 1.0 + PLATE, gate + 3.0 <= along < gate + 3.0 + PLATE
    return (near or far) and 0.0 <= aside < PLATE


@inlined
def _set_back(game, w, p):  # type: ignore[no-untyped-def]
    """Bring a player back to its start, at rest."""
    player = game.players[w, p]
    at, velocity = player.position, player.velocity
    for axis in range(3):
        at[axis], velocity[axis] = game.home[w, p, axis], 0.0
    player.fall = 0.0
    player.on_ground, player.in_water = False, False


@kernel
def hand_out(bundle, w):  # type: ignore[no-untyped-def]
    """Let every slot of a hotbar show what its player has left, and nothing lie about."""
    game = opened(bundle)
    for i in range(game.items.shape[1]):
        if game.items[w, i].active:
            clear_item(game.items, w, i)
    for p in range(game.stock.shape[1]):
        player, left = game.players[w, p], game.stock[w, p]
        for k in range(player.hotbar_item.shape[0]):
            player.hotbar_item[k] = PLANKS if left > 0 else 0
            player.hotbar_count[k] = left
