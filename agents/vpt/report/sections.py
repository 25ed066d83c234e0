"""What each section of the page says, as HTML; nothing where the results have nothing to tell."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from mpgenie.pages.charts import number, percent, table
from mpgenie.pages.pieces import file, group, note, plot, tile
from mpgenie.pictures import Picture

FIGURES = {
    "camera_r2": "camera R2",
    "camera_mae": "camera error, degrees",
    "camera_step_accuracy": "camera step right",
    "macro_f1": "buttons, mean F1",
    "macro_average_precision": "buttons, mean AP",
    "event_f1_0": "presses and releases, F1",
    "event_f1_1": "one tick off allowed",
    "joint_exact": "all buttons right",
    "key_accuracy": "single buttons right",
    "key_accuracy_pressed": "the same, where any is pressed",
}
OF_BUTTONS = {
    "f1": "F1", "precision": "precision", "recall": "recall", "average_precision": "AP",
    "event_f1_0": "events F1", "event_f1_1": "events F1, one off",
}  # fmt: skip
RULES = {
    "majority": "always what is commonest", "copy_previous": "the truth of a tick ago",
    "shuffled": "the truth of some other tick",
}  # fmt: skip
TARGETS = (
    ("scores", "camera_r2", 0.97),
    ("identifiable", "macro_f1", 0.90),
    ("scores", "joint_exact", 0.85),
    ("scores", "event_f1_0", 0.70),
)
"""What a model is meant to reach on planets that it has never seen."""
Results = Mapping[str, Any]
Drawn = Mapping[str, Picture]


def summary(results: Results) -> str:
    """The targets, what was measured, and anything that others noted."""
    tiles = []
    for part, name, wanted in TARGETS:
        where = results.get(part, {})
        scores = where.get("scores", {}) if part == "identifiable" else where
        if "model" not in scores:
            continue
        reached = scores["model"]["figures"][name]["mean"]
        copied = scores["copy_previous"]["figures"][name]["mean"]
        kind = "met" if reached >= wanted else "flag"
        where_told = ", where identifiable" if part == "identifiable" else ""
        beside = f"target {wanted:.2f}, copied {copied:.3f}"
        tiles.append(tile(f"{reached:.3f}", f"{FIGURES[name]}{where_told}; {beside}", kind))
    notes = "".join(note(text) for text in results.get("notes", ()))
    return group("tiles", tiles) + _about(results) + notes


def arms(results: Results, drawn: Drawn) -> str:
    """How well players play who learnt in different ways."""
    arms = results.get("arms")
    if not arms:
        return ""
    rows = [
        [
            escape(arm["arm"]), f"{arm['score']:.3f}", f"{arm['low']:.3f} to {arm['high']:.3f}",
            str(arm["episodes"]),
            percent(arm["survival"]) if "survival" in arm else "",
            f"{arm['distance']:.1f}" if "distance" in arm else "", escape(arm["note"]),
        ]
        for arm in arms
    ]  # fmt: skip
    head = ("", "score", "95 % interval", "episodes", "lived", "metres", "")
    text = "Intervals of the mean by bootstrap over episodes; lived: share of the time."
    return plot(drawn, "arms.png") + table(head, rows) + note(text)


def rules(results: Results) -> str:
    """All figures beside those of rules."""
    scores = results.get("scores")
    if not scores:
        return ""
    rows = [
        [escape(label), *(_value(scores[who]["figures"][name]) for who in scores), _vpt(name)]
        for name, label in FIGURES.items()
    ]
    head = ["", *(who.replace("_", " ") for who in scores), "VPT's own"]
    rules = "; ".join(f"{name.replace('_', ' ')}: {what}" for name, what in RULES.items())
    return table(head, rows) + note(
        f"{rules}. After ±: standard deviation between seeds. Means over buttons take those that "
        "were down at least ten ticks. VPT's own: what Baker et al. (2022) say of their model, on "
        "Minecraft; single buttons are right or wrong at each tick, which rules that look at no "
        "picture do well, too."
    )


def buttons(results: Results, drawn: Drawn) -> str:
    """Figures of each button."""
    scores = results.get("scores")
    if not scores:
        return ""
    copied = scores["copy_previous"]["buttons"]
    rows = [
        [
            escape(button), percent(row["prevalence"]["mean"]),
            *(_value(row[name]) for name in OF_BUTTONS),
            _value(copied.get(button, {}).get("event_f1_0")),
        ]
        for button, row in scores["model"]["buttons"].items()
    ]  # fmt: skip
    head = ("", "down", *OF_BUTTONS.values(), "events, copied")
    pictures = "".join(plot(drawn, name) for name in ("buttons.png", "events.png"))
    return pictures + table(head, rows) + note(
        "AP is average precision; chance is the share of time that a button is down. Events are "
        "presses and releases, right if they fall on the very tick."
    )  # fmt: skip


def identifiable(results: Results) -> str:
    """Figures where presses can be told at all, and how many those are."""
    known = results.get("identifiable")
    if not known:
        return ""
    model = known["scores"]["model"]
    rules = [who for who in known["scores"] if who != "model"]
    rows = [
        [
            escape(button), number(row["presses"]["mean"]), percent(row["share"]["mean"]),
            *(_value(row[name]) for name in ("f1", "precision", "recall")),
            *(_value(known["scores"][who]["buttons"].get(button, {}).get("f1")) for who in rules),
        ]
        for button, row in model["buttons"].items()
    ]  # fmt: skip
    for name, label in (("macro_f1", "mean F1"), ("joint_exact", "all right")):
        others = [_value(known["scores"][who]["figures"][name]) for who in rules]
        rows.append([f"<b>{label}</b>", "", "", _value(model["figures"][name]), "", "", *others])
    share = percent(model["figures"]["share"]["mean"])
    left_out = ""
    if known["left_out"]:
        left_out = f" {known['left_out']} episodes are too short or cannot be played again."
    head = ("", "ticks down", "identifiable", "F1", "precision", "recall",
            *(who.replace("_", " ") for who in rules))  # fmt: skip
    return table(head, rows) + note(
        f"A press is identifiable if not pressing would have changed one of the player's next "
        f"frames, as replays of the game show: {share} of all are. Elsewhere no model can know, so "
        f"neither a press missed there nor one made up counts.{left_out}"
    )


def parts(results: Results, drawn: Drawn) -> str:
    """Some figures by planet, by source and by type of play."""
    parts = results.get("parts")
    if not parts:
        return ""
    names = ("macro_f1", "event_f1_0", "joint_exact", "camera_r2")
    rows = [
        [
            what, escape(name), number(each["ticks"] / 1200.0),
            *(_value(each["model"][figure]) for figure in names),
        ]
        for what in ("planet", "source", "type")
        for name, each in parts[what].items()
        if each["ticks"]
    ]  # fmt: skip
    head = ("", "", "player-minutes", *(FIGURES[name] for name in names))
    return plot(drawn, "types.png") + table(head, rows, 2)


def strips(results: Results, out: Path) -> str:
    """Strips and their videos."""
    figures = []
    for strip in results.get("strips", ()):
        figures.append(file(out / strip["picture"], strip["title"]))
        figures.append(file(out / strip["video"], f"{strip['title']}, as it went"))
    text = "Upper bars were done; lower bars are what the first model says."
    return group("wide", figures) + note(text) if figures else ""


def curve(results: Results, drawn: Drawn) -> str:
    """How many labels it takes."""
    curve = results.get("curve")
    if not curve:
        return ""
    needed = []
    for row in curve["needed"]:
        most, least = ("at most ", "at least ") if row["bound"] else ("", "")
        enough = ["more than tried", ""]
        if row["needed"] is not None:
            enough = [f"{most}{row['needed']:.2g}", f"{least}{row['times']:.1f}"]
        needed.append([f"{row['minutes']:g}", f"{row['nll']:.3f}", *enough])
    head = (
        "minutes, from the past alone",
        "action NLL",
        "minutes, before and after",
        "times fewer",
    )
    return plot(drawn, "curve.png") + table(head, needed, 0) + note(curve["note"])


def leaks(results: Results, drawn: Drawn) -> str:
    """What single patches of the view know."""
    leaks = results.get("leaks")
    if not leaks:
        return ""
    if not leaks["buttons"]:
        return note("Too few episodes, or too few presses, to tell.")
    rows = [
        [escape(name), f"{each['auc']:.3f}"]
        for name, each in sorted(leaks["buttons"].items(), key=lambda item: -item[1]["auc"])
    ]
    if leaks["leaks"]:
        spots = ", ".join(
            f"{one['button']} in row {one['row']}, column {one['column']} ({one['auc']:.3f})"
            for one in leaks["leaks"][:8]
        )
        verdict = f'<p class="reject">{len(leaks["leaks"])} leaks: {escape(spots)}.</p>'
    else:
        verdict = '<p class="met">None found.</p>'
    text = (
        "Of 8 x 8 patches of the view, which one alone knows a button best: a line through its "
        "colours, fitted on half the episodes and judged on the others. AUC: 0.5 is chance, above "
        f"{leaks['suspect']} is a leak."
    )
    buttons = table(("button", "highest AUC"), rows)
    return verdict + group("pair", [plot(drawn, "leaks.png"), buttons]) + note(text)


def models(results: Results) -> str:
    """Which models, and how they learnt."""
    rows = [
        [
            escape(model["path"]), str(model["seed"]), number(model["weights"]),
            number(model["minutes"]), number(model["steps"]),
            f"{model['seconds'] / 60:.1f}" if model.get("seconds") else "",
        ]
        for model in results.get("models", ())
    ]  # fmt: skip
    head = ("", "seed", "weights", "labelled player-minutes", "steps", "minutes of learning")
    return table(head, rows) if rows else ""


def _about(results: Results) -> str:
    data = results.get("data")
    if data is None:
        return ""
    planets = len(data["planets"])
    shared = data.get("planets_learnt_from")
    held_out = (
        ""
        if shared is None
        else " No model has learnt from any of these planets."
        if not shared
        else f" Models have learnt from {len(shared)} of these planets: figures are too good."
    )
    return note(
        f"{data['name']}: {data['episodes']} episodes of {' or '.join(map(str, data['players']))} "
        f"players, {data['player_minutes']:.1f} player-minutes on {planets} "
        f"planet{'s' if planets != 1 else ''}, played by {', '.join(data['sources'])}."
        f"{held_out} Models: {len(results['models'])}."
    )


def _value(figure: Mapping[str, Any] | None) -> str:
    """A mean, and the spread where there are several seeds."""
    if figure is None:
        return ""
    text = f"{figure['mean']:.3f}"
    return f"{text} ± {figure['spread']:.3f}" if len(figure["each"]) > 1 else text


def _vpt(name: str) -> str:
    return {"key_accuracy": "0.906", "camera_r2": "0.970"}.get(name, "")
