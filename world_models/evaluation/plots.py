"""Plots of an evaluation, each drawn from its plain results alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mpgenie.extras import require
from mpgenie.pictures import Picture

require("matplotlib", extra="dreams")
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

COLOURS = ("#2f8f7a", "#d99a2b", "#16324f", "#d1495b", "#7a5ea8", "#4f8fd0")
CONTROL = {"oracle": "#20262b", "copy last": "#b58b5a", "mirrored": "#c9cec7"}
Results = Mapping[str, Any]


def plots(results: Results) -> dict[str, Picture]:
    """The pictures by the names of their files."""
    return {"tasks.png": _pixels(_tasks(results)), "horizon.png": _pixels(_horizon(results))}


def colours(results: Results) -> dict[str, str]:
    """A colour for each model; controls always have the same."""
    ours = [name for name, model in results["models"].items() if not model["control"]]
    return {**{n: COLOURS[k % len(COLOURS)] for k, n in enumerate(ours)}, **CONTROL}


def _tasks(results: Results) -> Figure:
    """The score of each model and task with its interval; pale where the judge cannot see."""
    tasks, hue = results["tasks"], colours(results)
    models = [name for name in results["models"] if name != "mirrored"]
    figure = Figure(figsize=(10.4, 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panel = figure.subplots()
    wide = 0.8 / len(models)
    for n, name in enumerate(models):
        at = np.arange(len(tasks)) + wide * (n - (len(models) - 1) / 2)
        scores = [results["models"][name]["tasks"][task] for task in tasks]
        for x, task, score in zip(at, tasks, scores, strict=True):
            alpha = 1.0 if tasks[task]["sees"] else 0.35
            panel.bar(x, score["share"], 0.9 * wide, color=hue[name], alpha=alpha)
            panel.plot([x, x], [score["low"], score["high"]], color="black", linewidth=0.8)
        panel.bar(0, 0, color=hue[name], label=name)
    for x, about in enumerate(tasks.values()):
        panel.plot([x - 0.42, x + 0.42], [about["chance"]] * 2, ":", color="black", linewidth=1)
    panel.plot([], [], ":", color="black", label="chance")
    titles = [about["title"].replace(": ", "\n") for about in tasks.values()]
    panel.set_xticks(range(len(tasks)), titles, fontsize=8)
    panel.set_ylim(0.0, 1.03)
    _finish(panel, "Episodes in which all answers are right (pale: the judge cannot see)")
    return figure


def _horizon(results: Results) -> Figure:
    """PSNR at each step."""
    hue = colours(results)
    figure = Figure(figsize=(10.4, 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panel = figure.subplots()
    for name, model in results["models"].items():
        if name not in ("oracle", "mirrored"):
            curve = model["psnr_curve"]
            panel.plot(range(1, len(curve) + 1), curve, color=hue[name], label=name)
    panel.set_xscale("log", base=2)
    steps = [2**k for k in range(8)]
    panel.set_xticks(steps, [str(step) for step in steps])
    panel.set_xlabel("step of the dream", fontsize=9)
    _finish(panel, "PSNR of what was told, dB")
    return figure


def _finish(panel: Any, title: str) -> None:
    panel.set_title(title, loc="left", fontsize=10)
    panel.grid(axis="y", alpha=0.3)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=8)
    panel.legend(fontsize=8, frameon=False, ncols=6, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _pixels(figure: Figure) -> Picture:
    canvas: Any = figure.canvas
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
