"""The bases of `capture_the_flag`: where they are, what they are built of, how a flag goes up.

A base is a post in the ground with the team's flag on top, amid four blocks of its colour.  Nobody
can mine any of it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import AIR, BLOCK, BLOCKS
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import LAYERS, step
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.world import Simulation

from .places import feet_on, ground, put_player, standing_place, straight_on

CLOTHS = np.array([BLOCK[name] for name in ("red_wool", "blue_wool", "lamp", "cactus")])
"""The block that each team's flag is."""
BASE_CELLS = 7
"""Cells of a base: the flag's, two of the post, four around it in the ground."""
_POST = "oak_log"
_PURPOSE = 7301
_TRIES = 12
"""Sites drawn for the bases; the most open, level and regular of them is taken."""


class Site(NamedTuple):
    """Where a base is."""

    column: int
    layer: int
    """Of the feet."""
    ahead: int
    """The lattice direction to the middle between the bases."""


def choose_sites(
    simulation: Simulation, w: int, teams: int, apart: tuple[float, float], middle: int
) -> list[Site]:
    """Where the bases of a world go: around a column, each team's in another direction."""
    geometry, key = simulation.geometry, simulation.state.clock.key[w]
    best, sites = np.inf, list[Site]()
    for attempt in range(_TRIES):
        turn = int(draw(key, attempt, _PURPOSE, 0) * 4.0)
        steps = int(0.5 * (apart[0] + (apart[1] - apart[0]) * draw(key, attempt, _PURPOSE, 1)))
        ways = [straight_on(geometry, middle, turn ^ t, steps) for t in range(teams)]
        found = [
            Site(*standing_place(simulation, w, int(column)), int(travel) ^ 1)
            for column, travel in ways
        ]
        flaw = _flaw(simulation, w, [column for column, _ in ways], found)
        if flaw < best:
            best, sites = flaw, found
    return sites


def _flaw(simulation: Simulation, w: int, wanted: list[int], found: list[Site]) -> float:
    """How far from where they were wanted the bases are, how uneven, and whether under trees."""
    geometry, blocks = simulation.geometry, simulation.state.cells.blocks[w]
    flaw = 0.0
    for column, site in zip(wanted, found, strict=True):
        way = (geometry.centre[site.column] - geometry.centre[column]) * geometry.bottom
        flaw += float(np.sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]))
        flaw += 4.0 * (ground(blocks, site.column) != site.layer - 1)
    layers = [site.layer for site in found]
    return flaw + max(layers) - min(layers)


def build_base(
    simulation: Simulation, w: int, team: int, site: Site, cells: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Build a team's base.

    Args:
        simulation: Where.
        w: In which world.
        team: Whose, counted from 0.
        site: Where.
        cells: (BASE_CELLS,) filled with the cells of the base, the flag's first.

    Returns:
        (3,) the foot of the post.
    """
    column, layer, _ = site
    post = column * LAYERS + layer
    cells[:3] = post + 2, post, post + 1
    blocks = simulation.state.cells.blocks[w]
    for direction in range(4):
        beside, _ = step(simulation.geometry, column, direction)
        ground = int(ground_layer(blocks, beside)) - 1
        near = abs(ground + 1 - layer) <= 2
        cells[3 + direction] = beside * LAYERS + ground if near else post
    cloth = BLOCKS[CLOTHS[team]].name
    for k, cell in enumerate(cells.tolist()):
        simulation.set_block(w, cell, _POST if k in (1, 2) or cell == post else cloth)
    return feet_on(simulation, column, layer)


def man_base(simulation: Simulation, w: int, team: int, site: Site, middle: int) -> None:
    """Put a team's players around its base, the first before it, looking towards a column."""
    players, geometry = simulation.state.players, simulation.geometry
    there = geometry.centre[middle] * geometry.bottom
    for k, p in enumerate(np.flatnonzero(players.team[w] == team + 1).tolist()):
        direction = site.ahead ^ (0, 2, 3, 1)[k % 4]
        column, _ = straight_on(geometry, site.column, direction, 2 + k // 4)
        put_player(simulation, w, p, int(column), there)


@kernel
def hoist(cells, geometry, w, cell, team, up):  # type: ignore[no-untyped-def]
    """Set a team's flag on its post, or take it away."""
    set_block(cells, geometry, w, cell, CLOTHS[team] if up else AIR)


@kernel
def keep_bases(players, w, cells):  # type: ignore[no-untyped-def]
    """Let nobody get on with mining a base; `cells` (T, BASE_CELLS) are the world's."""
    for p in range(players.shape[1]):
        digs = players[w, p].dig_cell
        if digs >= 0:
            for t in range(cells.shape[0]):
                for k in range(cells.shape[1]):
                    if cells[t, k] == digs:
                        players[w, p].dig_ticks = 0
