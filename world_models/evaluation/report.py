"""The page about an evaluation, and the same as JSON."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.pages.charts import percent, table
from mpgenie.pages.page import PAGE, page, section, write
from mpgenie.pages.pieces import figure, image, note, plot
from mpgenie.pictures import Picture
from mpgenie.world_models.strips import tiled

from .cases import SHOWN, Case
from .game import Pictures
from .plots import plots
from .scoring import VIEWS, Cases, Told
from .tables import (
    by_actions,
    by_colour,
    by_distance,
    by_opinion,
    by_outcomes,
    by_plans,
    by_scenery,
    by_states,
    by_turns,
    by_view,
)

COLUMNS = 8
"""Frames of a strip."""
LARGE = 96
"""Pixels that a frame of a strip is high, about."""
PROBES = {
    "still, end": "nobody moves: PSNR after 64 ticks, dB",
    "still, change a tick": "nobody moves: change from tick to tick, of 255",
    "still, closed": "nobody moves: share of starts in which nobody has turned, walked or gone",
    "around, back": "around once: PSNR back at the beginning, dB",
    "away 0, back": "away and back at once: PSNR, dB",
    "away 8, back": "away for 8 ticks and back: PSNR, dB",
    "away 32, back": "away for 32 ticks and back: PSNR, dB",
    "around, closed": "around once: each side is where it was, and the first view back at last",
    "circle, closed": "around the planet: back at the same place, and at others on the way",
    "elsewhere, leak": "the other turns: what changes in one's own view, of 255",
    "elsewhere, answer": "the other turns: change of its view, 1 = the game's",
}
HAPPENED = {
    "mining": "a block is dug away: share told right, and nothing where nobody digs",
    "placing": "the last block that is held is placed: likewise",
    "count": "a block is dug, picked up and placed, and no second: likewise",
    "torch": "a torch lights the night",
    "weather": "after a turn it still rains, or it is still dry",
    "hit": "the other is struck and thrown back",
    "death": "the other is struck until it is gone",
    "fall": "one walks off a tower",
    "collision": "one walks against a wall, and stays before it",
    "left": "the other walks left",
    "right": "the other walks right",
    "forward": "the other walks forward",
    "back": "the other walks back",
    "walks, views agree": "both views tell of the same walk, right or not",
}
Results = Mapping[str, Any]


def write_report(results: Results, cases: Cases, told: Mapping[str, Told], out: Path) -> Path:
    """Write the page, its pictures, and the results as JSON.

    Args:
        results: As `evaluate_world_model` returns them.
        cases: What was asked.
        told: What models told, of which strips are drawn.
        out: The folder.

    Returns:
        The page.

    Raises:
        StorageError: If it cannot be written.
    """
    drawn = plots(results)
    strips = {name: _strips(results["models"][name], cases, each) for name, each in told.items()}
    return write(out / PAGE, html(results, drawn, strips), results, drawn)


def html(
    results: Results,
    drawn: Mapping[str, Picture],
    strips: Mapping[str, Sequence[tuple[str, Picture]]],
) -> str:
    """The page.

    Args:
        results: Plain data.
        drawn: Plots by the names of their files.
        strips: For each model titles and pictures.
    """
    return page(
        "World models as a stand-in for the game",
        section("Tasks", _tasks(results) + plot(drawn, "tasks.png")),
        section("In the view of who acts, and of who watches", by_view(results)),
        section("What another judge says", by_opinion(results)),
        section("How near frames come", plot(drawn, "horizon.png") + _near(results)),
        section("How far they lie as a whole", by_distance(results)),
        section("What was done, read off frames", by_actions(results)),
        section("Whether both views show one scenery", by_scenery(results)),
        section("Who is in view, by colour", by_colour(results)),
        section("How far views turn", by_turns(results)),
        section("One thing at a time", _probes(results)),
        section("Policies, ranked in dreams", _ranking(results, drawn)),
        section("What is there, read off frames", by_states(results)),
        section("Plans, improved in dreams", by_plans(results)),
        section("What ticks are worth, and when episodes end", by_outcomes(results)),
        *[section(f"What {name} told", _told(each)) for name, each in strips.items()],
        section("To get the same again", _made(results)),
    )


def _tasks(results: Results) -> str:
    """A row for each task; scores whose judge cannot see are marked."""
    models, rows = results["models"], []
    for name, about in results["tasks"].items():
        mark = "" if about["sees"] else " class=flag"
        row = [
            escape(about["title"]), str(about["episodes"]),
            f"<span{mark}>{percent(about['judge'])}</span>",
            percent(about["chance"]), percent(about["constant"]),
        ]  # fmt: skip
        for model in models.values():
            score = model["tasks"][name]
            interval = f"{100 * score['low']:.0f} to {100 * score['high']:.0f}"
            text = f"<b>{percent(score['share'])}</b> <small>({interval})</small>"
            if name in model["reconstructed"]:
                text += f"<br><small>judge {percent(model['reconstructed'][name])}</small>"
            row.append(f"<span{mark}>{text}</span>")
        rows.append(row)
    head = ["task", "episodes", "judge", "chance", "constant", *models]
    return table(head, rows) + note(
        "The share of episodes in which all questions are answered right, with the 95 % interval "
        "after Wilson. judge: how often the judge is right on frames of the game seen a degree "
        "aside; below a score, the same on frames that went through the model's tokenizer. Where "
        "the judge is right less than nine times in ten, it and all scores of the task are "
        "marked: what is asked about is too small at this resolution. chance: answers at random; "
        "constant: the best answer that never changes, which is right in Building and wrong in its "
        "control, and likewise in Consistency. oracle: the game itself; mirrored: the game, told "
        "left for right."
    )


def _near(results: Results) -> str:
    """PSNR, SSIM and LPIPS by step, PSNR by player."""
    rows = []
    for name, model in results["models"].items():
        for step, found in model["steps"].items() if name != "oracle" else ():
            rows.append([
                escape(name), str(step), _span(found["psnr"], 1), _span(found["ssim"], 3),
                _span(found["lpips"], 3) if "lpips" in found else "",
                *(f"{each:.1f}" for each in found["psnr"]["players"]),
                *map(_decibels, found["psnr"]["views"].values()),
            ])  # fmt: skip
    head = ["model", "step", "PSNR, dB", "SSIM", "LPIPS", "player 0, dB", "player 1, dB",
            *(f"{view}, dB" for view in VIEWS)]  # fmt: skip
    return table(head, rows) + note(
        "Over all episodes that are as long, with 95 % intervals by bootstrap over episodes. PSNR "
        "is that of the mean squared error, 60 dB at most. LPIPS (AlexNet; less is better) is left "
        "out where its weights are not installed."
    )


def _decibels(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _probes(results: Results) -> str:
    """A row for each figure, if models were tried."""
    models = results["models"]
    names = next(iter(models.values())).get("probes")
    if not names:
        return ""
    rows = [
        [
            escape((PROBES | HAPPENED).get(name, name)),
            _judge(results["judges"].get(name)),
            *(_probe(model, name) for model in models.values()),
        ]
        for name in names
    ]
    return table(["", "judge", *models], rows) + note(
        "From places where both players face each other; 95 % intervals by bootstrap over these "
        "places. What comes of what one does is told right if it happens, and does not on the same "
        "tape with nothing done, in each view in which it can be seen; intervals after Wilson."
    )


def _judge(about: Mapping[str, Any] | None) -> str:
    if about is None:
        return ""
    mark = "" if about["sees"] else " class=flag"
    return f"<span{mark}>{percent(about['judge'])}</span>"


def _probe(model: Results, name: str) -> str:
    """A figure, and below it how often its judge is right on reconstructions."""
    again = model["reconstructed"].get(name)
    judge = "" if again is None else f"<br><small>judge {percent(again)}</small>"
    return _span(model["probes"][name], 2) + judge


def _ranking(results: Results, drawn: Mapping[str, Picture]) -> str:
    """Whether policies that are good in a dream are good in the game, if any were tried."""
    if "ranking.png" not in drawn:
        return ""
    rows = []
    for name, model in results["models"].items():
        if found := model.get("ranking"):
            cells = (found[key] for key in ("pearson", "spearman", "rank_violation", "bias"))
            rows.append([escape(name), *("" if c is None else f"{c:.2f}" for c in cells)])
    head = ["model", "Pearson", "Spearman", "maximum rank violation, mean", "bias"]
    return (
        table(head, rows)
        + plot(drawn, "ranking.png")
        + note(
            "Mean returns of policies from the same frames on, in the dream and in the game: "
            "how much sky is in view, a reward that any frame tells. Bars: standard errors over "
            "starts."
        )
    )


def _span(found: Mapping[str, Any], digits: int) -> str:
    if found["mean"] is None:
        return "not asked"
    low, high = (f"{found[end]:.{digits}f}" for end in ("low", "high"))
    return f"{found['mean']:.{digits}f} <small>({low} to {high})</small>"


def _made(results: Results) -> str:
    made = results["made"]
    models = results["models"].items()
    rows = [[escape(name), escape(str(value))] for name, value in made.items()]
    rows += [
        [escape(name), escape(f"{model['seconds']:.1f} s {model['about'] or ''}")]
        for name, model in models
    ]
    return table(["", ""], rows)


def _told(pictures: Sequence[tuple[str, Picture]]) -> str:
    return "".join(figure(image(picture, title, "sheet"), title) for title, picture in pictures)


def _strips(model: Results, cases: Cases, told: Told) -> list[tuple[str, Picture]]:
    """Of each task one episode that was right and one that was wrong, where there are such."""
    found = []
    for name, each in cases.items():
        score = model["tasks"][name]
        for right in (True, False):
            if right in score["right"]:
                k = score["right"].index(right)
                said = "; ".join(f"{told} (right: {true})" for told, true in score["answers"][k])
                title = f"{each[k].name}, {'right' if right else 'wrong'}: {said}"
                found.append((title, strip(each[k], told[name][k])))
    return found


def strip(case: Case, told: Pictures) -> Picture:
    """Each player's reality and, below, what was told: the last frame shown, those that were
    asked about, and some between."""
    asked = {question.frame for question in case.questions}
    even = np.linspace(0, len(told) - 1, COLUMNS - 1 - len(asked)).round().astype(int).tolist()
    at = sorted({*even, *asked})
    rows = [
        np.stack([case.frames[SHOWN - 1, p], *(frames[t, p] for t in at)])
        for p in range(told.shape[1])
        for frames in (case.real, told)
    ]
    by = max(1, LARGE // told.shape[2])
    return tiled(np.stack(rows).repeat(by, 2).repeat(by, 3))
