"""Where `build` is played: a level site with the outline of the structure, a model of it behind.

A site is a rectangle of columns in the steps (a, b) of the lattice: the structure's own, `MARGIN`
around them for walking, and behind them the same again with a finished model.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import AIR, TABLE
from mpgenie.envs.planet.compass import column_aside
from mpgenie.envs.planet.exact import draw_bits
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.simulation.world import Simulation

from .blueprints import MATERIALS, Plan
from .places import cell_middle, ground, put_player, wander

MARGIN = 3
"""Columns around a structure that are made level."""
_GAP = 3
_HEADROOM = 8
"""Layers over the ground of a site that are cleared."""
_TRIES = 24
"""Places looked at; the most level one is taken."""
_WET, _TORN = 16, 100_000
_PURPOSE = 7401
_PLATE = "obsidian"
_FILL = "dirt"


@dataclass(frozen=True)
class Site:
    """A place for a structure.

    Args:
        columns: (A, B) the columns of the rectangle; [MARGIN, MARGIN] is the plan's (0, 0).
        layer: The layer of its ground.
    """

    columns: NDArray[np.int64]
    layer: int

    def cell(self, a: int, b: int, up: int) -> int:
        """The cell of a plan's block."""
        return int(self.columns[MARGIN + a, MARGIN + b]) * LAYERS + self.layer + 1 + up


def extent(plan: Plan) -> tuple[int, int]:
    """How many columns wide and deep a plan is."""
    return max(a for a, _, _, _ in plan) + 1, max(b for _, b, _, _ in plan) + 1


@kernel
def _survey(geometry, blocks, column, columns):  # type: ignore[no-untyped-def]
    """Fill `columns` (A, B) with a rectangle around a column, and tell how unfit it is.

    Returns:
        The layers to fill or dig in all, more for water; very much where the lattice is torn, at
        the corners of the cube.
    """
    wide, deep = columns.shape
    level = ground(blocks, column)
    cost = 0 if level > 0 else _TORN // 2
    for i in range(wide):
        for j in range(deep):
            here = column_aside(geometry, column, i - wide // 2, j - deep // 2)
            columns[i, j] = here
            layer = ground(blocks, here)
            cost += abs(layer - level) if layer >= 0 else _WET
            if (i > 0 and not _touch(geometry, here, columns[i - 1, j])) or (
                j > 0 and not _touch(geometry, here, columns[i, j - 1])
            ):
                cost += _TORN
    return cost


@kernel
def _touch(geometry, column, other):  # type: ignore[no-untyped-def]
    """Whether two columns are neighbours."""
    for direction in range(4):
        if geometry.neighbour[column, direction] == other:
            return True
    return False


def find_site(
    simulation: Simulation, w: int, plan: Plan, near: int, number: int, taken: set[int]
) -> Site:
    """The most level of some places around a column.

    Args:
        simulation: Where.
        w: In which world.
        plan: What shall be built there.
        near: The column around which to look.
        number: Which site of its world it is: others are drawn for another.
        taken: Columns that other sites have.
    """
    geometry, blocks = simulation.geometry, simulation.state.cells.blocks[w]
    key = simulation.state.clock.key[w]
    width, depth = extent(plan)
    shape = width + 2 * MARGIN, 2 * depth + _GAP + 2 * MARGIN
    best, least = np.zeros(shape, np.int64), 1 << 60
    for attempt in range(_TRIES):
        column, columns = near, np.zeros(shape, np.int64)
        if attempt:
            index = (number * _TRIES + attempt) * 3
            column = wander(geometry, near, key, _PURPOSE, index, 1.0, 1.0 + attempt)
        cost = int(_survey(geometry, blocks, column, columns)) + attempt
        cost += _TORN * len(taken.intersection(columns.ravel().tolist()))
        if cost < least:
            best, least = columns, cost
    middle = int(best[shape[0] // 2, shape[1] // 2])
    return Site(best, max(1, int(ground(blocks, middle)), geometry.below - 1))


def lay_site(simulation: Simulation, w: int, site: Site, plan: Plan, edging: str) -> None:
    """Make a site level, lay the outline into its ground, and set up the model."""
    for column in site.columns.ravel().tolist():
        _level(simulation, w, column, site.layer)
    places = {(a, b) for a, b, _, _ in plan}
    for a, b in places:
        for aside, back in product((-1, 0, 1), (-1, 0, 1)):
            if (a + aside, b + back) not in places:
                simulation.set_block(w, site.cell(a + aside, b + back, -1), edging)
        simulation.set_block(w, site.cell(a, b, -1), _PLATE)
    behind = extent(plan)[1] + _GAP
    for a, b, up, material in plan:
        simulation.set_block(w, site.cell(a, b + behind, up), MATERIALS[material])


def _level(simulation: Simulation, w: int, column: int, level: int) -> None:
    """Fill a column up to a layer, and clear what is over it."""
    blocks = simulation.state.cells.blocks[w, column]
    for layer in range(level, 0, -1):
        if TABLE.solid[blocks[layer]]:
            break
        simulation.set_block(w, column * LAYERS + layer, _FILL)
    for layer in range(level + 1, min(LAYERS, level + 1 + _HEADROOM)):
        if blocks[layer] != AIR:
            simulation.set_block(w, column * LAYERS + layer, "air")


def gather_around(simulation: Simulation, w: int, site: Site, plan: Plan, slots: list[int]) -> None:
    """Put players around a structure that is to be built, looking at it, two columns away."""
    width, depth = extent(plan)
    key = simulation.state.clock.key[w]
    around = [
        (a, b)
        for a in range(-MARGIN, width + MARGIN)
        for b in range(-MARGIN, depth + 2)
        if not (-2 < a < width + 1 and -2 < b < depth + 1)
    ]
    around.sort(key=lambda place: int(draw_bits(key, 0, _PURPOSE, 4096 + 64 * place[0] + place[1])))
    middle = site.cell(width // 2, depth // 2, 0)
    facing = np.array(cell_middle(simulation.geometry, middle // LAYERS, middle % LAYERS))
    for number, p in enumerate(slots):
        a, b = around[number % len(around)]
        put_player(simulation, w, p, site.cell(a, b, 0) // LAYERS, facing)
