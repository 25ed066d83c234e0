"""What a player knows without a picture: `observe="state"`, 478 bytes that no renderer drew.

`STATE` names the parts; `unpack_state` gives them by name and in shape:

    blocks    (5, 9, 9)  block numbers [up, forward, right]; [2, 4, 4] is the cell of the feet.
              The grid follows the lattice, turned to the lattice direction nearest to the heading
              and carried over the edges of faces cell by cell.
    entities  (8, 6)     the eight nearest players, items and mobs within 31 m, nearest first, also
              through walls: forward, right and up of the own feet in steps of 0.25 m (128 is
              level), kind (0 none, 1 own team, 2 other player, 3 item, 4 + kind of mob), health
              (an item's count), item in hand (an item's own number).  Forward is the heading.
    hotbar    (2, 9)     items and counts.
    body      (7,)       health, held slot, pitch + 90, how far the heading is turned right of the
              grid's forward (128 + 90 * tangent of the angle, at most 45 degrees), on the ground,
              in water, progress of mining (0 to 255).

Numbers come from the simulation by + - x / and sqrt, so they repeat bit by bit everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.geometry import LAYERS, column_at, locate
from mpgenie.envs.planet.geometry import step as step_over

STATE: dict[str, tuple[int, tuple[int, ...]]] = {
    "blocks": (0, (5, 9, 9)),
    "entities": (405, (8, 6)),
    "hotbar": (453, (2, 9)),
    "body": (471, (7,)),
}
"""Where each part starts, and its shape."""
STATE_SIZE = 478
NEAREST = 8
"""Entities told of."""
REACH = 31.0
"""Metres within which they are."""
NO_ONE, OWN_TEAM, OTHER_PLAYER, ITEM, FIRST_MOB = range(5)
"""Kinds of entity."""

_RIGHT = LEFT ^ 1  # opposite directions differ in the last bit


def unpack_state(state: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """The parts of one state observation, as views in their shapes."""
    return {
        name: state[..., start : start + int(np.prod(shape))].reshape(*state.shape[:-1], *shape)
        for name, (start, shape) in STATE.items()
    }


@kernel
def _along(geometry, column, direction, heading):  # type: ignore[no-untyped-def]
    """How far one step in a lattice direction leads along a heading (of the unit sphere)."""
    there = geometry.neighbour[column, direction]
    dx = geometry.centre[there, 0] - geometry.centre[column, 0]
    dy = geometry.centre[there, 1] - geometry.centre[column, 1]
    dz = geometry.centre[there, 2] - geometry.centre[column, 2]
    return dx * heading[0] + dy * heading[1] + dz * heading[2]


@kernel
def lattice_heading(geometry, column, heading):  # type: ignore[no-untyped-def]
    """The lattice direction nearest to a heading, and the tangent of the angle right of it."""
    best, most = 0, _along(geometry, column, 0, heading)
    for direction in range(1, 4):
        along = _along(geometry, column, direction, heading)
        if along > most:
            best, most = direction, along
    if most <= 0.0:
        return best, 0.0
    return best, min(1.0, max(-1.0, _along(geometry, column, _RIGHT[best], heading) / most))


@kernel
def _blocks_around(geometry, blocks, column, layer, forward, out):  # type: ignore[no-untyped-def]
    """Fill out[0:405]; walk back four cells, then forward row by row, each row from its middle."""
    row, ahead = column, forward
    for _ in range(4):
        row, back = step_over(geometry, row, ahead ^ 1)
        ahead = back ^ 1
    for i in range(9):
        for side in range(2):
            cell = row
            direction = _RIGHT[ahead] if side == 0 else _RIGHT[ahead] ^ 1
            for j in range(5):
                right = 4 + j if side == 0 else 4 - j
                for up in range(5):
                    height = layer + up - 2
                    if 0 <= height < LAYERS:
                        out[(up * 9 + i) * 9 + right] = blocks[cell, height]
                    else:
                        out[(up * 9 + i) * 9 + right] = 1 if height < 0 else 0
                cell, direction = step_over(geometry, cell, direction)
        row, ahead = step_over(geometry, row, ahead)


@kernel
def _insert(near, distances, count, x, y, z, mine, heading, kind, health, held):  # type: ignore[no-untyped-def]
    """Put an entity in its place among the nearest; how many there are now."""
    dx, dy, dz = x - mine[0], y - mine[1], z - mine[2]
    distance = dx * dx + dy * dy + dz * dz
    if distance > REACH * REACH or (count == NEAREST and distance >= distances[NEAREST - 1]):
        return count
    place = min(count, NEAREST - 1)
    while place > 0 and distances[place - 1] > distance:
        distances[place] = distances[place - 1]
        for k in range(6):
            near[place, k] = near[place - 1, k]
        place -= 1
    scale = 1.0 / np.sqrt(mine[0] * mine[0] + mine[1] * mine[1] + mine[2] * mine[2])
    ux, uy, uz = mine[0] * scale, mine[1] * scale, mine[2] * scale
    rx = heading[1] * uz - heading[2] * uy
    ry = heading[2] * ux - heading[0] * uz
    rz = heading[0] * uy - heading[1] * ux
    distances[place] = distance
    near[place, 0] = dx * heading[0] + dy * heading[1] + dz * heading[2]
    near[place, 1] = dx * rx + dy * ry + dz * rz
    near[place, 2] = dx * ux + dy * uy + dz * uz
    near[place, 3], near[place, 4], near[place, 5] = kind, health, held
    return min(count + 1, NEAREST)


@kernel
def _entities_around(state, w, p, near, distances, out):  # type: ignore[no-untyped-def]
    """Fill out[405:453] with the entities nearest to player p."""
    players, mobs, items = state.players, state.mobs, state.items
    mine, heading = players.position[w, p], players.heading[w, p]
    count = 0
    for q in range(players.active.shape[1]):
        if q != p and players.active[w, q] and players.alive[w, q]:
            at = players.position[w, q]
            kind = OWN_TEAM if players.team[w, q] == players.team[w, p] else OTHER_PLAYER
            held = players.hotbar_item[w, q, players.held[w, q]]
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(kind), float(players.health[w, q]), float(held),
            )  # fmt: skip
    for m in range(mobs.active.shape[1]):
        if mobs.active[w, m]:
            at = mobs.position[w, m]
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(FIRST_MOB + mobs.kind[w, m]), float(mobs.health[w, m]), 0.0,
            )  # fmt: skip
    for i in range(items.active.shape[1]):
        if items.active[w, i]:
            at = items.position[w, i]
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(ITEM), float(items.count[w, i]), float(items.item[w, i]),
            )  # fmt: skip
    for k in range(NEAREST):
        for c in range(6):
            value = 0.0
            if k < count:
                value = near[k, c] if c >= 3 else np.floor(near[k, c] * 4.0 + 128.5)
            out[405 + k * 6 + c] = int(min(255.0, max(0.0, value)))


@kernel
def observe_state(state, geometry, w, p, near, distances, row):  # type: ignore[no-untyped-def]
    """Fill a row with what player p of world w knows.

    Args:
        state: The `WorldState`.
        geometry: Of its planets.
        w: Which world.
        p: Which player slot; an active one.
        near: (8, 6) float64 to work in.
        distances: (8,) float64 to work in.
        row: (478,) uint8.
    """
    players = state.players
    at = players.position[w, p]
    face, a, b, height = locate(geometry, at[0], at[1], at[2])
    column = column_at(geometry, face, a, b)
    forward, turned = lattice_heading(geometry, column, players.heading[w, p])
    layer = int(np.floor(height + 1e-6))
    _blocks_around(geometry, state.cells.blocks[w], column, layer, forward, row)
    _entities_around(state, w, p, near, distances, row)
    for k in range(9):
        row[453 + k] = players.hotbar_item[w, p, k]
        row[462 + k] = players.hotbar_count[w, p, k]
    row[471] = min(255, max(0, players.health[w, p]))
    row[472] = players.held[w, p]
    row[473] = int(np.floor(players.pitch[w, p] + 90.5))
    row[474] = int(np.floor(128.5 + 90.0 * turned))
    row[475] = 1 if players.on_ground[w, p] else 0
    row[476] = 1 if players.in_water[w, p] else 0
    needed = players.dig_needed[w, p]
    row[477] = 0
    if players.dig_cell[w, p] >= 0 and needed > 0:
        row[477] = min(255, players.dig_ticks[w, p] * 255 // needed)
