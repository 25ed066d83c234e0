"""The gold that `gather` lays on the planet, and how far each player is from its next aim."""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import atan2
from mpgenie.envs.planet.geometry import LAYERS, column_of
from mpgenie.envs.rendering.camera import EYE_HEIGHT
from mpgenie.envs.simulation.items import clear_item
from mpgenie.envs.simulation.world import Simulation

from .places import (
    cell_middle,
    feet_on,
    ground,
    players_middle,
    squared_distance,
    standing_place,
    wander,
)

ORE, LAMP = BLOCK["gold_ore"], BLOCK["lamp"]
PICKAXE = ITEM["diamond_pickaxe"]
POCKET = 8
"""The hotbar slot that is left for ore; the others hold pickaxes."""
NO_AIM, ORE_AIM, BASE_AIM = range(3)
"""What a player should do next: nothing is left, fetch ore, bring it to the base."""
_PURPOSE = 7201
_TRIES = 64
"""Places drawn for a boulder before it is left out."""
HEIGHT = 2
"""Blocks of ore in a boulder, one on the other: a level look meets the upper one."""


def lay_base(simulation: Simulation, w: int, base: NDArray[np.float64]) -> None:
    """Set a lamp into the ground amid the players of a world, and note where one stands on it."""
    column, layer = standing_place(simulation, w, players_middle(simulation, w))
    lamp = column * LAYERS + layer - 1
    set_block(simulation.state.cells, simulation.geometry, w, lamp, LAMP)
    base[:] = feet_on(simulation, column, layer)


