"""Ways on foot: A* over the cells in which feet can be.

A body stands in a cell (its feet) and the one above (its head); both have to be free.  It stands
on a solid block or swims.  From there it walks to the next column, also diagonally; jumps up one
layer; drops down up to `max_drop`; swims, dives and rises; and, if asked to, digs through blocks or
places one to stand on.  Costs are seconds of walking, in metres: a path's cost is its length plus
what its jumps, drops, water and work add.  The guess of what is left is the great circle to the
goal, which no way undercuts, so a complete path is one of the cheapest.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .blocks import BLOCK, TABLE
from .compass import LEFT
from .geometry import LAYERS, Geometry, step

JUMP_COST, DROP_COST, SWIM_COST, DIVE_COST = 0.5, 0.25, 1.2, 0.6
"""Added to the length: per jump, per layer dropped, per step in water, per step with a wet head."""
_SOLID, _LIQUID = TABLE.solid, TABLE.liquid
_DIGGABLE = TABLE.dig_ticks[:, 0] >= 0
_HURTS = np.zeros(256, np.bool_)
_HURTS[BLOCK["cactus"]] = True
_NEVER = 1e30


class PathWork(NamedTuple):
    """Work arrays of a search, for use again and again; one per thread.  See `new_path_work`."""

    cell: NDArray[np.int64]
    """(limit,) the cell of each node."""
    parent: NDArray[np.int32]
    cost: NDArray[np.float64]
    """(limit,) the least cost found so far from the start."""
    guess: NDArray[np.float64]
    """(limit,) that plus what is left at least."""
    place: NDArray[np.int32]
    """(limit,) where the node is in the heap; -1 when it has been expanded."""
    heap: NDArray[np.int32]
    """(limit,) nodes, a binary heap by `guess`."""
    table: NDArray[np.int32]
    """(2**k,) node by hash of its cell, -1 = none."""
    counts: NDArray[np.int64]
    """(2,) nodes made, nodes in the heap."""


class Path(NamedTuple):
    """A way from one cell to another."""

    cells: NDArray[np.int64]
    """Cells of the feet, from the start to the end, both included."""
    arrived: bool
    """Whether it ends at the goal; else it ends where it comes nearest to it."""


def new_path_work(limit: int) -> PathWork:
    """Work arrays for searches that look at no more than `limit` cells."""
    slots = 16
    while slots < 2 * limit:
        slots *= 2
    return PathWork(
        cell=np.zeros(limit, np.int64),
        parent=np.zeros(limit, np.int32),
        cost=np.zeros(limit),
        guess=np.zeros(limit),
        place=np.zeros(limit, np.int32),
        heap=np.zeros(limit, np.int32),
        table=np.zeros(slots, np.int32),
        counts=np.zeros(2, np.int64),
    )


@kernel
def _solid_at(blocks, column, layer):  # type: ignore[no-untyped-def]
    """Whether a body stops there: the core does, the sky over the top layer does not."""
    if layer < 0:
        return True
    return layer < LAYERS and _SOLID[blocks[column, layer]]


@kernel
def _wet(blocks, column, layer):  # type: ignore[no-untyped-def]
    return 0 <= layer < LAYERS and _LIQUID[blocks[column, layer]]


@kernel
def _has_room(blocks, column, layer):  # type: ignore[no-untyped-def]
    """Whether a body fits in with its feet in this layer."""
    return not _solid_at(blocks, column, layer) and not _solid_at(blocks, column, layer + 1)


@kernel
def can_stand(blocks, column, layer):  # type: ignore[no-untyped-def]
    """Whether feet can stay in this cell: there is room, and ground below or water around."""
    if layer < 1 or layer >= LAYERS or not _has_room(blocks, column, layer):
        return False
    if _wet(blocks, column, layer):
        return True
    return _solid_at(blocks, column, layer - 1) and not _HURTS[blocks[column, layer - 1]]


@kernel
def _digging(blocks, column, layer, dig_cost):  # type: ignore[no-untyped-def]
    """The cost of making a cell free; `_NEVER` where it cannot be, 0 where it is."""
    if not _solid_at(blocks, column, layer):
        return 0.0
    if dig_cost <= 0.0 or layer < 1 or not _DIGGABLE[blocks[column, layer]]:
        return _NEVER
    return dig_cost


@kernel
def ground_distance(geometry, column, other):  # type: ignore[no-untyped-def]
    """Metres along the ground at sea level between the middles of two columns, hardly too few.

    It is the beginning of a series, a thousandth short at half a radian.
    """
    ax, ay, az = geometry.centre[column]
    bx, by, bz = geometry.centre[other]
    x, y, z = ax - bx, ay - by, az - bz
    square = x * x + y * y + z * z
    return (geometry.bottom + geometry.below) * np.sqrt(square) * (1.0 + square / 24.0)


@kernel
def step_down(blocks, column, layer, max_drop):  # type: ignore[no-untyped-def]
    """Where feet that move into a column at this layer land: the layer, or -1 if nowhere good.

    Water breaks any fall.
    """
    if not _has_room(blocks, column, layer):
        return -1
    for drop in range(layer):
        if can_stand(blocks, column, layer - drop):
            return layer - drop if drop <= max_drop or _wet(blocks, column, layer - drop) else -1
        if _solid_at(blocks, column, layer - drop - 1):
            return -1
    return -1


@kernel
def _sift_up(work, k):  # type: ignore[no-untyped-def]
    node = work.heap[k]
    while k > 0:
        above = (k - 1) >> 1
        if work.guess[work.heap[above]] <= work.guess[node]:
            break
        work.heap[k] = work.heap[above]
        work.place[work.heap[k]] = k
        k = above
    work.heap[k] = node
    work.place[node] = k


@kernel
def _pop(work):  # type: ignore[no-untyped-def]
    """Take the node with the least guess from the heap."""
    best = work.heap[0]
    work.place[best] = -1
    size = work.counts[1] - 1
    work.counts[1] = size
    if size == 0:
        return best
    node = work.heap[size]
    k = 0
    while True:
        child = 2 * k + 1
        if child >= size:
            break
        if child + 1 < size and (work.guess[work.heap[child + 1]] < work.guess[work.heap[child]]):
            child += 1
        if work.guess[node] <= work.guess[work.heap[child]]:
            break
        work.heap[k] = work.heap[child]
        work.place[work.heap[k]] = k
        k = child
    work.heap[k] = node
    work.place[node] = k
    return best


@kernel
def _reach(work, geometry, cell, goal, parent, cost):  # type: ignore[no-untyped-def]
    """Note that a cell can be reached at this cost; forgets it where there is no room for it."""
    mask = work.table.shape[0] - 1
    slot = (cell * 2654435761 >> 7) & mask
    while work.table[slot] >= 0 and work.cell[work.table[slot]] != cell:
        slot = (slot + 1) & mask
    node = np.int64(work.table[slot])
    if node < 0:
        node = work.counts[0]
        if node >= work.cell.shape[0]:
            return
        work.counts[0] = node + 1
        work.table[slot] = node
        work.cell[node] = cell
        work.cost[node] = _NEVER
        climb = abs((cell & 63) - (goal & 63))
        work.guess[node] = ground_distance(geometry, cell >> 6, goal >> 6) + DROP_COST * climb
        work.place[node] = work.counts[1]
        work.heap[work.counts[1]] = node
        work.counts[1] += 1
        left = work.guess[node]
    elif work.place[node] < 0 or cost >= work.cost[node]:
        return
    else:
        left = work.guess[node] - work.cost[node]
    work.cost[node] = cost
    work.guess[node] = cost + left
    work.parent[node] = parent
    _sift_up(work, work.place[node])


@kernel
def _in_water(blocks, column, layer):  # type: ignore[no-untyped-def]
    """What a step into this cell costs more because it is wet."""
    cost = SWIM_COST if _wet(blocks, column, layer) else 0.0
    return cost + (DIVE_COST if _wet(blocks, column, layer + 1) else 0.0)


@kernel
def _beside(work, blocks, geometry, node, goal, column, dig_cost, place_cost, max_drop):  # type: ignore[no-untyped-def]
    """All moves from a node into one neighbouring column."""
    cell, cost = work.cell[node], work.cost[node]
    layer = cell & 63
    cost += ground_distance(geometry, cell >> 6, column)
    free = _digging(blocks, column, layer, dig_cost) + _digging(blocks, column, layer + 1, dig_cost)
    if free < _NEVER:
        landing = step_down(blocks, column, layer, max_drop)
        if free > 0.0 and _solid_at(blocks, column, layer - 1):
            landing = layer
        if landing > 0:
            extra = free + DROP_COST * (layer - landing) + _in_water(blocks, column, landing)
            _reach(work, geometry, column * 64 + landing, goal, node, cost + extra)
        if place_cost > 0.0 and landing != layer:
            _reach(work, geometry, column * 64 + layer, goal, node, cost + free + place_cost)
    over = _digging(blocks, cell >> 6, layer + 2, dig_cost)
    free = _digging(blocks, column, layer + 1, dig_cost) + over
    free += _digging(blocks, column, layer + 2, dig_cost)
    if layer + 1 < LAYERS and free < _NEVER and _solid_at(blocks, column, layer):
        if not _HURTS[blocks[column, layer]]:
            _reach(work, geometry, column * 64 + layer + 1, goal, node, cost + JUMP_COST + free)


@kernel
def _diagonally(work, blocks, geometry, node, goal, direction):  # type: ignore[no-untyped-def]
    """A level step past the corner between a direction and its left, if nothing is in the way."""
    cell = work.cell[node]
    column, layer = cell >> 6, cell & 63
    one, travel = step(geometry, column, direction)
    two, _ = step(geometry, column, LEFT[direction])
    there, _ = step(geometry, one, LEFT[travel])
    if there == two or not (can_stand(blocks, one, layer) and can_stand(blocks, two, layer)):
        return
    if can_stand(blocks, there, layer):
        cost = work.cost[node] + ground_distance(geometry, column, there)
        cost += _in_water(blocks, there, layer)
        _reach(work, geometry, np.int64(there) * 64 + layer, goal, node, cost)


@kernel
def _straight_up_and_down(work, blocks, geometry, node, goal, dig_cost, place_cost):  # type: ignore[no-untyped-def]
    """Rise and dive in water; dig a shaft; pile up blocks under the own feet."""
    cell, cost = work.cell[node], work.cost[node]
    column, layer = cell >> 6, cell & 63
    wet = _wet(blocks, column, layer)
    if layer + 1 < LAYERS:
        free = _digging(blocks, column, layer + 2, dig_cost)
        rises = wet and can_stand(blocks, column, layer + 1)
        if not rises:
            free += place_cost if place_cost > 0.0 else _NEVER
        if free < _NEVER:
            _reach(work, geometry, cell + 1, goal, node, cost + JUMP_COST + free)
    if layer > 1:
        free = _digging(blocks, column, layer - 1, dig_cost)
        if free < _NEVER and (free > 0.0 or wet):
            if _solid_at(blocks, column, layer - 2) or _wet(blocks, column, layer - 1):
                extra = DROP_COST + free + _in_water(blocks, column, layer - 1)
                _reach(work, geometry, cell - 1, goal, node, cost + extra)


@kernel
def search(work, blocks, geometry, start, goal, max_drop, dig_cost, place_cost, out):  # type: ignore[no-untyped-def]
    """A* from one cell of the feet to another; see `find_path`.

    Returns:
        How many cells of the path were written to `out` (its beginning, where `out` is too short)
        and whether the last of them is the goal.
    """
    work.table[:] = -1
    work.counts[0] = 0
    work.counts[1] = 0
    _reach(work, geometry, start, goal, -1, 0.0)
    nearest, distance = np.int64(0), work.guess[0]
    arrived = False
    while work.counts[1] > 0:
        node = np.int64(_pop(work))
        left = work.guess[node] - work.cost[node]
        if left < distance:
            nearest, distance = node, left
        cell = work.cell[node]
        if cell == goal:
            nearest, arrived = node, True
            break
        for direction in range(4):
            column = np.int64(geometry.neighbour[cell >> 6, direction])
            _beside(work, blocks, geometry, node, goal, column, dig_cost, place_cost, max_drop)
            _diagonally(work, blocks, geometry, node, goal, direction)
        _straight_up_and_down(work, blocks, geometry, node, goal, dig_cost, place_cost)
    length = 0
    node = nearest
    while node >= 0:
        length += 1
        node = np.int64(work.parent[node])
    node, k = nearest, length - 1
    while node >= 0:
        if k < out.shape[0]:
            out[k] = work.cell[node]
        k -= 1
        node = np.int64(work.parent[node])
    return min(length, out.shape[0]), arrived and length <= out.shape[0]


def find_path(
    blocks: NDArray[np.uint8],
    geometry: Geometry,
    start: int,
    goal: int,
    limit: int = 20_000,
    *,
    max_drop: int = 3,
    dig_cost: float = 0.0,
    place_cost: float = 0.0,
    work: PathWork | None = None,
) -> Path:
    """A cheapest way from one cell of the feet to another.

    Args:
        blocks: (columns, 64) of one world.
        geometry: The lattice.
        start: The cell in which the feet are.
        goal: The cell in which they are to be.
        limit: How many cells to look at before giving up.
        max_drop: Layers one may fall onto dry ground; 3 do not hurt.
        dig_cost: What digging one block costs, in metres of walking; 0 = never dig.
        place_cost: What placing one block to stand on costs; 0 = never place.
        work: Work arrays to use again; without it new ones are made.

    Returns:
        The path.  If the goal cannot be reached, or not within `limit`, it ends at the cell found
        nearest to it.
    """
    for name, cell in (("start", start), ("goal", goal)):
        if not 0 <= cell < blocks.size:
            raise ValueError(f"{name} must be a cell from 0 to {blocks.size - 1}, got {cell}")
    work = work or new_path_work(limit)
    out = np.empty(work.cell.shape[0], np.int64)
    count, arrived = search(
        work, blocks, geometry, np.int64(start), np.int64(goal), max_drop, float(dig_cost),
        float(place_cost), out,
    )  # fmt: skip
    return Path(out[:count].copy(), bool(arrived))
