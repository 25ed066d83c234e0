"""Places on the land: dry ground, a column some way off, players put where the rules want them.

A column is a number as in `mpgenie.envs.planet.geometry`; lengths are in metres, which are blocks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.exact import PI, atan2, draw
from mpgenie.envs.planet.geometry import LAYERS, column_of, position_of, step
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.world import Simulation


@kernel
def ground(blocks, column):  # type: ignore[no-untyped-def]
    """The highest layer of a column that bodies stand on; -1 where that lies under water."""
    for layer in range(LAYERS - 1, -1, -1):
        block = blocks[column, layer]
        if TABLE.solid[block]:
            return layer
        if TABLE.liquid[block]:
            return -1
    return -1


@kernel
def cell_middle(geometry, column, layer):  # type: ignore[no-untyped-def]
    """(x, y, z) of the middle of a cell; add half a layer for the top of it."""
    size = geometry.size
    face, rest = column // (size * size), column % (size * size)
    return position_of(geometry, face, rest // size + 0.5, rest % size + 0.5, layer + 0.5)


@kernel
def squared_distance(at, x, y, z):  # type: ignore[no-untyped-def]
    """The square of the distance between two points."""
    dx, dy, dz = at[0] - x, at[1] - y, at[2] - z
    return dx * dx + dy * dy + dz * dz


def players_middle(simulation: Simulation, w: int) -> int:
    """The column amid the players of a world."""
    players = simulation.state.players
    middle = [0.0, 0.0, 0.0]
    for p in np.flatnonzero(players.active[w]):
        for axis in range(3):
            middle[axis] += float(players.position[w, p, axis])
    return int(column_of(simulation.geometry, *middle))


@kernel
def open_ground(blocks, geometry, column):  # type: ignore[no-untyped-def]
    """The nearest column with dry ground to stand on, also under trees, and the layer of the feet.

    It goes around a column in squares, twenty columns far; the layer is -1 if there is no such
    ground, as on the sea.
    """
    direction = 0
    for side in range(80):  # every second side is one longer
        for _ in range(side // 2 + 1):
            layer = ground_layer(blocks, column)
            if layer >= 0:
                return column, layer
            column, direction = step(geometry, column, direction)
        direction = LEFT[direction]
    return column, -1


def standing_place(simulation: Simulation, w: int, column: int) -> tuple[int, int]:
    """A column where bodies can stand, the nearest to one, and the layer of the feet.

    On the high sea it is where the first player stands.
    """
    state, geometry = simulation.state, simulation.geometry
    blocks = state.cells.blocks[w]
    column, layer = open_ground(blocks, geometry, column)
    if layer < 0:
        column = column_of(geometry, *state.players.position[w, 0])
        layer = max(1, ground(blocks, column) + 1)
    return int(column), int(layer)


def feet_on(simulation: Simulation, column: int, layer: int) -> NDArray[np.float64]:
    """(3,) the point in the middle of a column at the bottom of a layer."""
    geometry = simulation.geometry
    return np.array(cell_middle(geometry, column, layer - 0.5))


def put_player(
    simulation: Simulation, w: int, p: int, column: int, facing: NDArray[np.float64]
) -> None:
    """Put a player on the ground at or near a column, where it also comes back after death.

    Args:
        simulation: Where.
        w: In which world.
        p: Whose slot.
        column: Where to.
        facing: (3,) the point to look towards, level.
    """
    players = simulation.state.players
    feet = feet_on(simulation, *standing_place(simulation, w, column))
    simulation.teleport(w, p, feet, facing - feet)
    players.pitch[w, p] = 0.0
    players.spawn[w, p] = players.position[w, p]
    players.spawn_heading[w, p] = players.heading[w, p]


def keep_hour(simulation: Simulation, w: int, before: NDArray[np.float64]) -> None:
    """Turn the planet so that the first player, put elsewhere, sees the hour that it was before.

    Args:
        simulation: Where.
        w: In which world.
        before: (3,) where the first player was.
    """
    clock, day = simulation.state.clock, simulation.rules.day
    now = simulation.state.players.position[w, 0]
    east = atan2(float(now[1]), float(now[0])) - atan2(float(before[1]), float(before[0]))
    later = int(clock.day_offset[w]) - int(east / (2.0 * PI) * day)
    clock.day_offset[w] = later % day


@kernel
def straight_on(geometry, column, direction, steps):  # type: ignore[no-untyped-def]
    """The column so many steps on in a lattice direction, and the direction of travel there."""
    for _ in range(steps):
        column, direction = step(geometry, column, direction)
    return column, direction


def wander(
    geometry: Any,
    column: int,
    key: np.uint64,
    purpose: int,
    index: int,
    nearest: float,
    farthest: float,
) -> int:
    """A column some cells away, first straight on in one lattice direction, then to its side.

    Args:
        geometry: Of the planet.
        column: Where to start.
        key: What to draw from, such as the world's `clock.key`.
        purpose: A number that no other draws from this key have.
        index: Which draw; three in a row are used.
        nearest: Cells straight on at least.
        farthest: Cells straight on at most; there are no more to the side than straight on.
    """
    turn = int(draw(key, 0, purpose, index) * 4.0)
    away = nearest + (farthest - nearest) * float(draw(key, 0, purpose, index + 1))
    aside = int(away * float(draw(key, 0, purpose, index + 2)))
    for steps, direction in ((int(away) + 1, turn), (aside, turn ^ 2)):
        column, _ = straight_on(geometry, column, direction, steps)
    return int(column)
