"""What lies under the ground: tunnels, caverns and ores.

A tunnel runs where two noises are both near zero, a cavern where their sum is large.  The noises
are taken at every second column and layer and interpolated between, eight times fewer than cells.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .blocks import AIR, BLOCK
from .exact import draw_bits, mix
from .geometry import LAYERS, Geometry
from .light import neighbour_cell
from .noise import noise
from .terrain import POLAR, Land

_STONE, _DIRT, _GRASS, _SNOWY = (BLOCK[name] for name in ("stone", "dirt", "grass", "snowy_grass"))
_WAVELENGTH = 21.0
_TUNNEL = 0.0125  # the square of how near zero both noises are in a tunnel
_CAVERN = 0.62
_ROOF = 4  # layers of ground left over a cave, but for its mouths
_MOUTHS = 0.28  # how rugged it is where caves open to the sky
_NEVER = 9.0  # noise where there is no ground anyway

ORES = (
    # Block, veins per thousand columns, cells in a vein, lowest layer, highest (1 = sea level).
    ("coal_ore", 26, 9, 0.1, 2.5),
    ("iron_ore", 22, 6, 0.1, 1.3),
    ("gold_ore", 9, 5, 0.1, 0.6),
    ("diamond_ore", 6, 4, 0.05, 0.35),
    ("gravel", 6, 16, 0.1, 1.2),
)
"""How ores are spread, by depth."""


@kernel
def _coarse_noise(geometry, key, face, height, one, two):  # type: ignore[no-untyped-def]
    size = geometry.size
    for i in range(one.shape[0]):
        for j in range(one.shape[1]):
            top = 0
            for a in range(max(0, 2 * i - 2), min(size, 2 * i + 2)):
                for b in range(max(0, 2 * j - 2), min(size, 2 * j + 2)):
                    top = max(top, height[(face * size + a) * size + b])
            a, b = min(size, 2 * i), min(size, 2 * j)
            for k in range(one.shape[2]):
                one[i, j, k] = _NEVER
                two[i, j, k] = _NEVER
                if 2 * k > top + 2:
                    continue
                # Squeezed upwards, so that tunnels run level rather than steep.
                radius = (geometry.bottom + 3.4 * k) / _WAVELENGTH
                x = geometry.corner[face, a, b, 0] * radius
                y = geometry.corner[face, a, b, 1] * radius
                z = geometry.corner[face, a, b, 2] * radius
                one[i, j, k] = noise(mix(key + np.uint64(11)), x, y, z)
                two[i, j, k] = noise(mix(key + np.uint64(12)), x, y, z)


@kernel
def _between(field, i, j, k, s, t, r):  # type: ignore[no-untyped-def]
    near = field[i, j, k] + s * (field[i + 1, j, k] - field[i, j, k])
    far = field[i, j + 1, k] + s * (field[i + 1, j + 1, k] - field[i, j + 1, k])
    low = near + t * (far - near)
    near = field[i, j, k + 1] + s * (field[i + 1, j, k + 1] - field[i, j, k + 1])
    far = field[i, j + 1, k + 1] + s * (field[i + 1, j + 1, k + 1] - field[i, j + 1, k + 1])
    high = near + t * (far - near)
    return low + r * (high - low)


@kernel
def _lid(geometry, height, column):  # type: ignore[no-untyped-def]
    """The layer below which a cave touches no water, in this column or beside it."""
    lid = LAYERS
    if height[column] < geometry.below:
        lid = height[column] - 3
    for direction in range(4):
        beside = height[geometry.neighbour[column, direction]]
        if beside < geometry.below:
            lid = min(lid, beside - 1)
    return lid


@kernel
def _heal(blocks, column, top, turf):  # type: ignore[no-untyped-def]
    """Let grass grow on dirt that a cave has opened to the sky."""
    layer = top - 1
    while blocks[column, layer] == AIR:
        layer -= 1
    if blocks[column, layer] == _DIRT:
        blocks[column, layer] = turf


@kernel
def _carve_face(geometry, face, land, one, two, blocks):  # type: ignore[no-untyped-def]
    size = geometry.size
    for a in range(size):
        i = a // 2
        s = (a + 0.5 - 2 * i) / (min(size, 2 * i + 2) - 2 * i)
        for b in range(size):
            j = b // 2
            t = (b + 0.5 - 2 * j) / (min(size, 2 * j + 2) - 2 * j)
            column = (face * size + a) * size + b
            top = land.height[column]
            roof = top if land.rugged[column] > _MOUTHS else top - _ROOF
            for layer in range(2, min(roof, _lid(geometry, land.height, column))):
                k = layer // 2
                r = (layer + 0.5 - 2 * k) * 0.5
                first = _between(one, i, j, k, s, t, r)
                second = _between(two, i, j, k, s, t, r)
                deep = layer < geometry.below - 3
                if first * first + second * second < _TUNNEL or (deep and first + second > _CAVERN):
                    blocks[column, layer] = AIR
            _heal(blocks, column, top, _SNOWY if land.region[column] == POLAR else _GRASS)


def carve_caves(geometry: Geometry, key: np.uint64, land: Land, blocks: NDArray[np.uint8]) -> None:
    """Cut tunnels and caverns out of the ground; none touches water or the bedrock."""
    points = (geometry.size + 1) // 2 + 1
    one = np.empty((points, points, LAYERS // 2 + 1))
    two = np.empty_like(one)
    for face in range(6):
        _coarse_noise(geometry, key, face, land.height, one, two)
        _carve_face(geometry, face, land, one, two, blocks)


@kernel
def _scatter(geometry, key, purpose, ore, veins, length, low, high, blocks):  # type: ignore[no-untyped-def]
    columns = np.uint64(blocks.shape[0])
    span = np.uint64(max(1, high - low))
    for vein in range(veins):
        bits = draw_bits(key, vein, purpose, 0)
        column = int((bits >> np.uint64(20)) % columns)
        cell = column * 64 + low + int((bits & np.uint64(0xFFFFF)) % span)
        walk = draw_bits(key, vein, purpose, 1)
        for _ in range(length):
            if blocks[cell >> 6, cell & 63] == _STONE:
                blocks[cell >> 6, cell & 63] = ore
            after = neighbour_cell(geometry, cell, int(walk % np.uint64(6)))
            walk = walk // np.uint64(6)
            if after >= 0:
                cell = after


def scatter_ores(geometry: Geometry, key: np.uint64, land: Land, blocks: NDArray[np.uint8]) -> None:
    """Turn stone into veins of ore: a random walk through cells, starting at a depth it likes."""
    for row, (name, per_thousand, length, lowest, highest) in enumerate(ORES):
        veins = blocks.shape[0] * per_thousand // 1000
        low = max(1, int(lowest * geometry.below))
        high = min(LAYERS - 1, int(highest * geometry.below))
        _scatter(geometry, key, 20 + row, BLOCK[name], veins, length, low, high, blocks)
