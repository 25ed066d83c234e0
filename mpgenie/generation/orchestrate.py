"""`mpgenie.orchestrate`: makes a dataset round by round, each looking for what is rare so far.

    rounds/00000.json           the stratum of each unit of round 0, written before it begins
    rounds/00000.found.json     what its episodes did, and in which cells they lie
    rounds.jsonl                how coverage grew, a line for each round

Round 0 follows the template; `steering` says how the others follow from those before.  So all
follows from template and seed, and whoever goes on with a dataset makes what was to be made.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpgenie.datasets.behaviour import measure
from mpgenie.datasets.coverage import coverage
from mpgenie.datasets.index import write_index
from mpgenie.datasets.manifest import read_sealed_json, sealed_json
from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.datasets.shards import Shard, shard_name
from mpgenie.datasets.store import QUARANTINE, SHARDS, Store
from mpgenie.errors import ConfigError

from .generate import PATIENCE, WORLDS, Staff, as_template, fill, recording
from .lock import sole_generator
from .steering import Found, Stratum
from .template import Template
from .templated import SteeredPlan

ROUNDS, LOG = "rounds", "rounds.jsonl"
_TOLD = 8  # strata and thin cells that the log names


def orchestrate(
    out: str | Path,
    template: Template | str | Path,
    *,
    rounds: int,
    episodes_per_round: int,
    seed: int = 0,
    workers: int | None = None,
    resolution: tuple[int, int] | Sequence[tuple[int, int]] = (64, 64),
    video: str = "auto",
    cameras: str | Sequence[str] = ("ego",),
    passes: str | Sequence[str] = ("rgb",),
    split: str = "train",
    engine: str = "process",
    worlds: int = WORLDS,
    patience: float = PATIENCE,
    progress: bool | None = None,
) -> Dataset:
    """Make a dataset in rounds that steer towards thin cells of behaviour, or go on with one.

    Everything follows from the template, the seed and the episodes of a round.  More rounds add to
    a dataset.

    Args:
        out: The folder.
        template: What scenarios are drawn from, which cells there are, and how to steer; or its
            file.
        rounds: How many there shall be.
        episodes_per_round: How many each has.
        seed: Everything random follows from it.
        workers: As for `generate`, and so are those below.
        resolution: (height, width) of the frames, or several.
        video: "frames", "mp4", "none" or "auto".
        cameras: Some of "ego", "third", "top".
        passes: Some of "rgb", "depth", "segmentation".
        split: "train" or "eval".
        engine: "process" or "ray".
        worlds: How many worlds a worker plays side by side.
        patience: Seconds after which a silent worker is replaced.
        progress: Whether to show a bar for each round.

    Returns:
        The dataset, open for reading; `read_rounds` says how its coverage grew.

    Raises:
        ConfigError: If the arguments are not those the folder was begun with, or cannot be met.
        StorageError: If the disk refuses.
        KeyboardInterrupt: On Ctrl-C; finished episodes are safe.
    """
    if rounds < 1 or episodes_per_round < 1:
        raise ConfigError(f"rounds and their episodes: 1 or more, got {rounds, episodes_per_round}")
    staff = Staff(engine, workers, worlds, patience, progress=progress)
    recorded = recording(seed, resolution, video, cameras, passes, split)
    plan = SteeredPlan.of(as_template(template), round=episodes_per_round, **recorded)
    with Store(out, plan.as_dict()) as store, sole_generator(store.root):
        store.disk.make_folder(store.root / ROUNDS)
        found: list[Found] = []
        log: list[dict[str, Any]] = []
        for turn in range(rounds):
            weights = plan.strata.weights(found, plan.template.cells.thin)
            chosen = _chosen(store, plan, turn, weights)
            plan = replace(plan, chosen={**plan.chosen, turn: chosen})
            new = _found(store, plan, turn, staff)
            log.append(_told(plan, turn, weights, found, new))
            found += new
            lines = "".join(json.dumps(line) + "\n" for line in log)
            _write(store, store.root / LOG, lines.encode())
    dataset = open_dataset(out)
    write_index(dataset)
    return dataset


def read_rounds(root: str | Path) -> list[dict[str, Any]]:
    """The log of an orchestrated dataset: a dict for each round, see docs/templates.md."""
    try:
        return [json.loads(line) for line in (Path(root) / LOG).read_text().splitlines()]
    except FileNotFoundError:
        raise ConfigError(f"{root} was not made in rounds: it has no {LOG}") from None


def _chosen(
    store: Store, plan: SteeredPlan, turn: int, weights: Sequence[float]
) -> tuple[Stratum, ...]:
    """The strata of a round's units: as written down, else chosen and written down now."""
    path, strata = store.root / ROUNDS / f"{turn:05d}.json", plan.strata
    if not path.exists():
        told = {strata.says(s): weight for s, weight in zip(strata.all, weights, strict=True)}
        units = plan.choose(turn, weights)
        content = {"round": turn, "by": list(strata.variables), "weights": told, "units": units}
        _write(store, path, sealed_json(content))
    return tuple(tuple(stratum) for stratum in read_sealed_json(path)["units"])


def _found(store: Store, plan: SteeredPlan, turn: int, staff: Staff) -> list[Found]:
    """Where the episodes of a round lie: as written down, else once they are made."""
    path, cells = store.root / ROUNDS / f"{turn:05d}.found.json", plan.template.cells
    units = range(turn * plan.round, (turn + 1) * plan.round)
    if not path.exists():
        fill(store, plan, units.stop, staff)
        measured = {unit: _measured(store, unit, list(cells.edges)) for unit in units}
        found = {
            str(unit): {"cell": cells.cell(values), "measures": values}
            for unit, values in measured.items()
            if values is not None
        }
        _write(store, path, sealed_json({"round": turn, "units": found}))
    known = read_sealed_json(path)["units"]
    return [
        (plan.chosen[turn][unit - units.start], tuple(known[str(unit)]["cell"]))
        for unit in units
        if str(unit) in known
    ]


def _measured(store: Store, unit: int, names: list[str]) -> dict[str, float] | None:
    """The measures of an episode, also if it was set aside; None if it could not be made."""
    for place in (SHARDS, QUARANTINE):
        folder = store.root / place / shard_name(unit)
        if folder.exists():
            with closing(Shard(folder)) as shard:
                return measure(shard, names)
    return None


def _told(
    plan: SteeredPlan,
    turn: int,
    weights: Sequence[float],
    before: Sequence[Found],
    new: Sequence[Found],
) -> dict[str, Any]:
    """A line of the log."""
    cells, strata = plan.template.cells, plan.strata
    known = {cell for _, cell in before}
    now = coverage(cells, [cell for _, cell in (*before, *new)])
    heaviest = sorted(range(len(weights)), key=lambda k: (-weights[k], k))[:_TOLD]
    return {
        "round": turn,
        **now.as_dict(),
        "new": len({cell for _, cell in new} - known),
        "failed": plan.round - len(new),
        "strata": {strata.says(strata.all[k]): round(weights[k], 6) for k in heaviest},
        "thin_cells": {cells.says(cell): now.counts[cell] for cell in now.thin[:_TOLD]},
    }


def _write(store: Store, path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    unfinished = path.with_name(f".{path.name}")
    store.disk.remove(unfinished)
    store.disk.write(unfinished, data)
    store.disk.move(unfinished, path)
    store.disk.sync_folder(path.parent)
