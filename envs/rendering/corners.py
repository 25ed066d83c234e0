"""How bright the corners of faces are: the light in front of them, and ambient occlusion.

Four cells in front of a face meet at each of its corners: the one it looks into, two beside that,
and one across.  A corner has the mean brightness of those that are open, darkened by how many are
not.  The one across counts as shut where both that lead to it are.

`MeshTables.glow` gives the brightness of a cell as a counted sum (1024 for the cell, plus its
brightness), for the sky and, 16 bits further up, for lamps.  Sums of these hold all that
`MeshTables.corner` needs.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel

from .mesh import CORNER, OUT

CELL = np.array([240, 24, 1])
"""Steps along a, b and layer through the cells of `MeshWork`."""
FIRST_CELL = 240 + 24 + 8
"""The section's own first cell among them."""
AHEAD = OUT @ CELL
"""(6,) the step to the cell in front of a face, by direction."""
ASIDE = CORNER[:, 3:5] @ CELL
"""(6, 2) the steps to its neighbours along u and v."""


@inlined
def _glow(work, kind, glow, at):  # type: ignore[no-untyped-def]
    """What cell `at` adds to a corner: nothing if it is opaque."""
    return glow[work.light[at]] * (1 - (kind[work.block[at]] & 1))


@inlined
def _corner(middle, beside, above, across):  # type: ignore[no-untyped-def]
    """Counted sum over the open cells that meet at a corner."""
    total = middle + beside + above
    return total + across if beside + above else total


@kernel
def light_corners(work, tables, count):  # type: ignore[no-untyped-def]
    """Fill in the brightness of the first `count` faces of level 0."""
    face, kind, glow, corner = work.face[0], tables.kind, tables.glow, tables.corner
    for n in range(count):
        word = np.int64(face[n, 0])
        a, b, layer, direction = word & 7, (word >> 3) & 7, (word >> 6) & 7, (word >> 9) & 7
        at = FIRST_CELL + 240 * a + 24 * b + layer + AHEAD[direction]
        u, v = ASIDE[direction, 0], ASIDE[direction, 1]
        middle = glow[work.light[at]]
        left, right = _glow(work, kind, glow, at - u), _glow(work, kind, glow, at + u)
        up, down = _glow(work, kind, glow, at - v), _glow(work, kind, glow, at + v)
        first = _corner(middle, left, up, _glow(work, kind, glow, at - u - v))
        second = _corner(middle, right, up, _glow(work, kind, glow, at + u - v))
        third = _corner(middle, right, down, _glow(work, kind, glow, at + u + v))
        fourth = _corner(middle, left, down, _glow(work, kind, glow, at - u + v))
        face[n, 1] = (
            np.int64(corner[first & 0xFFFF])
            | np.int64(corner[second & 0xFFFF]) << 8
            | np.int64(corner[third & 0xFFFF]) << 16
            | np.int64(corner[fourth & 0xFFFF]) << 24
        )
        face[n, 2] = (
            np.int64(corner[first >> 16])
            | np.int64(corner[second >> 16]) << 8
            | np.int64(corner[third >> 16]) << 16
            | np.int64(corner[fourth >> 16]) << 24
        )
