"""Players, mobs and dropped items as boxes, animated by what the simulation says of them.

A player is 1.8 m tall and 0.6 m wide, as its body in the simulation; legs swing with the metres
walked, the right arm with every blow, the head nods with the pitch.  Each kind of mob has a
silhouette of its own (`bodies.py`).  Lengths are in metres.
"""

from typing import NamedTuple

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.exact import PI, sincos
from mpgenie.envs.planet.geometry import column_of

from .bodies import (
    HUSK,
    NO_OVER,
    PLAYER,
    SKELETON,
    STYLE_COLOUR,
    STYLE_SHAPE,
    STYLE_TEXTURE,
    ZOMBIE,
    add_bow,
    add_human,
    add_sheep,
    add_spider,
    scaled,
)
from .boxes import Quads, add_box, empty_quads, moved, pitched, turned, upright_frame
from .camera import Views
from .held_items import CUBE, ITEM_QUADS, ITEM_SHAPE, NOTHING, add_block, add_item

__all__ = ["Quads", "Sight", "build_quads", "hand_quads", "new_hand_quads", "new_quads"]

_NEAREST_LAYERS = (0, 1, -1, 2, -2)

PLAYER_QUADS = 60 + ITEM_QUADS
MOB_QUADS = 72
HAND_QUADS = 10 + ITEM_QUADS
BODY_REACH, ITEM_REACH = 2.0, 1.0
"""No part of a body is farther from 0.9 m above its feet, none of an item from 0.2 m above it."""

SPIDER_KIND, SHEEP_KIND = 2, 4
STYLE_OF_KIND = np.array([ZOMBIE, SKELETON, -1, HUSK, -1], np.int64)
"""The style of each kind of mob (`simulation.mobs`); -1 has no human shape."""


def new_quads(worlds: int, players: int, mobs: int, items: int) -> Quads:
    """Room for the figures of so many slots in each world."""
    return empty_quads(worlds, PLAYER_QUADS * players + MOB_QUADS * mobs + ITEM_QUADS * items)


def new_hand_quads(views: int) -> Quads:
    """Room for the own arm and item of each view."""
    return empty_quads(views, HAND_QUADS)


@kernel
def light_at(cells, geometry, w, position, height):  # type: ignore[no-untyped-def]
    """Sky and lamp light, level * 17, at a height above a point; daylight above the sky.

    Where that cell is opaque and so holds no light, the nearest that is not counts, above or below.
    """
    x, y, z = position[0], position[1], position[2]
    radius = np.sqrt(x * x + y * y + z * z)
    layer = max(0, int(np.floor(radius - geometry.bottom + height)))
    column = column_of(geometry, x, y, z)
    for step in _NEAREST_LAYERS:
        at = layer + step
        if at > 63:
            return 255, 0
        if at >= 0 and not TABLE.opaque[cells.blocks[w, column, at]]:
            value = cells.light[w, column, at]
            return int(value >> 4) * 17, int(value & 15) * 17
    return 0, 0


@kernel
def _gait(velocity, stride):  # type: ignore[no-untyped-def]
    """The angle of the right leg: it swings with the way gone, the wider the faster."""
    x, y, z = velocity[0], velocity[1], velocity[2]
    speed = np.sqrt(x * x + y * y + z * z)
    return min(0.8, speed * 5.0) * sincos(stride * 2.66)[0]


@kernel
def _add_player(player, cells, geometry, quads, w):  # type: ignore[no-untyped-def]
    place, heading = player.position, player.heading
    frame = upright_frame(place[0], place[1], place[2], heading[0], heading[1], heading[2])
    sky, lamp = light_at(cells, geometry, w, place, 0.9)
    mark = (player.id, sky, lamp, player.hurt_wait > 0)
    colour = player.colour
    shirt = (int(colour[0]), int(colour[1]), int(colour[2]))
    if not player.alive:
        # Flat on the back, head away from where it looked.
        frame = pitched(moved(frame, 0.0, 0.13, 0.9), PI * 0.5)
        add_human(quads, w, frame, PLAYER, shirt, (0.0, 0.1, 0.1, 0.0, 0.0), 0, mark)
        return
    stride = _gait(player.velocity, player.stride)
    item = int(player.hotbar_item[player.held])
    right = -stride * 0.8 + (0.35 if item else 0.0)
    swing = player.swing
    if swing > 0:
        right += 1.5 * sincos(swing * (PI / 7.0))[0]
    nod = min(45.0, max(-45.0, float(player.pitch))) * (-PI / 180.0)
    lean = 0.0
    if player.sneaking:
        lean = 0.42
        frame = moved(frame, 0.0, -0.04, 0.0)
    add_human(quads, w, frame, PLAYER, shirt, (stride, stride * 0.8, right, nod, lean), item, mark)


