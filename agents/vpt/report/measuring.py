"""All figures of some models of inverse dynamics, on episodes that they did not learn from.

Models are runs of one recipe with several seeds: every figure is their mean, and `spread` is the
standard deviation between them.  The rules that look at no picture are scored beside them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import MODEL as MODEL_FILE
from mpgenie.agents.training.log import read_progress
from mpgenie.agents.vpt.corpus import APPLIED, load_play
from mpgenie.agents.vpt.idm import load_idm
from mpgenie.agents.vpt.metrics import Told, Truth, baselines, scores
from mpgenie.agents.vpt.telling import tell, truth_of
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError

from . import ceiling
from .leaks import Probe
from .strip import draw_strips

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

OnEpisode = Callable[[str, "Entry"], None]
MODEL = "model"
PARTS = ("macro_f1", "event_f1_0", "joint_exact", "camera_r2")
"""Figures that are given for parts of the episodes, too."""
VPT = {"key_accuracy": 0.906, "camera_r2": 0.97}
"""What Baker et al. (2022) say of theirs, on Minecraft."""
EDGES = np.linspace(-10.0, 10.0, 42)
"""Degrees, of the picture of turns."""
MEMORY = "identifiable"


class Judged(NamedTuple):
    """What was done in some episodes, and what each model and each rule says."""

    entries: list["Entry"]
    truths: list[Truth]
    told: dict[str, list[list[Told]]]
    """Of each model or rule: for each of its seeds, one for each episode."""
    sources: list[list[str]]
    """Who played each player: `script`, `human`, ..."""
    stream: str


def report_idm(
    models: Sequence[Path],
    dataset: "Dataset",
    out: Path,
    *,
    learnt_from: "Dataset | None" = None,
    every: int = 1,
    device: str = "cpu",
    on_episode: OnEpisode | None = None,
) -> dict[str, Any]:
    """Measure everything about a model of inverse dynamics.

    Args:
        models: Files of models that differ by their seed, or the folders of their runs.
        dataset: Of other planets than those that they learnt from.
        out: The folder of the report; what replays told is kept there and not asked again.
        learnt_from: What they learnt from; it is said whether the two share planets.
        every: One tick in so many is asked whether its presses are identifiable; 0 = none.
        device: As torch names it.
        on_episode: Told what is done with each episode.

    Returns:
        Plain data for `write_report`, as JSON takes it.

    Raises:
        ConfigError: If there is no model or no episode, or the models see different streams.
        CheckpointError: If a model cannot be read.
    """
    if not models or not dataset.episodes:
        raise ConfigError("a report needs at least one model and one episode")
    out.mkdir(parents=True, exist_ok=True)
    probe = Probe()
    judged = _judge(models, dataset, device, probe, on_episode)
    results = {
        "title": f"Inverse dynamics on {dataset.root.resolve().name}",
        "data": _data(dataset, judged, learnt_from),
        "models": [_about(path) for path in models],
        "vpt": VPT,
        "scores": {who: _scored(judged.truths, told) for who, told in judged.told.items()},
        "turns": _turns(judged),
        "parts": _parts(judged),
        "leaks": probe.found(),
        "strips": draw_strips(
            dataset, judged.entries, judged.truths, judged.told[MODEL][0], judged.stream, out
        ),
    }
    if every:
        results["identifiable"] = _identifiable(judged, dataset, out, every, on_episode)
    return results


def _judge(
    models: Sequence[Path],
    dataset: "Dataset",
    device: str,
    probe: Probe,
    on_episode: OnEpisode | None,
) -> Judged:
    """Let all models tell of all episodes, with the pictures of one episode in memory at a time."""
    loaded = [load_idm(path) for path in models]
    streams = {config.stream for _, config in loaded}
    if len(streams) > 1:
        raise ConfigError(f"models of one report see the same stream, got {sorted(streams)}")
    stream = streams.pop()
    truths, sources = [], []
    told: list[list[Told]] = [[] for _ in models]
    for entry in dataset.episodes:
        play = load_play(dataset, entry, APPLIED, stream)
        truths.append(truth_of(play))
        sources.append(_sources(entry))
        probe.add(play)
        for each, (model, _) in zip(told, loaded, strict=True):
            each.append(tell(model.to(device), play))
        if on_episode is not None:
            on_episode("told", entry)
    rules = {rule: [said] for rule, said in baselines(truths).items()}
    rules["shuffled"] += [baselines(truths, seed)["shuffled"] for seed in range(1, len(models))]
    return Judged(list(dataset.episodes), truths, {MODEL: told, **rules}, sources, stream)


def _identifiable(
    judged: Judged, dataset: "Dataset", out: Path, every: int, on_episode: OnEpisode | None
) -> dict[str, Any]:
    """Scores where presses can be told at all, of the models and of each rule's first seed."""
    told = {who: said if who == MODEL else said[:1] for who, said in judged.told.items()}
    known = []
    for k, entry in enumerate(judged.entries):
        wanted = ceiling.wanted(judged.truths[k], [s[k] for said in told.values() for s in said])
        known.append(
            ceiling.ask(dataset, entry, wanted, out / MEMORY, every=every, stream=judged.stream)
        )
        if on_episode is not None:
            on_episode("asked", entry)
    left_out = sum(not each.ticks.any() for each in known)
    return {
        "every": every,
        "left_out": left_out,
        "scores": {
            who: together(
                [ceiling.scores_where_identifiable(judged.truths, s, known) for s in said]
            )
            for who, said in told.items()
        },
    }


