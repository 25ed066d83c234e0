"""How well a clone foretells what players do, and whether it repeats itself.

A clone is judged by the likelihood of what was done next, and by how often that was what it thought
likeliest; beside it stand two rules that see nothing.  Neither says how well it plays.  A clone
that has learnt to repeat itself does so more often at play than those whom it learnt from.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.extras import require

from .classes import TURNS, Classes, Numbers
from .clone_policy import ClonePolicy
from .cloning import Cloned, load_clone
from .corpus import Play
from .demonstrations import Labels, demonstrations, done_in

require("torch", extra="agents")
import torch  # noqa: E402

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

CHUNK = 64
"""Ticks that are judged at once."""
Floats = NDArray[np.float64]


class _Done(NamedTuple):
    """Ticks of some episodes one behind the other."""

    classes: Numbers
    turns: Numbers
    moving: NDArray[np.bool_]
    active: NDArray[np.bool_]


class _Foretold(NamedTuple):
    """What was thought of the same ticks."""

    classes: Floats
    """Log likelihoods of the classes."""
    turns: Floats
    """Of the joint steps of the camera."""
    class_: Numbers
    """The likeliest."""
    turn: Numbers


def score_clone(
    path: Path,
    dataset: "Dataset | Sequence[Dataset]",
    *,
    labels: "Labels | Sequence[Labels]" = None,
    device: str = "cpu",
) -> dict[str, dict[str, float]]:
    """How well a clone foretells what is done in a dataset.

    Args:
        path: The file of the clone, or the folder of its run.
        dataset: Of other planets than those that it learnt from.
        labels: As of `train_clone`.
        device: As torch names it.

    Returns:
        `model`, `copy_previous` (as a tick ago, or else as ever) and `majority` (as ever), the
        rules knowing how often these episodes repeat what and do what.  Each with `nll`, nats for
        a tick, the sum of `class_nll` and `camera_nll`; `class_accuracy`; `active_accuracy`, that
        of ticks in which something was done; `camera_accuracy` where the camera moved; and
        `ticks`.
    """
    clone = load_clone(path)
    config = clone.config
    plays = demonstrations(dataset, labels, observe=config.observe, stream=config.stream)
    return score_plays(clone, plays, device)


def score_plays(
    clone: Cloned, plays: Sequence[Play], device: str = "cpu"
) -> dict[str, dict[str, float]]:
    """The same of plays in memory."""
    clone.model.to(device)
    done = [_done(play, clone.classes) for play in plays]
    there = [play.there for play in plays]
    told = [_foretold(clone, play, each, device) for play, each in zip(plays, done, strict=True)]
    every = {
        "model": told,
        "copy_previous": _by_rule(done, there, len(clone.classes), copy=True),
        "majority": _by_rule(done, there, len(clone.classes), copy=False),
    }
    return {name: _scores(done, each, there) for name, each in every.items()}


def repeat_rate(actions: NDArray[np.integer], counts: NDArray[np.bool_] | None = None) -> float:
    """P(a_t = a_{t-1}).

    Args:
        actions: (T, n) classes, or (T, n, C) discrete actions.
        counts: (T, n) which of them count; all by default.
    """
    rows = actions.reshape(*actions.shape[:2], -1)
    same = (rows[1:] == rows[:-1]).all(-1)
    if counts is not None:
        same = same[counts[1:] & counts[:-1]]
    return float(same.mean()) if same.size else 0.0


def repeat_rates(
    policy: ClonePolicy,
    dataset: "Dataset | Sequence[Dataset]",
    *,
    labels: "Labels | Sequence[Labels]" = None,
    ticks: int = 400,
    worlds: int = 4,
    seed: int = 0,
    minutes: float | None = None,
    **options: Any,
) -> dict[str, float]:
    """How often a clone at play repeats its action, and how often those did whom it learnt from.

    Args:
        policy: The clone.
        dataset: What it learnt from.
        labels: As of `train_clone`.
        ticks: How long it plays.
        worlds: In how many worlds.
        seed: Of the first.
        minutes: How many player-minutes of the dataset are looked at; None = all.
        **options: Of `vector_env`, other than the policy's own.

    Returns:
        `clone` and `demonstrator`.
    """
    from mpgenie.envs.vector import vector_env

    config, classes = policy.clone.config, policy.clone.classes
    envs = vector_env(worlds, **{**policy.env_options, **options})
    try:
        observations, infos = envs.reset(seed=seed)
        chosen, state, begins = [], None, None
        for _ in range(ticks):
            begins = np.asarray(infos["tick"]) == 0
            actions, state = policy.choose(observations, state, begins=begins)
            chosen.append(actions)
            observations, _, _, _, infos = envs.step(actions)
    finally:
        envs.close()
    plays = demonstrations(
        dataset, labels, minutes=minutes, observe=config.observe, stream=config.stream
    )
    rates, weights = [], []
    for play in plays:
        done = _done(play, classes)
        rates.append(repeat_rate(classes.rows(done.classes, done.turns), play.there))
        weights.append(play.there.sum())
    return {
        "clone": repeat_rate(np.stack(chosen)),
        "demonstrator": float(np.average(rates, weights=weights)) if sum(weights) else 0.0,
    }


def _done(play: Play, classes: Classes) -> _Done:
    """(T, P) each."""
    done, turns = done_in(play)
    nearest = classes.nearest[done]
    return _Done(nearest, turns, classes.moves[nearest] & (done % 2 == 1), done != 0)


@torch.no_grad()
def _foretold(clone: Cloned, play: Play, done: _Done, device: str) -> _Foretold:
    """(T, P) each."""
    model = clone.model
    memory = model.fresh(play.players)
    parts: list[_Foretold] = []
    for start in range(0, play.ticks, CHUNK):
        span = slice(start, min(start + CHUNK, play.ticks))
        seen = torch.from_numpy(play.frames[span].swapaxes(0, 1).copy()).to(device)
        with torch.autocast(device.partition(":")[0], torch.bfloat16):
            told, memory = model.follow(seen, memory)
        logs = [told[name].log_softmax(-1).cpu().double() for name in ("classes", "camera")]
        truth = [torch.from_numpy(each[span].T.copy()) for each in (done.classes, done.turns)]
        pairs = zip(logs, truth, strict=True)
        likely = [log.gather(-1, t.unsqueeze(-1)).squeeze(-1) for log, t in pairs]
        best = [log.argmax(-1) for log in logs]
        parts.append(_Foretold(*(each.numpy().T for each in (*likely, *best))))
    return _Foretold(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _by_rule(
    done: Sequence[_Done], there: Sequence[NDArray[np.bool_]], classes: int, *, copy: bool
) -> list[_Foretold]:
    """What a rule thinks: as a tick ago with the likelihood of that, or else as ever."""
    parts = []
    for each, count in (("classes", classes), ("turns", TURNS)):
        values = [getattr(d, each) for d in done]
        counts = [t & d.moving if each == "turns" else t for t, d in zip(there, done, strict=True)]
        shares = np.bincount(
            np.concatenate([v[c] for v, c in zip(values, counts, strict=True)]), minlength=count
        ).astype(np.float64)
        shares = (shares + 1e-3) / (shares + 1e-3).sum()
        before = [np.concatenate([v[:1], v[:-1]]) for v in values]
        pairs = zip(values, before, counts, strict=True)
        same = np.concatenate([(v == b)[c] for v, b, c in pairs])
        stay = float(same.mean()) if copy and same.size else 0.0
        best = before if copy else [np.full_like(v, shares.argmax()) for v in values]
        parts.append(
            [
                (np.log(stay * (v == b) + (1.0 - stay) * shares[v] + 1e-12), say)
                for v, b, say in zip(values, before, best, strict=True)
            ]
        )
    return [_Foretold(c[0], t[0], c[1], t[1]) for c, t in zip(*parts, strict=True)]


def _scores(
    done: Sequence[_Done], told: Sequence[_Foretold], there: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    flat = [
        np.concatenate([part[counts] for part, counts in zip(parts, there, strict=True)])
        for parts in (*zip(*done, strict=True), *zip(*told, strict=True))
    ]
    truth, said = _Done(*flat[:4]), _Foretold(*flat[4:])
    right = truth.classes == said.class_
    class_nll = -float(said.classes.mean())
    camera_nll = -float((said.turns * truth.moving).mean())
    return {
        "ticks": float(len(right)),
        "nll": class_nll + camera_nll,
        "class_nll": class_nll,
        "camera_nll": camera_nll,
        "class_accuracy": float(right.mean()),
        "active_accuracy": _share(right[truth.active]),
        "camera_accuracy": _share((truth.turns == said.turn)[truth.moving]),
    }


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if flags.size else 0.0