@kernel
def _add_mob(mob, cells, geometry, quads, w):  # type: ignore[no-untyped-def]
    place, heading = mob.position, mob.heading
    frame = upright_frame(place[0], place[1], place[2], heading[0], heading[1], heading[2])
    sky, lamp = light_at(cells, geometry, w, place, 0.6)
    mark = (mob.id, sky, lamp, mob.hurt_wait > 0)
    stride = _gait(mob.velocity, mob.stride)
    kind = mob.kind
    if kind == SPIDER_KIND:
        add_spider(quads, w, frame, stride, mark)
        return
    if kind == SHEEP_KIND:
        add_sheep(quads, w, frame, stride, mark)
        return
    style = STYLE_OF_KIND[kind]
    frame = scaled(frame, STYLE_SHAPE[style, 3])
    colour = STYLE_COLOUR[style, 0]
    shirt = (colour[0], colour[1], colour[2])
    swing = mob.swing
    blow = 0.7 * sincos(swing * (PI / 7.0))[0] if swing > 0 else 0.0
    sway = 0.08 * sincos(mob.stride * 1.3)[0]
    if style == SKELETON:
        pose = (stride, 0.4 + sway, 1.35 + blow, 0.0, 0.0)
        add_human(quads, w, frame, style, shirt, pose, 0, mark)
        arm = pitched(moved(frame, 0.154, 1.31, 0.0), 1.35 + blow)
        add_bow(quads, w, moved(arm, 0.0, -0.60, 0.0), mark)
        return
    pose = (stride, 1.5 + sway + blow, 1.5 - sway + blow, 0.0, 0.0)
    add_human(quads, w, frame, style, shirt, pose, 0, mark)


@kernel
def _add_dropped(thing, cells, geometry, quads, w):  # type: ignore[no-untyped-def]
    """A dropped item: small, turning once in three seconds, bobbing by 3 cm."""
    place, item = thing.position, int(thing["item"])
    if ITEM_SHAPE[item] == NOTHING:
        return
    sky, lamp = light_at(cells, geometry, w, place, 0.2)
    mark = (thing.id, sky, lamp, False)
    spin = (thing.age % 60) * (2.0 * PI / 60.0)
    # Any tangent serves as heading, since it turns.
    frame = turned(upright_frame(place[0], place[1], place[2], 0.0, 0.0, 0.0), spin)
    bob = 0.03 * sincos(2.0 * spin)[0]
    if ITEM_SHAPE[item] == CUBE:
        add_block(quads, w, moved(frame, 0.0, 0.19 + bob, 0.0), item, 0.125, mark)
        return
    add_item(quads, w, moved(frame, 0.0, 0.15 + bob, 0.0), item, 0.7, mark)


class Sight(NamedTuple):
    """Which figures are wanted: those that one of these views may show; all, if there is none."""

    views: Views
    tan_x: float
    """Tangent of half the horizontal field of view."""
    tan_y: float
    distance: float
    """How far one sees."""


