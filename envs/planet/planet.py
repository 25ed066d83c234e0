"""A planet as it is born: the same configuration and seed give the same blocks everywhere."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .caves import carve_caves, scatter_ores
from .cells import Cells, hash_of_blocks
from .edits import revert_edits
from .geometry import LAYERS, Geometry, geometry_of
from .light import light_all
from .plants import grow_plants
from .terrain import fill_flat, fill_land, shape_land

__all__ = ["TERRAIN_VERSION", "Planet", "PlanetConfig", "make_planet", "revert_edits"]

TERRAIN_VERSION = 1
"""Goes up by one whenever any planet's blocks change."""
KINDS = ("normal", "flat")


@dataclass(frozen=True, kw_only=True)
class PlanetConfig:
    """Everything that shapes a planet, but for its seed."""

    kind: Literal["normal", "flat"] = "normal"
    """`normal`: seas, hills, forests, caves.  `flat`: one endless plain."""
    size: int = 96
    """N, columns along the edge of a face: 48 to 400.  Once around is 4 N metres."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"planet kind must be one of {list(KINDS)}, got {self.kind!r}")
        if not isinstance(self.size, int) or not 8 <= self.size <= 400:
            raise ValueError(
                f"planet size must be a whole number from 48 to 400 (from 8 in tests), "
                f"got {self.size!r}"
            )


@dataclass(frozen=True, kw_only=True)
class Planet:
    """A generated planet.  Its arrays are read-only: `lay` it into a world to change it."""

    config: PlanetConfig
    seed: int
    geometry: Geometry
    blocks: NDArray[np.uint8]
    """(columns, 64)."""
    light: NDArray[np.uint8]
    """(columns, 64), see `light`."""
    hash: int
    """The hash of the blocks, see `cells.hash_of_blocks`."""

    def without_cells(self) -> "Planet":
        """The same planet, but for its arrays: enough to tell which one it is."""
        nothing = np.empty((0, LAYERS), np.uint8)
        return replace(self, blocks=nothing, light=nothing)

    def lay(self, cells: Cells, w: int) -> None:
        """Make world `w` this planet as generated; every section has to be drawn anew."""
        if cells.blocks.shape[1:] != self.blocks.shape:
            raise ValueError(
                f"these cells have {cells.blocks.shape[1]} columns, but a planet of size "
                f"{self.config.size} has {self.blocks.shape[0]}"
            )
        cells.blocks[w] = self.blocks
        cells.light[w] = self.light
        cells.hash[w] = self.hash
        edited = cells.edit_cell[w, : cells.edit_count[w]]
        cells.edit_mark[w, edited >> 6, (edited & 63) >> 3] = 0
        cells.edit_count[w] = 0
        cells.edited[w] = 0
        cells.changed[w] += 1


def planet_key(seed: int) -> np.uint64:
    """The key from which all of a planet's noise is drawn."""
    if seed < 0:
        raise ValueError(f"a planet's seed must not be negative, got {seed}")
    return np.uint64(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])


def make_planet(config: PlanetConfig, seed: int) -> Planet:
    """Make a planet.  All long work releases the GIL, so a background thread may do it.

    Raises:
        ValueError: If the seed is negative.
    """
    key = planet_key(seed)
    geometry = geometry_of(config.size)
    blocks = np.zeros((6 * config.size**2, LAYERS), np.uint8)
    if config.kind == "flat":
        fill_flat(geometry, key, blocks)
    else:
        land = shape_land(geometry, key)
        fill_land(geometry, key, land, blocks)
        carve_caves(geometry, key, land, blocks)
        scatter_ores(geometry, key, land, blocks)
        grow_plants(geometry, key, land, blocks)
    light = np.empty_like(blocks)
    light_all(blocks, light, geometry)
    total = int(hash_of_blocks(blocks))
    blocks.setflags(write=False)
    light.setflags(write=False)
    return Planet(
        config=config, seed=seed, geometry=geometry, blocks=blocks, light=light, hash=total
    )
