"""Things lying about: dropped, thrown, falling, picked up, gone after five minutes.

Nothing is lost without a word: where all slots for items are taken a drop joins a stack of its
kind nearby, and else the oldest stack goes, with an `item_despawn` event that says how many.
"""

import numpy as np

from mpgenie.envs.bundle import opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import FIRST_TOOL

from .bodies import HIT_GROUND, move_body
from .crowd import cube_index, cube_key, first_in
from .events import ITEM_DESPAWN, ITEM_DROP, ITEM_PICK, emit
from .footprint import overlaps
from .movement import in_liquid
from .state import HOTBAR, STACK

ITEM_HALF, ITEM_HEIGHT = 0.125, 0.25
LIFETIME = 6_000
"""Ticks until a thing nobody picks up is gone."""
MINED_WAIT, THROWN_WAIT = 10, 30
"""Ticks until anyone may pick up what was mined, and what was thrown."""
PICK_REACH = 1.3
"""Metres around a player within which things are picked up."""
THROW_SPEED = 0.3
_ITEM_GRAVITY, _ITEM_DRAG = 0.04, 0.98
_MERGE_REACH = 4.0


@kernel
def stack_limit(item):  # type: ignore[no-untyped-def]
    """The most of one item that a slot holds."""
    return 1 if item >= FIRST_TOOL else STACK


@kernel
def _joined(items, w, item, count, x, y, z):  # type: ignore[no-untyped-def]
    """Put things onto a stack of their kind nearby, if there is one with room."""
    for k in range(items.shape[1]):
        thing = items[w, k]
        if not thing.active or thing["item"] != item:
            continue
        if np.int64(thing.count) + count > STACK:
            continue
        dx, dy, dz = (
            thing.position[0] - x, thing.position[1] - y, thing.position[2] - z
        )  # fmt: skip
        if dx * dx + dy * dy + dz * dz <= _MERGE_REACH * _MERGE_REACH:
            thing.count = np.int64(thing.count) + count
            return True
    return False


@kernel
def _oldest(items, w):  # type: ignore[no-untyped-def]
    found, age = 0, -1
    for k in range(items.shape[1]):
        thing = items[w, k]
        if thing.age > age:
            found, age = k, thing.age
    return found


@kernel
def _vanish(items, clock, w, k):  # type: ignore[no-untyped-def]
    thing = items[w, k]
    stack = np.int64(thing["item"]) | np.int64(thing.count) << 8
    emit(clock, w, ITEM_DESPAWN, 0, thing.id, -1, stack)
    clear_item(items, w, k)


@kernel
def clear_item(items, w, k):  # type: ignore[no-untyped-def]
    """Empty a slot."""
    thing = items[w, k]
    thing.active = False
    thing.id = 0
    thing["item"] = 0
    thing.count = 0
    thing.age = 0
    thing.pick_wait = 0
    thing.thrower = 0
    thing.rests = 0
    thing.on_ground = False
    for axis in range(3):
        thing.position[axis] = 0.0
        thing.velocity[axis] = 0.0


@kernel
def drop_stack(items, clock, w, item, count, x, y, z, vx, vy, vz, thrower, wait):  # type: ignore[no-untyped-def]
    """Lay things into a world, and return their id (0 where they joined another stack)."""
    slot = -1
    for k in range(items.shape[1]):
        if not items[w, k].active:
            slot = k
            break
    if slot < 0:
        if _joined(items, w, item, count, x, y, z):
            return 0
        slot = _oldest(items, w)
        _vanish(items, clock, w, slot)
    items[w, slot].active = True
    items[w, slot].id = clock.row[w].next_id
    clock.row[w].next_id += 1
    items[w, slot]["item"], items[w, slot].count = item, count
    position, velocity = items[w, slot].position, items[w, slot].velocity
    position[0], position[1], position[2] = x, y, z
    velocity[0], velocity[1], velocity[2] = vx, vy, vz
    items[w, slot].pick_wait = wait
    items[w, slot].thrower = thrower
    items[w, slot].rests = 0
    return items[w, slot].id


