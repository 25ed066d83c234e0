"""How players and mobs walk, jump, swim and fall.

The model is Minecraft's, per tick: a push in the wished direction, the move, then friction.  The
push is chosen so that a body on level ground walks exactly at its speed; in the air it steers
less but is never faster.  Speeds are metres per tick.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.exact import PI, sincos

from .actions import BACK, CAMERA_CAP, FORWARD, JUMP, LEFT, RIGHT, SNEAK, SPRINT
from .bodies import HIT_A, HIT_B, HIT_GROUND, carried, move_body
from .events import ENTER_WATER, JUMPED, LEAVE_WATER, emit

TICK = 0.05
"""Seconds."""
WALK, SPRINTING, SNEAKING = 4.317 * TICK, 5.612 * TICK, 1.295 * TICK
"""Metres per tick on level ground."""
PLAYER_HALF, PLAYER_HEIGHT = 0.3, 1.8
EYE, SNEAK_EYE = 1.62, 1.54
"""Metres from the feet to the eye."""
GRAVITY, DRAG = 0.08, 0.98
JUMP_SPEED = 0.42
GROUND_GRIP, AIR_GRIP = 0.546, 0.91
"""The share of its speed that a body keeps each tick."""
WATER_KEEP, WATER_GRAVITY, STROKE, WATER_SHARE = 0.8, 0.01, 0.03, 0.5
CLIMB_OUT = 0.46
"""Upward speed of a swimmer who jumps at the shore."""
_WADE = 0.4  # metres above the feet; under water there means swimming
_DEGREE = PI / 180.0


@kernel
def eye_height(sneaking):  # type: ignore[no-untyped-def]
    """Metres from a player's feet to the eye."""
    return SNEAK_EYE if sneaking else EYE


@kernel
def in_liquid(blocks, liquid, geometry, column, x, y, z):  # type: ignore[no-untyped-def]
    """Whether a body with its feet at a point of a column swims."""
    r = np.sqrt(x * x + y * y + z * z)
    layer = int(np.floor(r - geometry.bottom + _WADE))
    if layer < 0 or layer > 63:
        return False
    return liquid[blocks[column, layer]]


@inlined
def drive(  # type: ignore[no-untyped-def]
    blocks, table, geometry, x, y, z, vx, vy, vz, wx, wy, wz, speed, jump, on_ground, in_water,
    half, height, careful,
):  # fmt: skip
    """One tick of a creature that wishes to go in a direction.

    (x, y, z) are its feet, (vx, vy, vz) its velocity, (wx, wy, wz) a unit tangent vector or 0 to
    stay, `speed` what it reaches on level ground; `half`, `height` and `careful` are those of
    `move_body`.

    Returns:
        As `move_body`: feet, up, velocity for the next tick, column, what stopped it.
    """
    r = np.sqrt(x * x + y * y + z * z)
    ux, uy, uz = x / r, y / r, z / r
    keep = GROUND_GRIP if on_ground else AIR_GRIP
    lift = 0.0
    if in_water:
        keep = WATER_KEEP
        speed *= WATER_SHARE
        lift = STROKE if jump else 0.0
    elif jump and on_ground:
        lift = JUMP_SPEED - (vx * ux + vy * uy + vz * uz)
    push = speed * (1.0 - keep)
    x, y, z, ux, uy, uz, vx, vy, vz, column, hits = move_body(
        blocks, table.solid, geometry, x, y, z,
        vx + push * wx + lift * ux, vy + push * wy + lift * uy, vz + push * wz + lift * uz,
        half, height, careful,
    )  # fmt: skip
    rise = vx * ux + vy * uy + vz * uz
    tx, ty, tz = (vx - rise * ux) * keep, (vy - rise * uy) * keep, (vz - rise * uz) * keep
    if tx * tx + ty * ty + tz * tz < 1e-8:
        tx, ty, tz = 0.0, 0.0, 0.0
    if in_water:
        rise = rise * WATER_KEEP - WATER_GRAVITY
        if jump and hits & (HIT_A | HIT_B):
            rise = CLIMB_OUT
    else:
        rise = (rise - GRAVITY) * DRAG
    return x, y, z, ux, uy, uz, tx + rise * ux, ty + rise * uy, tz + rise * uz, column, hits


