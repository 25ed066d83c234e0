"""What the land looks like: heights, regions and the blocks of every column.

Heights and climate are noise in space along each column's direction, times the radius in metres,
so the land meets itself everywhere and hills are as wide on a large planet as on a small one.
Thresholds are taken at fixed shares of each planet's own noise, so that every planet has about a
third of ocean, and some mountains, desert and forest.
Heights are in layers: a column of height h has solid ground below layer h.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .blocks import AIR, BEDROCK, BLOCK, WATER
from .exact import PI, draw, mix
from .geometry import LAYERS, Geometry
from .noise import noise, octaves, smooth

OCEAN, BEACH, PLAINS, FOREST, DESERT, MOUNTAIN, POLAR, TAIGA = range(8)
"""Regions."""
OCEAN_SHARE, MOUNTAIN_SHARE, DESERT_SHARE, FOREST_SHARE = 0.34, 0.2, 0.22, 0.33
"""How much of the planet's noise lies beyond each threshold (regions overlap, so less remains)."""

_STONE, _DIRT, _GRASS, _SAND, _RED_SAND = (
    BLOCK[name] for name in ("stone", "dirt", "grass", "sand", "red_sand")
)
_SANDSTONE, _GRAVEL, _CLAY, _SNOW, _SNOWY, _ICE = (
    BLOCK[name] for name in ("sandstone", "gravel", "clay", "snow", "snowy_grass", "ice")
)


class Fields(NamedTuple):
    """Noise by column: (columns,) float64 each."""

    continent: NDArray[np.float64]
    mountain: NDArray[np.float64]
    humidity: NDArray[np.float64]
    rugged: NDArray[np.float64]


class Land(NamedTuple):
    """The shape of the land by column."""

    height: NDArray[np.int32]
    """Layers of solid ground."""
    region: NDArray[np.uint8]
    """`OCEAN` to `TAIGA`."""
    rugged: NDArray[np.float64]
    """Noise of hilliness, about -1 to 1."""


@kernel
def _widest(radius):  # type: ignore[no-untyped-def]
    """Wavelength of the continents, in metres."""
    return min(110.0, max(20.0, 1.15 * radius))


@kernel
def _fill_fields(geometry, key, radius, continent, mountain, humidity, rugged):  # type: ignore[no-untyped-def]
    wide = _widest(radius)
    for column in range(geometry.centre.shape[0]):
        x = geometry.centre[column, 0] * radius
        y = geometry.centre[column, 1] * radius
        z = geometry.centre[column, 2] * radius
        continent[column] = octaves(mix(key + np.uint64(1)), x, y, z, wide, 3)
        mountain[column] = octaves(mix(key + np.uint64(2)), x, y, z, 0.55 * wide, 2)
        humidity[column] = octaves(mix(key + np.uint64(3)), x, y, z, 0.6 * wide, 2)
        rugged[column] = noise(mix(key + np.uint64(4)), x / 37.0, y / 37.0, z / 37.0)


@kernel
def _elevation(key, x, y, z, scale, inland, peak, rugged):  # type: ignore[no-untyped-def]
    """Metres above the sea: `inland` is 0 at the coast, `peak` is 0 outside mountains, 1 within."""
    hills = octaves(mix(key + np.uint64(5)), x, y, z, 27.0, 2)
    if inland < 0.0:
        deep = smooth(-inland / 0.22)
        return -(1.2 + 5.8 * deep + 2.2 * deep * hills) * scale
    land = 0.4 + 4.5 * smooth(inland / 0.4)
    land += (1.0 + hills) * (1.2 + 5.0 * smooth(0.5 + rugged)) * smooth(inland / 0.15)
    if peak > 0.0:
        ridge = 1.0 - 2.0 * abs(octaves(mix(key + np.uint64(6)), x, y, z, 46.0, 2))
        land += peak * smooth(inland / 0.12) * (10.0 + 17.0 * max(0.0, ridge))
    return land * scale


@kernel
def _shape(geometry, key, radius, fields, thresholds, height, region):  # type: ignore[no-untyped-def]
    scale, wide = min(1.0, max(0.1, radius / 45.0)), _widest(radius)
    lowest, highest = 2, LAYERS - 14
    for column in range(geometry.centre.shape[0]):
        pole = abs(geometry.centre[column, 2])
        x = geometry.centre[column, 0] * radius
        y = geometry.centre[column, 1] * radius
        z = geometry.centre[column, 2] * radius
        inland = fields.continent[column] - thresholds[0]
        over = fields.mountain[column] - thresholds[1]
        rugged = fields.rugged[column]
        peak = min(1.0, wide / 70.0) * smooth(over / 0.5)
        metres = _elevation(key, x, y, z, scale, inland, peak, rugged)
        layers = geometry.below + int(np.floor(metres))
        height[column] = min(highest, max(lowest, layers))
        cold = pole + 0.16 * noise(mix(key + np.uint64(7)), x / 19.0, y / 19.0, z / 19.0)
        dry = thresholds[2] - fields.humidity[column]
        kind = PLAINS
        if inland < 0.0:
            kind = OCEAN
        elif cold > 0.8:
            kind = POLAR
        elif over > 0.04 and metres > 8.0 * scale:
            kind = MOUNTAIN
        elif metres < 1.9 * scale + 0.3 * rugged and inland < 0.07:
            kind = BEACH
        elif cold > 0.69:
            kind = TAIGA
        elif dry > 0.0 and pole < 0.62:
            kind = DESERT
        elif fields.humidity[column] > thresholds[3]:
            kind = FOREST
        region[column] = kind


