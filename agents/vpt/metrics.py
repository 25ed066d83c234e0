"""How well actions were told: by button, by press and release, all at once, and the camera.

Plain accuracy says little: most buttons are up most of the time, so "nothing is pressed", or "the
same as a tick ago", is nearly always right.  So every figure stands beside three rules that look at
no picture, and presses and releases are scored as events: a prediction counts if one of the same
kind happened no more than `collar` ticks away, each at most once.

F1 = 2 TP / (2 TP + FP + FN).  Average precision is the mean of the precision at each true tick,
in order of confidence.  Averages over buttons ("macro") take those that were down at least
`LEAST` ticks.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS, STILL

from .targets import BITS, squeezed

LEAST = 10
"""Ticks that a button must be down to count in an average over buttons."""
COLLARS = (0, 1)
Flags = NDArray[np.bool_]
Floats = NDArray[np.floating]


class Told(NamedTuple):
    """What somebody said was done in one episode; or the truth, with a sureness of 0 and 1."""

    sure: Floats
    """(T, P, 20) how sure it is that a button was down, 0 to 1."""
    down: Flags
    """(T, P, 20) what it settles for."""
    camera: Floats
    """(T, P, 2) degrees."""


class Truth(NamedTuple):
    """What was done in one episode."""

    down: Flags
    """(T, P, 20)."""
    camera: Floats
    """(T, P, 2) degrees."""
    counts: Flags
    """(T, P) whose ticks are judged."""


def scores(truths: Sequence[Truth], told: Sequence[Told]) -> dict[str, Any]:
    """All figures for some episodes.

    Args:
        truths: One for each episode.
        told: What was said of the same episodes.

    Returns:
        `buttons`: for each that was ever down or said to be, its `prevalence`, `f1`, `precision`,
        `recall`, `average_precision` and events `event_f1_0`, `event_f1_1`; `macro_f1`,
        `macro_average_precision`, `event_f1_0`, `event_f1_1` over buttons; `joint_exact`, the share
        of ticks with all buttons right; `key_accuracy`, the share of all buttons and ticks;
        `camera_r2`, `camera_mae` (degrees) and `camera_step_accuracy` over both axes; and `ticks`.
    """
    counts = np.concatenate([truth.counts.reshape(-1) for truth in truths])
    down, said = _flat([t.down for t in truths], counts), _flat([t.down for t in told], counts)
    sure = _flat([t.sure for t in told], counts)
    table = {}
    for b, name in enumerate(BUTTONS):
        if down[:, b].any() or said[:, b].any():
            table[name] = _button(down[:, b], said[:, b], sure[:, b])
            for collar in COLLARS:
                table[name][f"event_f1_{collar}"] = _event_f1(truths, told, b, collar)
    common = [row for b, row in zip(_known(table), table.values(), strict=True)
              if down[:, b].sum() >= LEAST]  # fmt: skip
    return {
        "ticks": len(down),
        "macro_f1": _mean(common, "f1"),
        "macro_average_precision": _mean(common, "average_precision"),
        **{name: _mean(common, name) for name in ("event_f1_0", "event_f1_1")},
        "joint_exact": float((down == said).all(1).mean()),
        "key_accuracy": float((down == said).mean()),
        **_camera(
            _flat([t.camera for t in truths], counts), _flat([t.camera for t in told], counts)
        ),
        "buttons": table,
    }


def baselines(truths: Sequence[Truth], seed: int = 0) -> dict[str, list[Told]]:
    """What rules would say that look at no picture.

    Returns:
        `majority`: each button as it mostly is, the camera as it is on average; `copy_previous`: as
        it truly was a tick ago; `shuffled`: what was done at some other tick of some episode.
    """
    counts = np.concatenate([truth.counts.reshape(-1) for truth in truths])
    share = _flat([t.down for t in truths], counts).mean(0)
    turn = _flat([t.camera for t in truths], counts).mean(0)
    rules: dict[str, list[Told]] = {"majority": [], "copy_previous": [], "shuffled": []}
    rng = np.random.default_rng(seed)
    for truth in truths:
        down, camera, _ = truth
        before = np.concatenate([down[:1] & False, down[:-1]])
        order = rng.permutation(len(down))
        even = np.broadcast_to(share, down.shape)
        rules["majority"].append(Told(even, even > 0.5, np.broadcast_to(turn, camera.shape)))
        earlier = np.concatenate([camera[:1] * 0, camera[:-1]])
        rules["copy_previous"].append(Told(before.astype(np.float32), before, earlier))
        rules["shuffled"].append(Told(down[order].astype(np.float32), down[order], camera[order]))
    return rules


def f1(truth: Flags, said: Flags) -> float:
    """Of one kind of thing, 1 where there is none and none is told of."""
    hits, all_ = int((truth & said).sum()), int(truth.sum()) + int(said.sum())
    return 2.0 * hits / all_ if all_ else 1.0


def average_precision(truth: Flags, sure: Floats) -> float:
    """Mean precision at the true ones, the surest first; those equally sure come in together."""
    if not truth.any():
        return 0.0
    order = np.argsort(-sure, kind="stable")
    ranked, hits = sure[order], np.cumsum(truth[order])
    last = np.append(ranked[1:] != ranked[:-1], True)  # the last of each run of equals
    hits, seen = hits[last], np.flatnonzero(last) + 1
    new = np.diff(hits, prepend=0)
    return float((new * hits / seen).sum() / hits[-1])


def matched(truth: NDArray[np.integer], said: NDArray[np.integer], collar: int) -> int:
    """How many ticks of two sorted lists can be paired no more than `collar` apart."""
    pairs = i = j = 0
    while i < len(truth) and j < len(said):
        away = int(said[j]) - int(truth[i])
        if abs(away) <= collar:
            pairs, i, j = pairs + 1, i + 1, j + 1
        elif away < 0:
            j += 1
        else:
            i += 1
    return pairs


def _event_f1(truths: Sequence[Truth], told: Sequence[Told], b: int, collar: int) -> float:
    """Of all presses and releases of a button."""
    hits = total = 0
    for truth, said in zip(truths, told, strict=True):
        for p in range(truth.down.shape[1]):
            for sign in (1, -1):
                both = truth.counts[1:, p] & truth.counts[:-1, p]
                real, ours = (
                    np.flatnonzero((np.diff(down[:, p, b].astype(np.int8)) == sign) & both)
                    for down in (truth.down, said.down)
                )
                hits += matched(real, ours, collar)
                total += len(real) + len(ours)
    return 2.0 * hits / total if total else 1.0


def _button(truth: Flags, said: Flags, sure: Floats) -> dict[str, float]:
    hits = int((truth & said).sum())
    return {
        "prevalence": float(truth.mean()),
        "f1": f1(truth, said),
        "precision": hits / max(1, int(said.sum())),
        "recall": hits / max(1, int(truth.sum())),
        "average_precision": average_precision(truth, sure),
    }


def _camera(truth: Floats, said: Floats) -> dict[str, float]:
    wrong = truth.astype(np.float64) - said
    spread = ((truth - truth.mean(0)) ** 2).sum()
    steps = [np.rint(np.clip(squeezed(turn), 0, 2 * STILL)) for turn in (truth, said)]
    return {
        "camera_r2": float(1.0 - (wrong**2).sum() / spread) if spread else 0.0,
        "camera_mae": float(np.abs(wrong).mean()),
        "camera_step_accuracy": float((steps[0] == steps[1]).mean()),
    }


def _flat(arrays: Sequence[NDArray[Any]], counts: Flags) -> NDArray[Any]:
    """(n, ...) rows that count, of arrays (T, P, ...)."""
    return np.concatenate([a.reshape(-1, a.shape[-1]) for a in arrays])[counts]


def _known(table: dict[str, Any]) -> list[int]:
    return [b for b in range(BITS) if BUTTONS[b] in table]


def _mean(rows: Sequence[dict[str, float]], name: str) -> float:
    return float(np.mean([row[name] for row in rows])) if rows else 0.0
