"""What exporters are made of: one player's part of an episode, and what all formats say of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpgenie.datasets.episode import Header
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import Dataset, Entry
from mpgenie.datasets.schema import COLUMNS, Array
from mpgenie.datasets.shards import Shard
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.envs.simulation.events import KIND_NAMES
from mpgenie.errors import ConfigError

PIECE = 64
"""Frames that are unpacked at a time."""
_BITS = np.arange(len(BUTTONS), dtype=np.uint32)


@dataclass(frozen=True)
class Take:
    """One player's part of an episode.

    Args:
        shard: The episode.
        player: The player's number in it.
        stream: Which pictures.
    """

    shard: Shard
    player: int
    stream: str

    @property
    def header(self) -> Header:
        """Facts of the episode."""
        return self.shard.header

    @property
    def length(self) -> int:
        """T, ticks."""
        return self.header.length

    @property
    def name(self) -> str:
        """The player's name."""
        return self.header.players[self.player]

    @property
    def label(self) -> str:
        """The player's name as a part of file names."""
        return re.sub(r"[^A-Za-z0-9_-]", "_", self.name) or "player"

    @property
    def task(self) -> str:
        """What the player was about, such as "chase: runner"."""
        roles = self.header.roles
        return f"{self.header.type}: {roles[self.player]}" if roles else self.header.type

    def __getitem__(self, name: str) -> Array:
        """This player's rows of an array, (T or T + 1, ...)."""
        rows = self.shard[name]
        return rows[:, self.player] if "P" in COLUMNS[name].shape else rows

    def buttons(self) -> Array:
        """(T, 20) bool, in the order of `BUTTONS`."""
        held: Array = (self["actions/buttons"][:, None] >> _BITS) & 1
        return held.astype(bool)

    def events(self) -> dict[int, dict[str, int]]:
        """What this player did: by tick, how often each kind of event, in their order."""
        mine = np.unique(self["state/id"])
        rows = self.shard["events"]
        found: dict[int, dict[str, int]] = {}
        for row in rows[np.isin(rows["actor"], mine[mine > 0])]:
            kinds, name = found.setdefault(int(row["tick"]), {}), KIND_NAMES[int(row["kind"])]
            kinds[name] = kinds.pop(name, 0) + 1
        return found

    def pictures(self, first: int, last: int) -> Array:
        """Frames `first` up to, not including, `last`: (n, H, W, 3) uint8."""
        return self.shard.streams[self.stream].read(self.player, first, last)

    def pieces(self, frames: int) -> Iterator[Array]:
        """The first so many frames, some at a time: (n, H, W, 3) uint8."""
        for first in range(0, frames, PIECE):
            yield self.pictures(first, min(first + PIECE, frames))


def takes(shard: Shard, stream: str) -> list[Take]:
    """The parts of all players of an episode."""
    return [Take(shard, player, stream) for player in range(len(shard.header.players))]


def choose_stream(dataset: Dataset, name: str | None) -> tuple[str, StreamSpec]:
    """The stream that is exported, the same in all episodes.

    Args:
        dataset: Whose.
        name: Its name; None takes the first that shows the world through the players' eyes.

    Raises:
        ConfigError: If there is no such stream of rgb frames in every episode, of one size.
    """
    if not dataset.episodes:
        raise ConfigError("there is no episode to export: see `mpgenie dataset info`")
    first = dataset.episodes[0]
    if name is None:
        name = next((n for n, s in first.streams.items() if _is_view(s)), None)
        if name is None:
            raise ConfigError(
                f"episode {first.unit} has no rgb frames through the players' eyes, but "
                f"{sorted(first.streams) or 'no stream at all'}: record with frames, or name one"
            )
    spec = _spec_of(first, name)
    for entry in dataset.episodes:
        other = _spec_of(entry, name)
        if other.shape != spec.shape or other.look != "rgb":
            raise ConfigError(
                f"exports hold rgb frames of one size, but {name} is {spec.shape} in episode "
                f"{first.unit} and {other.look} {other.shape} in episode {entry.unit}"
            )
    return name, spec


def _is_view(spec: Mapping[str, Any]) -> bool:
    return spec.get("camera") == "ego" and spec.get("look") == "rgb"


def _spec_of(entry: Entry, name: str) -> StreamSpec:
    if name not in entry.streams:
        raise ConfigError(
            f"episode {entry.unit} has no stream {name!r}, but {sorted(entry.streams)}"
        )
    return StreamSpec(**entry.streams[name])


def facts_of(shard: Shard) -> dict[str, Any]:
    """What every format tells of an episode, as plain values."""
    header = shard.header
    return {
        "unit": header.unit,
        "type": header.type,
        "seed": header.seed,
        "planet_seed": header.planet_seed,
        "split": header.split,
        "players": list(header.players),
        "roles": list(header.roles),
        "policies": list(header.policies),
        "length": header.length,
        "outcome": header.outcome,
        "reason": header.reason,
        "content_hash": shard.manifest["episode"]["content_hash"],
    }
