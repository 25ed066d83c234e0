"""Scores: what models got right, beside what nobody has to learn anything for."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.intervals import interval, wilson
from mpgenie.world_models.strips import decibels

from .cases import SHOWN, Case, Question, Which, told_by
from .game import Pictures
from .lpips import Lpips
from .metrics import squared_errors, ssim
from .models import Model, Reconstructs
from .tasks import TASKS

GOOD_JUDGE = 0.9
"""How often a judge has to be right on frames of the game for a score to count for much."""
HORIZON = (1, 2, 4, 8, 16, 32, 64)
"""Steps of a dream at which its frames are measured."""
BATCH = 8
Cases = Mapping[str, Sequence[Case]]
Told = Mapping[str, Sequence[Pictures]]
"""By task, for each case (N, P, H, W, 3)."""


def all_of(each: Mapping[str, Sequence[Any]]) -> list[Any]:
    """Those of all tasks, in order."""
    return [one for some in each.values() for one in some]


def tell(model: Model, cases: Cases, batch: int = BATCH) -> tuple[dict[str, list[Pictures]], float]:
    """What a model makes of all cases, and in how many seconds."""
    began = monotonic()
    told = {name: told_by(model, each, batch) for name, each in cases.items()}
    return told, monotonic() - began


def about_tasks(cases: Cases) -> dict[str, Any]:
    """What is asked, and how well it could be answered without a model; plain data.

    `judge` is how often judges are right on frames of the game, which are not among the pictures
    that they compare with; `constant` the share of episodes that the best answer gets right if it
    is given to every question; `chance` that of answers at random.
    """
    return {name: _about(name, each) for name, each in cases.items()}


def _about(name: str, cases: Sequence[Case]) -> dict[str, Any]:
    asked = _asked(cases)
    options = {answer for question in asked for answer in question.answers}
    constant = max(
        float(np.mean([all(q.right == answer for q in case.questions) for case in cases]))
        for answer in options
    )
    chance = np.mean([np.prod([1.0 / len(q.answers) for q in case.questions]) for case in cases])
    return {
        "title": TASKS[name].title,
        "episodes": len(cases),
        "questions": len(asked),
        "ticks": [len(case.real) for case in cases],
        **_judge(cases),
        "constant": constant,
        "chance": float(chance),
    }


def about_judges(cases: Cases, figures: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """How often judges are right on frames of the game; plain data, for each of some figures.

    Args:
        cases: Those of some tapes.
        figures: The names of the cases that each is about.
    """
    groups = {name: [c for each in about for c in cases[each]] for name, about in figures.items()}
    return {name: _judge(each) for name, each in groups.items() if _asked(each)}


def _asked(cases: Sequence[Case]) -> list[Question]:
    return [question for case in cases for question in case.questions]


def _judge(cases: Sequence[Case]) -> dict[str, Any]:
    tried = [q.ask(view) == q.right for q in _asked(cases) for view in q.tried()]
    right = float(np.mean(tried))
    return {"judge": right, "tried": len(tried), "sees": right >= GOOD_JUDGE}


def answered(cases: Cases, told: Told) -> dict[str, Any]:
    """What the judges read off what a model told; plain data."""
    found = {}
    for name, each in cases.items():
        right = [case.right(frames) for case, frames in zip(each, told[name], strict=True)]
        low, high = wilson(sum(right), len(right))
        found[name] = {
            "right": right, "share": float(np.mean(right)), "low": low, "high": high,
            "views": _views_right(each, told[name]),
            "answers": [
                [[question.answer(frames), question.right] for question in case.questions]
                for case, frames in zip(each, told[name], strict=True)
            ],
        }  # fmt: skip
    return found


VIEWS = ("acting", "watching")
"""The view of a player who does something in a dream, and that of one who does not."""


def acting(case: Case) -> NDArray[np.bool_]:
    """(P,) who does anything after what is shown."""
    done = case.actions.at(slice(SHOWN - 1, None))
    moves = (done.buttons != 0) | (done.camera != 0).any(-1)
    return np.asarray(moves.any(0))


def _views_right(cases: Sequence[Case], told: Sequence[Pictures]) -> dict[str, float | None]:
    """The share of questions about one player's view that were answered right, by `VIEWS`."""
    right: dict[str, list[bool]] = {name: [] for name in VIEWS}
    for case, frames in zip(cases, told, strict=True):
        acts = acting(case)
        for question in case.questions:
            if isinstance(question, Which):
                view = right[VIEWS[0] if acts[question.player] else VIEWS[1]]
                view.append(question.answer(frames) == question.right)
    return {name: float(np.mean(each)) if each else None for name, each in right.items()}


