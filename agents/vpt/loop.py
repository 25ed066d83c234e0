"""Video pre-training from end to end: a few labels, much play without, players who learnt from it.

    vpt(LoopConfig.of("small"), Path("out/vpt"), record=mpgenie.play.recording.record)

Stages, each with a mark in OUT/done when it is done; what was stopped goes on where it was:

    record         OUT/labelled and OUT/unlabelled, unless datasets are given
    idm            OUT/seed_0/idm: inverse dynamics, learnt from the labelled set
    label          what it says was done in the unlabelled set, beside the episodes
    clone_pseudo   OUT/seed_0/pseudo: a clone of the unlabelled play, by these labels
    clone_true     OUT/seed_0/true: of the same play, by what was truly asked for
    clone_few      OUT/seed_0/few: of the labelled set alone
    play_...       OUT/play: each of them, who was watched, and chance in the same held-out worlds
    report         OUT/report/report.html, OUT/results.json

Actions of the unlabelled set are looked at for `clone_true` and to judge labels, nowhere else.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import MODEL
from mpgenie.agents.training.player import trained
from mpgenie.checks import check_same
from mpgenie.datasets.manifest import read_sealed_json, sealed_json
from mpgenie.datasets.reading import open_dataset
from mpgenie.errors import ConfigError, DatasetError

from .cloning import train_clone
from .corpus import STREAM
from .demonstrations import game_of
from .idm import train_idm
from .labels import label
from .loop_config import SCRIPT, LoopConfig
from .loop_report import RESULTS, write_file, write_up
from .rollouts import ByChance, ByPolicy, ByScript, Choosers, roll_out, seeds_of

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

SETTINGS, DONE = "loop.json", "done"
LEARNT = ("pseudo", "true", "few")
"""The clones."""


class Stage(NamedTuple):
    """A part of the loop."""

    name: str
    do: Callable[[], dict[str, Any]]
    """Does it, or goes on with it; what is to be known of it, as JSON takes it."""


OnStage = Callable[[str, float], None]
Record = Callable[..., "Dataset"]
"""Records games, as `mpgenie.play.recording.record`."""


def vpt(
    config: LoopConfig,
    out: Path,
    *,
    record: Record,
    labelled: "Dataset | None" = None,
    unlabelled: "Dataset | None" = None,
    on_stage: OnStage | None = None,
) -> dict[str, Any]:
    """Do the loop, or what is left of it.

    Args:
        config: What it follows from.
        out: The folder, new or to go on with.
        record: Who records games where no datasets are given.
        labelled: Episodes whose actions are known.
        unlabelled: Episodes to be labelled; in both or neither is given.
        on_stage: Told which stage is how far, from 0 to 1.

    Returns:
        `arms` (a row for each of `ARMS`), `claims`, `idm` (scores of the labels), `stages` (name
        and seconds) and `page`.

    Raises:
        ConfigError: If the folder holds another loop, or the datasets do not go together.
        KeyboardInterrupt: On Ctrl-C; the same call goes on.
    """
    return Loop(config, out, record, labelled, unlabelled, on_stage).run()


class Loop:
    """A loop in a folder; arguments as of `vpt`."""

    def __init__(
        self,
        config: LoopConfig,
        out: Path,
        record: Record,
        labelled: "Dataset | None" = None,
        unlabelled: "Dataset | None" = None,
        on_stage: OnStage | None = None,
    ) -> None:
        if (labelled is None) != (unlabelled is None):
            raise ConfigError("give both a labelled and an unlabelled dataset, or neither")
        self.config, self.out, self._record = config, out, record
        self._labelled, self._unlabelled = labelled, unlabelled
        self.given = labelled is not None
        self._tell = on_stage or (lambda name, share: None)
        if labelled is not None and unlabelled is not None:
            stream_of(labelled, unlabelled)
        self._agree()

    def run(self) -> dict[str, Any]:
        """All stages that are left; the results."""
        for stage in self.stages():
            if self.mark(stage.name).exists():
                continue
            self._tell(stage.name, 0.0)
            began = time.monotonic()
            facts = stage.do()
            self._leave(stage.name, {**facts, "seconds": round(time.monotonic() - began, 1)})
            self._tell(stage.name, 1.0)
        return dict(json.loads((self.out / RESULTS).read_text()))

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return all(self.mark(stage.name).exists() for stage in self.stages())

    def stages(self) -> Iterator[Stage]:
        """Everything, in order."""
        yield Stage("record", self.record)
        for seed in self.config.seeds:
            yield Stage(f"idm_{seed}", partial(self.learn_idm, seed))
            yield Stage(f"label_{seed}", partial(self.label, seed))
            for who in LEARNT:
                yield Stage(f"clone_{who}_{seed}", partial(self.clone, who, seed))
        for seed in self.config.seeds:
            for who in LEARNT:
                yield Stage(f"play_{who}_{seed}", partial(self.play, who, seed))
        if not self.given:
            yield Stage("play_watched", partial(self.play, "watched", 0))
        yield Stage("play_chance", partial(self.play, "chance", 0))
        yield Stage("report", partial(write_up, self))

    def mark(self, name: str) -> Path:
        """The file that says that a stage is done."""
        return self.out / DONE / f"{name}.json"

    # ------------------------------------------------------------------ the stages

    def record(self) -> dict[str, Any]:
        """Play and watch, unless there is play already."""
        config = self.config
        if not self.given:
            both = config.labelled + config.unlabelled
            options = {**config.game, "who": config.watched}
            sets = ("labelled", config.labelled, 0), ("unlabelled", config.unlabelled, 1)
            for name, episodes, number in sets:

                def tell(unit: int, first: int = number * config.labelled) -> None:
                    self._tell("record", (first + unit + 1) / both)

                self._record(
                    self.out / name, episodes=episodes, max_cycles=config.ticks,
                    seed=2 * config.seeds[0] + number, on_episode=tell, **options,
                )  # fmt: skip
        return {"labelled": minutes(self.labelled), "unlabelled": minutes(self.unlabelled)}

    def learn_idm(self, seed: int) -> dict[str, Any]:
        """Learn inverse dynamics from the labelled set."""
        stream, resolution = stream_of(self.labelled, self.unlabelled)
        config = self.config.idm
        network = replace(config.network, resolution=resolution)
        config = replace(config, network=network, stream=stream, seed=seed)
        train_idm(
            self.labelled, self.folder(seed, "idm"), config, minutes=self.config.idm_minutes,
            on_step=self._steps(f"idm_{seed}", config.schedule.steps),
        )  # fmt: skip
        return self._learnt(seed, "idm")

    def label(self, seed: int) -> dict[str, Any]:
        """Say what was done in the unlabelled set."""
        total, done = len(self.unlabelled), iter(range(1, 10**9))
        name = self._labels(seed)
        label(
            self.unlabelled, self.folder(seed, "idm"), name,
            on_episode=lambda _: self._tell(f"label_{seed}", next(done) / total),
        )  # fmt: skip
        return {"labels": name}

    def clone(self, who: str, seed: int) -> dict[str, Any]:
        """Clone players."""
        stream, resolution = stream_of(self.labelled, self.unlabelled)
        config = self.config.clone
        network = replace(config.network, resolution=resolution)
        config = replace(config, network=network, stream=stream, seed=seed)
        train_clone(
            self.labelled if who == "few" else self.unlabelled,
            self.folder(seed, who),
            config,
            labels=self._labels(seed) if who == "pseudo" else None,
            minutes=self.config.clone_minutes,
            on_step=self._steps(f"clone_{who}_{seed}", config.schedule.steps),
        )
        return self._learnt(seed, who)

    def play(self, who: str, seed: int) -> dict[str, Any]:
        """Try players in worlds that nobody learnt in."""
        seeds = seeds_of(self.config.seeds[0], self.config.rollouts)
        name = f"play_{who}_{seed}" if who in LEARNT else f"play_{who}"
        done = iter(range(1, 10**9))
        rollouts = roll_out(
            self.choosers(who, seed),
            self.game,
            seeds,
            on_episodes=lambda more: self._tell(name, next(done) * more / len(seeds)),
        )
        return {"rollouts": [asdict(each) for each in rollouts]}

    # ------------------------------------------------------------------ what stages share

    @property
    def labelled(self) -> "Dataset":
        """Episodes whose actions are known."""
        return self._opened("_labelled", "labelled")

    @property
    def unlabelled(self) -> "Dataset":
        """Episodes to be labelled."""
        return self._opened("_unlabelled", "unlabelled")

    @property
    def game(self) -> dict[str, Any]:
        """Options of the worlds in which players are tried."""
        config = self.config
        if self.given:
            options = game_of(self.unlabelled)
            options |= {"scenario": config.scenario} if config.scenario else {}
        else:
            options = config.game
        return {**options, "max_cycles": config.rollout_ticks, "renderer": "software"}

    def _opened(self, attribute: str, name: str) -> "Dataset":
        if getattr(self, attribute) is None:
            setattr(self, attribute, open_dataset(self.out / name))
        dataset: Dataset = getattr(self, attribute)
        return dataset

    def folder(self, seed: int, name: str) -> Path:
        """Of a run of learning."""
        return self.out / f"seed_{seed}" / name

    def _learnt(self, seed: int, name: str) -> dict[str, Any]:
        """How many steps were made, and how many there were to be."""
        about, _ = read_arrays(self.folder(seed, name) / MODEL)
        return {"steps": about["step"], "planned": about["schedule"]["steps"]}

    def _labels(self, seed: int) -> str:
        """What labels are called: no two models' alike, in a dataset that others label, too."""
        model = self.folder(seed, "idm") / MODEL
        return f"vpt-{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}"

    def _steps(self, stage: str, steps: int) -> Callable[[Any], None]:
        return lambda figures: self._tell(stage, figures["step"] / steps)

    def choosers(self, who: str, seed: int) -> Choosers:
        """Those who are tried: who was watched, chance, or clones."""
        if who == "chance":
            return ByChance()
        if who != "watched":
            return ByPolicy(trained(self.folder(seed, who)), seed)
        if self.config.watched == SCRIPT:
            return ByScript()
        return ByPolicy(trained(self.config.watched), seed)

    def _agree(self) -> None:
        """See that the folder is of this loop, or make it so."""
        ours = self.config.to_plain()
        for name, each in (("labelled", self._labelled), ("unlabelled", self._unlabelled)):
            ours[f"{name} data"] = None if each is None else _identity(each)
        path = self.out / SETTINGS
        if not path.exists():
            if self.out.is_dir() and any(self.out.iterdir()):
                raise ConfigError(f"{self.out} is not empty and holds no loop: name another folder")
            write_file(path, sealed_json(ours))
        check_same(self.out, "loop", read_sealed_json(path), ours)

    def _leave(self, name: str, facts: dict[str, Any]) -> None:
        write_file(self.mark(name), sealed_json({"stage": name, **facts}))


