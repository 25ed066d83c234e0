"""Blows: who is hit by a look, what it costs, and how far it throws.

Damage is in half hearts.  A blow needs a press of attack and half a second since the last one; who
was hurt cannot be hurt again for half a second.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel

from .crowd import cube_index, cube_key, first_in
from .events import DEATH, HIT, HURT, MOB_DEATH, emit
from .mobs import MOB_HALF, MOB_HEIGHT
from .movement import PLAYER_HALF, PLAYER_HEIGHT

MELEE_REACH = 3.0
"""Metres from the eye to the body that is hit."""
ATTACK_WAIT, HURT_WAIT = 10, 10
"""Ticks between two blows of one attacker, and between two wounds of one victim."""
KNOCK, KNOCK_UP = 0.4, 0.4
"""Metres per tick that a blow throws its victim, along the ground and up at most."""
SWING = 6
"""Ticks that an arm takes to swing."""
_FAR = 1e30


@kernel
def ray_meets_body(eye, look, feet, heading, half, height):  # type: ignore[no-untyped-def]
    """Metres along a ray to an upright box around a body that looks along `heading`, or a lot."""
    r = np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
    ux, uy, uz = feet[0] / r, feet[1] / r, feet[2] / r
    hx, hy, hz = heading[0], heading[1], heading[2]
    sx, sy, sz = hy * uz - hz * uy, hz * ux - hx * uz, hx * uy - hy * ux
    ox, oy, oz = eye[0] - feet[0], eye[1] - feet[1], eye[2] - feet[2]
    near, far = 0.0, _FAR
    for axis in range(3):
        if axis == 0:
            o, d = ox * ux + oy * uy + oz * uz, look[0] * ux + look[1] * uy + look[2] * uz
            low, high = 0.0, height
        elif axis == 1:
            o, d = ox * hx + oy * hy + oz * hz, look[0] * hx + look[1] * hy + look[2] * hz
            low, high = -half, half
        else:
            o, d = ox * sx + oy * sy + oz * sz, look[0] * sx + look[1] * sy + look[2] * sz
            low, high = -half, half
        if abs(d) < 1e-12:
            if o < low or o > high:
                return _FAR
            continue
        first, last = (low - o) / d, (high - o) / d
        near, far = max(near, min(first, last)), min(far, max(first, last))
    return near if near <= far else _FAR


@kernel
def _cubes_along(start, way):  # type: ignore[no-untyped-def]
    """The range of cubes, along one axis, of bodies that a look may meet."""
    end = start + MELEE_REACH * way
    return cube_index(min(start, end) - 2.0), cube_index(max(start, end) + 2.0) + 1


@kernel
def body_looked_at(crowd, players, mobs, w, p, eye, look):  # type: ignore[no-untyped-def]
    """The nearest body that a player's look meets: (number in the crowd or -1, metres)."""
    slots = players.shape[1]
    nearest, found = MELEE_REACH, -1
    i0, i1 = _cubes_along(eye[0], look[0])
    j0, j1 = _cubes_along(eye[1], look[1])
    k0, k1 = _cubes_along(eye[2], look[2])
    for i in range(i0, i1):
        for j in range(j0, j1):
            for k in range(k0, k1):
                body, key = first_in(crowd, w, i, j, k), cube_key(i, j, k)
                while body >= 0:
                    if crowd.cube[w, body] == key and body != p:
                        if body < slots:
                            away = _FAR
                            if players[w, body].alive and players[w, body].health > 0:
                                away = ray_meets_body(
                                    eye, look, players[w, body].position,
                                    players[w, body].heading, PLAYER_HALF, PLAYER_HEIGHT,
                                )  # fmt: skip
                        else:
                            m = body - slots
                            kind = mobs[w, m].kind
                            away = _FAR
                            if mobs[w, m].active:
                                away = ray_meets_body(
                                    eye, look, mobs[w, m].position, mobs[w, m].heading,
                                    MOB_HALF[kind], MOB_HEIGHT[kind],
                                )  # fmt: skip
                        if away < nearest or (away == nearest and 0 <= found and body < found):
                            nearest, found = away, body
                    body = crowd.link[w, body]
    return found, nearest