@kernel
def throw_held(bundle, w, p, eye, look):  # type: ignore[no-untyped-def]
    """Throw one of what a player holds ahead, for anyone to pick up."""
    game = opened(bundle)
    players, items, clock, geometry = game.players, game.items, game.clock, game.geometry
    player = players[w, p]
    slot = player.held
    item = np.int64(player.hotbar_item[slot])
    if item == 0:
        return
    left = np.int64(player.hotbar_count[slot]) - 1
    player.hotbar_count[slot] = left
    if left == 0:
        player.hotbar_item[slot] = 0
    feet = player.position
    drop = 1.0 - 0.3 / np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    x, y, z = eye[0] * drop, eye[1] * drop, eye[2] * drop
    blocks, solid = game.cells.blocks[w], game.table.solid
    if overlaps(blocks, solid, geometry, x, y, z, ITEM_HALF, ITEM_HEIGHT):
        x, y, z = feet[0], feet[1], feet[2]
    scale = 0.1 / np.sqrt(x * x + y * y + z * z)
    made = drop_stack(
        items, clock, w, item, 1, x, y, z,
        look[0] * THROW_SPEED + x * scale, look[1] * THROW_SPEED + y * scale,
        look[2] * THROW_SPEED + z * scale, player.id, THROWN_WAIT,
    )  # fmt: skip
    emit(clock, w, ITEM_DROP, player.id, made, -1, item | 1 << 8)


@kernel
def spill_hotbar(players, items, clock, w, p):  # type: ignore[no-untyped-def]
    """Lay everything that a player carries on the ground where the player stands."""
    player = players[w, p]
    feet = player.position
    for slot in range(HOTBAR):
        item, count = np.int64(player.hotbar_item[slot]), np.int64(player.hotbar_count[slot])
        if item == 0:
            continue
        player.hotbar_item[slot], player.hotbar_count[slot] = 0, 0
        made = drop_stack(
            items, clock, w, item, count, feet[0], feet[1], feet[2], 0.0, 0.0, 0.0, 0, MINED_WAIT
        )
        emit(clock, w, ITEM_DROP, player.id, made, -1, item | count << 8)


@kernel
def _lies_still(bundle, w, k):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    thing, geometry = game.items[w, k], game.geometry
    velocity, at = thing.velocity, thing.position
    if not thing.on_ground:
        return False
    if velocity[0] != 0.0 or velocity[1] != 0.0 or velocity[2] != 0.0:
        return False
    blocks, solid = game.cells.blocks[w], game.table.solid
    if overlaps(blocks, solid, geometry, at[0], at[1], at[2], ITEM_HALF, ITEM_HEIGHT):
        return False
    r = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    down = 1.0 - 0.01 / r
    return overlaps(
        blocks, solid, geometry, at[0] * down, at[1] * down, at[2] * down, ITEM_HALF, 0.005
    )


@kernel
def _move_item(bundle, w, k):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    thing, geometry, table = game.items[w, k], game.geometry, game.table
    at, velocity, blocks = thing.position, thing.velocity, game.cells.blocks[w]
    x, y, z, ux, uy, uz, vx, vy, vz, column, hits = move_body(
        blocks, table.solid, geometry, at[0], at[1], at[2], velocity[0], velocity[1], velocity[2],
        ITEM_HALF, ITEM_HEIGHT, False,
    )  # fmt: skip
    wet = in_liquid(blocks, table.liquid, geometry, column, x, y, z)
    grounded = hits & HIT_GROUND != 0
    keep = 0.8 if wet else 0.546 if grounded else _ITEM_DRAG
    rise = vx * ux + vy * uy + vz * uz
    vx, vy, vz = (vx - rise * ux) * keep, (vy - rise * uy) * keep, (vz - rise * uz) * keep
    if vx * vx + vy * vy + vz * vz < 1e-6:
        vx, vy, vz = 0.0, 0.0, 0.0
    rise = 0.0 if grounded else (rise - (0.01 if wet else _ITEM_GRAVITY)) * _ITEM_DRAG
    at[0], at[1], at[2] = x, y, z
    velocity[0], velocity[1], velocity[2] = vx + rise * ux, vy + rise * uy, vz + rise * uz
    thing.on_ground = grounded


