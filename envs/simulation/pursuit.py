"""How a mob finds its way: a short best-first search over columns around it.

A node is a column and the layer of the feet.  One step goes to a neighbouring column: level, one
up, or up to three down.  The search expands a bounded number of nodes and then settles for the one
nearest to the goal, so a mob walks around a wall and stops where there is no way.  A mob keeps the
first steps of what it found: the farther the goal, the later it looks again.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

NODES = 96
"""The most nodes that a search looks at."""
_BUCKETS = 256
DROP = 3
"""Layers that a mob dares to drop."""
PLANNED = 4
"""The most steps that a mob keeps of a way."""
_GREED = 1.3


class Search(NamedTuple):
    """Work space of one search at a time in each world."""

    cell: NDArray[np.int64]
    """(W, NODES) cells of feet."""
    parent: NDArray[np.int32]
    turn: NDArray[np.uint8]
    """(W, NODES) the direction of the step from the parent."""
    cost: NDArray[np.float64]
    """(W, NODES, 2) steps so far, and those plus the estimate of the rest."""
    heap: NDArray[np.int32]
    seen: NDArray[np.int64]
    """(W, buckets) cells already found, -1 = none."""


def new_search(worlds: int) -> Search:
    """Work space for so many worlds."""
    return Search(
        cell=np.zeros((worlds, NODES), np.int64),
        parent=np.zeros((worlds, NODES), np.int32),
        turn=np.zeros((worlds, NODES), np.uint8),
        cost=np.zeros((worlds, NODES, 2)),
        heap=np.zeros((worlds, NODES), np.int32),
        seen=np.full((worlds, _BUCKETS), -1, np.int64),
    )


@kernel
def _is_new(search, w, cell):  # type: ignore[no-untyped-def]
    bucket = (cell * 2654435761 >> 7) & (_BUCKETS - 1)
    while search.seen[w, bucket] >= 0:
        if search.seen[w, bucket] == cell:
            return False
        bucket = (bucket + 1) & (_BUCKETS - 1)
    search.seen[w, bucket] = cell
    return True


@kernel
def _sift_up(search, w, place):  # type: ignore[no-untyped-def]
    heap, cost = search.heap[w], search.cost[w]
    while place > 0:
        above = (place - 1) >> 1
        if cost[heap[above], 1] <= cost[heap[place], 1]:
            return
        heap[above], heap[place] = heap[place], heap[above]
        place = above


@kernel
def _sift_down(search, w, count):  # type: ignore[no-untyped-def]
    heap, cost = search.heap[w], search.cost[w]
    place = 0
    while 2 * place + 1 < count:
        child = 2 * place + 1
        if child + 1 < count and cost[heap[child + 1], 1] < cost[heap[child], 1]:
            child += 1
        if cost[heap[place], 1] <= cost[heap[child], 1]:
            return
        heap[place], heap[child] = heap[child], heap[place]
        place = child


@kernel
def _free(blocks, solid, column, layer, tall):  # type: ignore[no-untyped-def]
    if layer < 1:
        return False
    for k in range(layer, min(64, layer + tall)):
        if solid[blocks[column, k]]:
            return False
    return True


@kernel
def footing(blocks, table, column, layer, tall):  # type: ignore[no-untyped-def]
    """The layer at which one stands after a step onto a column from a layer, or -1."""
    solid, liquid = table.solid, table.liquid
    if layer < 64 and solid[blocks[column, layer]]:
        return layer + 1 if _free(blocks, solid, column, layer + 1, tall) else -1
    if not _free(blocks, solid, column, layer, tall):
        return -1
    for down in range(DROP + 1):
        low = layer - down - 1
        if low < 0:
            return -1
        if low > 63:
            continue
        below = blocks[column, low]
        if solid[below] or liquid[below]:
            return layer - down
    return -1


@kernel
def cell_after(blocks, table, geometry, cell, direction, tall):  # type: ignore[no-untyped-def]
    """The cell of feet after one step in a direction of the lattice, -1 where there is no step."""
    column, layer = cell >> 6, cell & 63
    beside = np.int64(geometry.neighbour[column, direction])
    there = footing(blocks, table, beside, layer, tall)
    if there < 0 or there > 63:
        return -1
    if there > layer and not _free(blocks, table.solid, column, layer + 1, tall):
        return -1
    return beside * 64 + there


@kernel
def metres_between(geometry, cell, other):  # type: ignore[no-untyped-def]
    """Metres between two cells, along three axes one after the other, as steps go."""
    up, r = geometry.centre[cell >> 6], geometry.bottom + (cell & 63)
    to, q = geometry.centre[other >> 6], geometry.bottom + (other & 63)
    return abs(up[0] * r - to[0] * q) + abs(up[1] * r - to[1] * q) + abs(up[2] * r - to[2] * q)


@kernel
def _first_steps(parent, turn, node, share):  # type: ignore[no-untyped-def]
    """What is kept of the way to a node, one part of `share`: the directions, and how many."""
    plan, length = 0, 0
    while node > 0:
        plan = (plan << 2 | np.int64(turn[node])) & 255
        length += 1
        node = parent[node]
    return plan, min(PLANNED, (length + share - 1) // share)


@kernel
def find_way(search, blocks, table, geometry, w, start, goal, tall):  # type: ignore[no-untyped-def]
    """The first steps of a way from one cell of feet towards another.

    `start` and `goal` are cells of feet, `tall` the cells of height that the body needs.

    Returns:
        The directions of at most `PLANNED` steps, two bits each, the first one lowest; how many
        they are, 0 where no step brings it nearer; and whether the search got to the goal.
    """
    search.seen[w, :] = -1
    cell, parent, turn = search.cell[w], search.parent[w], search.turn[w]
    cost, heap = search.cost[w], search.heap[w]
    best, nearest = 0, metres_between(geometry, start, goal)
    cell[0], parent[0], cost[0, 0], cost[0, 1], heap[0] = start, -1, 0.0, nearest, 0
    _is_new(search, w, start)
    open_count, count = 1, 1
    while open_count > 0 and nearest > 0.5 and count + 4 <= NODES:
        node = heap[0]
        open_count -= 1
        heap[0] = heap[open_count]
        _sift_down(search, w, open_count)
        for direction in range(4):
            found = cell_after(blocks, table, geometry, cell[node], direction, tall)
            if found < 0 or not _is_new(search, w, found):
                continue
            away = metres_between(geometry, found, goal)
            cell[count], parent[count], turn[count] = found, node, direction
            cost[count, 0] = cost[node, 0] + 1.0
            cost[count, 1] = cost[count, 0] + _GREED * away
            if away < nearest:
                best, nearest = count, away
            heap[open_count] = count
            open_count += 1
            count += 1
            _sift_up(search, w, open_count - 1)
    there = nearest <= 0.5
    plan, steps = _first_steps(parent, turn, best, 3 if there else 1)
    return plan, steps, there
