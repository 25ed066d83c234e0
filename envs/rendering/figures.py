"""Players, mobs and dropped items as boxes, animated by what the simulation says of them.

A player is 1.8 m tall and 0.6 m wide, as its body in the simulation; legs swing with the metres
walked, the right arm with every blow, the head nods with the pitch.  Each kind of mob has a
silhouette of its own: zombie (arms forward), skeleton (thin, with a bow), spider (low and wide,
eight legs), husk (a taller zombie of the desert), sheep (woolly).  Lengths are in metres.
"""

from typing import NamedTuple

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.exact import PI, sincos
from mpgenie.envs.planet.geometry import column_of

from .boxes import (
    ALL_SIDES,
    OVER,
    UNDER,
    Quads,
    add_box,
    empty_quads,
    moved,
    pitched,
    rolled,
    turned,
    upright_frame,
)
from .camera import Views
from .held_items import CUBE, ITEM_QUADS, ITEM_SHAPE, NOTHING, add_block, add_item
from .textures import TEXTURES

__all__ = ["Quads", "Sight", "build_quads", "hand_quads", "new_hand_quads", "new_quads"]

_NEAREST_LAYERS = (0, 1, -1, 2, -2)

PLAYER_QUADS = 60 + ITEM_QUADS
MOB_QUADS = 72
HAND_QUADS = 10 + ITEM_QUADS
BODY_REACH, ITEM_REACH = 2.0, 1.0
"""No part of a body is farther from 0.9 m above its feet, none of an item from 0.2 m above it."""

PLAYER, ZOMBIE, SKELETON, HUSK = range(4)
"""Rows of `STYLE`."""
SPIDER_KIND, SHEEP_KIND = 2, 4
STYLE_OF_KIND = np.array([ZOMBIE, SKELETON, -1, HUSK, -1], np.int64)
"""The style of each kind of mob (`simulation.mobs`); -1 has no human shape."""

# Per style: textures of face, sides of the head, top of the head, hands, torso, legs, shoes ...
_STYLE_TEXTURE = np.array(
    [
        [TEXTURES[name] for name in names]
        for names in (
            ("face", "head_side", "hair", "skin", "cloth", "trousers", "plain"),
            ("zombie_face", "zombie_skin", "zombie_skin", "zombie_skin", "cloth", "cloth", "cloth"),
            ("bone_face", "bone", "bone", "bone", "bone", "bone", "bone"),
            ("husk_face", "husk_skin", "husk_skin", "husk_skin", "cloth", "cloth", "husk_skin"),
        )
    ],
    dtype=np.int64,
)
# ... colours of torso (a player's is its own), legs and shoes ...
_STYLE_COLOUR = np.array(
    [
        [[255, 255, 255], [150, 150, 190], [70, 66, 70]],
        [[36, 150, 150], [66, 58, 138], [60, 60, 66]],
        [[150, 150, 146], [225, 225, 225], [225, 225, 225]],
        [[120, 92, 60], [98, 74, 48], [200, 200, 200]],
    ],
    dtype=np.int64,
)
# ... and half the width of torso, depth of torso, half the width of a limb, scale of the whole.
_STYLE_SHAPE = np.array(
    [
        [0.172, 0.11, 0.064, 1.0],
        [0.172, 0.11, 0.064, 1.0],
        [0.120, 0.06, 0.034, 1.0],
        [0.172, 0.11, 0.064, 1.07],
    ]
)

