"""Reading a dataset: which episodes there are, and the arrays and pictures of each.

    dataset = mpgenie.open_dataset("data")
    dataset.episodes[0].content_hash, dataset.episodes[0].type
    dataset.load(dataset.episodes[0])["state/position"]         # (T + 1, P, 3)
    windows = dataset.windows(frames=16, players=2, seed=0)     # see `windows`

Opening reads the manifests alone.  Files are opened when something of them is asked for, a few stay
open, and each process opens its own: a forked or spawned worker never shares a handle.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mpgenie.errors import ConfigError, DatasetError

from .manifest import MANIFEST, read_sealed_json, sha256
from .schema import SCHEMA_VERSION
from .shards import Shard, read_manifest
from .store import DATASET, QUARANTINE, SHARDS

if TYPE_CHECKING:
    import pyarrow

    from .windows import Windows

OPEN_SHARDS = 64
"""How many shards a process keeps open at most."""


@dataclass(frozen=True)
class Entry:
    """An episode of a dataset, as its manifest tells it."""

    folder: Path
    row: Mapping[str, Any]
    """See `summary.row_of`."""
    streams: Mapping[str, Any]
    """The spec of each stream, by name."""
    bytes: int
    """Of all its files."""

    unit = property(lambda self: int(self.row["unit"]))
    type = property(lambda self: str(self.row["type"]))
    players = property(lambda self: int(self.row["players"]))
    length = property(lambda self: int(self.row["length"]))
    outcome = property(lambda self: str(self.row["outcome"]))
    split = property(lambda self: str(self.row["split"]))
    planet_seed = property(lambda self: int(self.row["planet_seed"]))
    content_hash = property(lambda self: str(self.row["content_hash"]))
    quarantined = property(lambda self: self.folder.parent.name == QUARANTINE)


class Dataset:
    """Episodes on disk, or some of them.

    Args:
        root: The folder.
        episodes: Which; all by default.
        quarantined: Whether those in quarantine are among them by default.

    Raises:
        DatasetError: If it is no dataset, or a manifest is damaged.
    """

    def __init__(
        self,
        root: str | Path,
        episodes: Iterable[Entry] | None = None,
        *,
        quarantined: bool = False,
    ) -> None:
        self.root = Path(root)
        if episodes is None:
            self.facts = _facts(self.root)
            episodes = entries(self.root, quarantined=quarantined)
        self.episodes: tuple[Entry, ...] = tuple(episodes)
        self._process = os.getpid()
        self._open: OrderedDict[Path, Shard] = OrderedDict()

    def __len__(self) -> int:
        return len(self.episodes)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": OrderedDict(), "_process": -1}

    def find(self, name: str | int) -> Entry:
        """The episode of a unit number, or whose content hash begins with so many letters.

        Raises:
            ConfigError: If there is none, or more than one.
        """
        text = str(name)
        found = [entry for entry in self.episodes if text.isdigit() and entry.unit == int(text)]
        found = found or [e for e in self.episodes if text and e.content_hash.startswith(text)]
        if len(found) != 1:
            raise ConfigError(f"{self.root} has {len(found)} episodes called {text!r}, not one")
        return found[0]

    def load(self, entry: Entry) -> Shard:
        """The shard of an episode, open for reading; it may be closed after some more of them.

        Raises:
            DatasetError: If it is damaged.
        """
        if self._process != os.getpid():  # a handle must not be shared with the parent
            self._open, self._process = OrderedDict(), os.getpid()
        shard = self._open.get(entry.folder)
        if shard is not None:
            self._open.move_to_end(entry.folder)
            return shard
        shard = Shard(entry.folder)
        if shard.manifest["episode"]["content_hash"] != entry.content_hash:
            raise DatasetError(f"{entry.folder} has changed since the dataset was opened")
        while len(self._open) >= OPEN_SHARDS:
            self._open.popitem(last=False)[1].close()
        self._open[entry.folder] = shard
        return shard

    def where(self, test: Callable[[Entry], bool] | None = None, **facts: Any) -> "Dataset":
        """The episodes with these facts, such as `type="chase"` or `split="train"`.

        Args:
            test: Says of an entry whether it is in; besides the facts.
            **facts: Names of `Entry.row` and the value or a collection of values wanted.
        """

        def fits(entry: Entry) -> bool:
            for name, wanted in facts.items():
                if name not in entry.row:
                    raise ConfigError(f"episodes have no {name!r}, but {sorted(entry.row)}")
                values = wanted if isinstance(wanted, (list, tuple, set, frozenset)) else (wanted,)
                if entry.row[name] not in values:
                    return False
            return test is None or test(entry)

        return self._with(entry for entry in self.episodes if fits(entry))

    def spread(self, count: int | None) -> "Dataset":
        """So many of the episodes, evenly spread in their order; all if that is None or more."""
        if count is not None and count < 1:
            raise ConfigError(f"count must be at least 1, got {count}")
        total = len(self.episodes)
        kept = total if count is None else min(count, total)
        return self._with(self.episodes[k * total // kept] for k in range(kept))

    def split(self, shares: Mapping[str, float], seed: int = 0) -> dict[str, "Dataset"]:
        """Parts of the dataset that share no planet.

        Args:
            shares: Of all planets, for each part, such as `{"train": 0.9, "valid": 0.1}`; a planet
                stays in its part however many episodes are added.
            seed: Another seed splits otherwise.
        """
        total = sum(shares.values())
        if not shares or min(shares.values()) < 0 or not 0 < total <= 1 + 1e-9:
            raise ConfigError(f"shares are at least 0 and add up to at most 1, got {dict(shares)}")
        bounds = np.cumsum([*shares.values()])
        parts: dict[str, list[Entry]] = {name: [] for name in shares}
        for entry in self.episodes:
            word = sha256(f"{seed} {entry.planet_seed}".encode())[:13]
            part = int(np.searchsorted(bounds, int(word, 16) / 16**13, side="right"))
            if part < len(bounds):
                parts[[*shares][part]].append(entry)
            elif total > 1 - 1e-9:
                parts[[*shares][-1]].append(entry)
        return {name: self._with(mine) for name, mine in parts.items()}

    def windows(self, **options: Any) -> "Windows":
        """Random windows of frames, actions and state; see `windows.Windows`."""
        from .windows import Windows

        return Windows(self, **options)

    def query(self, sql: str) -> "pyarrow.Table":
        """Ask the tables of these episodes in SQL; see `index.query`.

        There are `episodes` and `players`, and what was written beside the dataset: `findings`
        after a check, `annotations` and `captions` after they were made.
        """
        from .index import query, tables
        from .side_tables import side_tables

        return query({**side_tables(self.root), **tables(self)}, sql)

    def close(self) -> None:
        """Let go of every file."""
        if self._process == os.getpid():
            while self._open:
                self._open.popitem()[1].close()

    def _with(self, episodes: Iterable[Entry]) -> "Dataset":
        part = Dataset(self.root, episodes)
        part.facts = self.facts
        return part


def open_dataset(path: str | Path, *, quarantined: bool = False) -> Dataset:
    """Open a dataset for reading.

    Args:
        path: The folder that `mpgenie generate` or a `Store` wrote.
        quarantined: Whether episodes that were set aside are among its episodes.

    Raises:
        DatasetError: If there is none, or a manifest is damaged; `mpgenie dataset verify` says
            which.
    """
    return Dataset(path, quarantined=quarantined)


def _facts(root: Path) -> dict[str, Any]:
    if not (root / DATASET).is_file():
        raise DatasetError(f"{root} is no dataset: it has no {DATASET}")
    facts = read_sealed_json(root / DATASET)
    if facts.get("schema") != SCHEMA_VERSION:
        raise DatasetError(f"{root} has schema {facts.get('schema')}, this reads {SCHEMA_VERSION}")
    return facts


def shard_folders(root: Path, *, quarantined: bool = False) -> list[Path]:
    """The folders of the sealed episodes, in order of units."""
    places = [root / place for place in (SHARDS, QUARANTINE)[: 1 + quarantined]]
    folders = [f for place in places if place.is_dir() for f in place.iterdir()]
    whole = (folder for folder in folders if (folder / MANIFEST).exists())
    return sorted(whole, key=lambda folder: folder.name)


def entry_of(folder: Path) -> Entry:
    """What the manifest of a shard says."""
    manifest = read_manifest(folder)
    size = sum(file["bytes"] for file in manifest["files"].values())
    return Entry(folder, manifest["episode"], manifest["streams"], size)


def entries(root: Path, *, quarantined: bool = False) -> list[Entry]:
    """All sealed episodes of a dataset, in order of units."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(entry_of, shard_folders(root, quarantined=quarantined)))
