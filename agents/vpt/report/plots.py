"""Plots of a report, each drawn from its plain results alone."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mpgenie.pages import figures
from mpgenie.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "model": "#2f8f7a", "copy_previous": "#d99a2b", "shuffled": "#b9c0bb", "majority": "#dfe3de",
    "identifiable": "#16324f",
}  # fmt: skip
Results = Mapping[str, Any]


def plots(results: Results) -> dict[str, Picture]:
    """The pictures that results have figures for, by the name of their file."""
    return {
        name: figures.pixels(draw(results))
        for name, (need, draw) in _DRAWN.items()
        if need(results)
    }


def _buttons(results: Results) -> "Figure":
    """F1 of each button beside the rules, and where it is identifiable."""
    scores, known = results["scores"], results.get("identifiable")
    names = list(scores["model"]["buttons"])
    figure, panel = figures.panel(max(9.6, 1.2 + 0.95 * len(names)), 3.4)
    _bars(panel, scores, names, "f1")
    if known is not None:
        rows = known["scores"]["model"]["buttons"]
        for k, name in enumerate(names):
            if name in rows and rows[name]["identifiable"]["mean"] > 0:
                spot = k - 0.28, rows[name]["f1"]["mean"]
                panel.plot(*spot, marker="D", color=COLOURS["identifiable"], markersize=5)
        panel.plot([], [], "D", color=COLOURS["identifiable"], label="model, where identifiable")
    rows = scores["model"]["buttons"]
    labels = [f"{n}\n{100 * rows[n]['prevalence']['mean']:.2g} %" for n in names]
    panel.set_xticks(range(len(names)), labels, fontsize=9)
    figures.head(panel, "F1 of each button, and how much of the time it is down")
    return figure


def _events(results: Results) -> "Figure":
    """F1 of presses and releases, on the tick and one off."""
    scores = results["scores"]
    names = list(scores["model"]["buttons"])
    figure, panel = figures.panel(max(9.6, 1.2 + 0.95 * len(names)), 3.2)
    _bars(panel, scores, names, "event_f1_0")
    rows = scores["model"]["buttons"]
    for k, name in enumerate(names):
        spot = k - 0.28, rows[name]["event_f1_1"]["mean"]
        panel.plot(*spot, marker="_", color="black", markersize=13, markeredgewidth=1.6)
    panel.plot([], [], "_", color="black", label="model, one tick off allowed")
    panel.set_xticks(range(len(names)), names, fontsize=9)
    figures.head(panel, "F1 of presses and releases, on the very tick")
    return figure


def _bars(panel: "Axes", scores: Results, names: list[str], figure: str) -> None:
    """A group of bars for each button: the model with its spread, and two rules."""
    for n, who in enumerate(("model", "copy_previous", "shuffled")):
        rows = scores[who]["buttons"]
        found = [rows.get(name, {}).get(figure, {"mean": 0.0, "spread": 0.0}) for name in names]
        panel.bar(
            np.arange(len(names)) + 0.28 * (n - 1), [f["mean"] for f in found], 0.26,
            yerr=[f["spread"] for f in found] if who == "model" else None, capsize=2,
            color=COLOURS[who], label=who.replace("_", " "), error_kw={"linewidth": 1},
        )  # fmt: skip
    panel.set_ylim(0.0, 1.03)
    panel.set_xlim(-0.6, len(names) - 0.4)
    panel.grid(axis="y", alpha=0.3)


def _turns(results: Results) -> "Figure":
    """Which turn was said when it truly was which."""
    edges = np.array(results["turns"]["edges"])
    figure, panels = figures.panels(7.6, 3.7, 2)
    for panel, name, counts in zip(
        panels, ("pitch", "yaw"), results["turns"]["counts"], strict=True
    ):
        shade = np.log1p(np.array(counts, np.float64)).T
        panel.pcolormesh(edges, edges, shade, cmap="Greens", linewidth=0, rasterized=True)
        panel.plot(edges[[0, -1]], edges[[0, -1]], color="#7a8580", linewidth=0.8, linestyle=":")
        panel.set_aspect("equal")
        figures.head(panel, name)
        panel.set_xlabel("true, degrees a tick", fontsize=9)
        panel.set_ylabel("said", fontsize=9)
    return figure


def _types(results: Results) -> "Figure":
    """Figures of each type of play."""
    types = {name: each for name, each in results["parts"]["type"].items() if each["ticks"]}
    names = sorted(types, key=lambda name: types[name]["model"]["macro_f1"]["mean"])
    shown = {"macro_f1": "buttons, mean F1", "event_f1_0": "presses and releases, F1",
             "camera_r2": "camera R2"}  # fmt: skip
    figure, panels = figures.panels(9.6, 1.2 + 0.3 * len(names), len(shown), sharey=True)
    for panel, (what, title) in zip(panels, shown.items(), strict=True):
        for who in ("copy_previous", "model"):
            found = [types[name][who][what] for name in names]
            panel.errorbar(
                [max(f["mean"], -0.05) for f in found], range(len(names)),
                xerr=[f["spread"] for f in found], fmt="o", color=COLOURS[who],
                label=who.replace("_", " "), markersize=6,
            )  # fmt: skip
        panel.set_yticks(range(len(names)), names, fontsize=9)
        panel.set_xlim(-0.06, 1.04)
        panel.set_title(title, loc="left", fontsize=10)
        panel.grid(alpha=0.3)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, frameon=False, ncols=2, loc="outside lower center")
    return figure


def _leaks(results: Results) -> "Figure":
    """The highest AUC of each patch over all buttons."""
    buttons = results["leaks"]["buttons"]
    table = np.max([each["map"] for each in buttons.values()], axis=0)
    figure, panel = figures.panel(3.9, 3.2)
    shown = panel.imshow(table, vmin=0.5, vmax=1.0, cmap="YlOrRd")
    bar = figure.colorbar(shown, ax=panel, shrink=0.9)
    bar.set_label("highest AUC of all buttons", fontsize=9)
    bar.ax.axhline(results["leaks"]["suspect"], color="black", linewidth=1.2)
    panel.set_xticks([])
    panel.set_yticks([])
    figures.head(panel, "what one patch of the view knows")
    return figure


def _curve(results: Results) -> "Figure":
    """What labels are worth: figures against minutes."""
    curve = results["curve"]
    shown = {"nll": "action NLL, nats a tick (less is better)", "macro_f1": "buttons, mean F1",
             "camera_r2": "camera R2"}  # fmt: skip
    figure, panels = figures.panels(11.0, 3.4, len(shown))
    for panel, (what, title) in zip(panels, shown.items(), strict=True):
        for arm, colour in (("idm", COLOURS["model"]), ("causal", COLOURS["copy_previous"])):
            rows = [row for row in curve["rows"] if row["arm"] == arm]
            minutes = sorted({row["minutes"] for row in rows})
            means = [np.mean([r[what] for r in rows if r["minutes"] == m]) for m in minutes]
            panel.plot(minutes, means, color=colour, linewidth=1.8, label=curve["arms"][arm])
            panel.plot(
                [row["minutes"] for row in rows], [row[what] for row in rows], "o", color=colour,
                alpha=0.5, markersize=4,
            )  # fmt: skip
        panel.set_xscale("log")
        panel.set_xticks(minutes, [f"{m:g}" for m in minutes])
        panel.minorticks_off()
        panel.set_xlabel("labelled minutes of play", fontsize=9)
        panel.set_title(title, loc="left", fontsize=10)
        panel.grid(alpha=0.3)
        if what == "nll":
            panel.legend(fontsize=8, frameon=False)
    return figure


def _arms(results: Results) -> "Figure":
    """The score of each arm with its interval."""
    arms = results["arms"]
    figure, panel = figures.panel(7.6, 0.9 + 0.42 * len(arms))
    for k, arm in enumerate(reversed(arms)):
        panel.plot(
            [arm["low"], arm["high"]], [k, k], color=COLOURS["model"], linewidth=5, alpha=0.35
        )
        panel.plot(arm["score"], k, "o", color=COLOURS["model"], markersize=7)
    panel.set_yticks(range(len(arms)), [arm["arm"] for arm in reversed(arms)], fontsize=9)
    panel.set_ylim(-0.6, len(arms) - 0.4)
    panel.grid(axis="x", alpha=0.3)
    figures.head(panel, "Score of the task, and the 95 % interval of its mean")
    return figure


_DRAWN: dict[str, tuple[Callable[[Results], bool], Callable[[Results], "Figure"]]] = {
    "buttons.png": (lambda r: bool(r.get("scores", {}).get("model", {}).get("buttons")), _buttons),
    "events.png": (lambda r: bool(r.get("scores", {}).get("model", {}).get("buttons")), _events),
    "turns.png": (lambda r: "turns" in r, _turns),
    "types.png": (lambda r: any(e["ticks"] for e in r.get("parts", {}).get("type", {}).values()),
                  _types),
    "leaks.png": (lambda r: bool(r.get("leaks", {}).get("buttons")), _leaks),
    "curve.png": (lambda r: bool(r.get("curve", {}).get("rows")), _curve),
    "arms.png": (lambda r: bool(r.get("arms")), _arms),
}  # fmt: skip