@kernel
def turn_heads(players, w, camera):  # type: ignore[no-untyped-def]
    """Turn each player's eyes by the camera, cut to `CAMERA_CAP` on each axis."""
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive:
            player.camera[0], player.camera[1] = 0.0, 0.0
            continue
        cap = np.float32(CAMERA_CAP)
        pitch = min(cap, max(-cap, camera[w, p, 0]))
        yaw = min(cap, max(-cap, camera[w, p, 1]))
        player.camera[0], player.camera[1] = pitch, yaw
        player.pitch = min(90.0, max(-90.0, player.pitch + float(pitch)))
        if yaw == 0.0:
            continue
        s, c = sincos(float(yaw) * _DEGREE)
        feet, heading = player.position, player.heading
        scale = 1.0 / np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
        ux, uy, uz = feet[0] * scale, feet[1] * scale, feet[2] * scale
        hx, hy, hz = heading[0], heading[1], heading[2]
        heading[0] = c * hx + s * (hy * uz - hz * uy)
        heading[1] = c * hy + s * (hz * ux - hx * uz)
        heading[2] = c * hz + s * (hx * uy - hy * ux)


@kernel
def set_heading(heading, hx, hy, hz, ux, uy, uz):  # type: ignore[no-untyped-def]
    """Write the unit tangent vector at the direction u that is nearest to a vector."""
    lean = hx * ux + hy * uy + hz * uz
    hx, hy, hz = hx - lean * ux, hy - lean * uy, hz - lean * uz
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    if length > 1e-9:
        heading[0], heading[1], heading[2] = hx / length, hy / length, hz / length


@kernel
def _wish(flags, heading, ux, uy, uz):  # type: ignore[no-untyped-def]
    """The unit tangent vector of the four walking buttons, or 0; and whether it is forward."""
    ahead = (1.0 if flags & FORWARD else 0.0) - (1.0 if flags & BACK else 0.0)
    right = (1.0 if flags & RIGHT else 0.0) - (1.0 if flags & LEFT else 0.0)
    if ahead == 0.0 and right == 0.0:
        return 0.0, 0.0, 0.0, False
    if ahead != 0.0 and right != 0.0:
        ahead *= 0.7071067811865476
        right *= 0.7071067811865476
    hx, hy, hz = heading[0], heading[1], heading[2]
    return (
        ahead * hx + right * (hy * uz - hz * uy),
        ahead * hy + right * (hz * ux - hx * uz),
        ahead * hz + right * (hx * uy - hy * ux),
        ahead > 0.0,
    )


@kernel
def move_players(bundle, w, buttons):  # type: ignore[no-untyped-def]
    """Walk, sprint, sneak, jump, swim and fall: every living player of a world."""
    game = opened(bundle)
    players, geometry, table, clock = game.players, game.geometry, game.table, game.clock
    blocks = game.cells.blocks[w]
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive:
            continue
        flags = np.int64(buttons[w, p])
        feet, velocity, heading = player.position, player.velocity, player.heading
        x, y, z = feet[0], feet[1], feet[2]
        before = np.sqrt(x * x + y * y + z * z)
        vx, vy, vz = x / before, y / before, z / before
        wx, wy, wz, ahead = _wish(flags, heading, vx, vy, vz)
        sneaking = flags & SNEAK != 0
        sprinting = flags & SPRINT != 0 and ahead and not sneaking
        swam, stood, jump = player.in_water, player.on_ground, flags & JUMP != 0
        speed = SNEAKING if sneaking else SPRINTING if sprinting else WALK
        x, y, z, ux, uy, uz, tx, ty, tz, column, hits = drive(
            blocks, table, geometry, x, y, z, velocity[0], velocity[1], velocity[2],
            wx, wy, wz, speed, jump, stood, swam, PLAYER_HALF, PLAYER_HEIGHT, sneaking,
        )  # fmt: skip
        hx, hy, hz = carried(vx, vy, vz, ux, uy, uz, heading[0], heading[1], heading[2])
        set_heading(heading, hx, hy, hz, ux, uy, uz)
        mx, my, mz = x - feet[0], y - feet[1], z - feet[2]
        feet[0], feet[1], feet[2] = x, y, z
        velocity[0], velocity[1], velocity[2] = tx, ty, tz
        stands = hits & HIT_GROUND != 0
        swims = in_liquid(blocks, table.liquid, geometry, column, x, y, z)
        rise = mx * ux + my * uy + mz * uz
        if stands:
            player.stride += np.sqrt(max(0.0, mx * mx + my * my + mz * mz - rise * rise))
        player.fall = 0.0 if swims else player.fall + max(0.0, -rise)
        player.on_ground, player.in_water = stands, swims
        player.sneaking, player.sprinting = sneaking, sprinting
        if jump and stood and not swam:
            emit(clock, w, JUMPED, player.id, 0, -1, 0)
        if swims != swam:
            emit(clock, w, ENTER_WATER if swims else LEAVE_WATER, player.id, 0, -1, 0)