def share(right: Sequence[bool]) -> dict[str, Any]:
    """How many were right, with the interval after Wilson; nothing where nobody was asked."""
    if not right:
        return {"mean": None, "low": None, "high": None}
    low, high = wilson(sum(right), len(right))
    return {"mean": float(np.mean(right)), "low": low, "high": high}


def on_reconstructions(
    model: Model, cases: Cases, figures: Mapping[str, Sequence[str]] | None = None
) -> dict[str, float]:
    """How often judges are right on frames of the game that went through a model's tokenizer.

    Args:
        model: Nothing is said of one that has no tokenizer.
        cases: Of tasks, or of some tapes.
        figures: As of `about_judges`; by default each is about the cases of its name.
    """
    if not isinstance(model, Reconstructs):
        return {}
    found = {}
    for name, about in (figures or {name: [name] for name in cases}).items():
        if asked := [q for each in about for q in _asked(cases[each])]:
            found[name] = float(np.mean([_again(model, question) for question in asked]))
    return found


def _again(model: Reconstructs, question: Question) -> float:
    views = np.stack(list(question.tried()))
    return float(np.mean([question.ask(v) == question.right for v in model.reconstructed(views)]))


def measured(cases: Cases, told: Told, lpips: Lpips | None = None) -> dict[str, Any]:
    """How near frames come to the game's: PSNR and SSIM by step, by player and by view; plain data.

    Each figure has its 95 % interval, by bootstrap over episodes.

    Args:
        cases: What was asked.
        told: What a model told.
        lpips: To be measured, too.
    """
    pairs = [
        (case.real, frames, acting(case))
        for name, each in cases.items()
        for case, frames in zip(each, told[name], strict=True)
    ]
    steps = {}
    for step in HORIZON:
        some = [(a[step - 1], b[step - 1], acts) for a, b, acts in pairs if len(a) >= step]
        if some:
            real, frames, acts = (np.stack(each) for each in zip(*some, strict=True))
            steps[str(step)] = _figures(real, frames, acts)
            if lpips is not None:
                steps[str(step)]["lpips"] = _by_player(lpips(real, frames))
    curve = [
        decibels([np.mean([squared_errors(a[t], b[t]) for a, b, _ in pairs if len(a) > t])])[0]
        for t in range(max(len(a) for a, *_ in pairs))
    ]
    return {"steps": steps, "psnr_curve": curve}


def _figures(real: Pictures, told: Pictures, acts: NDArray[np.bool_]) -> dict[str, Any]:
    """Of frames (n, P, H, W, 3), and (n, P) who acts."""
    wrong = squared_errors(real, told)  # (n, P)
    mean, low, high = interval(wrong.mean(1).tolist())
    psnr = dict(zip(("mean", "low", "high"), decibels([mean, high, low]), strict=True))
    views = {
        name: decibels([wrong[mask].mean()])[0] if mask.any() else None
        for name, mask in zip(VIEWS, (acts, ~acts), strict=True)
    }
    return {
        "psnr": {**psnr, "players": decibels(wrong.mean(0)), "views": views},
        "ssim": _by_player(ssim(real, told)),
    }


def _by_player(values: NDArray[np.float64]) -> dict[str, Any]:
    """Of figures (n, P)."""
    spread = dict(zip(("mean", "low", "high"), interval(values.mean(1).tolist()), strict=True))
    return {**spread, "players": values.mean(0).tolist()}
