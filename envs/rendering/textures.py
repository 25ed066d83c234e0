"""Procedural 16 x 16 textures: every picture on the planet is made here, from integers alone.

A texture is a mean colour and a pattern of brightness around it; a few (ores, grass sides, faces)
paint a second colour over the first.  The same `Appearance` gives the same bytes everywhere.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .appearance import PALETTE, Appearance, Colour

TEXEL = 16
"""Texels along the edge of a texture."""
Texels = NDArray[np.int64]
ROW, COLUMN = np.mgrid[0:TEXEL, 0:TEXEL].astype(np.int64)


def _scatter(row: Texels, column: Texels, seed: int) -> Texels:
    """Noise from 0 to 255 that depends on the texel and the seed alone."""
    word = row * 374761393 + column * 668265263 + seed * 362437
    word = (word ^ (word >> 13)) * 1274126177 & 0xFFFFFFFF
    return ((word ^ (word >> 16)) * 69069 >> 8) & 0xFF


def _grain(seed: int) -> Texels:
    return (_scatter(ROW, COLUMN, seed) - 128) * 26 // 128


def _coarse(seed: int) -> Texels:
    patches = _scatter(ROW // 3, COLUMN // 3, seed) - 128
    return patches * 22 // 128 + _grain(seed) // 2


def _stones(seed: int) -> Texels:
    """Round cobbles: bright in the middle, dark in the joints (distance to scattered points)."""
    nearest: Texels = np.full((TEXEL, TEXEL), 10_000)
    for k in range(9):
        cell_row, cell_column = (k // 3) * 5 + 1, (k % 3) * 5 + 1
        point = np.array([k]), np.array([seed])
        down = cell_row + int(_scatter(*point, seed)[0]) % 4
        right = cell_column + int(_scatter(*point, seed + 7)[0]) % 4
        rows = np.minimum(abs(ROW - down), TEXEL - abs(ROW - down))
        columns = np.minimum(abs(COLUMN - right), TEXEL - abs(COLUMN - right))
        nearest = np.minimum(nearest, rows * rows + columns * columns)
    return 24 - np.minimum(nearest, 14) * 5 + _grain(seed) // 3


def _bricks(seed: int) -> Texels:
    joint = (ROW % 4 == 3) | ((COLUMN + (ROW // 4 % 2) * 4) % 8 == 7)
    return np.where(joint, 34, -6) + _grain(seed) // 3


def _boards(seed: int) -> Texels:
    joint = (ROW % 4 == 3) | ((COLUMN + ROW // 4 * 5) % 16 == 0)
    streaks = (_scatter(ROW, COLUMN // 4, seed) - 128) * 16 // 128
    return np.where(joint, -38, 4) + streaks


def _bark(seed: int) -> Texels:
    return (_scatter(ROW // 5, COLUMN, seed) - 128) * 30 // 128 + _grain(seed) // 3


def _birch(seed: int) -> Texels:
    marks = (_scatter(ROW, COLUMN // 4, seed) > 214) * -110
    return np.where(ROW % 3 == 1, marks, 0) + _grain(seed) // 3


def _rings(seed: int) -> Texels:
    ring = np.maximum(abs(2 * ROW - 15), abs(2 * COLUMN - 15)) // 2
    return np.where(ring == 7, -46, np.where(ring % 2 == 0, 12, -10)) + _grain(seed) // 4


def _foliage(seed: int) -> Texels:
    return (_scatter(ROW, COLUMN, seed) - 140) * 52 // 128


def _layers(seed: int) -> Texels:
    return np.where(ROW % 6 == 5, -20, 4) + _grain(seed) // 2


def _smooth(seed: int) -> Texels:
    return _grain(seed) // 3


def _waves(seed: int) -> Texels:
    return (_scatter((ROW + COLUMN // 3) // 2, COLUMN // 5, seed) - 128) * 18 // 128


def _frame(seed: int) -> Texels:
    rim = (ROW == 0) | (ROW == 15) | (COLUMN == 0) | (COLUMN == 15)
    shine = (ROW + COLUMN == 9) | (ROW + COLUMN == 10) | (ROW + COLUMN == 18)
    return np.where(rim, -70, np.where(shine, 40, 0)) + 0 * seed


def _ribs(seed: int) -> Texels:
    spine = (COLUMN % 4 == 1) & (_scatter(ROW, COLUMN, seed) > 150)
    ribs: Texels = np.where(COLUMN % 4 == 3, -26, 6) + spine * 60
    return ribs


def _glow(seed: int) -> Texels:
    return (_scatter(ROW // 2, COLUMN // 2, seed) - 128) * 40 // 128


def _weave(seed: int) -> Texels:
    return np.where((ROW + COLUMN) % 4 < 2, 7, -7) + _grain(seed) // 3


PATTERNS: dict[str, Callable[[int], Texels]] = {
    "bedrock": _stones, "stone": _coarse, "cobblestone": _stones, "dirt": _grain,
    "grass_top": _grain, "grass_side": _grain, "sand": _smooth, "red_sand": _smooth,
    "sandstone": _layers, "sandstone_top": _smooth, "gravel": _stones, "clay": _smooth,
    "snow": _smooth, "snowy_side": _grain, "ice": _waves, "water": _waves, "oak_log": _bark,
    "birch_log": _birch, "log_top": _rings, "oak_leaves": _foliage, "pine_leaves": _foliage,
    "planks": _boards, "bricks": _bricks, "glass": _frame, "torch": _glow, "lamp": _glow,
    "coal_ore": _coarse, "iron_ore": _coarse, "gold_ore": _coarse, "diamond_ore": _coarse,
    "cactus": _ribs, "cactus_top": _ribs, "red_wool": _weave, "blue_wool": _weave,
    "white_wool": _weave, "obsidian": _coarse,
}  # fmt: skip
"""How each block texture is patterned."""

ORES: dict[str, Colour] = {
    "coal_ore": (40, 40, 42),
    "iron_ore": (216, 164, 132),
    "gold_ore": (250, 214, 74),
    "diamond_ore": (92, 230, 226),
}
"""The colour of the lumps in each ore."""

FIGURES: dict[str, Colour] = {
    "skin": (224, 178, 146),
    "face": (224, 178, 146),
    "cloth": (255, 255, 255),
    "trousers": (120, 120, 140),
    "zombie_skin": (92, 148, 80),
    "zombie_face": (92, 148, 80),
    "bone": (206, 206, 200),
    "bone_face": (206, 206, 200),
    "husk_skin": (176, 148, 104),
    "husk_face": (176, 148, 104),
    "spider": (58, 48, 46),
    "spider_face": (58, 48, 46),
    "wool": (238, 238, 232),
    "sheep_face": (214, 178, 158),
    "metal": (206, 214, 222),
    "wood": (140, 104, 62),
    "plain": (255, 255, 255),
    "hair": (82, 56, 36),
    "head_side": (224, 178, 146),
    "fleece": (240, 240, 236),
}
"""Textures of figures and tools; a quad's own colour multiplies them."""