@kernel
def _surface(key, column, kind, metres, scale, patch):  # type: ignore[no-untyped-def]
    """The block on top of a column, the one below it and how thick that is, in layers."""
    ragged = draw(key, column, 1, 0)
    if kind == OCEAN:
        if patch > 0.3:
            return _GRAVEL, _GRAVEL, 2
        if patch < -0.34 and metres > -6.0 * scale:
            return _CLAY, _CLAY, 2
        return _SAND, _SAND, 2
    if kind == BEACH:
        return _SAND, _SAND, 3
    if kind == DESERT:
        return _SAND, _SANDSTONE, 4
    if kind == POLAR:
        if metres > 9.0 * scale or patch > 0.12:
            return _SNOW, _SNOW, 2
        return _SNOWY, _DIRT, 3
    if kind == MOUNTAIN:
        if metres > (18.0 + 2.0 * ragged) * scale:
            return _SNOW, _SNOW, 1
        if metres > (11.0 + 3.0 * ragged) * scale:
            return _STONE, _STONE, 1
        return (_GRAVEL, _GRAVEL, 2) if patch > 0.42 else (_GRASS, _DIRT, 2)
    return _GRASS, _DIRT, 3


@kernel
def _fill_columns(geometry, key, radius, land, blocks):  # type: ignore[no-untyped-def]
    scale = min(1.0, max(0.1, radius / 45.0))
    for column in range(blocks.shape[0]):
        height, kind = land.height[column], land.region[column]
        x = geometry.centre[column, 0] * radius / 8.0
        y = geometry.centre[column, 1] * radius / 8.0
        z = geometry.centre[column, 2] * radius / 8.0
        patch = noise(mix(key + np.uint64(8)), x, y, z)
        metres = float(height - geometry.below)
        top, under, thick = _surface(key, column, kind, metres, scale, patch)
        blocks[column, 0] = BEDROCK
        for layer in range(1, height - 1):
            blocks[column, layer] = _STONE if layer < height - 1 - thick else under
        blocks[column, height - 1] = top
        for layer in range(height, geometry.below):
            blocks[column, layer] = WATER
        cold = abs(geometry.centre[column, 2]) + 0.05 * patch
        if height < geometry.below and cold > 0.82:
            blocks[column, geometry.below - 1] = _ICE


def _beyond(field: NDArray[np.float64], share: float) -> float:
    """The value that a share of a field's values lies below."""
    place = int(share * (field.size - 1))
    return float(np.partition(field, place)[place])


def shape_land(geometry: Geometry, key: np.uint64) -> Land:
    """The heights and regions of a normal planet."""
    columns = geometry.centre.shape[0]
    radius = 2.0 * geometry.size / PI
    fields = Fields(*(np.empty(columns) for _ in Fields._fields))
    _fill_fields(geometry, key, radius, *fields)
    thresholds = np.array(
        [
            _beyond(fields.continent, OCEAN_SHARE),
            _beyond(fields.mountain, 1.0 - MOUNTAIN_SHARE),
            _beyond(fields.humidity, DESERT_SHARE),
            _beyond(fields.humidity, 1.0 - FOREST_SHARE),
        ]
    )
    land = Land(np.empty(columns, np.int32), np.empty(columns, np.uint8), fields.rugged)
    _shape(geometry, key, radius, fields, thresholds, land.height, land.region)
    return land


def fill_land(geometry: Geometry, key: np.uint64, land: Land, blocks: NDArray[np.uint8]) -> None:
    """Fill empty blocks with ground, water and ice; caves, ores and plants come later."""
    _fill_columns(geometry, key, 2.0 * geometry.size / PI, land, blocks)


_FLAT_SURFACES = ((_GRASS, _DIRT), (_SNOW, _DIRT), (_SAND, _SANDSTONE), (_RED_SAND, _SANDSTONE))


def fill_flat(geometry: Geometry, key: np.uint64, blocks: NDArray[np.uint8]) -> None:
    """Fill blocks with a plain at sea level: grass, snow, sand or red sand, by the key."""
    top, under = _FLAT_SURFACES[int(mix(key) % np.uint64(len(_FLAT_SURFACES)))]
    blocks[:] = AIR
    blocks[:, : geometry.below - 3] = _STONE
    blocks[:, geometry.below - 3 : geometry.below - 1] = under
    blocks[:, geometry.below - 1] = top
    blocks[:, 0] = BEDROCK
