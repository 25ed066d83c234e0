"""Tables of the page that stand there only where there is something to say."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from mpgenie.pages.charts import percent, table
from mpgenie.pages.pieces import note

from .frechet import CLIP, WINDOWS
from .i3d import EDGE
from .scoring import VIEWS

PLANS = {"promised": "promised", "real": "in the game", "nothing": "doing nothing",
         "random": "random plans"}  # fmt: skip
DISTANCES = {
    "frechet_alexnet": "frechet_alexnet: between features of frames, of LPIPS's AlexNet; no FID, "
    "whose network is another.",
    "fvd": f"fvd: between logits of clips of {CLIP} frames, of I3D, enlarged to {EDGE} x {EDGE}.",
}
Results = Mapping[str, Any]


def by_view(results: Results) -> str:
    """How many questions about one player's view are right, for who acts and who watches."""
    models, rows = results["models"], []
    for name, about in results["tasks"].items():
        for view in VIEWS:
            shares = [model["tasks"][name]["views"][view] for model in models.values()]
            if any(each is not None for each in shares):
                rows.append([escape(about["title"]), view, *map(_percent, shares)])
    return table(["task", "view", *models], rows, words=2) + note(
        "The share of questions about one player's view that are answered right: the view of who "
        "acts after the frames that are shown, and that of who does not."
    )


def by_opinion(results: Results) -> str:
    """The shares as another judge sees them; nothing where none was asked."""
    if not any("opinion" in model for model in results["models"].values()):
        return ""
    models, rows = results["models"], []
    for name, about in results["tasks"].items():
        shares = [model["opinion"][name]["mean"] for model in models.values()]
        rows.append([escape(about["title"]), *map(_percent, shares)])
    return table(["task", *models], rows) + note(
        "What a judge says that was named, and about which nothing is known here: its score of the "
        "oracle says how often it is right on frames of the game."
    )


def by_distance(results: Results) -> str:
    """Frechet distances by window and player; nothing where they were not measured."""
    rows_of = {"half of the game": results} | results["models"]
    names = [name for name in DISTANCES if any(name in found for found in rows_of.values())]
    if not names:
        return ""
    columns = [(name, window) for name in names for window in WINDOWS]
    rows = [
        [escape(each), *(_distance(found.get(name, {}).get(window)) for name, window in columns)]
        for each, found in rows_of.items()
    ]
    head = ["", *(f"{name}, steps {window}" for name, window in columns)]
    return table(head, rows) + note(
        " ".join(DISTANCES[name] for name in names) + " The mean over players, and each player's; "
        "then of how many frames or clips a view's is. Less is better. Two halves of the game are "
        "half as many, and of other episodes than each other, so what is told of the same episodes "
        "may well be nearer. Marked are figures of fewer frames or clips than the network has "
        "features: these count for little, and only beside others of as many."
    )


def by_actions(results: Results) -> str:
    """What a network of inverse dynamics reads off frames; nothing where there is none."""
    if "actions" not in results:
        return ""
    rows = [[escape(name), *cells] for name, cells in _actions(results)]
    head = ["frames", "F1 of buttons", "ratio", "R2 of turns", "ratio", "steps of turns"]
    return table(head, rows) + note(
        "A network of inverse dynamics says what was done in each tick. It errs on frames of the "
        "game, too, so the ratio to these counts. Nothing is looked at for what is mostly done "
        "(majority) and what was done at other ticks (shuffled). Network "
        f"{results['actions']['idm'][:16]}."
    )


def by_turns(results: Results) -> str:
    """How far views turn; nothing where nobody does nothing but turn."""
    if "turns" not in results:
        return ""
    about = results["turns"]
    rows = {"the game": about["real"], "shuffled: views after other turns": about["shuffled"]}
    for name, model in results["models"].items():
        for what, found in model.get("turns", {}).items():
            rows[name if what == "told" else f"{name}, reconstructions"] = found
    cells = [
        [escape(n), percent(f["within"]), f"{f['error']:.1f}", f"{f['median']:.1f}"]
        for n, f in rows.items()
    ]
    head = ["frames", "within 2.5 degrees", "off by, mean, degrees", "median"]
    return table(head, cells) + note(
        f"Of {about['pairs']} pairs of views two ticks apart, between which a player does nothing "
        "but turn: the turn whose homography best explains the second from the first, beside the "
        "true one."
    )


def by_scenery(results: Results) -> str:
    """How far both views are from showing one scenery; nothing where that was not asked."""
    if "scenery" not in results:
        return ""
    about = results["scenery"]
    rows = {"the game": about["real"], "shuffled": about["shuffled"]}
    rows |= {name: model["scenery"] for name, model in results["models"].items()}
    cells = [[escape(name), _span(found)] for name, found in rows.items()]
    agree = about["agreement"]
    return table(["views of", "reprojection error, normalised"], cells) + note(
        "Where two players look to one side: how well colours agree of pixels that show the same "
        f"points, from 0, as in the game (a correlation of {agree['real']:.2f}), to 1, as in views "
        f"of different episodes ({agree['shuffled']:.2f}); MultiWorld's RPE. 95 % intervals by "
        "bootstrap over episodes. A picture of one colour agrees with nothing."
    )


