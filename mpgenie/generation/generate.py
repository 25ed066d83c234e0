"""`mpgenie.generate`: makes a dataset, or goes on with one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from mpgenie.datasets.index import write_index
from mpgenie.datasets.quality import check as check_dataset
from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.datasets.store import Store
from mpgenie.envs.rendering.software import draw_views
from mpgenie.errors import ConfigError, StateError, StorageError

from .backlog import Backlog, read_failed
from .engines import ENGINES, Engine, Worker, WorkerLost, make_engine
from .inspector import Inspector
from .lock import sole_generator
from .plan import STRIP, Plan, Setting, Unit
from .status import Status
from .template import Template
from .templated import TemplatePlan
from .work import DiskRefused, Done, Failed, Reply

WORLDS = 8
"""Worlds that a worker plays side by side; 4 to 16 are about equally fast, more cost memory."""
PATIENCE = 600.0
"""Seconds without an answer after which a worker counts as hung; compiling may take minutes."""
_AHEAD = 2  # strips that wait in a worker for a world to be free
_STILLBORN = 3  # workers that may die in a row without ever answering


def generate(
    out: str | Path,
    *,
    episodes: int,
    players: int | Sequence[int] = 2,
    seed: int = 0,
    workers: int | None = None,
    types: str | Sequence[str] = (),
    planet: str | Sequence[str] = "normal",
    size: int = 96,
    resolution: tuple[int, int] | Sequence[tuple[int, int]] = (64, 64),
    video: str = "auto",
    cameras: str | Sequence[str] = ("ego",),
    passes: str | Sequence[str] = ("rgb",),
    split: str = "train",
    template: Template | str | Path | None = None,
    engine: str = "process",
    worlds: int = WORLDS,
    patience: float = PATIENCE,
    check: bool = False,
    progress: bool | None = None,
) -> Dataset:
    """Make a dataset of scripted episodes; called again with the same arguments, go on with it.

    Episode `i` follows from the seed and `i` alone, whatever makes it and when.  A larger number of
    episodes adds to a dataset.

    Args:
        out: The folder.
        episodes: How many there shall be.
        players: How many play; of several numbers each in turn.
        seed: Everything random follows from it.
        workers: How many processes or actors; 0 = this process; None = one for each processor.
        types: Names of episode types; all of the split by default.
        planet: "normal" or "flat"; of several each in turn.
        size: Columns along the edge of a planet's face.
        resolution: (height, width) of the frames, or several.
        video: "frames" (without loss), "mp4", "none", or "auto": frames up to 128 x 128.
        cameras: Some of "ego", "third", "top".
        passes: Some of "rgb", "depth", "segmentation".
        split: "train", or "eval" for the types and planets that are held out.
        template: What scenarios are drawn from, or its file: in place of types, planet, players
            and size.
        engine: "process", or "ray".
        worlds: How many worlds a worker plays side by side.
        patience: Seconds after which a silent worker counts as hung and is replaced.
        check: Whether each episode is checked by the rules of `datasets.quality` as soon as it is
            sealed, and set aside if it fails; at the end the whole dataset is.
        progress: Whether to show a bar; None = where somebody watches.

    Returns:
        The dataset, open for reading.

    Raises:
        ConfigError: If the arguments are not those the folder was begun with, cannot be met, or
            another process is filling it.
        StorageError: If the disk refuses.
        KeyboardInterrupt: On Ctrl-C; finished episodes are safe.
    """
    recorded = recording(seed, resolution, video, cameras, passes, split)
    if template is None:
        plan = Plan(
            types=several(types),
            players=several(players),
            planet=several(planet),
            size=size,
            **recorded,
        )
    elif [*map(several, (types, players, planet, size))] != [(), (2,), ("normal",), (96,)]:
        raise ConfigError("types, players, planet and size are what the template says: leave them")
    else:
        plan = TemplatePlan.of(as_template(template), **recorded)
    staff = Staff(engine, workers, worlds, patience, check, progress)
    if episodes < 1:
        raise ConfigError(f"episodes are more than 0, got {episodes}")
    with Store(out, plan.as_dict()) as store, sole_generator(store.root):
        fill(store, plan, episodes, staff)
    if check:
        check_dataset(out)
    dataset = open_dataset(out)
    write_index(dataset)
    return dataset


@dataclass(frozen=True)
class Staff:
    """Who works, as `generate` is told; nothing of it shows in a dataset."""

    engine: str = "process"
    workers: int | None = None
    worlds: int = WORLDS
    patience: float = PATIENCE
    check: bool = False
    progress: bool | None = None

    def __post_init__(self) -> None:
        if self.count < 0 or self.worlds < 1 or self.patience <= 0:
            raise ConfigError("worlds and patience are more than 0, workers at least 0")
        if self.engine not in ENGINES:
            raise ConfigError(f"engine is one of {list(ENGINES)}, got {self.engine!r}")

    @property
    def count(self) -> int:
        """How many workers."""
        return len(os.sched_getaffinity(0)) if self.workers is None else self.workers


def fill(store: Store, plan: Plan, episodes: int, staff: Staff) -> None:
    """Make what is missing of the first so many units; the caller holds the folder's lock."""
    failed = {line["unit"] for line in read_failed(store.root)}
    left = [unit for unit in store.left(range(episodes)) if unit not in failed]
    backlog = Backlog(plan, left, store.root)
    status = Status(store, episodes, len(failed & {*range(episodes)}), staff.progress)
    workers = staff.count
    try:
        inspector = Inspector(store) if staff.check else None
        with _Floor(backlog, status, staff.worlds, staff.patience, inspector) as floor:
            if backlog:
                engine = make_engine(staff.engine, plan, store.root, staff.worlds, workers)
                floor.run(engine, max(1, workers))
    finally:
        store.tidy()  # after workers that were stopped


