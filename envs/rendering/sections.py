"""The planet cut into sections: which columns each one holds and where it lies.

A chunk is a stack of 8 sections over 8 x 8 columns (fewer at the rim when 8 does not divide N).
Everything here depends on the planet's size alone and is shared by all its worlds.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import LAYERS, Geometry, direction_of, geometry_of

PER_STACK = LAYERS // 8
"""Sections in a chunk."""


class Sections(NamedTuple):
    """Tables over the chunks and sections of planets of one size."""

    per_edge: int
    """Chunks along the edge of a face."""
    column: NDArray[np.int32]
    """(chunks, 10, 10) columns of a chunk with a rim of one around it; -1 beyond a short chunk."""
    corner: NDArray[np.float32]
    """(chunks, 3, 81) unit vectors through the 9 x 9 corners of its columns."""
    bound: NDArray[np.float32]
    """(4, sections) a ball around each section: centre and radius."""
    towards: NDArray[np.float32]
    """(4, chunks) unit vector through the middle of each chunk, and half its width as a chord."""
    plane: NDArray[np.float64]
    """(N + 1, 2) cosine and sine of the angle of each plane of equal a (or b)."""


@kernel
def _walk(geometry, column, first, times, second):  # type: ignore[no-untyped-def]
    """Go `times` steps in direction `first`, then one in `second` (-1 = none), turning at edges."""
    size = geometry.size
    square = size * size
    for _ in range(times):
        after = geometry.neighbour[column, first]
        if after // square != column // square:
            # `second` turns with the frame: what lay left of the way lies left of it still.
            turn = geometry.arrival[column // square, first]
            if second >= 0:
                second = _turned(first, turn, second)
            first = turn
        column = after
    if second >= 0:
        column = geometry.neighbour[column, second]
    return column


@kernel
def _turned(before, after, direction):  # type: ignore[no-untyped-def]
    """A direction, turned as a traveller is whose `before` became `after`."""
    # Directions counter-clockwise seen from outside: +a, +b, -a, -b.
    quarter = (_quarter(after) - _quarter(before)) & 3
    turned = (_quarter(direction) + quarter) & 3
    return 0 if turned == 0 else 2 if turned == 1 else 1 if turned == 2 else 3


@kernel
def _quarter(direction):  # type: ignore[no-untyped-def]
    return 0 if direction == 0 else 1 if direction == 2 else 2 if direction == 1 else 3


@kernel
def _fill(geometry, per_edge, column, corner, bound, towards):  # type: ignore[no-untyped-def]
    size = geometry.size
    square = size * size
    for chunk in range(6 * per_edge * per_edge):
        face = chunk // (per_edge * per_edge)
        a0 = chunk // per_edge % per_edge * 8
        b0 = chunk % per_edge * 8
        wide = min(8, size - a0)
        deep = min(8, size - b0)
        for i in range(10):
            for j in range(10):
                a, b = i - 1, j - 1
                column[chunk, i, j] = -1
                if a > wide or b > deep:
                    continue
                inside_a = min(wide - 1, max(0, a))
                inside_b = min(deep - 1, max(0, b))
                start = face * square + (a0 + inside_a) * size + b0 + inside_b
                to_a = -1 if a == inside_a else (0 if a > inside_a else 1)
                to_b = -1 if b == inside_b else (2 if b > inside_b else 3)
                if to_a >= 0:
                    column[chunk, i, j] = _walk(geometry, start, to_a, 1, to_b)
                elif to_b >= 0:
                    column[chunk, i, j] = _walk(geometry, start, to_b, 1, -1)
                else:
                    column[chunk, i, j] = start
        for i in range(9):
            for j in range(9):
                for k in range(3):
                    a, b = min(size, a0 + i), min(size, b0 + j)
                    corner[chunk, k, i * 9 + j] = geometry.corner[face, a, b, k]
        x, y, z = direction_of(geometry.axes, size, face, a0 + wide * 0.5, b0 + deep * 0.5)
        spread = 0.0
        for i in (0, wide):
            for j in (0, deep):
                c = geometry.corner[face, a0 + i, b0 + j]
                spread = max(spread, (c[0] - x) ** 2 + (c[1] - y) ** 2 + (c[2] - z) ** 2)
        towards[0, chunk], towards[1, chunk], towards[2, chunk] = x, y, z
        towards[3, chunk] = np.sqrt(spread)
        for level in range(8):
            middle = geometry.bottom + level * 8 + 4.0
            section = chunk * 8 + level
            bound[0, section], bound[1, section], bound[2, section] = (
                x * middle,
                y * middle,
                z * middle,
            )
            # Farthest corner: 4 m up, and the chord at the upper radius; 0.3 m for roundness.
            bound[3, section] = np.sqrt(spread * middle * (middle + 4.0) + 16.0) + 0.3


@lru_cache(maxsize=8)
def sections_of(size: int) -> Sections:
    """The sections of planets with N = `size`, made once in a process."""
    geometry: Geometry = geometry_of(size)
    per_edge = (size + 7) // 8
    chunks = 6 * per_edge * per_edge
    column = np.empty((chunks, 10, 10), np.int32)
    corner = np.empty((chunks, 3, 81), np.float32)
    bound = np.empty((4, chunks * PER_STACK), np.float32)
    towards = np.empty((4, chunks), np.float32)
    _fill(geometry, per_edge, column, corner, bound, towards)
    return Sections(per_edge, column, corner, bound, towards, _planes(size))


def _planes(size: int) -> NDArray[np.float64]:
    from mpgenie.envs.planet.exact import PI, sincos

    angles = [(2.0 * i / size - 1.0) * (PI / 4.0) for i in range(size + 1)]
    pairs = [sincos(angle) for angle in angles]
    return np.array([(c, s) for s, c in pairs])