def by_colour(results: Results) -> str:
    """Whether the other is in view, by its shirt; nothing where nobody could be asked."""
    if "colour_key" not in results:
        return ""
    about = results["colour_key"]
    rows = {"the game": about["real"], "shuffled: of other views": about["shuffled"]}
    for name, model in results["models"].items():
        for what, found in model["colour_key"].items():
            rows[name if what == "told" else f"{name}, reconstructions"] = found
    names = {"in view": "the other in view", "nobody": "nobody in view", "right": "mean of both"}
    cells = [
        [escape(name), *(_percent(found[key]) for key in names)] for name, found in rows.items()
    ]
    return table(["frames", *names.values()], cells) + note(
        f"How often the colour of its shirt says rightly whether the other is in view, of "
        f"{about['in view']} views in which it is and {about['views'] - about['in view']} in which "
        "nobody is, by the engine's own mask. Always saying the same is worth a mean of 50 %."
    )


def by_states(results: Results) -> str:
    """What a frozen probe reads off frames; nothing where there is none."""
    if "states" not in results:
        return ""
    about = results["states"]
    rows = {"the game": about["real"], "none: always the same": about["constant"]}
    for name, model in results["models"].items():
        for what, found in model["states"].items():
            rows[name if what == "told" else f"{name}, reconstructions"] = found
    head = ["frames", *about["real"]]
    cells = [[escape(name), *map(_percent, found.values())] for name, found in rows.items()]
    return table(head, cells) + note(
        "The share of frames of which a small network, that learnt on frames of the game and is "
        "frozen, says what truly is there: whether the other is in view, where (within 5 degrees), "
        "how far off (within a quarter), how far one looks down (within 5 degrees), how bright the "
        "day is (within a quarter), whether it rains. What it gets wrong of the game, it cannot "
        f"tell of a dream. Probe {about['hash'][:16]}."
    )


def by_plans(results: Results) -> str:
    """What plans are worth that were found in dreams; nothing where none were looked for."""
    rows = [
        [escape(name), *(_span(model["plans"][column]) for column in PLANS)]
        for name, model in results["models"].items()
        if "plans" in model
    ]
    if not rows:
        return ""
    return table(["searched in", *PLANS.values()], rows) + note(
        "Returns of the best plans that a search found, with 95 % intervals by bootstrap over "
        "places: how much sky is in view, a reward that any frame tells. All searches begin with "
        "the same random plans; the one in the game says how much there was to gain."
    )


def by_outcomes(results: Results) -> str:
    """How well rewards and ends are told; nothing where no recorded games were named."""
    if "outcomes" not in results:
        return ""
    rows = [
        [
            escape(name), f"{found['mean_error']:.3f}", _percent(found["sign"]),
            f"{found['brier']:.3f}", _number(found["auc"]),
        ]
        for name, found in told_outcomes(results).items()
    ]  # fmt: skip
    about = results["outcomes"]
    of = about["nothing"]
    head = ["told by", "error of rewards, mean", "sign of rewards", "Brier score of ends", "AUC"]
    return table(head, rows) + note(
        f"Of {of['ticks']} ticks of players in {about['clips']} clips of {escape(about['folder'])} "
        f"({about['data']}), {of['rewards']} of which pay and {of['ends']} of which end an "
        "episode. sign: of those that pay; AUC: how often a tick that ends an episode is held "
        "likelier to than one that does not. nothing: who says that nothing is paid or ends."
    )


def told_outcomes(results: Results) -> dict[str, Any]:
    """The figures of the game itself, of who says nothing, and of each model that was asked."""
    models = {n: m["outcomes"] for n, m in results["models"].items() if "outcomes" in m}
    return {name: results["outcomes"][name] for name in ("oracle", "nothing")} | models


def _span(found: Mapping[str, Any]) -> str:
    if found["mean"] is None:
        return ""
    return f"{found['mean']:.2f} <small>({found['low']:.2f} to {found['high']:.2f})</small>"


def _actions(results: Results) -> Iterator[tuple[str, list[str]]]:
    about = results["actions"]
    named = {"the game": about["real"]}
    named |= {f"none: {name}": about[name] for name in ("majority", "shuffled")}
    for name, model in results["models"].items():
        if "actions" in model:
            named[name] = model["actions"]
            if "reconstructed" in model["actions"]:
                named[f"{name}, reconstructions"] = model["actions"]["reconstructed"]
    for name, found in named.items():
        ratio = found.get("ratio", {})
        yield name, [
            f"{found['macro_f1']:.2f}", _number(ratio.get("macro_f1")),
            f"{found['camera_r2']:.2f}", _number(ratio.get("camera_r2")),
            percent(found["camera_step_accuracy"]),
        ]  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else percent(share)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _distance(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    mark = " class=flag" if found["pieces"] < found["features"] else ""
    players = ", ".join(f"{each:.2f}" for each in found["players"])
    small = f"<small>({players}; of {found['pieces']})</small>"
    return f"<span{mark}>{found['mean']:.2f} {small}</span>"