EYES: dict[str, Colour] = {
    "face": (48, 60, 140),
    "zombie_face": (18, 26, 18),
    "bone_face": (30, 30, 30),
    "husk_face": (30, 22, 14),
    "spider_face": (214, 30, 30),
    "sheep_face": (20, 20, 20),
}
"""The colour of the eyes of each face."""

TEXTURES: dict[str, int] = {name: k for k, name in enumerate((*PALETTE, *FIGURES))}
"""The index of every texture by name."""


def _painted(colour: Colour, pattern: Texels, contrast: float) -> Texels:
    change = pattern * int(round(contrast * 64)) // 64
    return np.array(colour, np.int64) + change[..., None]


def _block_texture(name: str, appearance: Appearance) -> Texels:
    colours = dict(appearance.palette)
    seed = appearance.texture_seed * 101 + TEXTURES[name]
    contrast = appearance.texture_contrast
    texels = _painted(colours[name], PATTERNS[name](seed), contrast)
    if name in ORES:
        lumps = _scatter((ROW + 1) // 3, (COLUMN + 1) // 3, seed + 5) > 168
        lumps &= _scatter(ROW, COLUMN, seed + 6) > 60
        texels = np.where(lumps[..., None], _painted(ORES[name], _grain(seed), contrast), texels)
    if name in ("grass_side", "snowy_side"):
        over = "grass_top" if name == "grass_side" else "snow"
        fringe = 3 + _scatter(0 * COLUMN, COLUMN, seed) % 3 > ROW
        top = _painted(colours[over], PATTERNS[over](seed), contrast)
        texels = np.where(fringe[..., None], top, texels)
    return texels


def _figure_texture(name: str, appearance: Appearance) -> Texels:
    seed = appearance.texture_seed * 101 + TEXTURES[name]
    pattern = _foliage(seed) // 2 if name == "fleece" else _grain(seed) // 3
    texels = _painted(FIGURES[name], pattern, appearance.texture_contrast)
    if name in EYES:
        eyes = ((ROW >= 6) & (ROW < 9)) & (
            ((COLUMN >= 3) & (COLUMN < 6)) | ((COLUMN >= 10) & (COLUMN < 13))
        )
        whites = eyes & ((COLUMN == 3) | (COLUMN == 12)) & (name == "face")
        mouth = (ROW >= 11) & (ROW < 13) & (COLUMN >= 5) & (COLUMN < 11)
        texels = np.where(mouth[..., None], texels * 5 // 8, texels)
        texels = np.where(eyes[..., None], np.array(EYES[name]), texels)
        texels = np.where(whites[..., None], 250, texels)
    if name in ("face", "head_side"):
        hair = (ROW < 4) | ((ROW < 6) & ((COLUMN < 2) | (COLUMN > 13)))
        hair |= (ROW < 8) & (name == "head_side")
        brown = _painted(FIGURES["hair"], _grain(seed), appearance.texture_contrast)
        texels = np.where(hair[..., None], brown, texels)
    return texels


def texture_array(appearance: Appearance) -> NDArray[np.uint8]:
    """All textures of a look.

    Returns:
        (len(TEXTURES), 16, 16, 3) uint8, indexed by `TEXTURES`; row 0 is the top.
    """
    made = [
        _block_texture(name, appearance) if name in PATTERNS else _figure_texture(name, appearance)
        for name in TEXTURES
    ]
    return np.clip(np.array(made), 0, 255).astype(np.uint8)
