"""What the simulation tells of each player, in one call per tick: facts, senses, words and views.

Row k of every array is about player slot `slots[k]` of world `worlds[k]`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import FIRST_TOOL
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.geometry import Geometry, tangent_axes
from mpgenie.envs.rendering.camera import EYE_HEIGHT, EYE_HEIGHT_SNEAKING, Views, look
from mpgenie.envs.simulation.state import Records

from .masks import BLOCK, DEAD, EMPTY, TOOL
from .state_observation import Nearest, observe_state

FACTS = 5
"""Numbers in a row of facts: entity id, grip (see `mpgenie.envs.masks`), held slot, team, role."""


@kernel
def _note_facts(player, role, row):  # type: ignore[no-untyped-def]
    item, count = player.hotbar_item[player.held], player.hotbar_count[player.held]
    row[0], row[2], row[3], row[4] = player.id, player.held, player.team, role
    if not player.alive:
        row[1] = DEAD
    elif item == 0 or count == 0:
        row[1] = EMPTY
    else:
        row[1] = TOOL if item >= FIRST_TOOL else BLOCK


@kernel
def _look(player, views, k, w, p):  # type: ignore[no-untyped-def]
    """Put view k behind the eyes of a player; as `camera.first_person`, but from its record."""
    x, y, z = player.position[0], player.position[1], player.position[2]
    height = EYE_HEIGHT_SNEAKING if player.sneaking else EYE_HEIGHT
    scale = 1.0 + height / np.sqrt(x * x + y * y + z * z)
    ahead = player.heading
    look(views, k, x * scale, y * scale, z * scale, ahead[0], ahead[1], ahead[2], player.pitch)
    views.world[k], views.slot[k], views.hidden[k] = w, p, player.id


@kernel
def _sense(player, role, geometry, row):  # type: ignore[no-untyped-def]
    """Fill a row of `spaces.PROPRIO`."""
    at, heading, velocity = player.position, player.heading, player.velocity
    ux, uy, uz, ex, ey, ez, nx, ny, nz = tangent_axes(at[0], at[1], at[2])
    rx = heading[1] * uz - heading[2] * uy
    ry = heading[2] * ux - heading[0] * uz
    rz = heading[0] * uy - heading[1] * ux
    vx, vy, vz = velocity[0], velocity[1], velocity[2]
    row[0] = min(10.0, max(-10.0, vx * heading[0] + vy * heading[1] + vz * heading[2]))
    row[1] = min(10.0, max(-10.0, vx * rx + vy * ry + vz * rz))
    row[2] = min(10.0, max(-10.0, vx * ux + vy * uy + vz * uz))
    row[3] = player.pitch
    row[4] = min(1.0, max(-1.0, heading[0] * nx + heading[1] * ny + heading[2] * nz))
    row[5] = min(1.0, max(-1.0, heading[0] * ex + heading[1] * ey + heading[2] * ez))
    radius = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    row[6] = min(192.0, max(-64.0, radius - geometry.bottom - geometry.below))
    needed = player.dig_needed
    digs = player.dig_cell >= 0 and needed > 0
    row[7] = player.alive
    row[8] = player.on_ground
    row[9] = player.in_water
    row[10] = player.sneaking
    row[11] = player.sprinting
    row[12] = min(20, max(0, player.health))
    row[13] = player.held
    row[14] = player.hotbar_item[player.held]
    row[15] = player.hotbar_count[player.held]
    row[16] = min(1.0, player.dig_ticks / needed) if digs else 0.0
    row[17] = min(255, max(0, player.attack_wait))
    row[18] = role


@kernel
def _hear(players, w, p, reach, team_only, row):  # type: ignore[no-untyped-def]
    """Fill a row with the token that each player was just heard to say."""
    me = players[w, p]
    for q in range(row.shape[0]):
        row[q] = 0
        other = players[w, q]
        if not other.active or other.message == 0:
            continue
        if team_only and other.team != me.team:
            continue
        dx = other.position[0] - me.position[0]
        dy = other.position[1] - me.position[1]
        dz = other.position[2] - me.position[2]
        if dx * dx + dy * dy + dz * dz <= reach * reach:
            row[q] = other.message


@kernel
def _pose(views, k, pose):  # type: ignore[no-untyped-def]
    """Camera to planet: the columns are right, down, forward and the eye."""
    for row in range(3):
        for column in range(3):
            pose[row, column] = views.axes[k, column, row]
        pose[row, 3] = views.eye[k, row]
        pose[3, row] = 0.0
    pose[3, 3] = 1.0


class Looking(NamedTuple):
    """What `observe_bodies` reads and fills; n rows of what is wanted, none of what is not."""

    records: Records
    """Of the simulation."""
    cells: Cells
    geometry: Geometry
    role: NDArray[np.int64]
    """(W, P) of the scenario."""
    marks: NDArray[np.float64]
    """(W, M, 5) likewise."""
    reach: float
    """How far messages are heard."""
    team_only: bool
    """Whether only the own team hears them."""
    worlds: NDArray[np.int64]
    """(n,) the worlds told of."""
    slots: NDArray[np.int64]
    """(n,) the player slots told of; all are active."""
    facts: NDArray[np.int64]
    """(n, FACTS)."""
    views: Views
    poses: NDArray[np.float64]
    """(n, 4, 4); they need views."""
    senses: NDArray[np.float32]
    """(n, 19)."""
    heard: NDArray[np.uint8]
    """(n, players)."""
    known: NDArray[np.uint8]
    """(n, 536)."""
    nearest: Nearest
    """Work space of `observe_state`."""


@kernel
def observe_bodies(bundle):  # type: ignore[no-untyped-def]
    """Fill the rows of everything that is wanted.

    Args:
        bundle: A `Looking`.
    """
    rows = opened(bundle)
    players = rows.records.players
    for k in range(rows.slots.shape[0]):
        w, p = rows.worlds[k], rows.slots[k]
        player = players[w, p]
        _note_facts(player, rows.role[w, p], rows.facts[k])
        if k < rows.views.world.shape[0]:
            _look(player, rows.views, k, w, p)
        if k < rows.poses.shape[0]:
            _pose(rows.views, k, rows.poses[k])
        if k < rows.senses.shape[0]:
            _sense(player, rows.role[w, p], rows.geometry, rows.senses[k])
        if k < rows.heard.shape[0]:
            _hear(players, w, p, rows.reach, rows.team_only, rows.heard[k])
        if k < rows.known.shape[0]:
            observe_state(
                rows.records, rows.cells, rows.geometry, rows.role, rows.marks, w, p, rows.nearest,
                rows.known[k],
            )  # fmt: skip
