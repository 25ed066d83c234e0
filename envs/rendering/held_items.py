"""What an item looks like in a hand or on the ground: a small block, a torch, or a tool.

Metres; a tool is gripped at its frame's origin, its shaft runs along up, its edge along right.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCKS, FIRST_TOOL, TOOLS

from .boxes import ALL_SIDES, BACK, FRONT, LEFT, OVER, RIGHT, UNDER, add_box
from .textures import TEXTURES

NOTHING, CUBE, STICK, PICKAXE, SHOVEL, AXE, SWORD = range(7)
"""The shapes of items."""
ITEM_QUADS = 18
"""The most quads that an item takes."""

_METALS = {
    "wooden": (168, 128, 76),
    "stone": (140, 140, 144),
    "golden": (255, 222, 84),
    "iron": (232, 236, 240),
    "diamond": (110, 236, 230),
    "netherite": (92, 84, 92),
}
_SHAPES = {"pickaxe": PICKAXE, "shovel": SHOVEL, "axe": AXE, "sword": SWORD}

ITEM_SHAPE = np.zeros(256, np.int64)
"""The shape of each item by its number."""
ITEM_TEXTURE = np.zeros((256, 3), np.int64)
"""Textures of sides, top and underside of items that are blocks; of tools that of the head."""
ITEM_COLOUR = np.full((256, 3), 255, np.int64)
"""What multiplies them."""

for _number, _block in enumerate(BLOCKS):
    if _block.name != "air":
        _top, _side, _bottom = _block.texture or (_block.name,) * 3
        ITEM_SHAPE[_number] = STICK if _block.name == "torch" else CUBE
        ITEM_TEXTURE[_number] = TEXTURES[_side], TEXTURES[_top], TEXTURES[_bottom]
for _number, _tool in enumerate(TOOLS, start=FIRST_TOOL):
    ITEM_SHAPE[_number] = _SHAPES[_tool.kind]
    ITEM_TEXTURE[_number] = TEXTURES["plain"]
    ITEM_COLOUR[_number] = _METALS[_tool.name.split("_")[0]]

_WOOD = TEXTURES["wood"]
_NO_UNDER = ALL_SIDES & ~(1 << UNDER)
_NO_OVER = ALL_SIDES & ~(1 << OVER)
_BLADE_SIDES = (1 << FRONT) | (1 << BACK) | (1 << RIGHT) | (1 << LEFT) | (1 << OVER)


@kernel
def add_block(quads, w, frame, item, half, mark):  # type: ignore[no-untyped-def]
    """Append a cube around the frame's origin, textured as the block.  6 quads."""
    side, top = ITEM_TEXTURE[item, 0], ITEM_TEXTURE[item, 1]
    bottom = ITEM_TEXTURE[item, 2]
    box = (-half, half, -half, half, -half, half)
    add_box(quads, w, frame, box, _NO_UNDER, (side, side, top, 255, 255, 255), mark)
    add_box(quads, w, frame, box, 1 << UNDER, (side, side, bottom, 255, 255, 255), mark)


@kernel
def _add_shaft(quads, w, frame, low, high, thick, mark):  # type: ignore[no-untyped-def]
    box = (-thick, thick, low, high, -thick, thick)
    add_box(quads, w, frame, box, ALL_SIDES, (_WOOD, _WOOD, _WOOD, 255, 255, 255), mark)


@kernel
def add_tool(quads, w, frame, item, scale, mark):  # type: ignore[no-untyped-def]
    """Append a tool, gripped at the frame's origin.  At most 18 quads."""
    s = scale
    shape = ITEM_SHAPE[item]
    texture = ITEM_TEXTURE[item, 0]
    red, green, blue = ITEM_COLOUR[item, 0], ITEM_COLOUR[item, 1], ITEM_COLOUR[item, 2]
    head = (texture, texture, texture, red, green, blue)
    dark = (texture, texture, texture, red * 3 // 4, green * 3 // 4, blue * 3 // 4)
    if shape == SWORD:
        _add_shaft(quads, w, frame, -0.10 * s, 0.06 * s, 0.018 * s, mark)
        guard = (-0.08 * s, 0.08 * s, 0.06 * s, 0.10 * s, -0.022 * s, 0.022 * s)
        add_box(quads, w, frame, guard, ALL_SIDES, dark, mark)
        blade = (-0.034 * s, 0.034 * s, 0.10 * s, 0.62 * s, -0.012 * s, 0.012 * s)
        add_box(quads, w, frame, blade, _BLADE_SIDES, head, mark)
        return
    _add_shaft(quads, w, frame, -0.14 * s, 0.44 * s, 0.02 * s, mark)
    if shape == PICKAXE:
        bar = (-0.20 * s, 0.20 * s, 0.40 * s, 0.47 * s, -0.026 * s, 0.026 * s)
        add_box(quads, w, frame, bar, ALL_SIDES, head, mark)
        left = (-0.25 * s, -0.20 * s, 0.33 * s, 0.42 * s, -0.02 * s, 0.02 * s)
        add_box(quads, w, frame, left, (1 << FRONT) | (1 << BACK) | (1 << LEFT), dark, mark)
        right = (0.20 * s, 0.25 * s, 0.33 * s, 0.42 * s, -0.02 * s, 0.02 * s)
        add_box(quads, w, frame, right, (1 << FRONT) | (1 << BACK) | (1 << RIGHT), dark, mark)
    elif shape == SHOVEL:
        blade = (-0.075 * s, 0.075 * s, 0.40 * s, 0.60 * s, -0.018 * s, 0.018 * s)
        add_box(quads, w, frame, blade, ALL_SIDES, head, mark)
    else:
        blade = (0.02 * s, 0.17 * s, 0.24 * s, 0.46 * s, -0.02 * s, 0.02 * s)
        add_box(quads, w, frame, blade, ALL_SIDES, head, mark)
        back = (-0.06 * s, -0.02 * s, 0.31 * s, 0.42 * s, -0.024 * s, 0.024 * s)
        add_box(quads, w, frame, back, _NO_OVER, dark, mark)


@kernel
def add_stick(quads, w, frame, item, scale, mark):  # type: ignore[no-untyped-def]
    """Append a torch, gripped at the frame's origin.  10 quads."""
    thick, glow = 0.03 * scale, ITEM_TEXTURE[item, 0]
    _add_shaft(quads, w, frame, -0.12 * scale, 0.22 * scale, thick, mark)
    box = (-1.3 * thick, 1.3 * thick, 0.22 * scale, 0.32 * scale, -1.3 * thick, 1.3 * thick)
    bright = (mark[0], 255, 255, False)
    add_box(quads, w, frame, box, _NO_UNDER, (glow, glow, glow, 255, 255, 255), bright)


@kernel
def add_item(quads, w, frame, item, scale, mark):  # type: ignore[no-untyped-def]
    """Append whatever the item is; nothing for an empty hand.

    Args:
        quads: Where it goes.
        w: The row.
        frame: The grip: a tool's shaft runs along its up axis.
        item: The item's number.
        scale: 1 for the size it has in a hand.
        mark: See `boxes.add_box`.
    """
    shape = ITEM_SHAPE[item]
    if shape == CUBE:
        add_block(quads, w, frame, item, 0.13 * scale, mark)
    elif shape == STICK:
        add_stick(quads, w, frame, item, scale, mark)
    elif shape != NOTHING:
        add_tool(quads, w, frame, item, scale, mark)