def lay_boulders(
    simulation: Simulation,
    w: int,
    base: NDArray[np.float64],
    ores: NDArray[np.float64],
    nearest: float,
    farthest: float,
) -> int:
    """Lay ore around the base, the first boulders in front of the players.

    Args:
        simulation: Where.
        w: In which world.
        base: What it lies around.
        ores: (R, 4) filled with cell, x, y, z of each block, `HEIGHT` rows a boulder; cell -1 where
            no place was found.
        nearest: Metres from the base.
        farthest: Metres from the base.

    Returns:
        How many blocks of ore there are.
    """
    state = simulation.state
    here = int(column_of(simulation.geometry, *base))
    key = state.clock.key[w]
    players = np.flatnonzero(state.players.active[w]).tolist()
    ores[:] = -1.0
    for r in range(len(ores) // HEIGHT):
        rows = ores[r * HEIGHT : (r + 1) * HEIGHT]
        if r < len(players) and _lay_before(simulation, w, players[r], rows):
            continue
        for attempt in range(_TRIES):
            index = (r * _TRIES + attempt) * 4
            column = wander(simulation.geometry, here, key, _PURPOSE, index, nearest, farthest)
            if _lay(simulation, w, column, rows):
                break
    return int((ores[:, 0] >= 0.0).sum())


def _lay_before(simulation: Simulation, w: int, p: int, rows: NDArray[np.float64]) -> bool:
    """Lay a boulder about 2.5 m in front of a player and turn its eyes to the top of it."""
    players, geometry = simulation.state.players, simulation.geometry
    at, heading = players.position[w, p], players.heading[w, p]
    for ahead in (2.5, 2.0, 3.0):
        column = int(column_of(geometry, *(at + heading * ahead)))
        if _lay(simulation, w, column, rows):
            break
    else:
        return False
    up = at / np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    ray = rows[-1, 1:] - (at + up * EYE_HEIGHT)
    height = float(ray[0] * up[0] + ray[1] * up[1] + ray[2] * up[2])
    flat = ray - up * height
    length = float(np.sqrt(flat[0] * flat[0] + flat[1] * flat[1] + flat[2] * flat[2]))
    players.heading[w, p] = flat / length
    players.pitch[w, p] = -float(atan2(height, length)) * 57.29577951308232
    return True


def _lay(simulation: Simulation, w: int, column: int, rows: NDArray[np.float64]) -> bool:
    """Lay a boulder on the ground of a column, unless it is no place for one."""
    state, geometry = simulation.state, simulation.geometry
    blocks = state.cells.blocks[w, column]
    first = int(ground(state.cells.blocks[w], column)) + 1
    if first < 1 or first + HEIGHT > LAYERS or blocks[first : first + HEIGHT].any():
        return False
    if blocks[first - 1] in (ORE, LAMP):
        return False
    foot = cell_middle(geometry, column, first)
    for p in np.flatnonzero(state.players.active[w]):
        if squared_distance(state.players.position[w, p], *foot) < 1.6 * 1.6:
            return False
    for height, row in enumerate(rows):
        cell = column * LAYERS + first + height
        set_block(state.cells, geometry, w, cell, ORE)
        row[0], row[1:] = cell, cell_middle(geometry, column, first + height)
    return True


@kernel
def take_stock(  # type: ignore[no-untyped-def]
    players, items, blocks, w, ores, base, radius, distance, aiming, digging, brought
):
    """For each player of world w: how far its aim is, which it is, and what it brings.

    Args:
        players: Records of the players.
        items: Records of the items.
        blocks: (W, columns, 64) block numbers.
        w: Which world; the arrays that follow are of this world alone.
        ores: (R, 4) where ore was laid: cell (-1 once it has been mined), x, y, z.
        base: (3,) the base.
        radius: Of the base.
        distance: (P,) filled with metres to the aim.
        aiming: (P,) filled with the aim.
        digging: (P,) filled with the share of an ore block already mined.
        brought: (P,) filled with ore just delivered; it leaves the hotbar.
    """
    _return_tools(players, items, w)
    for p in range(distance.shape[0]):
        player = players[w, p]
        at = player.position
        away = np.sqrt(squared_distance(at, base[0], base[1], base[2]))
        brought[p] = 0
        if away <= radius and player.alive:
            brought[p] = _ore_in_hotbar(player, True)
        digging[p] = 0.0
        cell = player.dig_cell
        if cell >= 0 and player.dig_needed > 0:
            if _row_of(ores, cell) >= 0 and _block(blocks, w, cell) == ORE:
                digging[p] = player.dig_ticks / player.dig_needed
        if _ore_in_hotbar(player, False) > 0:
            aiming[p], distance[p] = BASE_AIM, away
            continue
        nearest = _nearest_ore(items, blocks, w, ores, at)
        aiming[p] = NO_AIM if nearest < 0.0 else ORE_AIM
        distance[p] = 0.0 if nearest < 0.0 else np.sqrt(nearest)


@kernel
def was_laid(ores, cell):  # type: ignore[no-untyped-def]
    """Whether this is the first time that a block of a boulder is mined; it counts no more then."""
    row = _row_of(ores, cell)
    if row >= 0:
        ores[row, 0] = -1.0
    return row >= 0


@kernel
def _row_of(ores, cell):  # type: ignore[no-untyped-def]
    """The row of the ore laid in a cell; -1 = none was, or it has been mined."""
    for r in range(ores.shape[0]):
        if int(ores[r, 0]) == cell:
            return r
    return -1


@kernel
def _block(blocks, w, cell):  # type: ignore[no-untyped-def]
    return blocks[w, cell // LAYERS, cell % LAYERS]


@kernel
def _return_tools(players, items, w):  # type: ignore[no-untyped-def]
    """Put thrown pickaxes back: nobody is left without one, and none lies about."""
    for i in range(items.shape[1]):
        if items[w, i].active and items[w, i]["item"] == PICKAXE:
            clear_item(items, w, i)
    for p in range(players.shape[1]):
        player = players[w, p]
        if player.active:
            for k in range(POCKET):
                if player.hotbar_item[k] != ORE:
                    player.hotbar_item[k] = PICKAXE
                    player.hotbar_count[k] = 1


@kernel
def _ore_in_hotbar(player, take):  # type: ignore[no-untyped-def]
    """How much ore a player carries; with `take` it carries none afterwards."""
    count = 0
    for k in range(player.hotbar_item.shape[0]):
        if player.hotbar_item[k] == ORE:
            count += int(player.hotbar_count[k])
            if take:
                player.hotbar_item[k] = 0
                player.hotbar_count[k] = 0
    return count


@kernel
def _nearest_ore(items, blocks, w, ores, at):  # type: ignore[no-untyped-def]
    """The squared distance to the nearest ore, as a block or dropped; -1 where none is left."""
    nearest = -1.0
    for r in range(ores.shape[0]):
        if ores[r, 0] >= 0.0 and _block(blocks, w, int(ores[r, 0])) == ORE:
            far = squared_distance(at, ores[r, 1], ores[r, 2], ores[r, 3])
            if nearest < 0.0 or far < nearest:
                nearest = far
    for i in range(items.shape[1]):
        item = items[w, i]
        if item.active and item["item"] == ORE:
            there = item.position
            far = squared_distance(at, there[0], there[1], there[2])
            if nearest < 0.0 or far < nearest:
                nearest = far
    return nearest
