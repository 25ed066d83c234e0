"""How the stages of a world model went, as curves."""

from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.training.log import PROGRESS, read_progress
from mpgenie.extras import require

_NOT_DRAWN = ("step", "rate", "seconds")


def draw_stages(run: Path, out: Path) -> None:
    """Draw the loss of each stage and its parts, step by step, on a logarithmic scale.

    Args:
        run: The folder of a world model.
        out: The PNG file.
    """
    require("matplotlib", extra="dreams")
    from matplotlib.figure import Figure

    logs = sorted((run / "stages").glob(f"*/{PROGRESS}"), key=lambda path: path.stat().st_mtime)
    stages = {log.parent.name: rows for log in logs if len(rows := read_progress(log)) > 1}
    if not stages:
        return
    figure = Figure(figsize=(4.6 * len(stages), 3.4), dpi=110, layout="constrained")
    panels = figure.subplots(1, len(stages), squeeze=False)[0]
    for panel, (stage, rows) in zip(panels, stages.items(), strict=True):
        _draw(panel, stage, rows)
    figure.savefig(out, metadata={"Software": "made by mpgenie"})


def _draw(panel: Any, stage: str, rows: list[dict[str, float]]) -> None:
    panel.set_title(stage, fontsize=10)
    panel.set_xlabel("step", fontsize=8)
    panel.set_yscale("log")
    panel.tick_params(labelsize=8)
    panel.grid(alpha=0.3)
    for name in rows[0]:
        if name not in _NOT_DRAWN:
            values = np.array([row.get(name, np.nan) for row in rows])
            if (values > 0).any():
                bold = 1.8 if name == "loss" else 0.9
                panel.plot([row["step"] for row in rows], values, label=name, linewidth=bold)
    panel.legend(fontsize=7)
