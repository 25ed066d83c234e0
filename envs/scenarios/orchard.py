"""The orchards of `harvest`: trees with fruit lying around them, picked and grown again.

A patch is a tree and the spots around it, the cells of the ground within some steps of the lattice.
A spot holds either fruit or bare soil; both are blocks of the ground, so one walks over them.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCK, BLOCKS
from mpgenie.envs.planet.compass import column_aside
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import LAYERS, column_of
from mpgenie.envs.planet.land import Land, cell_at, flood, footing_near, is_noted, new_land
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.world import Simulation

from .places import cell_middle, players_middle, squared_distance, wander

FRUIT, SOIL, POOR_SOIL = BLOCK["red_wool"], BLOCK["dirt"], BLOCK["sand"]
TREE = ("oak_log", "oak_log", "oak_leaves")
POOR_TREE = ("birch_log", "birch_log", "pine_leaves")
"""What stands amid a patch, bottom up: on good land, and on poor."""
EVERY = 20
"""Ticks between two looks at a spot: whether it ripens is drawn once a second."""
_PURPOSE, _LAYING = 7301, 7302
_TRIES = 96
"""Places drawn for a tree before it is left out."""
_REACHED = 4096
"""Cells around the players that are looked at for a place to reach."""
_SLOPE = 2
"""Layers by which a spot may lie above or below the foot of its tree."""


def spots_of(size: int) -> int:
    """How many spots there are within some steps of a tree."""
    return 2 * size * (size + 1)


def lay_orchard(
    simulation: Simulation,
    w: int,
    size: int,
    rates: NDArray[np.float64],
    spots: NDArray[np.int64],
    trees: NDArray[np.int64],
) -> None:
    """Plant trees around the players of a world, and lay ripe fruit around each.

    Args:
        simulation: Where.
        w: In which world.
        size: Steps of the lattice from a tree to its farthest spots.
        rates: (K,) how well fruit grows in each patch; below 1 its land is poor.
        spots: (K, n) filled with the cells of the spots; -1 where there is none.
        trees: (K,) filled with the cells of the lowest log; -1 where no place was found.
    """
    geometry, key = simulation.geometry, simulation.state.clock.key[w]
    middle, land = players_middle(simulation, w), _land_around(simulation, w)
    spots[:], trees[:] = -1, -1
    for k in range(len(trees)):
        for attempt in range(_TRIES):  # from strict to lax
            far = (2.0 * size + 3.0) * (1.0 + 0.5 * k + attempt / 16.0)
            index = (k * _TRIES + attempt) * 3
            column = wander(geometry, middle, key, _LAYING, index, 3.0, far)
            apart = (2.0 * size + 2.5) * (1.0 - 0.6 * attempt / _TRIES)
            if _too_near(simulation, column, trees[:k], apart):
                continue
            found = _spots_around(simulation, w, land, column, size)
            if len(found) >= (0.9 - 0.8 * attempt / _TRIES) * spots_of(size):
                spots[k, : len(found)] = found
                trees[k] = column * LAYERS + int(ground_layer(_blocks(simulation, w), column))
                _plant(simulation, w, int(trees[k]), found, rates[k] < 1.0)
                break


def _blocks(simulation: Simulation, w: int) -> NDArray[np.uint8]:
    blocks: NDArray[np.uint8] = simulation.state.cells.blocks[w]
    return blocks


def _too_near(simulation: Simulation, column: int, trees: NDArray[np.int64], least: float) -> bool:
    """Whether a tree stands within some metres of a column."""
    there = [_on_the_sea(simulation, int(cell) // LAYERS) for cell in trees if cell >= 0]
    here = _on_the_sea(simulation, column)
    return any(squared_distance(here, *point) < least * least for point in there)


def _on_the_sea(simulation: Simulation, column: int) -> NDArray[np.float64]:
    """The point of a column at sea level."""
    geometry = simulation.geometry
    point: NDArray[np.float64] = geometry.centre[column] * (geometry.bottom + geometry.below)
    return point


def _land_around(simulation: Simulation, w: int) -> Bundle[Land]:
    """The land of a world, with the cells noted that the first player can walk to and back."""
    land = Bundle(new_land(_blocks(simulation, w), simulation.geometry, _REACHED))
    first = int(np.flatnonzero(simulation.state.players.active[w])[0])
    here = cell_at(land, *simulation.state.players.position[w, first])
    start = footing_near(land, here, LAYERS)
    flood(land, start if start >= 0 else here, 1)
    return land


def _spots_around(
    simulation: Simulation, w: int, land: Bundle[Land], column: int, size: int
) -> list[int]:
    """The cells of the ground where fruit can lie around a tree; none where a tree cannot stand."""
    geometry, blocks = simulation.geometry, _blocks(simulation, w)
    foot = int(ground_layer(blocks, column))
    if foot < 1 or foot + len(TREE) > LAYERS or _stands_in(simulation, w, column):
        return []
    found: dict[int, int] = {}
    for a in range(-size, size + 1):
        for b in range(abs(a) - size, size - abs(a) + 1):
            beside = int(column_aside(geometry, column, a, b))
            layer = int(ground_layer(blocks, beside))
            if beside == column or layer < 1 or abs(layer - foot) > _SLOPE:
                continue
            if is_noted(land, beside * LAYERS + layer):
                found[beside] = beside * LAYERS + layer - 1
    return [cell for cell in found.values() if blocks.reshape(-1)[cell] != FRUIT]


def _stands_in(simulation: Simulation, w: int, column: int) -> bool:
    """Whether some player stands where a tree is to be planted."""
    players, geometry = simulation.state.players, simulation.geometry
    here = _on_the_sea(simulation, column)
    for p in np.flatnonzero(players.active[w]):
        under = int(column_of(geometry, *players.position[w, p]))
        if squared_distance(here, *_on_the_sea(simulation, under)) < 1.5 * 1.5:
            return True
    return False


def _plant(simulation: Simulation, w: int, foot: int, spots: list[int], poor: bool) -> None:
    for height, block in enumerate(POOR_TREE if poor else TREE):
        simulation.set_block(w, foot + height, block)
    for cell in spots:
        simulation.set_block(w, cell, BLOCKS[FRUIT].name)


def middles_of(simulation: Simulation, spots: NDArray[np.int64], at: NDArray[np.float64]) -> None:
    """Fill `at` (K, n, 3) with the points on which one stands over the spots (K, n)."""
    at[:] = 0.0
    for k, i in np.argwhere(spots >= 0):
        cell = int(spots[k, i])
        at[k, i] = cell_middle(simulation.geometry, cell // LAYERS, cell % LAYERS + 0.5)


@kernel
def fruit_under(geometry, blocks, at):  # type: ignore[no-untyped-def]
    """The cell of the fruit that somebody with feet at a point treads on; -1 = none."""
    height = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]) - geometry.bottom
    layer = int(np.floor(height - 0.3))
    if layer < 0 or layer >= LAYERS:
        return -1
    column = column_of(geometry, at[0], at[1], at[2])
    return column * LAYERS + layer if blocks[column, layer] == FRUIT else -1


@kernel
def spot_of(spots, cell):  # type: ignore[no-untyped-def]
    """(patch, number) of the spot in a cell; (-1, -1) where it is none."""
    for k in range(spots.shape[0]):
        for i in range(spots.shape[1]):
            if spots[k, i] == cell:
                return k, i
    return -1, -1


@kernel
def nearest_fruit(at, ripe, point):  # type: ignore[no-untyped-def]
    """Metres from a point to the nearest fruit; -1 where none is left."""
    nearest = -1.0
    for k in range(ripe.shape[0]):
        for i in range(ripe.shape[1]):
            if ripe[k, i]:
                there = at[k, i]
                far = squared_distance(point, there[0], there[1], there[2])
                if nearest < 0.0 or far < nearest:
                    nearest = far
    return nearest if nearest < 0.0 else np.sqrt(nearest)


@kernel
def _ripe_around(at, ripe, k, i, reach):  # type: ignore[no-untyped-def]
    """How many fruits of the same patch lie within some metres of a spot."""
    here, count = at[k, i], 0
    for j in range(ripe.shape[1]):
        if ripe[k, j]:
            there = at[k, j]
            if squared_distance(here, there[0], there[1], there[2]) <= reach * reach:
                count += 1
    return count


@kernel
def grow(cells, geometry, w, tick, key, spots, at, ripe, rates, chance, reach):  # type: ignore[no-untyped-def]
    """Let fruit ripen on the bare spots whose turn it is, the likelier the more lies around them.

    Args:
        cells: The worlds' cells.
        geometry: Of the planet.
        w: Which world; the arrays that follow are of this world alone.
        tick: Which tick has passed.
        key: What is drawn from.
        spots: (K, n) cells.
        at: (K, n, 3) points on them.
        ripe: (K, n) whether fruit lies there.
        rates: (K,) how well it grows in each patch.
        chance: That a spot ripens within a second, for each fruit around it.
        reach: Metres around a spot within which fruit counts.
    """
    many = ripe.shape[1]
    for number in range(EVERY - 1 - tick % EVERY, ripe.size, EVERY):
        k, i = number // many, number % many
        if spots[k, i] < 0 or ripe[k, i]:
            continue
        likely = chance * rates[k] * _ripe_around(at, ripe, k, i, reach)
        if draw(key, tick, _PURPOSE, number) < likely:
            ripe[k, i] = set_block(cells, geometry, w, spots[k, i], FRUIT)
