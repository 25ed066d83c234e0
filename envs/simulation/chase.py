"""How a mob goes after a player: step by step, along the way that a search found.

A way is kept for a few steps, as long as they lead nearer to the prey.  A mob that finds none goes
as near as it gets and waits there before it looks again, for no search is as dear as a vain one.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import column_of

from .mobs import MOB_TALL
from .pursuit import cell_after, find_way, footing, metres_between

STEP_WAIT = 16
"""Ticks until a mob thinks again on a step that it does not finish."""
CLOSE_WAIT = 4
"""The same beside its prey."""
LOST_WAIT = 16
"""The same after the last step of a way that does not get there; twice that if it ended farther
than `LOST_NEAR` from the prey."""
LOST_NEAR = 8.0
"""Metres."""


@kernel
def cell_of(geometry, at):  # type: ignore[no-untyped-def]
    """The cell that holds a place."""
    r = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    layer = min(63, max(0, int(np.floor(r - geometry.bottom + 0.01))))
    return np.int64(column_of(geometry, at[0], at[1], at[2])) * 64 + layer


@kernel
def _ground_under(blocks, table, geometry, at):  # type: ignore[no-untyped-def]
    """The cell in which a body in the air will land, if that is not far."""
    cell = cell_of(geometry, at)
    layer = footing(blocks, table, cell >> 6, cell & 63, 1)
    return (cell | 63) - 63 + layer if 0 <= layer < 64 else cell


@kernel
def walk_to(mobs, geometry, w, m, cell):  # type: ignore[no-untyped-def]
    """Let a mob set out for the middle of a cell."""
    up, goal = geometry.centre[cell >> 6], mobs[w, m].goal
    r = geometry.bottom + (cell & 63)
    goal[0], goal[1], goal[2] = up[0] * r, up[1] * r, up[2] * r
    mobs[w, m].rests = 0


@kernel
def chase(bundle, w, m, p, square):  # type: ignore[no-untyped-def]
    """Go on with the steps planned while they lead nearer to the prey, or plan anew."""
    game = opened(bundle)
    players, mobs, geometry, table = game.players, game.mobs, game.geometry, game.table
    mob, prey = mobs[w, m], players[w, p]
    blocks, tall = game.cells.blocks[w], MOB_TALL[mob.kind]
    start = cell_of(geometry, mob.position)
    goal = _ground_under(blocks, table, geometry, prey.position)
    there, steps, plan = np.int64(-1), np.int64(mob.plan_steps), np.int64(mob.plan)
    if mob.target != prey.id:
        mob.target, mob.lost, steps = prey.id, False, 0
    if steps > 1 and start >> 6 == cell_of(geometry, mob.goal) >> 6:
        steps, plan = steps - 1, plan >> 2
        ahead = cell_after(blocks, table, geometry, start, plan & 3, tall)
        nearer = metres_between(geometry, ahead, goal) <= metres_between(geometry, start, goal)
        if ahead >= 0 and (mob.lost or nearer):
            there = ahead
    if there < 0 and mob.lost:
        mob.lost, steps, there = False, 0, start
    elif there < 0:
        plan, steps, found = find_way(game.search, blocks, table, geometry, w, start, goal, tall)
        mob.lost, there = not found and steps > 0, start
        if steps > 0:
            there = cell_after(blocks, table, geometry, start, plan & 3, tall)
    walk_to(mobs, geometry, w, m, there)
    lost_wait = LOST_WAIT if square < LOST_NEAR * LOST_NEAR else 2 * LOST_WAIT
    mob.think_wait = STEP_WAIT if steps > 0 else lost_wait
    if there == goal:
        feet, steps = prey.position, 0
        scale = (geometry.bottom + (goal & 63)) / np.sqrt(
            feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2]
        )
        for axis in range(3):
            mob.goal[axis] = scale * feet[axis]
        mob.think_wait = CLOSE_WAIT
    mob.plan, mob.plan_steps = plan, steps