_SPIDER, _SPIDER_FACE = TEXTURES["spider"], TEXTURES["spider_face"]
_FLEECE, _SHEEP_FACE, _SHEEP_SKIN = TEXTURES["fleece"], TEXTURES["sheep_face"], TEXTURES["wool"]
_WOOD, _PLAIN = TEXTURES["wood"], TEXTURES["plain"]
_NO_OVER = ALL_SIDES & ~(1 << OVER)
_NO_UNDER = ALL_SIDES & ~(1 << UNDER)
_NO_ENDS = _NO_OVER & _NO_UNDER


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
def _add_arm(quads, w, frame, style, thick, red, green, blue, mark):  # type: ignore[no-untyped-def]
    """A sleeve and a hand that hang from the frame's origin, the shoulder."""
    cloth, hand = _STYLE_TEXTURE[style, 4], _STYLE_TEXTURE[style, 3]
    t = thick
    sleeve = (-t, t, -0.36, 0.06, -t, t)
    add_box(quads, w, frame, sleeve, _NO_UNDER, (cloth, cloth, cloth, red, green, blue), mark)
    t *= 0.92
    bare = (-t, t, -0.62, -0.36, -t, t)
    add_box(quads, w, frame, bare, _NO_OVER, (hand, hand, hand, 255, 255, 255), mark)


@kernel
def _add_leg(quads, w, frame, style, thick, mark):  # type: ignore[no-untyped-def]
    """A leg and a shoe that hang from the frame's origin, the hip."""
    cloth, sole = _STYLE_TEXTURE[style, 5], _STYLE_TEXTURE[style, 6]
    colour, shoe = _STYLE_COLOUR[style, 1], _STYLE_COLOUR[style, 2]
    t = thick
    leg = (-t, t, -0.56, 0.0, -t, t)
    paint = (cloth, cloth, cloth, colour[0], colour[1], colour[2])
    add_box(quads, w, frame, leg, _NO_ENDS, paint, mark)
    foot = (-t * 1.04, t * 1.04, -0.70, -0.56, -t, t * 1.3)
    add_box(quads, w, frame, foot, ALL_SIDES, (sole, sole, sole, shoe[0], shoe[1], shoe[2]), mark)


@kernel
def _grip(arm, item):  # type: ignore[no-untyped-def]
    """The frame of an item in the hand of an arm."""
    hand = moved(arm, 0.0, -0.56, 0.06)
    if ITEM_SHAPE[item] == CUBE:
        return turned(moved(hand, 0.0, -0.04, 0.10), 0.7)
    # A tool's shaft points forward and up; its edge stands upright.
    return turned(pitched(hand, -1.1), PI * 0.5)


@kernel
def _add_human(quads, w, frame, style, shirt, pose, item, mark):  # type: ignore[no-untyped-def]
    """Append a figure of human shape that stands at the frame's origin.

    Args:
        quads: Where it goes.
        w: The row.
        frame: Where it stands.
        style: A row of the style tables.
        shirt: (red, green, blue).
        pose: (angle of the right leg, of the left arm, of the right arm, of the head, of the
            torso's lean), radians.
        item: Number of the item in the right hand.
        mark: See `boxes.add_box`.
    """
    wide, deep = _STYLE_SHAPE[style, 0], _STYLE_SHAPE[style, 1]
    limb = _STYLE_SHAPE[style, 2]
    stride, left_arm, right_arm, nod, lean = pose
    hip = limb * 1.25
    _add_leg(quads, w, pitched(moved(frame, hip, 0.7, 0.0), stride), style, limb * 1.2, mark)
    _add_leg(quads, w, pitched(moved(frame, -hip, 0.7, 0.0), -stride), style, limb * 1.2, mark)
    trunk = pitched(moved(frame, 0.0, 0.7, -0.1 * lean), -lean)
    cloth = _STYLE_TEXTURE[style, 4]
    red, green, blue = shirt
    chest = (-wide, wide, -0.02, 0.68, -deep, deep)
    add_box(quads, w, trunk, chest, ALL_SIDES, (cloth, cloth, cloth, red, green, blue), mark)
    # Sleeves a shade darker, so that arms stand out from the chest.
    red, green, blue = red * 7 // 8, green * 7 // 8, blue * 7 // 8
    reach = wide + limb
    arm = pitched(moved(trunk, reach, 0.61, 0.0), right_arm + lean)
    _add_arm(quads, w, arm, style, limb, red, green, blue, mark)
    if item != 0:
        add_item(quads, w, _grip(arm, item), item, 1.0, mark)
    arm = pitched(moved(trunk, -reach, 0.61, 0.0), left_arm + lean)
    _add_arm(quads, w, arm, style, limb, red, green, blue, mark)
    head = pitched(moved(trunk, 0.0, 0.68, 0.02), nod + lean)
    skull = (-0.205, 0.205, 0.0, 0.42, -0.205, 0.205)
    face, sides = _STYLE_TEXTURE[style, 0], _STYLE_TEXTURE[style, 1]
    paint = (face, sides, _STYLE_TEXTURE[style, 2], 255, 255, 255)
    add_box(quads, w, head, skull, ALL_SIDES, paint, mark)


