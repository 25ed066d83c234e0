"""Episodes in memory, and clips of them for world models to learn from.

A film holds the frames of whole episodes as bytes: half an hour of one player at 64 x 64 is 440 MB.
Clip `number` follows from the seed and its number alone, so training that is interrupted, or shared
by several processes, sees the clips that it would have seen.

Row t of what belongs to a tick is what happened between frames t and t + 1.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.pictures import StreamSpec
from mpgenie.envs.simulation.actions import CAMERA_CAP
from mpgenie.errors import ConfigError, DatasetError

from .controls import from_fields

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

POSE = ("forward", "right", "up", "tilt", "turn", "pitch")
"""What moved in a tick: metres ahead, aside and up as shares of what a sprinter covers, turns down
and to the right as shares of the most that the camera turns; and the pitch after it, of 90."""
SPRINT = 5.612 / 20
SLOTS = 16
"""Identities that players are given at random, by which a model tells them apart."""
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Reel:
    """What everybody saw and did in one episode."""

    frames: NDArray[np.uint8]
    """(T + 1, P, H, W, 3)."""
    controls: Floats
    """(T, P, 22) as `controls` says."""
    rewards: Floats
    """(T, P)."""
    terminated: Bools
    """(T, P) whose episode ended by the rules."""
    pose: Floats
    """(T, P, 6) as `POSE` says."""
    there: Bools
    """(T + 1, P) who was in the world."""

    length = property(lambda self: len(self.frames))
    players = property(lambda self: self.frames.shape[1])


class Clip(NamedTuple):
    """T frames of P players and the T - 1 ticks between them; in a batch with (B, ...) in front."""

    frames: NDArray[np.uint8]
    """(T, P, H, W, 3); black where nobody is."""
    controls: Floats
    """(T - 1, P, 22)."""
    rewards: Floats
    """(T - 1, P)."""
    terminated: Bools
    """(T - 1, P)."""
    pose: Floats
    """(T - 1, P, 6)."""
    there: Bools
    """(T, P) who is in the world."""
    slots: NDArray[np.int64]
    """(P,) identities, no two alike."""


def load_reel(dataset: "Dataset", entry: "Entry", resolution: tuple[int, int] = (64, 64)) -> Reel:
    """An episode in memory.

    Args:
        dataset: Where.
        entry: Which.
        resolution: (height, width) of its first-person frames; where it has larger ones alone,
            squares of their pixels are averaged.

    Raises:
        DatasetError: If it has no such frames.
    """
    names = {
        StreamSpec(height=k * resolution[0], width=k * resolution[1]).name: k for k in (1, 2, 4)
    }
    stream = next((name for name in names if name in entry.streams), None)
    if stream is None:
        raise DatasetError(
            f"episode {entry.unit} of {dataset.root} has no stream {next(iter(names))!r}, but "
            f"{sorted(entry.streams)}: generate with its resolution"
        )
    shard = dataset.load(entry)
    pictures = shard.streams[stream]
    frames = np.empty((entry.length + 1, entry.players, *resolution, 3), np.uint8)
    for p in range(entry.players):
        frames[:, p] = shrunk(pictures.read(p, 0, entry.length + 1), names[stream])
    return Reel(
        frames,
        from_fields(shard["actions/buttons"], shard["actions/camera"]),
        shard["outcome/reward"].astype(np.float32),
        np.asarray(shard["outcome/terminated"]),
        moved(shard["state/position"], shard["state/heading"], shard["state/pitch"]),
        np.asarray(shard["state/active"]),
    )


def name_of(dataset: "Dataset") -> str:
    """A name that follows from what is in its episodes."""
    word = hashlib.sha256()
    for entry in dataset.episodes:
        word.update(entry.content_hash.encode())
    return word.hexdigest()[:16]


def shrunk(frames: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """(n, H / by, W / by, 3): each pixel the mean of `by` times `by`, rounded."""
    if by == 1:
        return frames
    n, height, width, _ = frames.shape
    squares = frames.reshape(n, height // by, by, width // by, by, 3).sum((2, 4), dtype=np.uint32)
    means: NDArray[np.uint8] = ((squares + by * by // 2) // (by * by)).astype(np.uint8)
    return means


def moved(
    position: NDArray[np.float64], heading: NDArray[np.float64], pitch: NDArray[np.float64]
) -> Floats:
    """How bodies moved and turned, in their own axes before the move.

    Args:
        position: (T + 1, P, 3) metres from the planet's centre.
        heading: (T + 1, P, 3) unit tangent vectors.
        pitch: (T + 1, P) degrees, down positive.

    Returns:
        (T, P, 6) as `POSE` says; leaps, such as to where one wakes up again, are cut to 4.
    """
    up = position / np.maximum(np.linalg.norm(position, axis=-1, keepdims=True), 1e-9)
    right = np.cross(heading, up)
    axes = np.stack([heading, right, up], -2)[:-1]  # (T, P, 3 axes, 3)
    steps = (axes @ np.diff(position, axis=0)[..., None])[..., 0] / SPRINT
    ahead, aside, _ = np.moveaxis((axes @ heading[1:, ..., None])[..., 0], -1, 0)
    turns = [np.diff(pitch, axis=0), np.degrees(np.arctan2(aside, ahead))]
    angles = np.stack([*(turn / CAMERA_CAP for turn in turns), pitch[1:] / 90.0], -1)
    pose = np.concatenate([steps, angles], -1)
    return pose.clip(-4.0, 4.0).astype(np.float32)


class Film:
    """Episodes to draw clips from.

    Args:
        reels: At least one.
        name: Says which episodes they are, such as a hash.

    Raises:
        ConfigError: If there is none, or their frames differ in size.
    """

    def __init__(self, reels: Iterable[Reel], name: str = "") -> None:
        self.reels: Sequence[Reel] = list(reels)
        self.name = name
        sizes = {reel.frames.shape[2:4] for reel in self.reels}
        if len(sizes) != 1:
            raise ConfigError(
                "a film needs episodes, with frames of one size"
                + (f", got {sorted(sizes)}" if sizes else ", got none")
            )
        self.resolution: tuple[int, int] = sizes.pop()
        self._until: dict[int, NDArray[np.int64]] = {}

    @classmethod
    def of(cls, dataset: "Dataset", resolution: tuple[int, int] = (64, 64)) -> Self:
        """All episodes of a dataset; its name follows from what is in them."""
        reels = (load_reel(dataset, entry, resolution) for entry in dataset.episodes)
        return cls(reels, name_of(dataset))

    @property
    def frames(self) -> int:
        """How many, of all players."""
        return sum(int(reel.there.sum()) for reel in self.reels)

    def clip(
        self, seed: int, number: int, *, frames: int, players: int, fewest: int | None = None,
        pool: int = SLOTS,
    ) -> Clip:  # fmt: skip
        """Clip `number`.

        Args:
            seed: Another one draws others.
            number: Which.
            frames: T.
            players: P.
            fewest: How many views are drawn at least, up to P; the rest of the P are absent.  By
                default P, or as many as an episode has.
            pool: Of how many slots each player gets one.

        Raises:
            ConfigError: If no episode is as long.
        """
        rng = np.random.default_rng((seed, number))
        reel, start = self._place(rng, frames)
        least = players if fewest is None else fewest
        count = min(int(rng.integers(least, players + 1)), reel.players)
        return cut(
            reel, start, frames, rng.permutation(reel.players)[:count], players,
            rng.permutation(pool)[:players],
        )  # fmt: skip

    def batch(
        self, seed: int, numbers: Iterable[int], *, frames: int, players: int,
        fewest: int | None = None, pool: int = SLOTS,
    ) -> Clip:  # fmt: skip
        """Several clips, one for each number, side by side."""
        clips = [
            self.clip(seed, n, frames=frames, players=players, fewest=fewest, pool=pool)
            for n in numbers
        ]
        return Clip._make(np.stack(parts) for parts in zip(*clips, strict=True))

    def pictures(self, seed: int, numbers: Iterable[int]) -> NDArray[np.uint8]:
        """(n, H, W, 3) single frames of players who were there, one for each number."""
        found = []
        for number in numbers:
            rng = np.random.default_rng((seed, number))
            here = np.zeros(0, np.int64)
            while not here.size:
                reel, t = self._place(rng, 1)
                here = np.flatnonzero(reel.there[t])
            found.append(reel.frames[t, rng.choice(here)])
        return np.stack(found)

    def _place(self, rng: np.random.Generator, frames: int) -> tuple[Reel, int]:
        """An episode and a start in it, every start as likely as any other."""
        if frames not in self._until:
            self._until[frames] = np.cumsum(
                [max(0, reel.length - frames + 1) for reel in self.reels]
            )
        until = self._until[frames]
        if not until[-1]:
            longest = max(reel.length for reel in self.reels)
            raise ConfigError(f"clips of {frames} frames: the longest episode has {longest}")
        place = int(rng.integers(until[-1]))
        k = int(np.searchsorted(until, place, side="right"))
        return self.reels[k], place - int(until[k - 1] if k else 0)


def cut(
    reel: Reel,
    start: int,
    frames: int,
    who: NDArray[np.integer],
    players: int,
    slots: NDArray[np.integer],
) -> Clip:
    """The clip of a reel that begins with frame `start`.

    Args:
        reel: The episode.
        start: Its first frame.
        frames: How many.
        who: Whose views, at most `players`.
        players: P; those beyond `who` are absent.
        slots: (P,) identities.
    """
    seen, done = slice(start, start + frames), slice(start, start + frames - 1)

    def taken(array: NDArray[Any], rows: slice) -> Any:
        out = np.zeros((rows.stop - rows.start, players, *array.shape[2:]), array.dtype)
        out[:, : len(who)] = array[rows][:, who]
        return out

    there = taken(reel.there, seen)
    pictures = taken(reel.frames, seen)
    pictures[~there] = 0
    controls, rewards = taken(reel.controls, done), taken(reel.rewards, done)
    terminated, pose = taken(reel.terminated, done), taken(reel.pose, done)
    return Clip(pictures, controls, rewards, terminated, pose, there, slots.astype(np.int64))
