"""What may be laid over a player's own picture: crosshair, hotbar and health.  Off by default.

Drawn into finished frames of any size from 32 x 32 on, by both renderers alike.  A hotbar slot
shows the item's texture (a tool: its shape in its colour), and how many, where a digit has room.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .held_items import AXE, CUBE, ITEM_COLOUR, ITEM_SHAPE, ITEM_TEXTURE, PICKAXE, SHOVEL, SWORD

SLOTS = 9
_DIGITS_FROM = 13
"""Pixels a slot must have before it shows a number."""


def _bits(rows: str) -> NDArray[np.uint8]:
    return np.array([[mark != "." for mark in row] for row in rows.split()], np.uint8)


HEART = _bits(".##.##. ####### ####### ####### .#####. ..###.. ...#...")
"""(7, 7) which pixels of a large heart are filled."""
DIGITS = np.stack(
    [
        _bits(rows)
        for rows in (
            "### #.# #.# #.# ###",
            ".#. ##. .#. .#. ###",
            "##. ..# .#. #.. ###",
            "##. ..# .#. ..# ##.",
            "#.# #.# ### ..# ..#",
            "### #.. ##. ..# ##.",
            ".## #.. ### #.# ###",
            "### ..# ..# .#. .#.",
            "### #.# ### #.# ###",
            "### #.# ### ..# ##.",
        )
    ]
)
"""(10, 5, 3) the digits."""
TOOL_ICONS = np.zeros((7, 8, 8), np.uint8)
"""(shape, 8, 8) 0 nothing, 1 shaft, 2 head."""
_ICONS = {
    PICKAXE: "..2222.. ....1.2. ...1..22 ..1....2 .1...... 1....... ........ ........",
    SHOVEL: ".....22. ....2222 ....222. ...1.2.. ..1..... .1...... 1....... ........",
    AXE: "...22... ..2221.. ..221... ...11... ..1..... .1...... 1....... ........",
    SWORD: "......22 .....222 ....222. ..2222.. ..222... ..22.... .1.2.... 1.......",
}
for _shape, _rows in _ICONS.items():
    TOOL_ICONS[_shape] = [[0 if m == "." else int(m) for m in row] for row in _rows.split()]
TOOL_ICONS[2] = [
    [{".": 0, "1": 1, "2": 2}[m] for m in row]
    for row in "........ ...22... ...22... ...11... ...11... ...11... ...11... ........".split()
]


@kernel
def _blend(frame, row, column, red, green, blue, share):  # type: ignore[no-untyped-def]
    """Mix a colour into one pixel, `share` / 256 of it; pixels outside are left out."""
    if 0 <= row < frame.shape[0] and 0 <= column < frame.shape[1]:
        keep = 256 - share
        frame[row, column, 0] = (int(frame[row, column, 0]) * keep + red * share) >> 8
        frame[row, column, 1] = (int(frame[row, column, 1]) * keep + green * share) >> 8
        frame[row, column, 2] = (int(frame[row, column, 2]) * keep + blue * share) >> 8


@kernel
def _fill(frame, top, left, tall, wide, colour, share):  # type: ignore[no-untyped-def]
    for row in range(top, top + tall):
        for column in range(left, left + wide):
            _blend(frame, row, column, colour[0], colour[1], colour[2], share)


@kernel
def _draw_crosshair(frame):  # type: ignore[no-untyped-def]
    """A cross in the middle, bright on dark and dark on bright."""
    height, width = frame.shape[0], frame.shape[1]
    arm, thick = max(1, height // 60), max(1, height // 270)
    middle_row, middle_column = height // 2, width // 2
    total = 0
    for channel in range(3):
        total += int(frame[middle_row, middle_column, channel])
    value = 30 if total > 450 else 240
    colour = (value, value, value)
    _fill(frame, middle_row - arm, middle_column, 2 * arm + thick, thick, colour, 200)
    _fill(frame, middle_row, middle_column - arm, thick, arm, colour, 200)
    _fill(frame, middle_row, middle_column + thick, thick, arm, colour, 200)


@kernel
def _draw_item(frame, texels, item, top, left, size):  # type: ignore[no-untyped-def]
    """The picture of an item in a square of `size` pixels."""
    shape = ITEM_SHAPE[item]
    if shape == 0:
        return
    texture = ITEM_TEXTURE[item, 0]
    for i in range(size):
        for j in range(size):
            u, v = (2 * j + 1) * 8 // size, (2 * i + 1) * 8 // size
            red, green = int(texels[texture, v, u, 0]), int(texels[texture, v, u, 1])
            blue = int(texels[texture, v, u, 2])
            if shape != CUBE:
                part = TOOL_ICONS[shape, v // 2, u // 2]
                if part == 0:
                    continue
                if part == 1:
                    red, green, blue = 120, 88, 52
                else:
                    red = red * ITEM_COLOUR[item, 0] // 255
                    green = green * ITEM_COLOUR[item, 1] // 255
                    blue = blue * ITEM_COLOUR[item, 2] // 255
            _blend(frame, top + i, left + j, red, green, blue, 256)


@kernel
def _draw_number(frame, number, bottom, right, scale):  # type: ignore[no-untyped-def]
    """A number whose last digit ends at (bottom, right), each pixel of it `scale` wide."""
    while True:
        digit = number % 10
        for i in range(5):
            for j in range(3):
                if DIGITS[digit, i, j]:
                    row, column = bottom - (5 - i) * scale, right - (3 - j) * scale
                    _fill(frame, row + scale, column + scale, scale, scale, (20, 20, 20), 180)
                    _fill(frame, row, column, scale, scale, (255, 255, 255), 256)
        number //= 10
        right -= 4 * scale
        if number == 0:
            return


@kernel
def _draw_hotbar(frame, texels, items, counts, held, top, left, slot):  # type: ignore[no-untyped-def]
    border = max(1, slot // 12) if slot >= 6 else 0
    _fill(frame, top, left, slot, SLOTS * slot, (24, 24, 28), 150)
    for k in range(SLOTS):
        at = left + k * slot
        if k == held:
            bright = (250, 250, 250)
            line = max(1, border)
            _fill(frame, top - line, at, line, slot, bright, 230)
            _fill(frame, top + slot, at, line, slot, bright, 230)
            if border:
                _fill(frame, top, at, slot, line, bright, 230)
                _fill(frame, top, at + slot - line, slot, line, bright, 230)
        elif border:
            _fill(frame, top, at, slot, border, (90, 90, 96), 200)
        inner = max(1, slot - 2 * border - (2 if slot >= 12 else 0))
        inset = (slot - inner + 1) // 2
        item = int(items[k])
        _draw_item(frame, texels, item, top + inset, at + inset, inner)
        if slot >= _DIGITS_FROM and ITEM_SHAPE[item] != 0 and counts[k] > 1:
            scale = max(1, slot // 16)
            _draw_number(frame, int(counts[k]), top + slot - 1, at + slot - 1, scale)


@kernel
def _draw_hearts(frame, health, bottom, left, size):  # type: ignore[no-untyped-def]
    """Ten hearts, each two of health; what is lost is dark.  `size` counts the gap of a pixel."""
    inner = size - 1
    for k in range(10):
        for i in range(inner):
            for j in range(inner):
                if inner >= 5 and not HEART[i * 7 // inner, j * 7 // inner]:
                    continue
                full = health > 2 * k + (1 if 2 * j >= inner else 0)
                red, green, blue = (224, 36, 36) if full else (52, 24, 24)
                column = left + k * size + j
                _blend(frame, bottom - inner + i, column, red, green, blue, 236)


@kernel
def draw_hud(state, texels, w, p, frame):  # type: ignore[no-untyped-def]
    """Draw crosshair, hotbar and health of player p of world w into its frame.

    Args:
        state: The worlds.
        texels: (T, 16, 16, 3) the textures, 0 to 255.
        w: The world.
        p: The player's slot.
        frame: (H, W, 3) uint8, changed in place.
    """
    height, width = frame.shape[0], frame.shape[1]
    players = state.players
    _draw_crosshair(frame)
    slot = max(3, min(width // 10, height // 12))
    left = (width - SLOTS * slot) // 2
    top = height - slot - max(1, slot // 5)
    _draw_hotbar(
        frame, texels, players.hotbar_item[w, p], players.hotbar_count[w, p],
        int(players.held[w, p]), top, left, slot,
    )  # fmt: skip
    size = max(2, min(slot * SLOTS // 20, slot * 2 // 3))
    _draw_hearts(frame, int(players.health[w, p]), top - max(1, slot // 5) - 1, left, size)
