"""A dataset that is being made: commits, and what is left to do.

    dataset.json                what the dataset is; whoever writes to it must agree
    shards/u00000042/           sealed episodes, see `shards`
    index/episodes.parquet      for queries; made from the shards, see `index`
    quarantine/u00000007/       set aside, with the reasons beside it in u00000007.json
    quality/, annotations/      what was found out about the episodes, see `side_tables`
    .staging/<writer>/          unfinished work of a writer who holds its lock

Any number of writers may work on one dataset, in any order: unit and seed make the episode, and of
two who finish the same unit the second gives way.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from mpgenie.errors import ConfigError, DatasetError, StorageError

from .disk import Disk
from .episode import Episode
from .manifest import read_sealed_json, sealed_json
from .schema import SCHEMA_VERSION
from .shards import Shard, read_manifest, seal, shard_name

DATASET, SHARDS, QUARANTINE, STAGING = "dataset.json", "shards", "quarantine", ".staging"
_LOCK, _TAKEN_BACK = "lock", "taken_back"
CONVENTIONS: Mapping[str, Any] = {
    "schema": SCHEMA_VERSION,
    "ticks_per_second": 20,
    "alignment": {"frames": "T+1", "actions": "T", "action_causes": "next frame"},
    "camera": "(pitch, yaw) in degrees per tick; pitch down positive, yaw right positive",
    "position": "metres, planet centre is the origin",
}


class Store:
    """A folder that takes episodes.

    Args:
        root: The folder; made if it is not there.
        config: What every writer must agree on, as plain values, such as seed and episode types.
        disk: How it writes.

    Raises:
        ConfigError: If the folder is a dataset with another config.
        DatasetError: If it holds something else.
        StorageError: If it cannot be written to.
    """

    def __init__(
        self, root: str | Path, config: Mapping[str, Any] | None = None, *, disk: Disk | None = None
    ) -> None:
        self.root, self.disk = Path(root), disk or Disk()
        self.config = json.loads(json.dumps(dict(config or {}), allow_nan=False))
        if self.root.exists() and not self.root.is_dir():
            raise DatasetError(f"{self.root} is a file, not the folder of a dataset")
        found = self.root / DATASET
        if self.root.is_dir() and not found.exists():
            strange = sorted({p.name for p in self.root.iterdir()} - {SHARDS, QUARANTINE, STAGING})
            if strange:
                raise DatasetError(
                    f"{self.root} is no dataset and not empty (it has {strange[0]!r}): name another"
                )
        for folder in (SHARDS, QUARANTINE, STAGING):
            self.disk.make_folder(self.root / folder)
        self.tidy()
        self._lock: int | None = None
        while self._lock is None:
            self._staging = self.root / STAGING / uuid.uuid4().hex
            self._lock = self._take(self._staging)
        try:
            self._agree(found)
        except BaseException:
            self.close()
            raise

    def _take(self, folder: Path) -> int | None:
        """Make a folder and hold its lock; None if somebody tidied it away in between."""
        self.disk.make_folder(folder)
        try:
            lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o644)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"cannot make {folder / _LOCK}: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (folder / _LOCK).exists():
                return lock
        except BlockingIOError:
            pass
        os.close(lock)
        return None

    def _agree(self, found: Path) -> None:
        if not found.exists():
            mine = self._staging / DATASET
            self.disk.write(mine, sealed_json({**CONVENTIONS, "config": self.config}))
            self.disk.claim(mine, found)
            self.disk.remove(mine)
            self.disk.sync_folder(self.root)
        theirs = read_sealed_json(found)
        if theirs.get("schema") != SCHEMA_VERSION:
            raise DatasetError(
                f"{self.root} has schema {theirs.get('schema')}, this mpgenie has {SCHEMA_VERSION}"
            )
        if theirs["config"] != self.config:
            names = {*theirs["config"], *self.config}
            other = sorted(n for n in names if theirs["config"].get(n) != self.config.get(n))
            raise ConfigError(
                f"{self.root} was begun with {other[0]} = {theirs['config'].get(other[0])!r}, not "
                f"{self.config.get(other[0])!r}: take the same, or another folder"
            )

    def tidy(self) -> None:
        """Remove what writers left who are gone: their locks are free."""
        for folder in (self.root / STAGING).iterdir():
            try:
                lock = os.open(folder / _LOCK, os.O_RDWR)
            except FileNotFoundError:
                continue  # just being made, or just being removed
            except OSError as error:
                raise StorageError(f"cannot open {folder / _LOCK}: {error.strerror}") from error
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.disk.remove(folder)
            except BlockingIOError:
                pass
            finally:
                os.close(lock)

    def commit(self, episode: Episode) -> bool:
        """Seal an episode; when this returns, it survives a crash of program or machine.

        Returns:
            False if the unit is there already; the episode is dropped then.

        Raises:
            DatasetError: If the episode is not whole.
            StorageError: If the disk refuses; the dataset is as before, and one may try again.
        """
        name = shard_name(episode.header.unit)
        if (self.root / QUARANTINE / name).exists():
            return False
        staging = self._staging / f"{name}.{uuid.uuid4().hex[:8]}"
        return seal(self.disk, staging, self.root / SHARDS, episode)

    def done(self) -> set[int]:
        """The units that need not be made again: sealed, or set aside."""
        return {
            int(folder.name[1:])
            for place in (SHARDS, QUARANTINE)
            for folder in (self.root / place).iterdir()
            if folder.name.startswith("u") and folder.name[1:].isdigit()
        }

    def left(self, plan: Iterable[int]) -> list[int]:
        """The units of a plan that are not done, in its order."""
        done = self.done()
        return [unit for unit in plan if unit not in done]

    def quarantine(self, unit: int, reasons: Mapping[str, Any]) -> None:
        """Set a sealed episode aside; it stays whole and counts as done.

        Args:
            unit: Which.
            reasons: Plain values, kept beside it as `quarantine/<shard>.json`.
        """
        name = shard_name(unit)
        read_manifest(self.root / SHARDS / name)
        note = self._staging / f"{name}.json"
        self.disk.remove(note)
        self.disk.write(note, sealed_json({"unit": unit, "reasons": dict(reasons)}))
        self.disk.move(note, self.root / QUARANTINE / f"{name}.json")
        self.disk.move(self.root / SHARDS / name, self.root / QUARANTINE / name)
        self.disk.sync_folder(self.root / QUARANTINE)
        self.disk.sync_folder(self.root / SHARDS)

    def folder_of(self, unit: int) -> Path:
        """Where a unit is or would be sealed."""
        return self.root / SHARDS / shard_name(unit)

    def take_back(self, unit: int) -> None:
        """Take an episode out of quarantine; the note with the reasons stays, as `taken_back`."""
        name, place = shard_name(unit), self.root / QUARANTINE
        if (place / f"{name}.json").exists():  # else a try before this one got no further
            self.disk.move(place / f"{name}.json", place / f"{name}.{_TAKEN_BACK}")
        self.disk.move(place / name, self.root / SHARDS / name)
        self.disk.sync_folder(self.root / SHARDS)
        self.disk.sync_folder(place)

    def taken_back(self) -> set[int]:
        """The units that were taken out of quarantine, and shall not be set aside again."""
        notes = (self.root / QUARANTINE).glob(f"u*.{_TAKEN_BACK}")
        return {int(note.name[1:].partition(".")[0]) for note in notes}

    def read(self, unit: int) -> Shard:
        """A sealed episode."""
        return Shard(self.folder_of(unit))

    def close(self) -> None:
        """Let go of the lock, and of unfinished work."""
        if self._lock is not None:
            self.disk.remove(self._staging)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
