"""Turning on the lattice: which way is left, and the column a few steps aside.

On every face a x b points outwards, so "left of travel" means the same on all of them, and a walk
told as steps and turns can go on across any edge.
"""

import numpy as np

from mpgenie.envs.kernels import kernel

from .geometry import A_DOWN, A_UP, B_DOWN, B_UP, step

LEFT = np.array([B_UP, B_DOWN, A_DOWN, A_UP], np.int64)
"""The direction on one's left, by the direction of travel."""
BACK = np.array([A_DOWN, A_UP, B_DOWN, B_UP, 5, 4], np.int64)
"""The opposite of each of the six directions."""


@kernel
def column_aside(geometry, column, along_a, along_b):  # type: ignore[no-untyped-def]
    """The column some steps along a and then some along b, also across the edges of faces."""
    travel = A_UP if along_a >= 0 else A_DOWN
    for _ in range(abs(along_a)):
        column, travel = step(geometry, column, travel)
    travel = LEFT[travel]
    if (along_b >= 0) != (along_a >= 0):
        travel = BACK[travel]
    for _ in range(abs(along_b)):
        column, travel = step(geometry, column, travel)
    return column