def together(each: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same figures of several seeds: `mean`, `spread` (standard deviation) and `each`.

    Args:
        each: With numbers by name, and under `buttons` a table of them for each button; a button
            that is missing from one is missing from all but as 0.
    """
    names = [name for name in each[0] if name != "buttons"]
    buttons = dict.fromkeys(button for one in each for button in one["buttons"])
    ordered = [button for button in BUTTONS if button in buttons]
    return {
        "figures": {name: _spread([one[name] for one in each]) for name in names},
        "buttons": {
            button: _rows([one["buttons"][button] for one in each if button in one["buttons"]])
            for button in ordered
        },
    }


def _rows(rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    return {name: _spread([row[name] for row in rows]) for name in rows[0]}


def _spread(values: Sequence[float]) -> dict[str, Any]:
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": float(np.mean(values)), "spread": spread, "each": [float(v) for v in values]}


def _scored(truths: Sequence[Truth], told: Sequence[Sequence[Told]]) -> dict[str, Any]:
    each = []
    for said in told:
        found = scores(truths, said)
        pressed = [t._replace(counts=t.counts & t.down.any(-1)) for t in truths]
        found["key_accuracy_pressed"] = _key_accuracy(pressed, said)
        each.append(found)
    return together(each)


def _key_accuracy(truths: Sequence[Truth], told: Sequence[Told]) -> float:
    """The share of right buttons at the ticks that count; 0 if there are none."""
    right = [(t.down == s.down)[t.counts].ravel() for t, s in zip(truths, told, strict=True)]
    flat = np.concatenate(right)
    return float(flat.mean()) if len(flat) else 0.0


def _parts(judged: Judged) -> dict[str, dict[str, Any]]:
    """Some figures of the models and of copying, by planet, by source and by type of play."""
    entries = judged.entries
    labels = {
        "planet": [[str(e.planet_seed)] * e.players for e in entries],
        "source": judged.sources,
        "type": [[e.type] * e.players for e in entries],
    }
    return {
        what: {
            name: _part(judged, [np.array(of_players) == name for of_players in each])
            for name in sorted({name for of_players in each for name in of_players})
        }
        for what, each in labels.items()
    }


def _part(judged: Judged, whose: Sequence[NDArray[np.bool_]]) -> dict[str, Any]:
    """Of the players of each episode that are meant."""
    some = [k for k, of_players in enumerate(whose) if of_players.any()]
    truths = [judged.truths[k]._replace(counts=judged.truths[k].counts & whose[k]) for k in some]
    ticks = sum(int(truth.counts.sum()) for truth in truths)
    if not ticks:
        return {"ticks": 0}
    figures = {}
    for who in (MODEL, "copy_previous"):
        found = [scores(truths, [said[k] for k in some]) for said in judged.told[who]]
        figures[who] = {name: _spread([one[name] for one in found]) for name in PARTS}
    return {"ticks": ticks, **figures}


def _turns(judged: Judged) -> dict[str, Any]:
    """How often the first model said which turn when it truly was which: pitch, then yaw."""
    both = [
        np.stack([t.camera, s.camera], -1)[t.counts]
        for t, s in zip(judged.truths, judged.told[MODEL][0], strict=True)
    ]
    flat = np.clip(np.concatenate(both), EDGES[0], EDGES[-1])  # (n, 2, true and told)
    counts = [np.histogram2d(flat[:, k, 0], flat[:, k, 1], EDGES)[0] for k in range(2)]
    return {"edges": EDGES.tolist(), "counts": [c.astype(int).tolist() for c in counts]}


def _data(dataset: "Dataset", judged: Judged, learnt_from: "Dataset | None") -> dict[str, Any]:
    planets = {entry.planet_seed for entry in judged.entries}
    counted = sum(int(truth.counts.sum()) for truth in judged.truths)
    data = {
        "name": dataset.root.resolve().name,
        "episodes": len(judged.entries),
        "player_minutes": counted / 1200.0,
        "players": sorted({entry.players for entry in judged.entries}),
        "planets": sorted(planets),
        "sources": sorted({name for each in judged.sources for name in each}),
    }
    if learnt_from is not None:
        shared = planets & {entry.planet_seed for entry in learnt_from.episodes}
        data["planets_learnt_from"] = sorted(shared)
    return data


def _about(path: Path) -> dict[str, Any]:
    """What a model is, and how long it learnt if its folder says so."""
    folder = path if path.is_dir() else path.parent
    file = path / MODEL_FILE if path.is_dir() else path
    about, arrays = read_arrays(file)
    weights = sum(a.size for name, a in arrays.items() if name.startswith("net."))
    facts = {
        "path": str(path),
        "seed": about["config"].get("seed"),
        "players": about["config"].get("players"),
        "minutes": about.get("minutes"),
        "steps": about.get("step"),
        "weights": weights,
    }
    log = folder / "progress.csv"
    rows = read_progress(log) if log.exists() else []
    return {**facts, "seconds": rows[-1].get("seconds")} if rows else facts


def _sources(entry: "Entry") -> list[str]:
    """Who played each player, by the first word of the policy: script, human, checkpoint, ..."""
    words = [re.split(r"[ :]", str(each["policy"]))[0] for each in entry.row["each"]]
    return [word or "unknown" for word in words]
