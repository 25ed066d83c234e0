"""Walls to hide behind, and huts in which those wait who shall neither see nor move."""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.blocks import BLOCKS
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import LAYERS, column_of, locate, step
from mpgenie.envs.planet.raycast import sees
from mpgenie.envs.simulation.movement import EYE
from mpgenie.envs.simulation.world import Simulation

from .places import cell_middle, ground, squared_distance, standing_place, wander

HUT = 10
"""Blocks of a hut: its floor, its roof and two on each side."""
MATERIALS = ("stone", "cobblestone", "bricks", "oak_log")
_SHAPE_PURPOSE, _PLACE_PURPOSE = 7301, 7302
_CLEARANCE = 2.0  # metres around players that are left free
_SPACING = 5.0  # metres between two walls
_TRIES = 6  # draws of a place for each wall


def lay_shelters(
    simulation: Simulation, w: int, middle: int, count: int, nearest: float, farthest: float
) -> int:
    """Set up walls around a place, wherever the ground is open.

    Each is a line of three to five columns with a corner at one end, two or three blocks high.
    Where land or trees hide a place from the middle anyway, none is set up.

    Args:
        simulation: Where.
        w: In which world.
        middle: The column around which they stand.
        count: How many at most.
        nearest: Metres from the middle.
        farthest: Metres from the middle.

    Returns:
        How many were set up.
    """
    geometry, key = simulation.geometry, simulation.state.clock.key[w]
    column, layer = standing_place(simulation, w, middle)
    eye = np.array(cell_middle(geometry, column, layer - 0.5 + EYE))
    taken: list[tuple[float, float, float]] = []
    laid = 0
    for k in range(_TRIES * count):
        there = wander(geometry, middle, key, _PLACE_PURPOSE, 3 * k, nearest, farthest)
        place = cell_middle(geometry, there, layer)
        if any(squared_distance(place, *other) < _SPACING * _SPACING for other in taken):
            continue
        taken.append(place)
        shape = [float(draw(key, 0, _SHAPE_PURPOSE, 4 * k + part)) for part in range(4)]
        if _is_open(simulation, w, eye, there):
            laid += _lay_wall(simulation, w, there, shape) > 0
        if len(taken) == count:
            break
    return laid


def _is_open(simulation: Simulation, w: int, eye: NDArray[np.float64], column: int) -> bool:
    """Whether somebody who stood on a column could be seen from a point."""
    blocks, geometry = simulation.state.cells.blocks[w], simulation.geometry
    layer = int(ground(blocks, column)) + 1
    if layer < 1 or layer + 2 > LAYERS:
        return False
    return bool(sees(blocks, geometry, *eye, *cell_middle(geometry, column, layer + 1)))


def _lay_wall(simulation: Simulation, w: int, column: int, shape: list[float]) -> int:
    """Pile up a wall of a shape given by four numbers from 0 to 1; how many columns stand."""
    geometry = simulation.geometry
    direction, length = int(4.0 * shape[0]), 3 + int(3.0 * shape[1])
    height = 2 + int(2.0 * shape[2])
    material = MATERIALS[int(len(MATERIALS) * shape[3])]
    piled = 0
    for k in range(length + 1):
        piled += _pile(simulation, w, column, height, material)
        if k == length - 1:
            direction = int(LEFT[direction])
        column, direction = step(geometry, column, direction)
    return piled


def _pile(simulation: Simulation, w: int, column: int, height: int, material: str) -> bool:
    """Pile up blocks on the ground of a column, unless it lies under water or somebody is near."""
    blocks, players = simulation.state.cells.blocks[w], simulation.state.players
    first = int(ground(blocks, column)) + 1
    if first < 1 or first + height > LAYERS:
        return False
    foot = cell_middle(simulation.geometry, column, first)
    for p in np.flatnonzero(players.active[w]):
        if squared_distance(players.position[w, p], *foot) < _CLEARANCE * _CLEARANCE:
            return False
    for layer in range(first, first + height):
        simulation.set_block(w, int(column) * LAYERS + layer, material)
    return True


def shut_in(
    simulation: Simulation, w: int, p: int, cells: NDArray[np.int64], before: NDArray[np.int64]
) -> None:
    """Build a hut of bedrock around a player who stands in the middle of a column.

    Args:
        simulation: Where.
        w: In which world.
        p: Around whom.
        cells: (10,) filled with the cells of the hut; -1 above the sky.
        before: (10,) filled with the blocks that were in them.
    """
    geometry, at = simulation.geometry, simulation.state.players.position[w, p]
    column = int(column_of(geometry, *at))
    layer = int(np.floor(locate(geometry, *at)[3] + 1e-4))
    hut = [(column, layer - 1), (column, layer + 2)]
    for direction in range(4):
        beside = int(geometry.neighbour[column, direction])
        hut += [(beside, layer), (beside, layer + 1)]
    for k, (where, height) in enumerate(hut):
        cells[k] = -1
        if 0 <= height < LAYERS:
            cells[k] = where * LAYERS + height
            before[k] = simulation.state.cells.blocks[w, where, height]
            simulation.set_block(w, int(cells[k]), "bedrock")


def open_up(
    simulation: Simulation, w: int, cells: NDArray[np.int64], before: NDArray[np.int64]
) -> None:
    """Put back what was in the cells of a hut, and forget it."""
    for cell, block in zip(cells.tolist(), before.tolist(), strict=True):
        if cell >= 0:
            simulation.set_block(w, cell, BLOCKS[block].name)
    cells[:] = -1