def recording(
    seed: int, resolution: Any, video: str, cameras: Any, passes: Any, split: str
) -> dict[str, Any]:
    """The fields of a `Plan` that say how it is recorded, from arguments as `generate` takes."""
    return {
        "seed": seed,
        "resolution": _sizes(resolution),
        "video": video,
        "cameras": several(cameras),
        "passes": several(passes),
        "split": split,
    }


def as_template(given: Template | str | Path) -> Template:
    """A template, or the one in a file."""
    return given if isinstance(given, Template) else Template.read(given)


def several(value: Any) -> tuple[Any, ...]:
    """One value or many, as a tuple."""
    return (value,) if isinstance(value, str | int) else tuple(value)


def _sizes(value: Any) -> tuple[tuple[int, int], ...]:
    sizes = [value] if isinstance(value[0], int) else list(value)
    return tuple((int(h), int(w)) for h, w in sizes)


@dataclass
class _Hand:
    """A worker, and what it has in hand."""

    worker: Worker
    strips: list[dict[int, Unit]] = field(default_factory=list)
    setting: Setting | None = None
    alone: bool = False
    """Whether it plays one suspect and nothing else."""
    silent: float | None = None
    """Seconds since it was asked; None = it waits to be asked."""
    episodes: int = 0
    answered: bool = False

    @property
    def units(self) -> list[Unit]:
        return [unit for strip in self.strips for unit in strip.values()]

    def drop(self, number: int) -> Unit:
        """Take a unit out of its hand."""
        for strip in self.strips:
            if number in strip:
                unit = strip.pop(number)
                if not strip:
                    self.strips.remove(strip)
                return unit
        raise KeyError(number)


