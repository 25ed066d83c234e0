"""What a player knows without a picture: `observe="state"`, 536 bytes that no renderer drew.

`STATE` names the parts; `unpack_state` gives them by name and in shape:

    blocks    (5, 9, 9)  block numbers [up, forward, right]; [2, 4, 4] is the cell of the feet.
              The grid follows the lattice, turned to the lattice direction nearest to the heading
              and carried over the edges of faces cell by cell.
    entities  (8, 7)     the eight nearest players, items and mobs within 31 m, nearest first, also
              through walls: forward, right and up of the own feet in steps of 0.25 m (128 is
              level), kind (0 none, 1 own team, 2 other player, 3 item, 4 + kind of mob), health
              (an item's count), item in hand (an item's own number), role of a player (an index
              into the scenario's `roles`; 0 for all others).  Forward is the heading.
    hotbar    (2, 9)     items and counts.
    body      (9,)       health, held slot, pitch + 90, how far the heading is turned right of the
              grid's forward (128 + 90 * tangent of the angle, at most 45 degrees), on the ground,
              in water, progress of mining (0 to 255), own role, own team.
    marks     (8, 6)     landmarks of the scenario, however far: forward, right and up as above, but
              cut to 31 m in the mark's direction, distance in metres (at most 255), kind (1 + an
              index into the scenario's `marks`, 0 none), whose (0 nobody's, 1 own team's, 2 another
              team's).  Those of the own team come first, then nobody's, then all others.

Numbers come from the simulation by + - x / and sqrt, so they repeat bit by bit everywhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.geometry import LAYERS, column_at, locate
from mpgenie.envs.planet.geometry import step as step_over

STATE: dict[str, tuple[int, tuple[int, ...]]] = {
    "blocks": (0, (5, 9, 9)),
    "entities": (405, (8, 7)),
    "hotbar": (461, (2, 9)),
    "body": (479, (9,)),
    "marks": (488, (8, 6)),
}
"""Where each part starts, and its shape."""
STATE_SIZE = 536
_ENTITIES, _HOTBAR, _BODY, _MARKS = (STATE[name][0] for name in list(STATE)[1:])
NEAREST = 8
"""Entities told of."""
REACH = 31.0
"""Metres within which they are."""
MARKS = 8
"""Landmarks told of."""
NO_ONE, OWN_TEAM, OTHER_PLAYER, ITEM, FIRST_MOB = range(5)
"""Kinds of entity."""
NOBODYS, OWN, OTHERS = range(3)
"""Whose a mark is."""

_RIGHT = LEFT ^ 1  # opposite directions differ in the last bit


def unpack_state(state: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """The parts of one state observation, as views in their shapes."""
    return {
        name: state[..., start : start + int(np.prod(shape))].reshape(*state.shape[:-1], *shape)
        for name, (start, shape) in STATE.items()
    }


class Nearest(NamedTuple):
    """Work space for the entities nearest to a player."""

    row: NDArray[np.float64]
    """(8, 7) as in the observation, the first three in metres."""
    squared: NDArray[np.float64]
    """(8,) squares of their distances."""


def new_nearest() -> Nearest:
    """Work space for one observation at a time."""
    return Nearest(np.zeros((NEAREST, 7)), np.zeros(NEAREST))


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
def _insert(near, distances, count, x, y, z, mine, heading, kind, health, held, role):  # type: ignore[no-untyped-def]
    """Put an entity in its place among the nearest; how many there are now."""
    dx, dy, dz = x - mine[0], y - mine[1], z - mine[2]
    distance = dx * dx + dy * dy + dz * dz
    if distance > REACH * REACH or (count == NEAREST and distance >= distances[NEAREST - 1]):
        return count
    place = min(count, NEAREST - 1)
    while place > 0 and distances[place - 1] > distance:
        distances[place] = distances[place - 1]
        for k in range(7):
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
    near[place, 6] = role
    return min(count + 1, NEAREST)


@kernel
def _entities_around(players, mobs, items, role, w, p, near, distances, out):  # type: ignore[no-untyped-def]
    """Fill out[405:461] with the entities nearest to player p."""
    me = players[w, p]
    mine, heading = me.position, me.heading
    count = 0
    for q in range(players.shape[1]):
        other = players[w, q]
        if q != p and other.active and other.alive:
            at = other.position
            kind = OWN_TEAM if other.team == me.team else OTHER_PLAYER
            held = other.hotbar_item[other.held]
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(kind), float(other.health), float(held), float(role[w, q]),
            )  # fmt: skip
    for m in range(mobs.shape[1]):
        mob = mobs[w, m]
        if mob.active:
            at = mob.position
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(FIRST_MOB + mob.kind), float(mob.health), 0.0, 0.0,
            )  # fmt: skip
    for i in range(items.shape[1]):
        item = items[w, i]
        if item.active:
            at = item.position
            count = _insert(
                near, distances, count, at[0], at[1], at[2], mine, heading,
                float(ITEM), float(item.count), float(item["item"]), 0.0,
            )  # fmt: skip
    for k in range(NEAREST):
        for c in range(7):
            value = 0.0
            if k < count:
                value = near[k, c] if c >= 3 else np.floor(near[k, c] * 4.0 + 128.5)
            out[_ENTITIES + k * 7 + c] = int(min(255.0, max(0.0, value)))


@kernel
def _marks_around(me, marks, w, out):  # type: ignore[no-untyped-def]
    """Fill out[488:536] with the landmarks, as player `me` sees them."""
    count = 0
    if marks.shape[1] > 0:
        for whose in (OWN, NOBODYS, OTHERS):
            for m in range(marks.shape[1]):
                mark = marks[w, m]
                if mark[3] != 0.0 and count < MARKS and _whose(mark, me.team) == whose:
                    _note_mark(mark, whose, me, out, _MARKS + 6 * count)
                    count += 1
    for k in range(_MARKS + 6 * count, _MARKS + 6 * MARKS):
        out[k] = 0


@kernel
def _whose(mark, team):  # type: ignore[no-untyped-def]
    if mark[4] < 0.0:
        return NOBODYS
    return OWN if mark[4] == team else OTHERS


@kernel
def _note_mark(mark, whose, me, out, start):  # type: ignore[no-untyped-def]
    """Fill out[start : start + 6] with a landmark."""
    mine, heading = me.position, me.heading
    dx, dy, dz = mark[0] - mine[0], mark[1] - mine[1], mark[2] - mine[2]
    away = np.sqrt(dx * dx + dy * dy + dz * dz)
    scale = 1.0 / np.sqrt(mine[0] * mine[0] + mine[1] * mine[1] + mine[2] * mine[2])
    ux, uy, uz = mine[0] * scale, mine[1] * scale, mine[2] * scale
    rx = heading[1] * uz - heading[2] * uy
    ry = heading[2] * ux - heading[0] * uz
    rz = heading[0] * uy - heading[1] * ux
    forward = dx * heading[0] + dy * heading[1] + dz * heading[2]
    right = dx * rx + dy * ry + dz * rz
    up = dx * ux + dy * uy + dz * uz
    steps = 4.0 if away <= REACH else 4.0 * REACH / away
    out[start] = int(np.floor(forward * steps + 128.5))
    out[start + 1] = int(np.floor(right * steps + 128.5))
    out[start + 2] = int(np.floor(up * steps + 128.5))
    out[start + 3] = int(min(255.0, np.floor(away + 0.5)))
    out[start + 4] = int(mark[3])
    out[start + 5] = whose


@kernel
def observe_state(records, cells, geometry, role, marks, w, p, nearest, row):  # type: ignore[no-untyped-def]
    """Fill a row with what player p of world w knows.

    Args:
        records: `Records` of the simulation.
        cells: Its cells.
        geometry: Of its planets.
        role: (W, P) as of `Scenario`.
        marks: (W, M, 5) likewise.
        w: Which world.
        p: Which player slot; an active one.
        nearest: To work in.
        row: (536,) uint8.
    """
    me = records.players[w, p]
    at = me.position
    face, a, b, height = locate(geometry, at[0], at[1], at[2])
    column = column_at(geometry, face, a, b)
    forward, turned = lattice_heading(geometry, column, me.heading)
    layer = int(np.floor(height + 1e-6))
    _blocks_around(geometry, cells.blocks[w], column, layer, forward, row)
    _entities_around(
        records.players, records.mobs, records.items, role, w, p, nearest.row, nearest.squared, row
    )  # fmt: skip
    for k in range(9):
        row[_HOTBAR + k] = me.hotbar_item[k]
        row[_HOTBAR + 9 + k] = me.hotbar_count[k]
    row[_BODY] = min(255, max(0, me.health))
    row[_BODY + 1] = me.held
    row[_BODY + 2] = int(np.floor(me.pitch + 90.5))
    row[_BODY + 3] = int(np.floor(128.5 + 90.0 * turned))
    row[_BODY + 4] = 1 if me.on_ground else 0
    row[_BODY + 5] = 1 if me.in_water else 0
    row[_BODY + 6] = 0
    if me.dig_cell >= 0 and me.dig_needed > 0:
        row[_BODY + 6] = min(255, me.dig_ticks * 255 // me.dig_needed)
    row[_BODY + 7] = role[w, p]
    row[_BODY + 8] = min(255, max(0, me.team))
    _marks_around(me, marks, w, row)
