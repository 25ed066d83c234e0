"""What a model does on tapes that ask one thing each, from where two players face each other.

    still       nobody does anything: does the world stand still, and stay?
    around      one turns around once: is what it saw at first there again?
    away N      one turns away, waits N ticks, and turns back: the same, by how long it was away
    elsewhere   the other one turns: does it turn in its own view, and does nothing else change?

The game, which knows what is there, gets 60 dB; who copies the last frame does so too wherever the
view comes back to it, but answers no action.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.intervals import interval
from mpgenie.world_models.strips import decibels

from .actions import Actions
from .cases import SHOWN, Case, Which
from .closure import CIRCLE, all_around, circle_cases, closed, stillness
from .game import PLAYERS, Game, Pictures
from .metrics import squared_errors
from .scoring import Cases, Told

TURN = 8.0
"""Degrees a tick."""
STILL, AROUND, AWAY, ELSEWHERE = 64, 45, 11, 8
"""Ticks: of standing still, of a turn around, of one away, and of the other's turn."""
WAITS = (0, 8, 32)
"""Ticks that one stays away."""


def _turned(slot: int, *turns: tuple[int, float]) -> Actions:
    """A tape on which one player turns: stretches of (ticks, degrees to the right a tick)."""
    tape = Actions.nothing(sum(ticks for ticks, _ in turns), PLAYERS)
    tape.camera[:, slot, 1] = np.concatenate([np.full(ticks, way) for ticks, way in turns])
    return tape


TAPES: Mapping[str, Actions] = {
    "still": Actions.nothing(STILL, PLAYERS),
    "around": _turned(0, (AROUND, TURN)),
    **{f"away {n}": _turned(0, (AWAY, TURN), (n, 0.0), (AWAY, -TURN)) for n in WAITS},
    "elsewhere": _turned(1, (ELSEWHERE, TURN)),
}


def probe_cases(game: Game, starts: Sequence[Case]) -> dict[str, list[Case]]:
    """Each tape, played from the last frame that is shown of some cases; where the question is
    whether the world stays where it is, with the questions of `closure`."""
    found = {
        name: [_case(game, start, f"{name}_{start.name}", tape) for start in starts]
        for name, tape in TAPES.items()
    }
    return {**found, CIRCLE: circle_cases(game, starts)}


def _case(game: Game, start: Case, name: str, tape: Actions) -> Case:
    game.simulation.restore(0, start.snapshot)
    frames = []
    for row in tape.ticks():
        game.step(row)
        frames.append(game.seen())
    questions: Sequence[Which] = ()
    if tape is TAPES["still"]:
        questions = stillness(game, game.simulation.snapshot(0), STILL - 1)
    elif tape is TAPES["around"]:
        questions = all_around(game, start.snapshot, tape)
    before = start.actions.at(slice(SHOWN - 1))
    shown = np.concatenate([start.frames[:SHOWN], np.stack(frames)])
    return Case(name, shown, Actions.joined([before, tape]), start.snapshot, questions)


def probed(cases: Cases, told: Told) -> dict[str, dict[str, float]]:
    """What came out, as plain data: figures with 95 % intervals, by bootstrap over starts."""
    real = {name: np.stack([case.real for case in cases[name]]) for name in TAPES}
    dreamt = {name: np.stack(list(told[name])) for name in TAPES}
    shown = np.stack([case.frames[SHOWN - 1] for case in cases["still"]])
    found = {f"{name}, back": _near(real[name][:, -1, 0], dreamt[name][:, -1, 0])
             for name in TAPES if name.startswith("a")}  # fmt: skip
    before = np.concatenate([shown[:, None], dreamt["still"][:, :-1]], 1)
    return {
        "still, end": _near(real["still"][:, -1], dreamt["still"][:, -1]),
        "still, change a tick": _spread(_levels(before, dreamt["still"]).mean((1, 2))),
        **found,
        **_elsewhere(real, dreamt),
        **closed(cases, told),
    }


def _elsewhere(real: Mapping[str, Pictures], dreamt: Mapping[str, Pictures]) -> dict[str, Any]:
    """What the other's turn changes, beside the same dream in which it does not turn."""
    at = ELSEWHERE - 1
    (a, b), (c, d) = ((each["still"][:, at], each["elsewhere"][:, at]) for each in (real, dreamt))
    same = (a[:, 0] == b[:, 0]).all(-1)  # (n, H, W) of the one who stands still
    away = np.square((c[:, 0].astype(np.float64) - d[:, 0]).mean(-1)) * same
    leak = np.sqrt(away.sum((1, 2)) / np.maximum(same.sum((1, 2)), 1))
    answer = _levels(c[:, 1], d[:, 1]) / np.maximum(_levels(a[:, 1], b[:, 1]), 1e-9)
    return {"elsewhere, leak": _spread(leak), "elsewhere, answer": _spread(answer)}


def _levels(one: Pictures, other: Pictures) -> NDArray[np.float64]:
    """(...) root mean square difference of frames (..., H, W, 3), of 255."""
    levels: NDArray[np.float64] = 255.0 * np.sqrt(squared_errors(one, other))
    return levels


def _near(real: Pictures, dreamt: Pictures) -> dict[str, float]:
    """PSNR in dB of frames (n, ..., H, W, 3)."""
    wrong = squared_errors(real, dreamt).reshape(len(real), -1).mean(1)
    mean, low, high = interval(wrong.tolist())
    return dict(zip(("mean", "low", "high"), decibels([mean, high, low]), strict=True))


def _spread(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(("mean", "low", "high"), interval(values.tolist()), strict=True))
