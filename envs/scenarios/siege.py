"""How mobs besiege the core of `defend`: which of them go for it, by which way, and their blows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BlockTable
from mpgenie.envs.planet.geometry import Geometry
from mpgenie.envs.simulation.chase import cell_of, walk_to
from mpgenie.envs.simulation.combat import SWING
from mpgenie.envs.simulation.instinct import BITE_WAIT
from mpgenie.envs.simulation.mobs import MOB_DAMAGE, MOB_TALL
from mpgenie.envs.simulation.pursuit import Search, cell_after, find_way, metres_between

from .places import squared_distance

REACH = 2.5
"""Metres from the core at which a mob strikes it."""
NOTICE = 2.5
"""Metres within which a besieger turns against a player."""
_ARRIVED = 0.6  # metres from the middle of a step at which the next one follows
_PATIENCE = 32  # ticks after which the way is looked for anew


class Siege(NamedTuple):
    """What the besiegers know and change; numbers of W worlds with M slots for mobs."""

    players: NDArray[np.void]
    mobs: NDArray[np.void]
    clock: NDArray[np.void]
    blocks: NDArray[np.uint8]
    geometry: Geometry
    table: BlockTable
    search: Search
    core: NDArray[np.float64]
    """(W, 3) the middle of the core."""
    doors: NDArray[np.int64]
    """(W, 4) the cells of the feet of those who stand beside the core."""
    besieger: NDArray[np.int64]
    """(W, M) whether a mob goes for the core past players."""
    step: NDArray[np.int64]
    """(W, M) the cell to which a mob walks on its way to the core, -1 = to none."""
    near: NDArray[np.float64]
    """(M,) work space: the square of the distance to the nearest player."""


@kernel
def besiege(siege, w):  # type: ignore[no-untyped-def]
    """Lead every mob that goes for the core, and return what they take from it, in half hearts."""
    taken = 0
    for m in range(siege.mobs.shape[1]):
        mob = siege.mobs[w, m]
        if not mob.active:
            continue
        fights = mob.target != 0 and not siege.besieger[w, m]
        if fights or siege.near[m] < NOTICE * NOTICE:
            siege.step[w, m] = -1
            continue
        at, core = mob.position, siege.core[w]
        if squared_distance(at, core[0], core[1], core[2]) > REACH * REACH:
            _approach(siege, w, m)
            continue
        goal = mob.goal
        goal[0], goal[1], goal[2] = at[0], at[1], at[2]
        if mob.attack_wait == 0:
            mob.attack_wait, mob.swing = BITE_WAIT, SWING
            taken += MOB_DAMAGE[mob.kind]
    return taken


@inlined
def _approach(siege, w, m):  # type: ignore[no-untyped-def]
    """Let a mob go on towards the core, cell by cell."""
    geometry, table, blocks = siege.geometry, siege.table, siege.blocks[w]
    mob = siege.mobs[w, m]
    step = siege.step[w, m]
    if step >= 0:
        walk_to(siege.mobs, geometry, w, m, step)  # whatever it has thought of meanwhile
    goal = mob.goal
    arrived = squared_distance(mob.position, goal[0], goal[1], goal[2]) < _ARRIVED * _ARRIVED
    if step >= 0 and not arrived and (siege.clock[w].tick + m) % _PATIENCE != 0:
        return
    start, tall = cell_of(geometry, mob.position), MOB_TALL[mob.kind]
    door = siege.doors[w, 0]
    for k in range(1, siege.doors.shape[1]):
        other = siege.doors[w, k]
        if metres_between(geometry, start, other) < metres_between(geometry, start, door):
            door = other
    plan, steps, _ = find_way(siege.search, blocks, table, geometry, w, start, door, tall)
    step = np.int64(-1)
    if steps > 0:
        step = cell_after(blocks, table, geometry, start, plan & 3, tall)
    siege.step[w, m] = step if step >= 0 else start
    walk_to(siege.mobs, geometry, w, m, siege.step[w, m])
