"""Where a scenario may build: level ground near the players, and who stands around it.

A site is a column; the layer of its ground is that of the feet of one who stands there, trees left
out, as for spawn points.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import PI, sincos
from mpgenie.envs.planet.geometry import column_of, step, tangent_axes
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.world import Simulation

from .places import wander

_WET = 1_000  # a wet column counts like so many layers up or down


@kernel
def _unevenness(blocks, geometry, column, radius):  # type: ignore[no-untyped-def]
    """Layers up and down from a column's ground, summed over those within a square around it."""
    middle = ground_layer(blocks, column)
    if middle < 0:
        return _WET * (2 * radius + 1) * (2 * radius + 1)
    total = 0
    for first in (1, 0):  # both ways along the first axis, the middle row once
        row, way = np.int64(column), first
        for along in range(radius + 1):
            if along > 0:
                row, way = step(geometry, row, way)
            elif first == 0:
                continue
            for aside in (way ^ 2, way ^ 3):
                beside, turn = row, aside
                for _ in range(radius):
                    beside, turn = step(geometry, beside, turn)
                    layer = ground_layer(blocks, beside)
                    total += _WET if layer < 0 else abs(layer - middle)
            layer = ground_layer(blocks, row)
            total += _WET if layer < 0 else abs(layer - middle)
    return total


def most_level(
    simulation: Simulation, w: int, column: int, purpose: int, radius: int = 4, places: int = 24
) -> int:
    """The most level of some dry columns within a dozen cells of one, itself among them.

    Args:
        simulation: Where.
        w: In which world.
        column: Around which column.
        purpose: Number of the draws.
        radius: Of the square that shall be level, in cells.
        places: How many are looked at.
    """
    geometry, state = simulation.geometry, simulation.state
    blocks, key = state.cells.blocks[w], state.clock.key[w]
    found, best = column, int(_unevenness(blocks, geometry, column, radius))
    for place in range(places):
        if best == 0:
            break
        there = wander(geometry, column, key, purpose, 3 * place, 1.0, 9.0)
        uneven = int(_unevenness(blocks, geometry, there, radius))
        if uneven < best:
            found, best = there, uneven
    return found


def column_around(geometry: Any, centre: NDArray[np.float64], away: float, turn: float) -> int:
    """The column some metres from a point.

    Args:
        geometry: Of the planet.
        centre: (3,) the point.
        away: Metres along the ground.
        turn: In which direction: the part of a turn from east over north, 0 to 1.
    """
    x, y, z = centre.tolist()
    ux, uy, uz, ex, ey, ez, nx, ny, nz = tangent_axes(x, y, z)
    s, c = sincos(2.0 * PI * turn)
    far, near = sincos(away / float(np.sqrt(x * x + y * y + z * z)))
    return int(
        column_of(
            geometry,
            near * ux + far * (c * ex + s * nx),
            near * uy + far * (c * ey + s * ny),
            near * uz + far * (c * ez + s * nz),
        )
    )
