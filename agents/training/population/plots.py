"""Plots of a population and of those who were judged, each from plain figures alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.pages import figures
from mpgenie.pictures import Picture

COLOURS = ("#2f8f7a", "#d99a2b", "#7a5ba6", "#c1553b", "#3a6ea5", "#6b7a2f")
"""Of groups."""
Events = Sequence[Mapping[str, Any]]


def ratings(lineage: Events) -> Picture:
    """Mean skill of every member, generation by generation, and how unsure it is."""
    figure, panel = figures.panel(9.6, 3.8)
    groups = _groups(lineage)
    labelled: set[str] = set()
    for name, rows in _by_member(lineage, "rating").items():
        when = [event["generation"] for event in rows]
        mu = np.array([event["rating"]["mu"] for event in rows])
        sigma = np.array([event["rating"]["sigma"] for event in rows])
        group = rows[-1].get("group", "")
        label = None if group in labelled else group
        labelled.add(group)
        panel.plot(when, mu, color=groups[group], linewidth=1.4, label=label)
        panel.fill_between(when, mu - sigma, mu + sigma, color=groups[group], alpha=0.07)
        panel.annotate(name, (when[-1], mu[-1]), xytext=(4, -3), textcoords="offset points",
                       fontsize=7, color=groups[group])  # fmt: skip
    panel.set_xlabel("generation", fontsize=9)
    panel.locator_params("x", integer=True)
    figures.head(panel, "Rating, and one deviation around it")
    panel.grid(alpha=0.3)
    return figures.pixels(figure)


def schedules(lineage: Events) -> Picture:
    """What every member learns by, generation by generation: a panel for each number."""
    values = {
        name: [event for event in lineage if name in _numbers(event)]
        for name in sorted({name for event in lineage for name in _numbers(event)})
    }
    columns = 3
    rows = -(-len(values) // columns)
    figure, panels = figures.panels(9.6, 2.3 * rows, columns, rows)
    groups = _groups(lineage)
    for panel in panels[len(values) :]:
        panel.set_visible(False)
    for panel, (name, events) in zip(panels, values.items(), strict=False):
        for own in _by_member(events, "kind").values():
            numbers = [float(_numbers(event)[name]) for event in own]
            when = [event["generation"] for event in own]
            colour = groups[own[-1].get("group", "")]
            panel.step(when, numbers, where="post", color=colour, linewidth=1.1, alpha=0.8)
        everything = [float(_numbers(event)[name]) for event in events]
        if min(everything) > 0.0 and max(everything) > 8.0 * min(everything):
            panel.set_yscale("log")
        figures.head(panel, name)
        panel.locator_params("x", integer=True)
        panel.grid(alpha=0.3)
    return figures.pixels(figure)


def descent(lineage: Events) -> Picture:
    """Who was cloned from whom and when: a line for each place in the population."""
    names = list(dict.fromkeys(event["member"] for event in lineage if "member" in event))
    last = max((event["generation"] for event in lineage), default=0)
    figure, panel = figures.panel(9.6, 0.9 + 0.3 * len(names))
    family = {name: k for k, name in enumerate(names)}
    since = dict.fromkeys(names, 0)
    shades = [COLOURS[k % len(COLOURS)] for k in range(len(names))]
    for event in lineage:
        if event["kind"] != "exploited":
            continue
        to, from_, when = event["member"], event["donor"], event["generation"]
        y, origin = names.index(to), names.index(from_)
        panel.plot([since[to], when], [y, y], color=shades[family[to]], linewidth=2.2)
        family[to], since[to] = family[from_], when
        arrow = {"arrowstyle": "->", "color": shades[family[to]], "linewidth": 1.0}
        panel.annotate("", (when, y), (when, origin), arrowprops=arrow)
    for y, name in enumerate(names):
        panel.plot([since[name], last], [y, y], color=shades[family[name]], linewidth=2.2)
    panel.set_yticks(range(len(names)), names, fontsize=8)
    panel.invert_yaxis()
    panel.set_xlim(-0.2, last + 0.2)
    panel.set_xlabel("generation", fontsize=9)
    panel.locator_params("x", integer=True)
    figures.head(panel, "Who descends from whom; arrows go from donors")
    return figures.pixels(figure)


def square(
    values: NDArray[np.float64], names: Sequence[str], title: str, colours: str = "RdYlGn"
) -> Picture:
    """A table of everybody with everybody as shades, with the numbers in it."""
    n = len(names)
    figure, panel = figures.panel(max(5.0, 2.4 + 0.62 * n), 1.4 + 0.48 * n)
    panel.imshow(values, cmap=colours, aspect="auto", alpha=0.6)
    panel.set_xticks(range(n), names, rotation=40, ha="right", fontsize=8)
    panel.set_yticks(range(n), names, fontsize=8)
    for row in range(n):
        for column in range(n):
            if np.isfinite(values[row, column]):
                panel.text(column, row, f"{values[row, column]:.2g}", ha="center", va="center",
                           fontsize=7.5)  # fmt: skip
    figures.head(panel, title)
    return figures.pixels(figure)


def _numbers(event: Mapping[str, Any]) -> dict[str, float]:
    """Everything that evolves, of an event."""
    return {**event.get("hypers", {}), **event.get("rewards", {})}


def _by_member(lineage: Events, key: str) -> dict[str, list[Mapping[str, Any]]]:
    """The events of each member that have something to tell, in order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for event in lineage:
        if "member" in event and key in event:
            found.setdefault(event["member"], []).append(event)
    return found


def _groups(lineage: Events) -> dict[str, str]:
    """A colour for each group."""
    names = list(dict.fromkeys(event.get("group", "") for event in lineage))
    return {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(names)}
