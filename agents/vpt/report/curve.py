"""How many labels it takes: telling what was done from before and after, or from the past alone.

Two networks of one size learn from the same labelled minutes.  One is a model of inverse dynamics,
the other sees no frame after the one on which the action is chosen, as a player does: behavioural
cloning with the same heads.  They are compared by the negative log likelihood of actions on planets
that neither has seen (buttons and camera, nats for each player and tick).

Every point is a run in a folder of its own, and its figures lie in `score.json` there: what is done
is not done again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.learning import MODEL, learn
from mpgenie.agents.vpt.corpus import Corpus, Play, cut
from mpgenie.agents.vpt.idm import IdmConfig, IdmLesson, load_idm
from mpgenie.agents.vpt.lessons import batch_of, losses
from mpgenie.agents.vpt.metrics import Told, scores
from mpgenie.agents.vpt.network import InverseDynamics
from mpgenie.agents.vpt.telling import tell, truth_of
from mpgenie.checks import check_same
from mpgenie.errors import ConfigError
from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402

ARMS = {"idm": "inverse dynamics", "causal": "from the past alone"}
PAST = 64
"""Ticks back that the causal network attends to."""
WINDOW, WARM = 96, 32
"""Ticks of a stretch that is judged, and those before it that only lend their past."""
PER_MINUTE = 1200
Row = dict[str, Any]


def labels_needed(
    learn_from: Sequence[Play],
    judged: Sequence[Play],
    out: Path,
    config: IdmConfig,
    *,
    minutes: Sequence[float] = (1, 3, 10, 30, 100),
    seeds: int = 3,
    device: str = "cpu",
    on_run: Callable[[Row], None] | None = None,
) -> dict[str, Any]:
    """Learn and judge every point of the curve, or those that are left.

    Args:
        learn_from: Plays with labels, at least as many minutes as the most that are asked for;
            what is asked for beyond them is left out.
        judged: Plays of other planets.
        out: The folder of all runs.
        config: Of inverse dynamics; the causal network is made from it.
        minutes: Labelled player-minutes of each point.
        seeds: How many runs of each point; each takes other episodes.
        device: As torch names it.
        on_run: Told the figures of each run.

    Returns:
        `rows`, one for each run with `arm`, `minutes`, `seed`, `nll`, `macro_f1`, `camera_r2`;
        `needed`, as from `needed_for_equal`; the names of `arms` and a `note`: plain data for the
        part `curve` of a report.

    Raises:
        ConfigError: If there are labels for no point.
    """
    there = Corpus(learn_from).minutes
    points = [m for m in sorted(minutes) if m <= there * 1.001]
    if not points:
        raise ConfigError(f"there are {there:.2f} labelled minutes, not {min(minutes):g}")
    rows = []
    for amount in points:
        for seed in range(seeds):
            plays = some_minutes(learn_from, amount, seed)
            for arm in ARMS:
                plan = replace(config_of(arm, config), seed=seed)
                folder = out / f"{arm}_{amount:g}_{seed}"
                figures = _run(plays, judged, folder, plan, arm, device)
                rows.append({"arm": arm, "minutes": float(amount), "seed": seed, **figures})
                if on_run is not None:
                    on_run(rows[-1])
    return {"arms": ARMS, "rows": rows, "needed": needed_for_equal(rows), "note": _NOTE}


_NOTE = (
    "Two networks of one size learn from the same labels: one sees frames before and after a tick, "
    "the other, as a player does, none after it. Action NLL: nats of buttons and camera for each "
    "player and tick, on planets that neither has seen. Dots are single runs. The table: how many "
    "minutes inverse dynamics needs for the NLL that the other reaches, read off between points."
)


def config_of(arm: str, config: IdmConfig) -> IdmConfig:
    """What an arm learns with: the same, or as many frames of which none comes later."""
    if arm == "idm":
        return config
    before = config.network.before + config.network.after
    return replace(config, network=replace(config.network, before=before, after=0, past=PAST))


def some_minutes(plays: Sequence[Play], minutes: float, seed: int) -> list[Play]:
    """Plays in an order drawn by the seed, the last one cut, of so many player-minutes in all."""
    left = round(minutes * PER_MINUTE)
    taken = []
    for k in np.random.default_rng(seed).permutation(len(plays)).tolist():
        if left <= 0:
            break
        play = plays[k]
        ticks = min(play.ticks, max(1, left // play.players))
        taken.append(first_ticks(play, ticks))
        left -= ticks * play.players
    return taken


def beginnings(plays: Sequence[Play], minutes: float) -> list[Play]:
    """The beginning of every play, the same share of each, of so many player-minutes in all."""
    share = min(1.0, minutes / Corpus(plays).minutes)
    return [first_ticks(play, max(1, round(share * play.ticks))) for play in plays]


def first_ticks(play: Play, ticks: int) -> Play:
    """The beginning of a play."""
    return replace(
        play,
        frames=play.frames[: ticks + 1],
        down=play.down[:ticks],
        camera=play.camera[:ticks],
        there=play.there[:ticks],
    )


def needed_for_equal(rows: Sequence[Row]) -> list[Row]:
    """How many minutes inverse dynamics needs for what the causal network reaches.

    Returns:
        For each amount of the causal network: `minutes`, its mean `nll`, `needed` minutes of
        inverse dynamics, on a line through the logarithms of the points next to it (None if the
        most that were tried are not enough), how many `times` fewer that is, and `bound`: whether
        the fewest that were tried are already enough, so that needed is only an upper bound.
    """
    curves = {arm: _means([row for row in rows if row["arm"] == arm]) for arm in ARMS}
    fewest = min(curves["idm"])
    found: list[Row] = []
    for minutes, nll in curves["causal"].items():
        needed = _reached(curves["idm"], nll)
        times = None if needed is None else minutes / needed
        bound = curves["idm"][fewest] <= nll
        found.append(
            {"minutes": minutes, "nll": nll, "needed": needed, "times": times, "bound": bound}
        )
    return found


def _means(rows: Sequence[Row]) -> dict[float, float]:
    amounts = sorted({row["minutes"] for row in rows})
    return {m: float(np.mean([r["nll"] for r in rows if r["minutes"] == m])) for m in amounts}


def _reached(curve: Mapping[float, float], nll: float) -> float | None:
    """The fewest minutes at which a curve comes down to some value."""
    points = list(curve.items())
    if points[0][1] <= nll:
        return points[0][0]
    for (m0, y0), (m1, y1) in zip(points, points[1:], strict=False):
        if y1 <= nll:
            share = (y0 - nll) / (y0 - y1)
            return float(np.exp(np.log(m0) + share * (np.log(m1) - np.log(m0))))
    return None


def _run(
    plays: Sequence[Play],
    judged: Sequence[Play],
    folder: Path,
    config: IdmConfig,
    arm: str,
    device: str,
) -> dict[str, float]:
    """Learn and judge one point, unless that is done."""
    done = folder / "score.json"
    judged_ticks = sum(play.ticks for play in judged)
    about = {"judged": judged_ticks, "config": config.to_plain()}
    if done.exists():
        held: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
        check_same(folder, "run", held, about)
        figures: dict[str, float] = held["figures"]
        return figures
    learn(IdmLesson(config, Corpus(plays), device), folder)
    model, _ = load_idm(folder / MODEL)
    model = model.to(device)
    told = [_told(model, play, arm) for play in judged]
    found = scores([truth_of(play) for play in judged], told)
    figures = {"nll": action_nll(model, judged)}
    figures |= {name: found[name] for name in ("macro_f1", "camera_r2", "event_f1_0")}
    unfinished = folder / ".score.json"
    unfinished.write_text(json.dumps({**about, "figures": figures}), encoding="utf-8")
    unfinished.replace(done)
    return figures


def _told(model: InverseDynamics, play: Play, arm: str) -> Told:
    """What a model says; the likeliest course looks ahead, so the causal one goes without."""
    told = tell(model, play)
    return told if arm == "idm" else told._replace(down=told.sure > 0.5)


@torch.no_grad()
def action_nll(model: InverseDynamics, plays: Sequence[Play]) -> float:
    """Nats of buttons and camera for each player and tick that counts.

    Stretches follow each other, each player for itself, and each is told with some ticks before it.
    """
    model.eval()
    total = weight = 0.0
    for play in plays:
        for player in range(play.players):
            for first in range(0, play.ticks, WINDOW - WARM):
                nats, ticks = _stretch_nll(model, play, player, first)
                total += nats
                weight += ticks
    return total / max(1.0, weight)


def _stretch_nll(
    model: InverseDynamics, play: Play, player: int, first: int
) -> tuple[float, float]:
    """Nats of a stretch from its first tick on, and how many of its ticks count."""
    start = max(0, first - WARM)
    ticks = first - start + WINDOW - WARM
    clip = cut(play, start, ticks, np.array([player]), model.config)
    counts = clip.there.copy()
    counts[: first - start] = False
    batch = batch_of([clip._replace(there=counts)], np.random.default_rng(0))
    batch = batch._replace(seen=torch.ones_like(batch.seen))  # also before those that count
    device = next(model.parameters()).device
    parts = losses(model, type(batch)(*(part.to(device) for part in batch)))
    weight = float(counts.sum())
    return weight * float(parts["buttons"] + parts["camera"]), weight
