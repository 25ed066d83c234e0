"""One episode in memory: a header, named arrays, and pictures by stream.

An episode of T ticks has T + 1 frames and T actions: action `t` is chosen on seeing frame `t`, and
its effect is first visible in frame `t + 1`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from mpgenie.envs.planet.blocks import ITEM_NAMES
from mpgenie.envs.simulation.events import EVENTS, KIND_NAMES, REASONS
from mpgenie.errors import DatasetError

from .pictures import Stream
from .schema import COLUMNS, SCHEMA_VERSION, Array, check_array

SPLITS = ("train", "eval")


@dataclass(frozen=True, kw_only=True)
class Header:
    """What is known of an episode besides its arrays; everything in it can be written as JSON."""

    type: str
    """The kind of episode, such as "chase"."""
    unit: int
    """Its number in the dataset's plan: unit, seed and config make the episode."""
    seed: int
    """Everything random in it follows from this number."""
    planet_seed: int
    """Of the planet it plays on; splits go by it."""
    players: tuple[str, ...]
    length: int
    """T, ticks."""
    outcome: str = "success"
    """"success", "partial" or "failure"."""
    reason: str = ""
    """Why it ended."""
    split: str = "train"
    """"eval": held out, refused by training loaders."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """All that the world was made with; see `recorder.config_of`."""
    roles: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    """Who played: one of script, checkpoint, human or random each, and a name."""
    versions: Mapping[str, Any] = field(default_factory=dict)
    """Of everything that the episode depends on."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else the maker of the episode wants to keep."""

    def __post_init__(self) -> None:
        if not 0 <= self.planet_seed < 2**63:
            raise DatasetError(f"a planet seed lies in [0, 2**63), got {self.planet_seed}")
        if self.unit < 0 or self.seed < 0 or self.length < 0 or not self.players:
            raise DatasetError(
                f"an episode has players, and unit, seed and length of at least 0, got {self}"
            )
        if self.split not in SPLITS:
            raise DatasetError(f"split must be one of {SPLITS}, got {self.split!r}")

    def as_json(self) -> str:
        """Canonical JSON: sorted names, no spaces."""
        try:
            return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise DatasetError(f"a header holds plain finite JSON values only: {error}") from error

    @classmethod
    def from_json(cls, text: str | bytes) -> "Header":
        """Read what `as_json` wrote."""
        try:
            values = json.loads(text)
            for name in ("players", "roles", "policies"):
                values[name] = tuple(values[name])
            return cls(**values)
        except (TypeError, KeyError, ValueError) as error:
            raise DatasetError(f"this header of an episode is damaged: {error}") from error


class Recorded(Protocol):
    """What can be read of an `Episode` in memory and of a `Shard` on disk alike."""

    @property
    def header(self) -> Header:
        """Facts."""

    @property
    def streams(self) -> Mapping[str, Stream]:
        """Pictures by the name of their stream."""

    def __getitem__(self, name: str) -> Array:
        """An array by its name in the schema."""


@dataclass(frozen=True)
class Episode:
    """What one episode holds.

    Args:
        header: Facts.
        arrays: See `schema.COLUMNS`.
        streams: Pictures by the name of their stream.
    """

    header: Header
    arrays: Mapping[str, Array]
    streams: Mapping[str, Stream] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    @property
    def length(self) -> int:
        """T, ticks."""
        return self.header.length

    def check(self) -> None:
        """See that every array is there and has its type and shape, every stream its frames.

        Raises:
            DatasetError: If not.
        """
        missing = sorted(set(COLUMNS) - set(self.arrays))
        if missing:
            raise DatasetError(f"the episode lacks the arrays {missing}")
        t, p = self.header.length, len(self.header.players)
        for name, array in self.arrays.items():
            check_array(name, array.dtype, array.shape, t, p)
        for name, stream in self.streams.items():
            if (stream.frames, stream.players) != (t + 1, p):
                raise DatasetError(
                    f"stream {name} has {stream.frames} frames of {stream.players} players, "
                    f"the episode {t + 1} of {p}"
                )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 in hex over header and arrays, never over pictures."""
        return content_hash(self.header, self.arrays)

    def log(self) -> list[dict[str, Any]]:
        """What skills, phases and policies noted, one dict each."""
        text = self.arrays["log"].tobytes().decode()
        return [json.loads(line) for line in text.splitlines()]

    def events(self) -> list[dict[str, Any]]:
        """What happened, in the words of `Simulation.events`."""
        return [_event(row) for row in self.arrays["events"].tolist()]


def content_hash(header: Header, arrays: Mapping[str, Array]) -> str:
    """SHA-256 in hex over canonical bytes: header, then name, type, shape and bytes by name."""
    digest = hashlib.sha256(f"mpgenie episode {SCHEMA_VERSION}\n{header.as_json()}\n".encode())
    for name in sorted(arrays):
        array = arrays[name]
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        digest.update(f"{name}\n{array.dtype.descr}\n{array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _event(row: tuple[int, ...]) -> dict[str, Any]:
    tick, number, actor, target, cell, value = row
    kind = KIND_NAMES[number]
    event = {"tick": tick, "kind": kind, "actor": actor, "target": target, "cell": cell}
    event["value"] = value
    meaning = EVENTS[kind]
    if meaning == "reason":
        event["reason"] = REASONS[value]
    elif meaning == "block":
        event["block"] = ITEM_NAMES[value]
    elif meaning == "stack":
        event["item"], event["count"] = ITEM_NAMES[value & 255], value >> 8
    return event
