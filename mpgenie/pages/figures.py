"""Figures by matplotlib that need no window, and the pictures of them.

Widths and heights are in inches of 110 pixels.
"""

from typing import TYPE_CHECKING

import numpy as np

from mpgenie.extras import require
from mpgenie.pictures import Picture

require("matplotlib", extra="agents")
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def panel(width: float, height: float) -> "tuple[Figure, Axes]":
    """A figure of one panel, and the panel."""
    figure, found = panels(width, height, 1)
    return figure, found[0]


def panels(
    width: float, height: float, columns: int, rows: int = 1, *, sharey: bool = False
) -> "tuple[Figure, list[Axes]]":
    """A figure of several panels, and these from left to right, row by row.

    Args:
        width: Of the figure.
        height: Likewise.
        columns: Of panels.
        rows: Likewise.
        sharey: Whether all have the same upright axis, written on the left alone.
    """
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    found = figure.subplots(rows, columns, sharey=sharey, squeeze=False).ravel().tolist()
    for each in found:
        each.tick_params(labelsize=8)
        each.spines[["top", "right"]].set_visible(False)
    return figure, found


def head(panel: "Axes", title: str) -> None:
    """Write a title above a panel, and on the right of it what has a label."""
    panel.set_title(title, loc="left", fontsize=10)
    if panel.get_legend_handles_labels()[0]:
        panel.legend(fontsize=8, frameon=False, ncols=6, loc="lower right", bbox_to_anchor=(1, 1))


def pixels(figure: Figure) -> Picture:
    """A figure as a picture."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
