"""Which cells of a planet points lie in, for many points at once; and where columns lie.

The kernels of `mpgenie.envs.planet.geometry` say the same one point at a time.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.geometry import FACE_AXES, LAYERS, geometry_of
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet

from .schema import Array

EYE, SNEAK_EYE = 1.62, 1.54
"""Metres from the feet to the eye."""

Floats = NDArray[np.float64]


def unit(vectors: Array) -> Floats:
    """Vectors of length 1 along the last axis; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float64)


def lattice(points: Array, size: int) -> tuple[NDArray[np.int64], Floats]:
    """The face under points, and the place on it.

    Args:
        points: (..., 3), any length.
        size: N of the planet.

    Returns:
        (...) faces 0 to 5, and (..., 2) lattice coordinates from 0 to N.
    """
    points = np.asarray(points, np.float64)
    axis = np.abs(points).argmax(-1)
    negative = np.take_along_axis(points, axis[..., None], -1)[..., 0] < 0.0
    face = 2 * axis + negative
    axes = FACE_AXES[face]
    along = np.einsum("...ij,...j->...i", axes, points)
    with np.errstate(invalid="ignore", divide="ignore"):
        angles = np.arctan(along[..., 1:] / along[..., :1])
    ab = (np.nan_to_num(angles) * (4.0 / np.pi) + 1.0) * 0.5 * size
    return face, np.clip(ab, 0.0, size)


def columns(points: Array, size: int) -> NDArray[np.int64]:
    """The column under each point: (...)."""
    face, ab = lattice(points, size)
    cell = np.minimum(ab.astype(np.int64), size - 1)
    return np.asarray((face * size + cell[..., 0]) * size + cell[..., 1])


def cells(points: Array, size: int) -> NDArray[np.int64]:
    """The cell that holds each point, -1 above the sky and below the bedrock: (...)."""
    radius = np.nan_to_num(np.linalg.norm(points, axis=-1))
    layer = np.floor(radius - geometry_of(size).bottom).astype(np.int64)
    inside = (layer >= 0) & (layer < LAYERS)
    return np.where(inside, columns(points, size) * LAYERS + layer, -1)


def directions(cells: Array, size: int) -> Floats:
    """Unit vectors to the columns of cells: (..., 3)."""
    return np.asarray(geometry_of(size).centre[np.asarray(cells) // LAYERS])


def eyes(position: Array, sneaking: Array) -> Floats:
    """Where eyes are above feet: (..., 3)."""
    height = np.where(sneaking, SNEAK_EYE, EYE)[..., None]
    return np.asarray(position + unit(position) * height)


def looks(position: Array, heading: Array, pitch: Array) -> Floats:
    """Unit vectors that players look along: (..., 3)."""
    turn = np.radians(pitch)[..., None]
    return np.asarray(heading * np.cos(turn) - unit(position) * np.sin(turn))


@lru_cache(maxsize=2)
def planet_of(kind: str, size: int, seed: int) -> Planet:
    """A planet as it is born; the last two are kept."""
    return make_planet(PlanetConfig(kind=kind, size=size), seed)  # type: ignore[arg-type]