@kernel
def _scaled(frame, scale):  # type: ignore[no-untyped-def]
    """The frame with longer axes: whatever stands in it grows."""
    s = scale
    return (
        frame[0], frame[1], frame[2], frame[3] * s, frame[4] * s, frame[5] * s,
        frame[6] * s, frame[7] * s, frame[8] * s, frame[9] * s, frame[10] * s, frame[11] * s,
    )  # fmt: skip


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
        _add_human(quads, w, frame, PLAYER, shirt, (0.0, 0.1, 0.1, 0.0, 0.0), 0, mark)
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
    _add_human(quads, w, frame, PLAYER, shirt, (stride, stride * 0.8, right, nod, lean), item, mark)


@kernel
def _add_bow(quads, w, hand, mark):  # type: ignore[no-untyped-def]
    """A bow in a hand whose arm points forward: three pieces of wood."""
    paint = (_WOOD, _WOOD, _WOOD, 255, 255, 255)
    add_box(quads, w, hand, (-0.02, 0.02, -0.02, 0.02, -0.16, 0.16), ALL_SIDES, paint, mark)
    for end in range(2):
        tip = pitched(moved(hand, 0.0, 0.0, 0.16 if end else -0.16), 0.6 if end else -0.6)
        low, high = (0.0, 0.22) if end else (-0.22, 0.0)
        add_box(quads, w, tip, (-0.018, 0.018, -0.018, 0.018, low, high), ALL_SIDES, paint, mark)


@kernel
def _add_spider(quads, w, frame, stride, mark):  # type: ignore[no-untyped-def]
    """Low and wide: abdomen, chest, head with red eyes, eight legs in two rows."""
    body = (_SPIDER, _SPIDER, _SPIDER, 225, 215, 215)
    box = (-0.32, 0.32, 0.24, 0.74, -0.80, -0.12)
    add_box(quads, w, frame, box, ALL_SIDES, (_SPIDER, _SPIDER, _SPIDER, 190, 178, 178), mark)
    add_box(quads, w, frame, (-0.17, 0.17, 0.30, 0.58, -0.12, 0.16), ALL_SIDES, body, mark)
    face = (_SPIDER_FACE, _SPIDER, _SPIDER, 255, 245, 245)
    add_box(quads, w, frame, (-0.22, 0.22, 0.26, 0.66, 0.16, 0.54), ALL_SIDES, face, mark)
    for leg in range(8):
        right = leg & 1
        row = leg >> 1
        phase = stride if (row + right) & 1 else -stride
        turn = (0.66 - 0.44 * row) + 0.4 * phase
        hip = moved(frame, 0.14 if right else -0.14, 0.46, 0.12 - 0.08 * row)
        hip = turned(hip, -turn if right else turn)
        tilt = rolled(hip, -0.57 if right else 0.57)
        low, high = (0.0, 0.74) if right else (-0.74, 0.0)
        add_box(quads, w, tilt, (low, high, -0.04, 0.04, -0.04, 0.04), ALL_SIDES, body, mark)


