"""Pictures of players at play: what everybody sees, one from behind, and from above."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.pictures import Picture, grid, save_png

MOMENTS = 6
"""Pictures on a sheet."""


def views(env: Any, view: tuple[int, int]) -> Picture:
    """What each player sees, then the first one from behind and from above.

    Args:
        env: A `PlanetEnv` in an episode.
        view: (height, width) of each picture in the grid.
    """
    names = env.possible_agents
    shots = [*((name, "first") for name in names), (names[0], "third"), (names[0], "top")]
    images = [env.render_view(name, view=kind, resolution=view) for name, kind in shots]
    columns = int(np.ceil(np.sqrt(len(images))))
    images += [np.zeros_like(images[0])] * (-len(images) % columns)
    return grid(images, columns=columns)


def save_sheet(path: Path, shots: Sequence[Picture]) -> None:
    """Save moments of what was seen, evenly apart, as one picture."""
    moments = [shots[(2 * k + 1) * len(shots) // (2 * MOMENTS)] for k in range(MOMENTS)]
    save_png(path, grid(moments, columns=2))
