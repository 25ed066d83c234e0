"""How the stages of a world model went, as curves."""

from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.training.log import PROGRESS, read_progress
from mpgenie.pictures import save_png

_NOT_DRAWN = ("step", "rate", "seconds")


def draw_stages(run: Path, out: Path) -> None:
    """Draw the loss of each stage and its parts, step by step, on a logarithmic scale.

    Args:
        run: The folder of a world model.
        out: The PNG file.
    """
    from mpgenie.pages import figures

    logs = sorted((run / "stages").glob(f"*/{PROGRESS}"), key=lambda path: path.stat().st_mtime)
    stages = {log.parent.name: rows for log in logs if len(rows := read_progress(log)) > 1}
    if not stages:
        return
    figure, panels = figures.panels(4.6 * len(stages), 3.4, len(stages))
    for panel, (stage, rows) in zip(panels, stages.items(), strict=True):
        _draw(panel, stage, rows)
    save_png(out, figures.pixels(figure))


def _draw(panel: Any, stage: str, rows: list[dict[str, float]]) -> None:
    panel.set_title(stage, fontsize=10)
    panel.set_xlabel("step", fontsize=8)
    panel.set_yscale("log")
    panel.grid(alpha=0.3)
    for name in rows[0]:
        if name not in _NOT_DRAWN:
            values = np.array([row.get(name, np.nan) for row in rows])
            if (values > 0).any():
                bold = 1.8 if name == "loss" else 0.9
                panel.plot([row["step"] for row in rows], values, label=name, linewidth=bold)
    panel.legend(fontsize=7)