@kernel
def _add_sheep(quads, w, frame, stride, mark):  # type: ignore[no-untyped-def]
    """A woolly barrel on four short legs, a bare face in front."""
    for leg in range(4):
        right, front = leg & 1, leg >> 1
        angle = stride if right ^ front else -stride
        x, z = (0.17 if right else -0.17), (0.28 if front else -0.34)
        hip = pitched(moved(frame, x, 0.5, z), angle)
        shin = (-0.07, 0.07, -0.5, 0.0, -0.07, 0.07)
        paint = (_SHEEP_SKIN, _SHEEP_SKIN, _SHEEP_SKIN, 200, 170, 150)
        add_box(quads, w, hip, shin, _NO_OVER, paint, mark)
    wool = (_FLEECE, _FLEECE, _FLEECE, 255, 255, 255)
    add_box(quads, w, frame, (-0.31, 0.31, 0.44, 1.0, -0.52, 0.44), ALL_SIDES, wool, mark)
    head = moved(frame, 0.0, 0.92, 0.42)
    face = (_SHEEP_FACE, _SHEEP_SKIN, _FLEECE, 255, 240, 230)
    add_box(quads, w, head, (-0.15, 0.15, -0.16, 0.20, 0.0, 0.34), ALL_SIDES, face, mark)
    add_box(quads, w, head, (-0.18, 0.18, 0.04, 0.26, -0.04, 0.22), ALL_SIDES, wool, mark)


@kernel
def _add_mob(mob, cells, geometry, quads, w):  # type: ignore[no-untyped-def]
    place, heading = mob.position, mob.heading
    frame = upright_frame(place[0], place[1], place[2], heading[0], heading[1], heading[2])
    sky, lamp = light_at(cells, geometry, w, place, 0.6)
    mark = (mob.id, sky, lamp, mob.hurt_wait > 0)
    stride = _gait(mob.velocity, mob.stride)
    kind = mob.kind
    if kind == SPIDER_KIND:
        _add_spider(quads, w, frame, stride, mark)
        return
    if kind == SHEEP_KIND:
        _add_sheep(quads, w, frame, stride, mark)
        return
    style = STYLE_OF_KIND[kind]
    frame = _scaled(frame, _STYLE_SHAPE[style, 3])
    colour = _STYLE_COLOUR[style, 0]
    shirt = (colour[0], colour[1], colour[2])
    swing = mob.swing
    blow = 0.7 * sincos(swing * (PI / 7.0))[0] if swing > 0 else 0.0
    sway = 0.08 * sincos(mob.stride * 1.3)[0]
    if style == SKELETON:
        pose = (stride, 0.4 + sway, 1.35 + blow, 0.0, 0.0)
        _add_human(quads, w, frame, style, shirt, pose, 0, mark)
        arm = pitched(moved(frame, 0.154, 1.31, 0.0), 1.35 + blow)
        _add_bow(quads, w, moved(arm, 0.0, -0.60, 0.0), mark)
        return
    pose = (stride, 1.5 + sway + blow, 1.5 - sway + blow, 0.0, 0.0)
    _add_human(quads, w, frame, style, shirt, pose, 0, mark)


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
        skin, cloth = _STYLE_TEXTURE[PLAYER, 3], _STYLE_TEXTURE[PLAYER, 4]
        fist = (-0.06, 0.06, -0.46, -0.20, -0.06, 0.06)
        add_box(quads, v, arm, fist, _NO_OVER, (skin, skin, skin, 255, 255, 255), mark)
        sleeve = (-0.066, 0.066, -0.20, 0.2, -0.066, 0.066)
        red, green, blue = int(colour[0]), int(colour[1]), int(colour[2])
        add_box(quads, v, arm, sleeve, _NO_OVER, (cloth, cloth, cloth, red, green, blue), mark)
        return
    if ITEM_SHAPE[item] == CUBE:
        grip = turned(moved(frame, 0.0, 0.07, 0.26), 0.75)
        add_block(quads, v, grip, item, 0.13, mark)
        return
    grip = turned(pitched(turned(moved(frame, -0.02, 0.0, 0.22), -0.35), -0.55 + 0.9 * swing), 1.35)
    add_item(quads, v, grip, item, 0.85, mark)
