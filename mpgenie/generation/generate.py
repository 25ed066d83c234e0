"""`mpgenie.generate`: makes a dataset, or goes on with one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpgenie.datasets.index import write_index
from mpgenie.datasets.quality import check as check_dataset
from mpgenie.datasets.reading import Dataset, open_dataset
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from .backlog import Backlog, read_failed
from .engines import ENGINES, make_engine
from .floor import Floor
from .inspector import Inspector
from .lock import sole_generator
from .plan import Plan
from .status import Status
from .template import Template
from .templated import TemplatePlan

WORLDS = 8
"""Worlds that a worker plays side by side; 4 to 16 are about equally fast, more cost memory."""
PATIENCE = 600.0
"""Seconds without an answer after which a worker counts as hung; compiling may take minutes."""


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
    plan = _plan(template, several(types), several(players), several(planet), size, recorded)
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
        with Floor(backlog, status, staff.worlds, staff.patience, inspector) as floor:
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


def _plan(
    template: Template | str | Path | None,
    types: tuple[str, ...],
    players: tuple[int, ...],
    planet: tuple[str, ...],
    size: int,
    recorded: dict[str, Any],
) -> Plan:
    """The plan of a template or, where there is none, of the other arguments."""
    if template is None:
        return Plan(types=types, players=players, planet=planet, size=size, **recorded)
    if (types, players, planet, size) != ((), (2,), ("normal",), 96):
        raise ConfigError("types, players, planet and size are what the template says: leave them")
    return TemplatePlan.of(as_template(template), **recorded)


def as_template(given: Template | str | Path) -> Template:
    """A template, or the one in a file."""
    return given if isinstance(given, Template) else Template.read(given)


def several(value: Any) -> tuple[Any, ...]:
    """One value or many, as a tuple."""
    return (value,) if isinstance(value, str | int) else tuple(value)


def _sizes(value: Any) -> tuple[tuple[int, int], ...]:
    sizes = [value] if isinstance(value[0], int) else list(value)
    return tuple((int(h), int(w)) for h, w in sizes)