@kernel
def move_items(bundle, w):  # type: ignore[no-untyped-def]
    """Let things fall, slide and grow old."""
    game = opened(bundle)
    items, blocks_hash = game.items, game.cells.hash[w]
    for k in range(items.shape[1]):
        thing = items[w, k]
        if not thing.active:
            continue
        thing.age += 1
        if thing.age >= LIFETIME:
            _vanish(items, game.clock, w, k)
            continue
        if thing.pick_wait > 0:
            thing.pick_wait -= 1
        if thing.rests == blocks_hash:  # until some block changes
            continue
        if _lies_still(bundle, w, k):
            thing.rests = blocks_hash
        else:
            thing.rests = 0
            _move_item(bundle, w, k)


@kernel
def take(players, w, p, item, count):  # type: ignore[no-untyped-def]
    """Put as many things as fit into a hotbar: stacks of their kind, the held slot, the others.

    Returns:
        How many fitted.
    """
    player = players[w, p]
    limit, left = stack_limit(item), count
    held = np.int64(player.held)
    for look in range(2 * HOTBAR + 1):
        if left == 0:
            break
        slot = look if look < HOTBAR else held if look == HOTBAR else look - HOTBAR - 1
        have = np.int64(player.hotbar_count[slot])
        same = have > 0 and player.hotbar_item[slot] == item
        if (same if look < HOTBAR else have == 0) and have < limit:
            more = min(left, limit - have)
            player.hotbar_item[slot] = item
            player.hotbar_count[slot] = have + more
            left -= more
    return count - left


@kernel
def _picker(crowd, players, w, at):  # type: ignore[no-untyped-def]
    """The nearest player in reach of a place, -1 = none."""
    slots = players.shape[1]
    nearest, found = PICK_REACH * PICK_REACH, -1
    for i in range(cube_index(at[0] - PICK_REACH), cube_index(at[0] + PICK_REACH) + 1):
        for j in range(cube_index(at[1] - PICK_REACH), cube_index(at[1] + PICK_REACH) + 1):
            for k in range(cube_index(at[2] - PICK_REACH), cube_index(at[2] + PICK_REACH) + 1):
                body, key = first_in(crowd, w, i, j, k), cube_key(i, j, k)
                while body >= 0:
                    if body < slots and crowd.cube[w, body] == key and players[w, body].alive:
                        feet = players[w, body].position
                        dx, dy, dz = at[0] - feet[0], at[1] - feet[1], at[2] - feet[2]
                        square = dx * dx + dy * dy + dz * dz
                        if square < nearest or (square == nearest and body < found):
                            nearest, found = square, body
                    body = crowd.link[w, body]
    return found


@kernel
def pick_up(bundle, w):  # type: ignore[no-untyped-def]
    """Let the nearest player take each thing that lies in reach."""
    game = opened(bundle)
    crowd, players, items, clock = game.crowd, game.players, game.items, game.clock
    for k in range(items.shape[1]):
        thing = items[w, k]
        if not thing.active or thing.pick_wait > 0:
            continue
        p = _picker(crowd, players, w, thing.position)
        if p < 0:
            continue
        item, count = np.int64(thing["item"]), np.int64(thing.count)
        taken = take(players, w, p, item, count)
        if taken == 0:
            continue
        emit(clock, w, ITEM_PICK, players[w, p].id, thing.id, -1, item | taken << 8)
        thing.count = count - taken
        if taken == count:
            clear_item(items, w, k)