@kernel
def _is_wanted(body, sight, w, height, radius):  # type: ignore[no-untyped-def]
    """Whether a view may show any of the ball around the point so high above a body's feet."""
    views = sight.views
    x, y, z = body.position[0], body.position[1], body.position[2]
    scale = 1.0 + height / np.sqrt(x * x + y * y + z * z)
    x, y, z = x * scale, y * scale, z * scale
    far = sight.distance + radius
    wide = radius * np.sqrt(1.0 + sight.tan_x * sight.tan_x)
    deep = radius * np.sqrt(1.0 + sight.tan_y * sight.tan_y)
    for v in range(views.world.shape[0]):
        if views.world[v] != w or views.hidden[v] == body.id:
            continue
        eye, axes = views.eye[v], views.axes[v]
        dx, dy, dz = x - eye[0], y - eye[1], z - eye[2]
        if dx * dx + dy * dy + dz * dz > far * far:
            continue
        ahead = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        right = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        down = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        if (
            ahead > -radius
            and abs(right) < ahead * sight.tan_x + wide
            and abs(down) < ahead * sight.tan_y + deep
        ):
            return True
    return views.world.shape[0] == 0


@kernel
def build_quads(records, cells, geometry, quads, w, sight):  # type: ignore[no-untyped-def]
    """Fill row w with the wanted figures of world w: players, then mobs, then items, by slot."""
    quads.count[w] = 0
    for p in range(records.players.shape[1]):
        player = records.players[w, p]
        if player.active and _is_wanted(player, sight, w, 0.9, BODY_REACH):
            _add_player(player, cells, geometry, quads, w)
    for m in range(records.mobs.shape[1]):
        mob = records.mobs[w, m]
        if mob.active and _is_wanted(mob, sight, w, 0.9, BODY_REACH):
            _add_mob(mob, cells, geometry, quads, w)
    for i in range(records.items.shape[1]):
        thing = records.items[w, i]
        if thing.active and _is_wanted(thing, sight, w, 0.2, ITEM_REACH):
            _add_dropped(thing, cells, geometry, quads, w)


@kernel
def hand_quads(state, geometry, quads, v, w, p):  # type: ignore[no-untyped-def]
    """Fill row v with the own arm and item of player p of world w as it sees them.

    Coordinates are the camera's: right, down, forward of the eye.  They are drawn over the
    finished picture, in order of depth among themselves, and never in depth or segmentation.
    """
    quads.count[v] = 0
    players = state.players
    if not (players.active[w, p] and players.alive[w, p]):
        return
    sky, lamp = light_at(state.cells, geometry, w, players.position[w, p], 1.3)
    mark = (players.id[w, p], sky, lamp, players.hurt_wait[w, p] > 0)
    item = int(players.hotbar_item[w, p, players.held[w, p]])
    swing = sincos(players.swing[w, p] * (PI / 7.0))[0] if players.swing[w, p] > 0 else 0.0
    gait = _gait(players.velocity[w, p], players.stride[w, p])
    bob = 0.02 * gait
    frame = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    frame = moved(frame, 0.36 + bob - 0.16 * swing, -0.40 - abs(bob) + 0.08 * swing, 0.34)
    frame = moved(frame, 0.0, 0.0, 0.10 * swing)
    if item == 0:
        colour = players.colour[w, p]
        # The arm comes from the lower right corner and points forward, inward and up.
        arm = pitched(turned(frame, -0.35), 1.95 + 0.4 * swing)
        skin, cloth = STYLE_TEXTURE[PLAYER, 3], STYLE_TEXTURE[PLAYER, 4]
        fist = (-0.06, 0.06, -0.46, -0.20, -0.06, 0.06)
        add_box(quads, v, arm, fist, NO_OVER, (skin, skin, skin, 255, 255, 255), mark)
        sleeve = (-0.066, 0.066, -0.20, 0.2, -0.066, 0.066)
        red, green, blue = int(colour[0]), int(colour[1]), int(colour[2])
        add_box(quads, v, arm, sleeve, NO_OVER, (cloth, cloth, cloth, red, green, blue), mark)
        return
    if ITEM_SHAPE[item] == CUBE:
        grip = turned(moved(frame, 0.0, 0.07, 0.26), 0.75)
        add_block(quads, v, grip, item, 0.13, mark)
        return
    grip = turned(pitched(turned(moved(frame, -0.02, 0.0, 0.22), -0.35), -0.55 + 0.9 * swing), 1.35)
    add_item(quads, v, grip, item, 0.85, mark)
