"""What rules look at: an episode, and what is known of its pictures from going through them once.

Pictures are unpacked a few at a time, so that large ones need not fit into memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.pictures import CHUNK, Stream
from mpgenie.datasets.places import eyes, looks
from mpgenie.datasets.schema import Array
from mpgenie.errors import DatasetError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pictures:
    """What is known of one player's frames in one stream; rows are frames."""

    brightest: NDArray[np.int64]
    """(F,) the largest number in each; -1 where it could not be unpacked."""
    spread: NDArray[np.int64]
    """(F,) of the channel that varies most, largest minus smallest."""
    change: Floats
    """(F,) mean difference to the frame before; 0 for the first."""
    not_finite: int
    """Numbers that are not."""
    undecodable: int
    """Frames that could not be unpacked."""
    wrong_size: int
    """Frames that have another size than their stream's."""
    first: Array | None
    """The first frame, if it could be unpacked."""


class Evidence:
    """An episode under examination.

    Args:
        episode: An `Episode` or a `Shard`.
    """

    def __init__(self, episode: Recorded) -> None:
        self.episode, self.header, self.streams = episode, episode.header, episode.streams
        self._pictures: dict[tuple[str, int], Pictures] = {}

    def __getitem__(self, name: str) -> Array:
        return self.episode[name]

    @property
    def players(self) -> int:
        """How many there are."""
        return len(self.header.players)

    @cached_property
    def eye(self) -> Floats:
        """(F, P, 3) where eyes are."""
        return eyes(self["state/position"], self["state/sneaking"])

    @cached_property
    def look(self) -> Floats:
        """(F, P, 3) unit vectors that players look along."""
        return looks(self["state/position"], self["state/heading"], self["state/pitch"])

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """(F, P) who is in the world and alive."""
        return np.asarray(self["state/active"] & self["state/alive"])

    @cached_property
    def moved(self) -> Floats:
        """(T, P) metres that each player came along in each tick."""
        return np.asarray(np.linalg.norm(np.diff(self["state/position"], axis=0), axis=-1))

    def every(self, look: str = "rgb") -> Iterator[tuple[str, int, Pictures]]:
        """(stream, player, what is known of its frames) of every stream of a pass."""
        for name, stream in self.streams.items():
            for player in range(stream.players if stream.spec.look == look else 0):
                yield name, player, self.pictures(name, player)

    def pictures(self, name: str, player: int) -> Pictures:
        """What is known of the frames of one player in one stream."""
        if (name, player) not in self._pictures:
            frames = self.header.length + 1
            self._pictures[name, player] = go_through(self.streams[name], player, frames)
        return self._pictures[name, player]


def go_through(stream: Stream, player: int, frames: int) -> Pictures:
    """Unpack the frames of one player, a few at a time.

    Args:
        stream: May have fewer or more frames than it should.
        player: The slot.
        frames: How many there should be.
    """
    brightest, spread = np.full(frames, -1, np.int64), np.zeros(frames, np.int64)
    change, there = np.zeros(frames), min(frames, stream.frames)
    not_finite = undecodable = wrong_size = 0
    before = first = None
    step = CHUNK if stream.spec.mode == "frames" else max(CHUNK, stream.frames)
    if stream.spec.height * stream.spec.width > 256 * 256:
        step = 8 * CHUNK
    for start in range(0, there, step):
        last = min(start + step, there)
        try:
            block = stream.read(player, start, last)
        except DatasetError:
            undecodable, before = undecodable + last - start, None
            continue
        except (OSError, ValueError):  # whole, but not of this many bytes
            wrong_size, before = wrong_size + last - start, None
            continue
        if first is None and start == 0:
            first = block[0].copy()
        if block.dtype.kind == "f":
            not_finite += int((~np.isfinite(block)).sum())
            continue
        if stream.spec.look != "rgb":
            continue
        _measure(block, before, brightest[start:last], spread[start:last], change[start:last])
        before = block[-1:].copy()
    return Pictures(brightest, spread, change, not_finite, undecodable, wrong_size, first)


def _measure(
    block: Array, before: Array | None, brightest: Array, spread: Array, change: Array
) -> None:
    n, height, width, channels = block.shape
    rows = block.reshape(n, height, width * channels)
    high = rows.max(1).reshape(n, width, channels).max(1)
    low = rows.min(1).reshape(n, width, channels).min(1)
    brightest[:] = high.max(1)
    spread[:] = (high.astype(np.int64) - low).max(1)
    if before is None:
        before = block[:1]
    signed = block.astype(np.int16)
    steps = np.diff(signed, axis=0, prepend=before.astype(np.int16))
    change[:] = np.abs(steps).reshape(n, -1).mean(1)


def longest_run(true: Array) -> tuple[int, int]:
    """How long the longest stretch of true values is, and where it begins (-1 = nowhere)."""
    edges = np.diff(np.concatenate([[False], np.asarray(true, bool), [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not starts.size:
        return 0, -1
    longest = int(np.argmax(ends - starts))
    return int(ends[longest] - starts[longest]), int(starts[longest])
