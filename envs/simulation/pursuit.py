"""How a mob finds its way: a short best-first search over columns around it.

A node is a column and the layer of the feet.  One step goes to a neighbouring column: level, one
up, or up to three down.  The search expands a bounded number of nodes and then settles for the one
nearest to the goal, so a mob walks around a wall and stops where there is no way.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import step

NODES = 160
"""The most nodes that a search looks at."""
_BUCKETS = 512
DROP = 3
"""Layers that a mob dares to drop."""
_GREED = 1.3


class Search(NamedTuple):
    """Work space of one search at a time in each world."""

    cell: NDArray[np.int64]
    """(W, NODES) cells of feet."""
    parent: NDArray[np.int32]
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
def _estimate(geometry, cell, goal):  # type: ignore[no-untyped-def]
    """Metres between two cells."""
    here, there = geometry.centre[cell >> 6], geometry.centre[goal >> 6]
    r, q = geometry.bottom + (cell & 63), geometry.bottom + (goal & 63)
    dx, dy, dz = here[0] * r - there[0] * q, here[1] * r - there[1] * q, here[2] * r - there[2] * q
    return np.sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def next_cell(search, blocks, table, geometry, w, start, goal, tall):  # type: ignore[no-untyped-def]
    """The cell for the first step of a way from one cell of feet towards another.

    `start` and `goal` are cells of feet, `tall` the cells of height that the body needs.

    Returns:
        A neighbouring cell; `start` itself where no step brings it nearer.
    """
    search.seen[w, :] = -1
    cell, parent, cost, heap = search.cell[w], search.parent[w], search.cost[w], search.heap[w]
    cell[0], parent[0], cost[0, 0] = start, -1, 0.0
    best, nearest = 0, _estimate(geometry, start, goal)
    cost[0, 1] = nearest
    heap[0] = 0
    _is_new(search, w, start)
    open_count, count = 1, 1
    while open_count > 0 and nearest > 0.5 and count + 4 <= NODES:
        node = heap[0]
        open_count -= 1
        heap[0] = heap[open_count]
        _sift_down(search, w, open_count)
        column, layer = cell[node] >> 6, cell[node] & 63
        for direction in range(4):
            beside, _ = step(geometry, column, direction)
            there = footing(blocks, table, beside, layer, tall)
            if there < 0 or there > 63:
                continue
            if there > layer and not _free(blocks, table.solid, column, layer + 1, tall):
                continue
            found = np.int64(beside) * 64 + there
            if not _is_new(search, w, found):
                continue
            away = _estimate(geometry, found, goal)
            cell[count], parent[count] = found, node
            cost[count, 0] = cost[node, 0] + 1.0
            cost[count, 1] = cost[count, 0] + _GREED * away
            if away < nearest:
                best, nearest = count, away
            heap[open_count] = count
            open_count += 1
            count += 1
            _sift_up(search, w, open_count - 1)
    while parent[best] > 0:
        best = parent[best]
    return cell[best]
