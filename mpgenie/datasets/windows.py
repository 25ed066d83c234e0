"""Random windows of frames, actions and state: what learners are fed with.

Window `i` follows from the seed and `i` alone, so it does not matter how many workers draw them, or
whether somebody starts again in the middle.  A `Windows` is a map-style dataset: index it, iterate
over it, or hand it to `torch.utils.data.DataLoader`; it imports no torch unless asked for tensors.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .schema import COLUMNS, Array
from .shards import Shard

if TYPE_CHECKING:
    from .reading import Dataset, Entry

ACTIONS = ("actions/buttons", "actions/camera", "actions/message")
STATE = ("state/position", "state/heading", "state/pitch", "state/health", "state/visible")


class Windows:
    """Windows drawn at random from the episodes of a dataset.

    Args:
        dataset: Which episodes.
        frames: L, frames in a window.
        players: N, whose views are in it; of an episode with more players N are drawn.
        shift: 0: beside each frame the action chosen on seeing it; 1: the one that led to it.
        stream: Which pictures; None = no pictures.
        actions: Arrays with a row for each tick.
        state: Arrays with a row for each frame.
        seed: Everything drawn follows from it.
        length: How many windows there are; by default as many as fit side by side.
        weight: How often an episode is drawn, for each window in it; all alike by default.
        importance: How often a place of an episode is drawn: (T + 1,) weights of its frames, of
            which a window has the mean; all alike by default.
        torch: Whether windows hold tensors.
        held_out: Whether episodes that are held out for evaluation may be among them.

    Raises:
        ConfigError: If nothing fits, a name is unknown, or an episode is held out.
    """

    def __init__(
        self,
        dataset: "Dataset",
        *,
        frames: int = 16,
        players: int = 2,
        shift: int = 0,
        stream: str | None = "ego_64x64",
        actions: Sequence[str] = ACTIONS,
        state: Sequence[str] = STATE,
        seed: int = 0,
        length: int | None = None,
        weight: Callable[["Entry"], float] | None = None,
        importance: Callable[[Shard], NDArray[np.floating]] | None = None,
        torch: bool = False,
        held_out: bool = False,
    ) -> None:
        if shift not in (0, 1) or frames < 1 or players < 1:
            raise ConfigError("a window has frames and players, and shift is 0 or 1")
        _check_names(actions, "T")
        _check_names(state, "F")
        self.dataset, self.frames, self.players, self.shift = dataset, frames, players, shift
        self.stream, self.actions, self.state = stream, tuple(actions), tuple(state)
        self.seed, self.importance, self.torch = seed, importance, torch
        if torch:
            require("torch", extra="agents")
        self.entries = self._usable(held_out)
        starts = np.array([self._starts(entry) for entry in self.entries], np.float64)
        weights = starts * [weight(entry) if weight else 1.0 for entry in self.entries]
        if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
            raise ConfigError("weights must be at least 0, and one of them more")
        self._even = starts / starts.sum()
        self._share = weights / weights.sum()
        self._until = np.cumsum(self._share)
        total = sum((entry.length + 1) // frames for entry in self.entries)
        self.length = total if length is None else length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for index in range(self.length):
            yield self[index]

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Window `index`.

        Returns:
            "frames" (L, N, H, W, 3), every action and state array by the last part of its name,
            (L, N, ...), "episode" (its content hash), "start", "slots" (N,), and "correction": by
            how much to multiply its loss to undo `weight` and `importance`.
        """
        if not 0 <= index < self.length:
            raise IndexError(f"there are windows 0 to {self.length - 1}, got {index}")
        rng = np.random.default_rng((self.seed, index))
        place = int(np.searchsorted(self._until, rng.random() * self._until[-1], side="right"))
        entry = self.entries[min(place, len(self.entries) - 1)]
        shard = self.dataset.load(entry)
        start, likely = self._start(shard, rng)
        slots = np.sort(rng.choice(entry.players, self.players, replace=False))
        window = self.cut(shard, start, slots)
        window["episode"], window["start"], window["slots"] = entry.content_hash, start, slots
        even = self._even[place] / self._starts(entry)
        window["correction"] = float(even / (self._share[place] * likely))
        return window

    def batches(self, size: int) -> Iterator[dict[str, Any]]:
        """Windows side by side: arrays of shape (B, L, N, ...)."""
        for first in range(0, self.length - size + 1, size):
            windows = [self[index] for index in range(first, first + size)]
            yield {name: self._stack([w[name] for w in windows]) for name in windows[0]}

    def cut(self, shard: Shard, start: int, slots: NDArray[np.integer]) -> dict[str, Any]:
        """The window of an episode that begins with frame `start`."""
        window: dict[str, Any] = {}
        if self.stream is not None:
            stream = shard.streams[self.stream]
            pictures = [stream.read(p, start, start + self.frames) for p in slots.tolist()]
            window["frames"] = self._finished(np.stack(pictures, axis=1))
        for names, first in ((self.actions, start - self.shift), (self.state, start)):
            for name in names:
                rows = shard[name][first : first + self.frames]
                if "P" in COLUMNS[name].shape:
                    rows = rows[:, slots]
                if name == "state/visible":
                    rows = rows[:, :, slots]
                window[name.rpartition("/")[2]] = self._finished(rows)
        return window

    def _usable(self, held_out: bool) -> list["Entry"]:
        entries = []
        for entry in self.dataset.episodes:
            if entry.split == "eval" and not held_out:
                raise ConfigError(
                    f"episode {entry.unit} ({entry.type}) is held out for evaluation: take "
                    'dataset.where(split="train"), or say held_out=True to use it anyway'
                )
            if self.stream is not None and self.stream not in entry.streams:
                raise ConfigError(
                    f"episode {entry.unit} has no stream {self.stream!r}, "
                    f"but {sorted(entry.streams)}"
                )
            if entry.players >= self.players and self._starts(entry) > 0:
                entries.append(entry)
        if not entries:
            raise ConfigError(
                f"no episode has {self.players} players and {self.frames} frames to draw from"
            )
        return entries

    def _starts(self, entry: "Entry") -> int:
        """How many places a window may begin at: from `shift` on, with an action for each frame."""
        return max(0, int(entry.length) - self.frames + 1)

    def _start(self, shard: Shard, rng: np.random.Generator) -> tuple[int, float]:
        count = shard.header.length - self.frames + 1
        if self.importance is None:
            return self.shift + int(rng.integers(count)), 1.0 / count
        weights = np.asarray(self.importance(shard), np.float64)
        if weights.shape != (shard.header.length + 1,) or not weights.min() >= 0:
            raise ConfigError(
                f"importance must give {shard.header.length + 1} weights of at least 0"
            )
        sums = np.concatenate([[0.0], np.cumsum(weights)])[self.shift :]
        mean = (sums[self.frames :] - sums[: -self.frames])[:count]
        if mean.sum() <= 0:
            return self.shift + int(rng.integers(count)), 1.0 / count
        start = int(rng.choice(count, p=mean / mean.sum()))
        return self.shift + start, float(mean[start] / mean.sum())

    def _finished(self, array: Array) -> Any:
        if not self.torch:
            return array
        torch = require("torch", extra="agents")
        kind = {"u4": np.int64, "u2": np.int32, "u8": np.int64}.get(array.dtype.str[1:])
        return torch.from_numpy(np.array(array, kind))

    def _stack(self, values: list[Any]) -> Any:
        if self.torch and not isinstance(values[0], (str, int, float, np.ndarray)):
            return require("torch", extra="agents").stack(values)
        return values if isinstance(values[0], str) else np.stack(values)


def _check_names(names: Sequence[str], axis: str) -> None:
    for name in names:
        if name not in COLUMNS or COLUMNS[name].shape[0] != axis:
            known = [known for known, column in COLUMNS.items() if column.shape[0] == axis]
            raise ConfigError(f"{name!r} cannot be cut into windows here; these can: {known}")
