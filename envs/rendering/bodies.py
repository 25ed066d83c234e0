"""The shapes of bodies, made of boxes: people and their like, a spider, a sheep.

Zombies hold their arms forward, skeletons are thin and have a bow, spiders low and wide with eight
legs, husks taller zombies of the desert, sheep woolly.  Every shape stands at the origin of its
frame.  Lengths are in metres.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import PI

from .boxes import ALL_SIDES, OVER, UNDER, add_box, moved, pitched, rolled, turned
from .held_items import CUBE, ITEM_SHAPE, add_item
from .textures import TEXTURES

PLAYER, ZOMBIE, SKELETON, HUSK = range(4)
"""Rows of the tables of styles."""

# Per style: textures of face, sides of the head, top of the head, hands, torso, legs, shoes ...
STYLE_TEXTURE = np.array(
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
STYLE_COLOUR = np.array(
    [
        [[255, 255, 255], [150, 150, 190], [70, 66, 70]],
        [[36, 150, 150], [66, 58, 138], [60, 60, 66]],
        [[150, 150, 146], [225, 225, 225], [225, 225, 225]],
        [[120, 92, 60], [98, 74, 48], [200, 200, 200]],
    ],
    dtype=np.int64,
)
# ... and half the width of torso, depth of torso, half the width of a limb, scale of the whole.
STYLE_SHAPE = np.array(
    [
        [0.172, 0.11, 0.064, 1.0],
        [0.172, 0.11, 0.064, 1.0],
        [0.120, 0.06, 0.034, 1.0],
        [0.172, 0.11, 0.064, 1.07],
    ]
)

_SPIDER, _SPIDER_FACE = TEXTURES["spider"], TEXTURES["spider_face"]
_FLEECE, _SHEEP_FACE, _SHEEP_SKIN = TEXTURES["fleece"], TEXTURES["sheep_face"], TEXTURES["wool"]
_WOOD = TEXTURES["wood"]
NO_OVER = ALL_SIDES & ~(1 << OVER)
_NO_UNDER = ALL_SIDES & ~(1 << UNDER)
_NO_ENDS = NO_OVER & _NO_UNDER


@kernel
def _add_arm(quads, w, frame, style, thick, red, green, blue, mark):  # type: ignore[no-untyped-def]
    """A sleeve and a hand that hang from the frame's origin, the shoulder."""
    cloth, hand = STYLE_TEXTURE[style, 4], STYLE_TEXTURE[style, 3]
    t = thick
    sleeve = (-t, t, -0.36, 0.06, -t, t)
    add_box(quads, w, frame, sleeve, _NO_UNDER, (cloth, cloth, cloth, red, green, blue), mark)
    t *= 0.92
    bare = (-t, t, -0.62, -0.36, -t, t)
    add_box(quads, w, frame, bare, NO_OVER, (hand, hand, hand, 255, 255, 255), mark)


@kernel
def _add_leg(quads, w, frame, style, thick, mark):  # type: ignore[no-untyped-def]
    """A leg and a shoe that hang from the frame's origin, the hip."""
    cloth, sole = STYLE_TEXTURE[style, 5], STYLE_TEXTURE[style, 6]
    colour, shoe = STYLE_COLOUR[style, 1], STYLE_COLOUR[style, 2]
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
def add_human(quads, w, frame, style, shirt, pose, item, mark):  # type: ignore[no-untyped-def]
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
    wide, deep = STYLE_SHAPE[style, 0], STYLE_SHAPE[style, 1]
    limb = STYLE_SHAPE[style, 2]
    stride, left_arm, right_arm, nod, lean = pose
    hip = limb * 1.25
    _add_leg(quads, w, pitched(moved(frame, hip, 0.7, 0.0), stride), style, limb * 1.2, mark)
    _add_leg(quads, w, pitched(moved(frame, -hip, 0.7, 0.0), -stride), style, limb * 1.2, mark)
    trunk = pitched(moved(frame, 0.0, 0.7, -0.1 * lean), -lean)
    cloth = STYLE_TEXTURE[style, 4]
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
    face, sides = STYLE_TEXTURE[style, 0], STYLE_TEXTURE[style, 1]
    paint = (face, sides, STYLE_TEXTURE[style, 2], 255, 255, 255)
    add_box(quads, w, head, skull, ALL_SIDES, paint, mark)


@kernel
def scaled(frame, scale):  # type: ignore[no-untyped-def]
    """The frame with longer axes: whatever stands in it grows."""
    s = scale
    return (
        frame[0], frame[1], frame[2], frame[3] * s, frame[4] * s, frame[5] * s,
        frame[6] * s, frame[7] * s, frame[8] * s, frame[9] * s, frame[10] * s, frame[11] * s,
    )  # fmt: skip


@kernel
def add_bow(quads, w, hand, mark):  # type: ignore[no-untyped-def]
    """A bow in a hand whose arm points forward: three pieces of wood."""
    paint = (_WOOD, _WOOD, _WOOD, 255, 255, 255)
    add_box(quads, w, hand, (-0.02, 0.02, -0.02, 0.02, -0.16, 0.16), ALL_SIDES, paint, mark)
    for end in range(2):
        tip = pitched(moved(hand, 0.0, 0.0, 0.16 if end else -0.16), 0.6 if end else -0.6)
        low, high = (0.0, 0.22) if end else (-0.22, 0.0)
        add_box(quads, w, tip, (-0.018, 0.018, -0.018, 0.018, low, high), ALL_SIDES, paint, mark)


@kernel
def add_spider(quads, w, frame, stride, mark):  # type: ignore[no-untyped-def]
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
def add_sheep(quads, w, frame, stride, mark):  # type: ignore[no-untyped-def]
    """A woolly barrel on four short legs, a bare face in front."""
    for leg in range(4):
        right, front = leg & 1, leg >> 1
        angle = stride if right ^ front else -stride
        x, z = (0.17 if right else -0.17), (0.28 if front else -0.34)
        hip = pitched(moved(frame, x, 0.5, z), angle)
        shin = (-0.07, 0.07, -0.5, 0.0, -0.07, 0.07)
        paint = (_SHEEP_SKIN, _SHEEP_SKIN, _SHEEP_SKIN, 200, 170, 150)
        add_box(quads, w, hip, shin, NO_OVER, paint, mark)
    wool = (_FLEECE, _FLEECE, _FLEECE, 255, 255, 255)
    add_box(quads, w, frame, (-0.31, 0.31, 0.44, 1.0, -0.52, 0.44), ALL_SIDES, wool, mark)
    head = moved(frame, 0.0, 0.92, 0.42)
    face = (_SHEEP_FACE, _SHEEP_SKIN, _FLEECE, 255, 240, 230)
    add_box(quads, w, head, (-0.15, 0.15, -0.16, 0.20, 0.0, 0.34), ALL_SIDES, face, mark)
    add_box(quads, w, head, (-0.18, 0.18, 0.04, 0.26, -0.04, 0.22), ALL_SIDES, wool, mark)
