"""Plots of an evaluation, each drawn from its plain results alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.pages import figures
from mpgenie.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#2f8f7a", "#d99a2b", "#16324f", "#d1495b", "#7a5ea8", "#4f8fd0")
CONTROL = {"oracle": "#20262b", "copy last": "#b58b5a", "mirrored": "#c9cec7"}
Results = Mapping[str, Any]


def plots(results: Results) -> dict[str, Picture]:
    """The pictures by the names of their files."""
    drawn = {"tasks.png": _tasks(results), "horizon.png": _horizon(results)}
    if ranked := {n: m["ranking"] for n, m in results["models"].items() if "ranking" in m}:
        drawn["ranking.png"] = ranking(ranked)
    return {name: figures.pixels(figure) for name, figure in drawn.items()}


def colours(results: Results) -> dict[str, str]:
    """A colour for each model; controls always have the same."""
    ours = [name for name, model in results["models"].items() if not model["control"]]
    return {**{n: COLOURS[k % len(COLOURS)] for k, n in enumerate(ours)}, **CONTROL}


def _tasks(results: Results) -> "Figure":
    """The score of each model and task with its interval; pale where the judge cannot see."""
    tasks, hue = results["tasks"], colours(results)
    models = [name for name in results["models"] if name != "mirrored"]
    figure, panel = figures.panel(10.4, 3.4)
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


def _horizon(results: Results) -> "Figure":
    """PSNR at each step."""
    hue = colours(results)
    figure, panel = figures.panel(10.4, 3.4)
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


def ranking(ranked: Mapping[str, Results]) -> "Figure":
    """Returns of policies in the game and in each dream, with their spread over starts.

    Args:
        ranked: What `fidelity.rank_policies` found, by the names of dreams.
    """
    figure, panels = figures.panels(4.6 * len(ranked), 4.2, len(ranked))
    for panel, (name, found) in zip(panels, ranked.items(), strict=True):
        real, dream = np.array(found["real"]), np.array(found["dream"])
        both = np.concatenate([real.mean(1), dream.mean(1)])
        panel.plot([both.min(), both.max()], [both.min(), both.max()], ":", color="black")
        panel.errorbar(
            real.mean(1), dream.mean(1), xerr=_spread(real), yerr=_spread(dream), fmt="o",
            color=COLOURS[0], ecolor="#c9cec7", markersize=5,
        )  # fmt: skip
        for policy, x, y in zip(found["policies"], real.mean(1), dream.mean(1), strict=True):
            panel.annotate(policy, (x, y), (4, 4), textcoords="offset points", fontsize=8)
        panel.set_xlabel("return in the game", fontsize=9)
        panel.set_ylabel("return in the dream", fontsize=9)
        _finish(panel, name)
    return figure


def _spread(returns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard error of the mean over starts."""
    error: NDArray[np.float64] = returns.std(1) / np.sqrt(returns.shape[1])
    return error


def _finish(panel: "Axes", title: str) -> None:
    figures.head(panel, title)
    panel.grid(axis="y", alpha=0.3)
    panel.set_axisbelow(True)
