"""What grows: oaks, birches, pines and cactus.

Trees are written through neighbour steps, so they may stand anywhere and cross any edge.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .blocks import AIR, BLOCK
from .compass import column_aside
from .exact import draw, mix
from .geometry import LAYERS, Geometry
from .noise import noise
from .terrain import DESERT, FOREST, MOUNTAIN, PLAINS, POLAR, TAIGA, Land

_GRASS, _SNOWY, _SAND, _CACTUS = (
    BLOCK[name] for name in ("grass", "snowy_grass", "sand", "cactus")
)
_OAK_LOG, _BIRCH_LOG, _OAK_LEAVES, _PINE_LEAVES = (
    BLOCK[name] for name in ("oak_log", "birch_log", "oak_leaves", "pine_leaves")
)
_ROOM = 12  # layers a tree needs above the ground


@kernel
def _leaf(geometry, blocks, column, along_a, along_b, layer, leaves):  # type: ignore[no-untyped-def]
    there = column_aside(geometry, column, along_a, along_b)
    if blocks[there, layer] == AIR:
        blocks[there, layer] = leaves


@kernel
def _disc(geometry, blocks, column, layer, reach, corners, leaves):  # type: ignore[no-untyped-def]
    """A square of leaves around a trunk, with or without its corners."""
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if corners or abs(i) != reach or abs(j) != reach or reach == 0:
                _leaf(geometry, blocks, column, i, j, layer, leaves)


@kernel
def _trunk(blocks, column, ground, tall, log):  # type: ignore[no-untyped-def]
    for layer in range(ground, ground + tall):
        blocks[column, layer] = log


@kernel
def _round_tree(geometry, blocks, column, ground, tall, log):  # type: ignore[no-untyped-def]
    _trunk(blocks, column, ground, tall, log)
    top = ground + tall
    _disc(geometry, blocks, column, top - 3, 2, False, _OAK_LEAVES)
    _disc(geometry, blocks, column, top - 2, 2, False, _OAK_LEAVES)
    _disc(geometry, blocks, column, top - 1, 1, True, _OAK_LEAVES)
    _disc(geometry, blocks, column, top, 1, False, _OAK_LEAVES)


@kernel
def _pine(geometry, blocks, column, ground, tall):  # type: ignore[no-untyped-def]
    _trunk(blocks, column, ground, tall, _OAK_LOG)
    top = ground + tall
    _leaf(geometry, blocks, column, 0, 0, top + 1, _PINE_LEAVES)
    _disc(geometry, blocks, column, top, 1, False, _PINE_LEAVES)
    wide = False
    for layer in range(top - 1, ground + 1, -1):
        reach = 2 if wide and layer < top - 2 else 1
        _disc(geometry, blocks, column, layer, reach, False, _PINE_LEAVES)
        wide = not wide


@kernel
def _crowded(geometry, blocks, column, ground):  # type: ignore[no-untyped-def]
    """Whether something stands on the ground within a step, or over the place itself."""
    for layer in range(ground, ground + 4):
        if blocks[column, layer] != AIR:
            return True
    for i in range(-1, 2):
        for j in range(-1, 2):
            there = column_aside(geometry, column, i, j)
            for layer in range(ground, ground + 2):
                block = blocks[there, layer]
                if block == _OAK_LOG or block == _BIRCH_LOG or block == _CACTUS:
                    return True
    return False


@kernel
def _density(kind, thick):  # type: ignore[no-untyped-def]
    """The chance of a tree on a column of a region; `thick` is noise that makes groves."""
    if kind == FOREST:
        return 0.05 + 0.05 * thick
    if kind == TAIGA:
        return 0.03 + 0.04 * thick
    if kind == PLAINS:
        return 0.004 if thick < 0.25 else 0.02
    if kind == MOUNTAIN or kind == POLAR:
        return 0.006
    return 0.0


@kernel
def _grow(geometry, key, height, region, blocks):  # type: ignore[no-untyped-def]
    radius = geometry.bottom + geometry.below
    for column in range(blocks.shape[0]):
        ground, kind = height[column], region[column]
        soil = blocks[column, ground - 1]
        if kind == DESERT:
            lucky = draw(key, column, 31, 0) < 0.007
            if lucky and soil == _SAND and not _crowded(geometry, blocks, column, ground):
                _trunk(blocks, column, ground, 1 + int(draw(key, column, 31, 1) * 3.0), _CACTUS)
            continue
        if soil != _GRASS and soil != _SNOWY:
            continue
        x = geometry.centre[column, 0] * radius / 14.0
        y = geometry.centre[column, 1] * radius / 14.0
        z = geometry.centre[column, 2] * radius / 14.0
        thick = noise(mix(key + np.uint64(9)), x, y, z)
        if draw(key, column, 32, 0) >= _density(kind, thick):
            continue
        if ground + _ROOM >= LAYERS or _crowded(geometry, blocks, column, ground):
            continue
        size = draw(key, column, 32, 1)
        if kind == TAIGA or kind == POLAR or kind == MOUNTAIN:
            _pine(geometry, blocks, column, ground, 6 + int(size * 4.0))
        elif draw(key, column, 32, 2) < 0.3:
            _round_tree(geometry, blocks, column, ground, 5 + int(size * 3.0), _BIRCH_LOG)
        else:
            _round_tree(geometry, blocks, column, ground, 4 + int(size * 3.0), _OAK_LOG)


def grow_plants(geometry: Geometry, key: np.uint64, land: Land, blocks: NDArray[np.uint8]) -> None:
    """Plant trees on grass and cactus in deserts."""
    _grow(geometry, key, land.height, land.region, blocks)