def stream_of(labelled: "Dataset", unlabelled: "Dataset") -> tuple[str, tuple[int, int]]:
    """The first-person stream that all episodes of both have, and its (height, width).

    Raises:
        DatasetError: If there is none; the message says what there is.
    """
    found: list[set[tuple[str, int, int]]] = []
    for dataset in (labelled, unlabelled):
        if not dataset.episodes:
            raise DatasetError(f"{dataset.root} has no episode to learn from")
        each = [
            {
                (name, spec["height"], spec["width"])
                for name, spec in entry.streams.items()
                if spec["camera"] == "ego" and spec["look"] == "rgb"
            }
            for entry in dataset.episodes
        ]
        found.append(set.intersection(*each))
    common = found[0] & found[1]
    if not common:
        theirs = [sorted(name for name, *_ in each) or ["none"] for each in found]
        raise DatasetError(
            f"{labelled.root} has first-person frames {', '.join(theirs[0])}, {unlabelled.root} "
            f"{', '.join(theirs[1])}: both sets need one size; record or import one of them anew "
            "(import_vpt takes height and width)"
        )
    name, height, width = min(common, key=lambda one: (one[0] != STREAM, one[1] * one[2]))
    return name, (height, width)


def minutes(dataset: "Dataset") -> float:
    """Player-minutes of all episodes."""
    return sum(float(entry.length * entry.players) for entry in dataset.episodes) / 1200.0


def _identity(dataset: "Dataset") -> str:
    """What its episodes hold."""
    hashes = "".join(entry.content_hash for entry in dataset.episodes)
    return hashlib.sha256(hashes.encode()).hexdigest()
