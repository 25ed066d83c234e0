"""What mobs do: come into the world, think now and then, walk, bite, and go.

Every player slot has mob slots of its own, filled near that player: hostile kinds where it is
dark, sheep on grass by day.  Each mob draws from its own key, made from the player's key and the
tick at which it came, so nothing it does depends on who else is in the world, but for what it
meets.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.exact import PI, draw, draw_bits, sincos
from mpgenie.envs.planet.geometry import column_of, step, tangent_axes

from .bodies import HIT_A, HIT_B, HIT_GROUND, SKIN, carried
from .chase import cell_of, chase, walk_to
from .combat import SWING, knock, wound_mob, wound_player
from .events import HIT, MOB_DESPAWN, MOB_SPAWN, emit
from .footprint import overlaps
from .mobs import (
    HUSK,
    MOB_BURNS,
    MOB_DAMAGE,
    MOB_HALF,
    MOB_HEALTH,
    MOB_HEIGHT,
    MOB_HOSTILE,
    MOB_SPEED,
    MOB_TALL,
    SHEEP,
    SKELETON,
    SPIDER,
    ZOMBIE,
)
from .movement import drive, in_liquid, set_heading
from .pursuit import footing
from .weather import daylight, sun_direction

SPAWN_EVERY = 40
"""Ticks between two tries to bring a mob near a player."""
SPAWN_NEAREST, SPAWN_FARTHEST = 14.0, 26.0
"""Metres from the player at which mobs come."""
DARK, BRIGHT = 7, 9
"""The most light for hostile mobs to come, and the least for sheep."""
SIGHT = 16.0
"""Metres at which a hostile mob notices a player."""
FAR_AWAY = 48.0
"""Metres from every player beyond which a mob is gone."""
CALM_WAIT = 32
"""Ticks between two thoughts of a mob that chases nobody."""
BITE_REACH = 1.0
"""Metres between bodies at which a mob strikes."""
BITE_WAIT = 20
_NIGHT_DIMS = 11
_ARRIVED = 0.4  # metres from the middle of a cell from which a mob goes on to the next
_STILL = 1e-12  # square of the metres per tick below which a mob stands
_ANGLE, _AWAY, _KIND, _DEPTH, _STROLL, _KEY = range(20, 26)
_GRASS, _SAND, _RED_SAND = BLOCK["grass"], BLOCK["sand"], BLOCK["red_sand"]


@kernel
def brightness(cells, clock, rules, w, column, layer, x, y, z):  # type: ignore[no-untyped-def]
    """Light at a cell, 0 to 15: its lamps, or its sky dimmed by the night."""
    if layer > 63:
        return 15
    light = np.int64(cells.light[w, column, layer])
    sx, sy, sz = sun_direction(clock.row[w].tick + clock.row[w].day_offset, rules.day)
    sky = (light >> 4) - int((1.0 - daylight(x, y, z, sx, sy, sz)) * _NIGHT_DIMS)
    return max(light & 15, sky)


@kernel
def _own_slots(mobs, players, p):  # type: ignore[no-untyped-def]
    """The range of mob slots that belong to a player slot."""
    count, total = players.shape[1], mobs.shape[1]
    each = max(1, total // count)
    return min(total, p * each), min(total, (p + 1) * each)


@kernel
def _place_near(bundle, w, p):  # type: ignore[no-untyped-def]
    """A column and layer some way from a player where one can stand, layer -1 where not."""
    game = opened(bundle)
    geometry, table = game.geometry, game.table
    player = game.players[w, p]
    key, now, feet = player.key, game.clock.row[w].tick, player.position
    ux, uy, uz, ex, ey, ez, nx, ny, nz = tangent_axes(feet[0], feet[1], feet[2])
    s, c = sincos(2.0 * PI * draw(key, now, _ANGLE, 0))
    r = np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
    away = SPAWN_NEAREST + (SPAWN_FARTHEST - SPAWN_NEAREST) * draw(key, now, _AWAY, 0)
    far, near = sincos(away / r)
    x = near * ux + far * (c * ex + s * nx)
    y = near * uy + far * (c * ey + s * ny)
    z = near * uz + far * (c * ez + s * nz)
    column = column_of(geometry, x, y, z)
    blocks, layer = game.cells.blocks[w], int(np.floor(r - geometry.bottom))
    for high in range(min(62, layer + 10), max(1, layer - 12), -1):
        below = blocks[column, high - 1]
        if table.liquid[below] or not table.solid[below]:
            continue
        if table.liquid[blocks[column, high]]:
            continue
        if footing(blocks, table, column, high, 2) != high:
            continue
        if draw(key, now, _DEPTH, high) < 0.6:  # else look for a cave below
            return column, high
    return column, -1


@kernel
def _kind_for(players, clock, w, p, light, below):  # type: ignore[no-untyped-def]
    """Which kind comes to a place with so much light and such ground, -1 = none."""
    share = draw(players[w, p].key, clock.row[w].tick, _KIND, 0)
    if light <= DARK:
        if below == _SAND or below == _RED_SAND:
            return HUSK
        if share < 0.5:
            return ZOMBIE if share < 0.35 else SKELETON
        return SPIDER if share < 0.8 else HUSK
    if light >= BRIGHT and below == _GRASS and share < 0.25:
        return SHEEP
    return -1


@kernel
def spawn_mobs(bundle, w):  # type: ignore[no-untyped-def]
    """Now and then bring a mob near each living player."""
    game = opened(bundle)
    players, mobs, clock, cells = game.players, game.mobs, game.clock, game.cells
    if not game.rules.mobs:
        return
    for p in range(players.shape[1]):
        player = players[w, p]
        if not player.active or not player.alive:
            continue
        if (clock.row[w].tick + 7 * p) % SPAWN_EVERY != SPAWN_EVERY - 1:
            continue
        first, last = _own_slots(mobs, players, p)
        slot = -1
        for m in range(last - 1, first - 1, -1):
            if not mobs[w, m].active:
                slot = m
        if slot < 0:
            continue
        column, layer = _place_near(bundle, w, p)
        if layer < 0:
            continue
        up, r = game.geometry.centre[column], game.geometry.bottom + layer + SKIN
        x, y, z = up[0] * r, up[1] * r, up[2] * r
        light = brightness(cells, clock, game.rules, w, column, layer, x, y, z)
        kind = _kind_for(players, clock, w, p, light, cells.blocks[w, column, layer - 1])
        if kind >= 0 and (game.rules.hostile_mobs or not MOB_HOSTILE[kind]):
            key = draw_bits(player.key, clock.row[w].tick, _KEY, 0)
            add_mob(bundle, w, slot, kind, x, y, z, key)


@kernel
def add_mob(bundle, w, m, kind, x, y, z, key):  # type: ignore[no-untyped-def]
    """Put a mob into a slot, with its feet at a point; not where it would overlap blocks."""
    game = opened(bundle)
    mob, clock = game.mobs[w, m], game.clock
    half, height = MOB_HALF[kind], MOB_HEIGHT[kind]
    blocks, solid = game.cells.blocks[w], game.table.solid
    if overlaps(blocks, solid, game.geometry, x, y, z, half, height):
        return False
    ux, uy, uz, ex, ey, ez, nx, ny, nz = tangent_axes(x, y, z)
    mob.active = True
    mob.id = clock.row[w].next_id
    clock.row[w].next_id += 1
    mob.kind = kind
    position, heading, goal = mob.position, mob.heading, mob.goal
    position[0], position[1], position[2] = x, y, z
    heading[0], heading[1], heading[2] = nx, ny, nz
    goal[0], goal[1], goal[2] = x, y, z
    for axis in range(3):
        mob.velocity[axis] = 0.0
    mob.on_ground, mob.in_water = False, False
    mob.health = MOB_HEALTH[kind]
    mob.fall, mob.stride = 0.0, 0.0
    mob.attack_wait, mob.hurt_wait, mob.swing = 0, 0, 0
    mob.target = 0
    mob.think_wait = 0
    mob.plan, mob.plan_steps, mob.lost, mob.rests = 0, 0, False, 0
    mob.key = key
    emit(clock, w, MOB_SPAWN, mob.id, 0, -1, kind)
    return True


@kernel
def _nearest_player(players, w, at):  # type: ignore[no-untyped-def]
    """The living player nearest to a place and the square of the distance; -1 = none."""
    found, nearest = -1, 1e30
    for p in range(players.shape[1]):
        player = players[w, p]
        if player.active and player.alive:
            feet = player.position
            dx, dy, dz = feet[0] - at[0], feet[1] - at[1], feet[2] - at[2]
            square = dx * dx + dy * dy + dz * dz
            if square < nearest:
                found, nearest = p, square
    return found, nearest


@kernel
def _stroll(bundle, w, m):  # type: ignore[no-untyped-def]
    """Stand, or set out for a neighbouring column."""
    game = opened(bundle)
    mobs, geometry, blocks = game.mobs, game.geometry, game.cells.blocks[w]
    mob = mobs[w, m]
    share = draw(mob.key, game.clock.row[w].tick, _STROLL, 0)
    cell = cell_of(geometry, mob.position)
    if share < 0.3:
        beside, _ = step(geometry, cell >> 6, int(share * 13.3) & 3)
        layer = footing(blocks, game.table, beside, cell & 63, MOB_TALL[mob.kind])
        if layer >= (cell & 63) - 1 and not game.table.liquid[blocks[beside, min(63, layer)]]:
            cell = np.int64(beside) * 64 + min(63, layer)
    walk_to(mobs, geometry, w, m, cell)


@kernel
def _burn(bundle, w, m):  # type: ignore[no-untyped-def]
    """Daylight under the open sky kills some kinds, half a heart each thought."""
    game = opened(bundle)
    mobs, clock = game.mobs, game.clock
    mob = mobs[w, m]
    if not MOB_BURNS[mob.kind] or mob.in_water:
        return
    at = mob.position
    cell = cell_of(game.geometry, at)
    if np.int64(game.cells.light[w, cell >> 6, cell & 63]) >> 4 < 14:
        return
    sx, sy, sz = sun_direction(clock.row[w].tick + clock.row[w].day_offset, game.rules.day)
    if daylight(at[0], at[1], at[2], sx, sy, sz) > 0.7:
        wound_mob(mobs, clock, w, m, 1, 0)


@kernel
def _think(bundle, w, m):  # type: ignore[no-untyped-def]
    """Look around, and choose whom to chase or where to stroll."""
    game = opened(bundle)
    mob = game.mobs[w, m]
    kind = mob.kind
    # Only a mob that thinks looks at every player, a few of them each tick.
    p, square = _nearest_player(game.players, w, mob.position)
    if square > FAR_AWAY * FAR_AWAY:
        mob.active = False
        emit(game.clock, w, MOB_DESPAWN, mob.id, 0, -1, kind)
        return
    _burn(bundle, w, m)
    if not mob.active:
        return
    if MOB_HOSTILE[kind] and square <= SIGHT * SIGHT:
        chase(bundle, w, m, p, square)
        return
    mob.target, mob.plan_steps = 0, 0
    mob.think_wait = CALM_WAIT
    _stroll(bundle, w, m)


@kernel
def _walk(bundle, w, m):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    mob, geometry, table = game.mobs[w, m], game.geometry, game.table
    at, velocity, heading = mob.position, mob.velocity, mob.heading
    goal, kind = mob.goal, mob.kind
    half, height, blocks = MOB_HALF[kind], MOB_HEIGHT[kind], game.cells.blocks[w]
    x, y, z = at[0], at[1], at[2]
    r = np.sqrt(x * x + y * y + z * z)
    ox, oy, oz = x / r, y / r, z / r
    dx, dy, dz = goal[0] - x, goal[1] - y, goal[2] - z
    rise = dx * ox + dy * oy + dz * oz
    dx, dy, dz = dx - rise * ox, dy - rise * oy, dz - rise * oz
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    wx, wy, wz = 0.0, 0.0, 0.0
    walks = length > 0.15
    if walks:
        wx, wy, wz = dx / length, dy / length, dz / length
        set_heading(heading, wx, wy, wz, ox, oy, oz)
    if length < _ARRIVED and mob.plan_steps > 0:  # the next step follows at once
        mob.think_wait = min(mob.think_wait, 1)
    swims = mob.in_water
    climbs = rise > 0.5 and length < 1.6 and walks
    speed = MOB_SPEED[kind] if mob.target != 0 else 0.5 * MOB_SPEED[kind]
    x, y, z, ux, uy, uz, vx, vy, vz, column, hits = drive(
        blocks, table, geometry, x, y, z, velocity[0], velocity[1], velocity[2], wx, wy, wz,
        speed, swims or climbs, mob.on_ground, swims, half, height, False,
    )  # fmt: skip
    hx, hy, hz = carried(ox, oy, oz, ux, uy, uz, heading[0], heading[1], heading[2])
    set_heading(heading, hx, hy, hz, ux, uy, uz)
    mx, my, mz = x - at[0], y - at[1], z - at[2]
    stands = hits & HIT_GROUND != 0
    mob.stride += np.sqrt(mx * mx + my * my + mz * mz) if stands else 0.0
    at[0], at[1], at[2] = x, y, z
    mob.on_ground = stands
    mob.in_water = in_liquid(blocks, table.liquid, geometry, column, x, y, z)
    fall = vx * ux + vy * uy + vz * uz
    sx, sy, sz = vx - fall * ux, vy - fall * uy, vz - fall * uz
    mob.rests = 0
    if stands and not walks and not mob.in_water and sx * sx + sy * sy + sz * sz < _STILL:
        vx, vy, vz = 0.0, 0.0, 0.0
        mob.rests = game.cells.hash[w]
    velocity[0], velocity[1], velocity[2] = vx, vy, vz
    if hits & (HIT_A | HIT_B) and not climbs:
        mob.think_wait = min(mob.think_wait, 2)


@kernel
def _rests(mobs, cells, w, m):  # type: ignore[no-untyped-def]
    """Whether a mob stands where it stood, nothing pushes it and no block has changed since."""
    mob = mobs[w, m]
    if mob.rests != cells.hash[w] or mob.rests == 0:
        return False
    velocity = mob.velocity
    return velocity[0] == 0.0 and velocity[1] == 0.0 and velocity[2] == 0.0


@kernel
def _bite(bundle, w, m):  # type: ignore[no-untyped-def]
    """Strike the nearest player, if near enough."""
    game = opened(bundle)
    players, clock = game.players, game.clock
    mob = game.mobs[w, m]
    at, kind = mob.position, mob.kind
    reach = BITE_REACH + MOB_HALF[kind] + 0.3
    p, square = _nearest_player(players, w, at)
    if p < 0 or square > reach * reach or players[w, p].hurt_wait > 0:
        return
    mob.attack_wait = BITE_WAIT
    mob.swing = SWING
    emit(clock, w, HIT, mob.id, players[w, p].id, -1, MOB_DAMAGE[kind])
    knock(players[w, p].velocity, players[w, p].position, at, players[w, p].on_ground)
    wound_player(players, clock, w, p, MOB_DAMAGE[kind], mob.id)


@kernel
def move_mobs(bundle, w):  # type: ignore[no-untyped-def]
    """Let every mob of a world wait, think, walk and bite."""
    game = opened(bundle)
    mobs = game.mobs
    for m in range(mobs.shape[1]):
        mob = mobs[w, m]
        if not mob.active:
            continue
        mob.attack_wait = max(0, mob.attack_wait - 1)
        mob.hurt_wait = max(0, mob.hurt_wait - 1)
        mob.swing = max(0, mob.swing - 1)
        mob.think_wait -= 1
        if mob.think_wait <= 0:
            _think(bundle, w, m)
            if not mob.active:
                continue
        if not _rests(mobs, game.cells, w, m):
            _walk(bundle, w, m)
        if mob.target != 0 and mob.attack_wait == 0:
            _bite(bundle, w, m)
