"""What the simulation tells of each player, in one call per tick: facts, senses, words and views.

Row k of every array is about player slot `slots[k]`; an array without rows is not wanted.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import FIRST_TOOL
from mpgenie.envs.planet.geometry import tangent_axes
from mpgenie.envs.rendering.camera import first_person
from mpgenie.envs.simulation.state import opened

from .state_observation import observe_state

FACTS = 3
"""Numbers in a row of facts: entity id, grip (see `mpgenie.envs.masks`), held slot."""


@kernel
def _note_facts(players, w, p, row):  # type: ignore[no-untyped-def]
    held = players.held[w, p]
    item, count = players.hotbar_item[w, p, held], players.hotbar_count[w, p, held]
    row[0], row[2] = players.id[w, p], held
    if not players.alive[w, p]:
        row[1] = 0
    elif item == 0 or count == 0:
        row[1] = 1
    else:
        row[1] = 2 if item >= FIRST_TOOL else 3


@kernel
def _sense(players, geometry, w, p, row):  # type: ignore[no-untyped-def]
    """Fill a row of `spaces.PROPRIO`."""
    at, heading, velocity = players.position[w, p], players.heading[w, p], players.velocity[w, p]
    ux, uy, uz, ex, ey, ez, nx, ny, nz = tangent_axes(at[0], at[1], at[2])
    rx = heading[1] * uz - heading[2] * uy
    ry = heading[2] * ux - heading[0] * uz
    rz = heading[0] * uy - heading[1] * ux
    vx, vy, vz = velocity[0], velocity[1], velocity[2]
    row[0] = min(10.0, max(-10.0, vx * heading[0] + vy * heading[1] + vz * heading[2]))
    row[1] = min(10.0, max(-10.0, vx * rx + vy * ry + vz * rz))
    row[2] = min(10.0, max(-10.0, vx * ux + vy * uy + vz * uz))
    row[3] = players.pitch[w, p]
    row[4] = min(1.0, max(-1.0, heading[0] * nx + heading[1] * ny + heading[2] * nz))
    row[5] = min(1.0, max(-1.0, heading[0] * ex + heading[1] * ey + heading[2] * ez))
    radius = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    row[6] = min(192.0, max(-64.0, radius - geometry.bottom - geometry.below))
    held = players.held[w, p]
    needed = players.dig_needed[w, p]
    digs = players.dig_cell[w, p] >= 0 and needed > 0
    row[7] = players.alive[w, p]
    row[8] = players.on_ground[w, p]
    row[9] = players.in_water[w, p]
    row[10] = players.sneaking[w, p]
    row[11] = players.sprinting[w, p]
    row[12] = min(20, max(0, players.health[w, p]))
    row[13] = held
    row[14] = players.hotbar_item[w, p, held]
    row[15] = players.hotbar_count[w, p, held]
    row[16] = min(1.0, players.dig_ticks[w, p] / needed) if digs else 0.0
    row[17] = min(255, max(0, players.attack_wait[w, p]))


@kernel
def _hear(players, w, p, reach, team_only, row):  # type: ignore[no-untyped-def]
    """Fill a row with the token that each player was just heard to say."""
    at = players.position[w, p]
    for q in range(row.shape[0]):
        row[q] = 0
        if not players.active[w, q] or players.message[w, q] == 0:
            continue
        if team_only and players.team[w, q] != players.team[w, p]:
            continue
        there = players.position[w, q]
        dx, dy, dz = there[0] - at[0], there[1] - at[1], there[2] - at[2]
        if dx * dx + dy * dy + dz * dz <= reach * reach:
            row[q] = players.message[w, q]


@kernel
def observe_bodies(  # type: ignore[no-untyped-def]
    records, cells, geometry, w, slots, reach, team_only, facts, views, senses, heard, known,
    near, distances,
):  # fmt: skip
    """Fill the rows of everything that is wanted.

    Args:
        records: `Records` of the simulation.
        cells: Its cells.
        geometry: Of its planets.
        w: Which world.
        slots: (n,) the player slots told of; all are active.
        reach: How far messages are heard.
        team_only: Whether only the own team hears them.
        facts: (n, FACTS) int64.
        views: `Views` with n rows or none.
        senses: (n, 18) float32 or none.
        heard: (n, players) uint8 or none.
        known: (n, 478) uint8 or none.
        near: Work space of `observe_state`.
        distances: Likewise.
    """
    state = opened(records, cells)
    players = state.players
    for k in range(slots.shape[0]):
        p = slots[k]
        _note_facts(players, w, p, facts[k])
        if k < views.world.shape[0]:
            first_person(state, views, k, w, p)
        if k < senses.shape[0]:
            _sense(players, geometry, w, p, senses[k])
        if k < heard.shape[0]:
            _hear(players, w, p, reach, team_only, heard[k])
        if k < known.shape[0]:
            observe_state(state, geometry, w, p, near, distances, known[k])