class _Floor:
    """Keeps workers busy until nothing is left."""

    def __init__(
        self,
        backlog: Backlog,
        status: Status,
        worlds: int,
        patience: float,
        inspector: Inspector | None = None,
    ) -> None:
        self.backlog, self.status, self.inspector = backlog, status, inspector
        self.worlds, self.patience = worlds, patience
        self.hands: list[_Hand] = []
        self.stillborn = 0
        self._given_up = status.failed

    def __enter__(self) -> "_Floor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        state = "finished" if kind is None else "stopped"
        self.status.count_sealed()
        self.status.tell(state, self.backlog.left, [], now=True)
        self.status.close()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            raise KeyboardInterrupt(
                f"stopped with {self.status.done} of {self.status.episodes} episodes safe in "
                f"{self.status.root}; run the same again to go on"
            )

    def run(self, engine: Engine, workers: int) -> None:
        """Work off the backlog."""
        try:
            while self.backlog or any(hand.strips for hand in self.hands):
                self._staff(engine, workers)
                for hand in self.hands:
                    if hand.silent is None:
                        self._give(hand, workers)
                busy = [hand for hand in self.hands if hand.silent is not None]
                began = monotonic()
                engine.wait([hand.worker for hand in busy], 0.5)
                # A machine that slept or stopped us meanwhile shall not make workers look hung.
                waited = min(monotonic() - began, 1.0)
                for hand in busy:
                    self._hear(hand, waited)
                self._tell("running")
        finally:
            for hand in self.hands:
                hand.worker.stop()
            engine.close()

    def _staff(self, engine: Engine, workers: int) -> None:
        """Start workers that are missing; while nothing is compiled, one at first."""
        if self.hands and not any(hand.answered for hand in self.hands) and not _compiled():
            return
        while len(self.hands) < min(workers, self.backlog.left + len(self.hands)):
            self.hands.append(_Hand(engine.start()))

    def _give(self, hand: _Hand, workers: int) -> None:
        """Ask a worker to go on, with more to do where it has room."""
        strips = []
        if self.backlog.suspects and not hand.strips:
            strips, hand.alone = [[self.backlog.suspect()]], True
        elif not (hand.alone and hand.strips):
            hand.alone = False
            strips = self._strips(hand, workers)
        hand.strips += [{unit.number: unit for unit in strip} for strip in strips]
        if hand.strips:
            hand.worker.ask(strips)
            hand.silent = 0.0

    def _strips(self, hand: _Hand, workers: int) -> list[list[Unit]]:
        strips: list[list[Unit]] = []
        while len(hand.strips) + len(strips) < self.worlds + _AHEAD:
            most = max(1, min(STRIP, self.backlog.left // (2 * workers * self.worlds)))
            strip = self.backlog.strip(hand.setting, most) if hand.setting else []
            if not strip:
                if hand.strips or strips or self.backlog.setting() is None:
                    break
                hand.setting = self.backlog.setting()
                continue
            strips.append(strip)
        return strips

    def _hear(self, hand: _Hand, waited: float) -> None:
        """Take in what a worker says, or that it is lost."""
        assert hand.silent is not None
        try:
            replies = hand.worker.answer()
        except WorkerLost as lost:
            self._lose(hand, str(lost))
            return
        if replies is None:
            hand.silent += waited
            if hand.silent > self.patience:
                self._lose(hand, f"{hand.worker.name} was silent for {self.patience:g} s")
            return
        hand.silent, hand.answered, self.stillborn = None, True, 0
        for reply in replies:
            self._take(hand, reply)

    def _take(self, hand: _Hand, reply: Reply) -> None:
        match reply:
            case Done():
                hand.drop(reply.unit)
                hand.episodes += 1
                self.status.sealed(reply)
                if self.inspector is not None:
                    self.status.rejects.update(self.inspector.look_at(reply.unit))
            case Failed():
                self._failed([hand.drop(number) for number in reply.units], reply.trace)
            case DiskRefused():
                raise StorageError(reply.message)

    def _lose(self, hand: _Hand, why: str) -> None:
        hand.worker.stop()
        self.hands.remove(hand)
        self.stillborn += not hand.answered
        if self.stillborn >= _STILLBORN and not hand.answered:
            raise StateError(f"workers end before they begin; the last one: {why}")
        self._failed(hand.units, why)

    def _failed(self, units: list[Unit], why: str) -> None:
        self.backlog.failed(units, why)
        self.status.failed = self._given_up + self.backlog.given_up

    def _tell(self, state: str) -> None:
        workers = [
            {"name": hand.worker.name, "episodes": hand.episodes, "units": len(hand.units)}
            for hand in self.hands
        ]
        self.status.tell(state, self.backlog.left, workers)


def _compiled() -> bool:
    return bool(getattr(draw_views, "kept", True))
