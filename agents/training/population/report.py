"""The page about a population: how it grew, how good its members are, and how different.

Figures go to `report.json` beside it.  Every part may be missing: a section stands where there is
something to tell.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.pages.charts import number, table
from mpgenie.pages.page import PAGE, page, section, write
from mpgenie.pages.pieces import figure, group, image, note, tile
from mpgenie.pictures import Picture

from . import plots

Results = Mapping[str, Any]


def write_report(results: Results, out: Path, sheet: Picture | None = None) -> Path:
    """Write the page, and its figures as JSON.

    Args:
        results: What there is of `title`; `lineages`, events of populations by their names;
            `standings`, as of `Standings.to_plain`; `focal`, trials as of `Trial.to_plain`;
            `diversity`, as of `diversity_of`; `exploited`, a name, `rounds` and the `gain`;
            `rows`, what each row of the sheet shows.
        out: The folder.
        sheet: A contact sheet of matches.

    Returns:
        The page.

    Raises:
        StorageError: If it cannot be written.
    """
    return write(out / PAGE, html(results, sheet), results)


def html(results: Results, sheet: Picture | None = None) -> str:
    """The page as HTML, pictures inside."""
    return page(
        str(results.get("title", "A population")),
        _tiles(results),
        section("How it grew", _growth(results.get("lineages", {}))),
        section("Who is how good", _standings(results.get("standings"), results.get("exploited"))),
        section("Among strangers", _focal(results.get("focal"))),
        section("How different they are", _diversity(results.get("diversity"))),
        section("Matches", _matches(results, sheet)),
    )


def _tiles(results: Results) -> str:
    found: list[tuple[str, str]] = []
    for name, lineage in results.get("lineages", {}).items():
        members = {event["member"] for event in lineage if "member" in event}
        cloned = sum(event["kind"] == "exploited" for event in lineage)
        of = f" of {name}" if len(results["lineages"]) > 1 else ""
        found.append((str(len(members)), f"members{of}"))
        found.append((str(max(event["generation"] for event in lineage)), f"generations{of}"))
        found.append((str(cloned), f"times a member{of} was cloned from a better one"))
    if standings := results.get("standings"):
        best = max(range(len(standings["names"])), key=lambda k: standings["elo"][k][0])
        found.append((standings["names"][best], "is the best by Elo's points"))
        found.append((f"{standings['cyclic_share']:.0%}", "of who beats whom no order explains"))
    if diversity := results.get("diversity"):
        found.append((str(len(diversity.get("alarms", ()))), "alarms about diversity"))
    return group("tiles", (tile(*each) for each in found))


def _growth(lineages: Any) -> str:
    if len(lineages) == 1:
        return "".join(map(_grown, lineages.values()))
    each = (note(f"{escape(str(name))}:") + _grown(one) for name, one in lineages.items())
    return "".join(each)


def _grown(lineage: Any) -> str:
    drawn = [plots.ratings(lineage), plots.schedules(lineage), plots.descent(lineage)]
    names = ("ratings", "hyper-parameters and reward weights", "lineage")
    levels = [event for event in lineage if event["kind"] in ("promoted", "demoted")]
    told = ", ".join(f"{e['kind']} to level {e['level']} in {e['generation']}" for e in levels)
    shown = (figure(image(*each)) for each in zip(drawn, names, strict=True))
    return "".join(shown) + (note(f"Curriculum: {told}.") if told else "")


def _standings(standings: Any, exploited: Any) -> str:
    if not standings:
        return ""
    names = [str(name) for name in standings["names"]]
    rated = sorted(range(len(names)), key=lambda k: -standings["elo"][k][0])
    rows = []
    for k in rated:
        (mu, sigma), (score, low, high) = standings["ratings"][k], standings["score"][k]
        points = "{:+.0f} [{:+.0f}, {:+.0f}]".format(*standings["elo"][k])
        interval = f"{number(score)} [{number(low)}, {number(high)}]"
        rows.append([escape(names[k]), points, f"{mu:.1f} ± {sigma:.1f}", interval])
    head = ("", "Elo, 95 % interval", "rating", "score among others, 95 % interval")
    means = np.full((len(names), len(names)), np.nan)
    for i, j, values in standings["scores"]:
        means[i, j] = np.mean(values)
    means = means[np.ix_(rated, rated)]
    drawn = plots.square(means, [names[k] for k in rated], "Mean score of the row with the column")
    told = [f"{' beats '.join([*each, each[0]])}." for each in standings["cycles"]]
    if exploited is not None:
        low, high = (number(each) for each in exploited["gain"][1:])
        told.append(
            f"Who learns for {exploited['rounds']} rounds against {exploited['name']} alone gains "
            f"{number(exploited['gain'][0])} [{low}, {high}] beyond what it gets against itself."
        )
    ratio = standings.get("cross_play_ratio")
    if ratio is not None:
        told.append(f"Among strangers players get {ratio:.2f} of what they get among their like.")
    return (
        table(head, rows)
        + figure(image(drawn, "cross-play"))
        + note(" ".join(told) or "Nobody goes round in a circle beyond doubt.")
    )


def _focal(focal: Any) -> str:
    if not focal:
        return ""
    modes = list(dict.fromkeys(trial["mode"] for trial in focal))
    cells = {
        (trial["focal"], trial["mode"]): "{} [{}, {}]".format(*map(number, trial["score"]))
        for trial in focal
    }
    names = list(dict.fromkeys(trial["focal"] for trial in focal))
    rows = [[escape(name), *(cells.get((name, mode), "") for mode in modes)] for name in names]
    return table(("", *modes), rows) + note(
        "Interquartile means of the scores of focal players, with 95 % intervals. self_play: "
        "everybody is focal; resident: one stranger; visitor: one focal; solo: nobody else moves."
    )


def _diversity(diversity: Any) -> str:
    if not diversity:
        return ""
    parts = [f'<p class="reject">{escape(alarm)}</p>' for alarm in diversity.get("alarms", ())]
    coverage, archive, kinds = (diversity[name] for name in ("coverage", "archive", "kinds"))
    rows = [
        ["places visited", f"{coverage['share']:.1%}, entropy {coverage['entropy']:.2f} nats"],
        ["cells of behaviour filled", f"{archive['coverage']:.1%}, worth {archive['score']:.1f}"],
        ["kinds found again in halves (Rand index)", _maybe(kinds["stability"])],
    ]
    if "divergence" in diversity:
        rows[1:1] = [
            ["Jensen-Shannon divergence of pairs", f"{diversity['divergence']['mean']:.3f}"],
            ["share of decisions that differ", f"{diversity['distance']['mean']:.1%}"],
        ]
    if "ancestry" in diversity:
        families = diversity["ancestry"]
        told = f"{families['effective']:.1f}, the largest {families['largest']:.0%}"
        rows.append(["families of late", told])
    parts.append(table(("", ""), rows, words=2))
    if "divergence" in diversity:
        pairs = np.array(diversity["divergence"]["pairs"])
        title = "How differently two would decide on seeing the same"
        drawn = plots.square(pairs, diversity["compared"], title, "YlGn")
        parts.append(figure(image(drawn, "divergence")))
    behaviour = diversity["behaviour"]
    head = ("", *next(iter(behaviour.values())))
    lines = [[escape(name), *map(number, each.values())] for name, each in behaviour.items()]
    return "".join(parts) + table(head, lines)


def _matches(results: Results, sheet: Picture | None) -> str:
    if sheet is None:
        return ""
    rows = "; ".join(f"{k}. {row}" for k, row in enumerate(results.get("rows", ()), 1))
    caption = f"Rows: {rows}. The first player from behind, and below that from above."
    return figure(image(sheet, "matches", "sheet")) + note(caption)


def _maybe(value: float | None) -> str:
    return "too few matches" if value is None else f"{value:.2f}"
