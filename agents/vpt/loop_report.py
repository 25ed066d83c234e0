"""What came of a loop: its report, the table of those who were tried, and what is claimed."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mpgenie.datasets.manifest import read_sealed_json

from .claims import claims_of
from .report import arm, report_idm, write_report
from .rollouts import film, seeds_of

if TYPE_CHECKING:
    from .loop import Loop

RESULTS, REPORT = "results.json", "report"
ARMS = {
    "pseudo": "cloned by the model's labels",
    "true": "cloned by true labels",
    "few": "cloned from the labelled set alone",
    "watched": "who was watched",
    "chance": "chance",
}
"""Who is tried."""


def write_up(loop: "Loop") -> dict[str, Any]:
    """Judge the labels, film the clone, and write everything down."""
    config, folder = loop.config, loop.out / REPORT
    judged = {entry.unit for entry in loop.unlabelled.episodes[: config.judged]}
    results = report_idm(
        [loop.folder(seed, "idm") for seed in config.seeds],
        loop.unlabelled.where(lambda entry: entry.unit in judged),
        folder,
        learnt_from=loop.labelled,
        every=config.asked,
    )
    seed = config.seeds[0]
    film(loop.choosers("pseudo", seed), loop.game, seeds_of(seed, 1)[0], folder / "clone.mp4")
    played = {who: _played(loop, who) for who in ARMS}
    claims = claims_of({who: [one["score"] for one in each] for who, each in played.items()})
    times = _times(loop)
    results |= {
        "title": f"Video pre-training on {_name(loop.game['scenario'])}",
        "arms": [_row(who, each) for who, each in played.items() if each],
        "videos": [{"file": "clone.mp4", "title": f"A player {ARMS['pseudo']}"}],
        "notes": [*_notes(loop), *(claim.line() for claim in claims)],
        "tables": [times],
    }
    told = {
        "arms": results["arms"],
        "claims": [{**asdict(claim), "line": claim.line()} for claim in claims],
        "idm": results["scores"]["model"]["figures"],
        "stages": times["rows"],
        "notes": _notes(loop),
        "page": str(write_report(results, folder)),
    }
    write_file(loop.out / RESULTS, json.dumps(told, indent=1).encode())
    return {}


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _played(loop: "Loop", who: str) -> list[dict[str, Any]]:
    """The rollouts of all seeds."""
    names = [*(f"play_{who}_{seed}" for seed in loop.config.seeds), f"play_{who}"]
    marks = [mark for name in names if (mark := loop.mark(name)).exists()]
    return [one for mark in marks for one in read_sealed_json(mark)["rollouts"]]


def _row(who: str, played: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the table of arms."""
    parts = {
        name: float(np.mean([one["parts"][name] for one in played])) for name in played[0]["parts"]
    }
    return arm(
        ARMS[who],
        [one["score"] for one in played],
        survival=[one["survival"] for one in played],
        distance=[one["distance"] for one in played],
        note=", ".join(f"{name} {part:.2f}" for name, part in parts.items()),
    )


def _notes(loop: "Loop") -> list[str]:
    minutes = read_sealed_json(loop.mark("record"))
    told = [
        f"{minutes['labelled']:.1f} labelled and {minutes['unlabelled']:.1f} unlabelled "
        f"player-minutes. Scores are of a player in an episode of {loop.config.rollout_ticks} "
        "ticks, on planets that nobody learnt on."
    ]
    labelled, unlabelled = (
        {entry.planet_seed for entry in each.episodes} for each in (loop.labelled, loop.unlabelled)
    )
    if shared := len(labelled & unlabelled):
        told.append(f"{shared} planets are in both sets: the labels look better than they are.")
    for stage in loop.stages():
        if (mark := loop.mark(stage.name)).exists():
            facts = read_sealed_json(mark)
            if facts.get("steps", 0) < facts.get("planned", 0):
                told.append(
                    f"{stage.name} was stopped by its time limit after {facts['steps']} of "
                    f"{facts['planned']} steps: more would be better."
                )
    return told


def _times(loop: "Loop") -> dict[str, Any]:
    rows = [
        [stage.name, read_sealed_json(mark)["seconds"]]
        for stage in loop.stages()
        if (mark := loop.mark(stage.name)).exists()
    ]
    note = "Of the call that ended each stage."
    return {"title": "Time", "head": ["stage", "seconds"], "rows": rows, "note": note}


def _name(scenario: Any) -> str:
    return scenario if isinstance(scenario, str) else str(scenario.name)