@kernel
def knock(velocity, feet, source, on_ground):  # type: ignore[no-untyped-def]
    """Throw a body away from where a blow came from."""
    r = np.sqrt(feet[0] * feet[0] + feet[1] * feet[1] + feet[2] * feet[2])
    ux, uy, uz = feet[0] / r, feet[1] / r, feet[2] / r
    dx, dy, dz = feet[0] - source[0], feet[1] - source[1], feet[2] - source[2]
    lean = dx * ux + dy * uy + dz * uz
    dx, dy, dz = dx - lean * ux, dy - lean * uy, dz - lean * uz
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    scale = KNOCK / length if length > 1e-6 else 0.0
    rise = velocity[0] * ux + velocity[1] * uy + velocity[2] * uz
    lift = (min(KNOCK_UP, 0.5 * rise + KNOCK_UP) if on_ground else rise) - 0.5 * rise
    velocity[0] = 0.5 * velocity[0] + scale * dx + lift * ux
    velocity[1] = 0.5 * velocity[1] + scale * dy + lift * uy
    velocity[2] = 0.5 * velocity[2] + scale * dz + lift * uz


@kernel
def wound_player(players, clock, w, p, damage, source):  # type: ignore[no-untyped-def]
    """Take half hearts from a player; at none left `bury_dead` does the rest this tick."""
    player = players[w, p]
    health = player.health
    if damage <= 0 or health <= 0 or not player.alive:
        return
    player.health = max(0, health - damage)
    player.hurt_wait = HURT_WAIT
    player.regeneration = 0
    emit(clock, w, HURT, player.id, source, -1, damage)
    if health <= damage:
        emit(clock, w, DEATH, player.id, source, -1, 0)


@kernel
def wound_mob(mobs, clock, w, m, damage, source):  # type: ignore[no-untyped-def]
    """Take half hearts from a mob; at none left it is gone."""
    mob = mobs[w, m]
    if damage <= 0:
        return
    mob.health -= damage
    mob.hurt_wait = HURT_WAIT
    emit(clock, w, HURT, mob.id, source, -1, damage)
    if mob.health <= 0:
        mob.active = False
        emit(clock, w, MOB_DEATH, mob.id, source, -1, mob.kind)


@kernel
def _harm(players, rules, w, p, other, damage):  # type: ignore[no-untyped-def]
    """What is left of a blow at another player under the rules."""
    team = players[w, p].team
    friends = team != 0 and team == players[w, other].team
    if not rules.player_damage or (friends and not rules.team_damage):
        return 0
    return damage


@kernel
def strike(bundle, w, p, body):  # type: ignore[no-untyped-def]
    """Hit a body with what a player holds, unless it or the arm still has to wait."""
    game = opened(bundle)
    players, mobs, rules, clock = game.players, game.mobs, game.rules, game.clock
    player = players[w, p]
    slots = players.shape[1]
    player.attack_wait = ATTACK_WAIT
    player.swing = SWING
    damage = np.int64(game.table.damage[player.hotbar_item[player.held]])
    if body < slots:
        if players[w, body].hurt_wait > 0:
            return
        damage = _harm(players, rules, w, p, body, damage)
        emit(clock, w, HIT, player.id, players[w, body].id, -1, damage)
        knock(
            players[w, body].velocity, players[w, body].position, player.position,
            players[w, body].on_ground,
        )  # fmt: skip
        players[w, body].hurt_wait = HURT_WAIT
        wound_player(players, clock, w, body, damage, player.id)
        return
    m = body - slots
    if mobs[w, m].hurt_wait > 0:
        return
    emit(clock, w, HIT, player.id, mobs[w, m].id, -1, damage)
    knock(mobs[w, m].velocity, mobs[w, m].position, player.position, mobs[w, m].on_ground)
    wound_mob(mobs, clock, w, m, damage, player.id)
