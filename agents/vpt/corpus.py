"""Episodes in memory, and clips of them to learn from.

A corpus holds the frames of whole episodes as bytes: half an hour of one player at 64 x 64 is 440
MB.  Clip `i` follows from the seed and `i` alone, so training that is interrupted goes on with the
clips that it would have had.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.places import unit
from mpgenie.errors import ConfigError, DatasetError

from .targets import buttons_down

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

STREAM = "ego_64x64"
APPLIED, REQUESTED = "applied", "requested"
_COLUMNS = {
    APPLIED: ("actions/buttons", "actions/camera"),
    REQUESTED: ("actions/requested_buttons", "actions/requested_camera"),
}


@dataclass(frozen=True)
class Play:
    """What everybody saw and did in one episode."""

    unit: int
    type: str
    planet_seed: int
    frames: NDArray[np.uint8]
    """(T + 1, P, H, W, 3); or something else that was seen, such as (T + 1, P, 536) states."""
    down: NDArray[np.bool_]
    """(T, P, 20) which buttons were down."""
    camera: NDArray[np.float32]
    """(T, P, 2) degrees, pitch and yaw."""
    there: NDArray[np.bool_]
    """(T, P) who was in the world and alive, before and after."""
    pitch: NDArray[np.float32] | None = None
    """(T + 1, P) degrees that each looked down by; None = level."""
    moved: NDArray[np.float32] | None = None
    """(T, P, 3) metres ahead, to the right and up that each moved; None = unknown."""

    ticks = property(lambda self: len(self.down))
    players = property(lambda self: self.down.shape[1])


class Clip(NamedTuple):
    """A stretch of T ticks of N players, and some frames around it."""

    frames: NDArray[np.uint8]
    """(T + before + after, N, H, W, 3); beyond the ends of an episode its last frame goes on."""
    down: NDArray[np.bool_]
    """(T, N, 20)."""
    was_down: NDArray[np.bool_]
    """(T, N, 20) a tick earlier; before an episode's first, as in its first."""
    camera: NDArray[np.float32]
    """(T, N, 2)."""
    there: NDArray[np.bool_]
    """(T, N) whether this counts."""
    who: NDArray[np.int64]
    """(N,) their slots, by which the others know them: bodies differ in colour."""
    pitch: NDArray[np.float32]
    """(T + before + after, N) degrees that each looked down by in each frame."""
    moved: NDArray[np.float32]
    """(T, N, 3) metres ahead, to the right and up; NaN where unknown."""
    asked: NDArray[np.bool_]
    """(T, N) whether its buttons count, and not its turns alone."""


def load_play(
    dataset: "Dataset",
    entry: "Entry",
    actions: str,
    stream: str = STREAM,
    seen: NDArray[np.uint8] | None = None,
) -> Play:
    """An episode as a play.

    Args:
        dataset: Where.
        entry: Which.
        actions: `APPLIED` or `REQUESTED`.
        stream: The first-person stream to see.
        seen: (T + 1, P, ...) what was seen instead of the stream.

    Raises:
        DatasetError: If it has no such stream, or no tick.
    """
    if seen is None and stream not in entry.streams:
        raise DatasetError(
            f"episode {entry.unit} of {dataset.root} has no stream {stream!r}, but "
            f"{sorted(entry.streams)}: name one of these, or generate with its resolution"
        )
    if entry.length < 1:
        raise DatasetError(f"episode {entry.unit} of {dataset.root} has no tick to learn from")
    shard = dataset.load(entry)
    if seen is None:
        pictures = shard.streams[stream]
        everybody = range(entry.players)
        seen = np.stack([pictures.read(p, 0, entry.length + 1) for p in everybody], axis=1)
    buttons, camera = (shard[name] for name in _COLUMNS[actions])
    living = shard["state/active"] & shard["state/alive"]
    return Play(
        entry.unit,
        entry.type,
        entry.planet_seed,
        np.ascontiguousarray(seen),
        buttons_down(np.asarray(buttons, np.uint32)),
        np.asarray(camera, np.float32),
        living[:-1] & living[1:],
        np.asarray(shard["state/pitch"], np.float32),
        moved(shard["state/position"], shard["state/heading"]) if entry.row["size"] else None,
    )


def moved(position: NDArray[np.floating], heading: NDArray[np.floating]) -> NDArray[np.float32]:
    """How far players went from tick to tick, as they see it.

    Args:
        position: (T + 1, P, 3) metres from the middle of the planet.
        heading: (T + 1, P, 3) the level direction that each faces, of length 1.

    Returns:
        (T, P, 3) metres ahead, to the right and up.
    """
    ahead, up = np.asarray(heading[:-1]), unit(position[:-1])
    axes = np.stack([ahead, np.cross(ahead, up), up], -2)
    return np.asarray((axes @ np.diff(position, axis=0)[..., None])[..., 0], np.float32)


def stretch(play: Play, start: int, stop: int) -> Play:
    """The ticks of a play from `start` to before `stop`, as a play of its own."""
    return replace(
        play,
        frames=play.frames[start : stop + 1].copy(),
        pitch=None if play.pitch is None else play.pitch[start : stop + 1],
        moved=None if play.moved is None else play.moved[start:stop],
        **{name: getattr(play, name)[start:stop] for name in ("down", "camera", "there")},
    )


class Corpus:
    """Plays to draw clips from.

    Args:
        plays: At least one.

    Raises:
        ConfigError: If there is none, or their pictures differ in size.
    """

    def __init__(self, plays: Iterable[Play]) -> None:
        self.plays: Sequence[Play] = list(plays)
        sizes = {play.frames.shape[2:4] for play in self.plays}
        if len(sizes) != 1:
            raise ConfigError(
                "a corpus needs episodes, with frames of one size"
                + (f", got {sorted(sizes)}" if sizes else ", got none")
            )
        self.resolution: tuple[int, int] = sizes.pop()
        ticks = np.array([play.ticks for play in self.plays], np.float64)
        self._until = np.cumsum(ticks / ticks.sum())
        busy = [(play.down.any(-1) | play.camera.any(-1)).mean(1) for play in self.plays]
        self._busy = [np.concatenate([[0.0], np.cumsum(each)]) for each in busy]

    @property
    def minutes(self) -> float:
        """Player-minutes at 20 ticks a second."""
        return sum(play.there.size for play in self.plays) / 1200.0

    def clip(
        self,
        rng: np.random.Generator,
        ticks: int,
        players: int,
        config: object,
        every: int = 1,
        draws: int = 1,
    ) -> Clip:
        """A clip drawn at random.

        Args:
            rng: Who draws.
            ticks: Its length; of a shorter episode the missing ticks do not count.
            players: N; where an episode has fewer, the missing are absent.
            config: With `before` and `after`, as `NetworkConfig`.
            every: Clips begin with a tick that this divides.
            draws: Of so many, one is taken, and likelier one in which more was done.
        """
        places = [self._place(rng, ticks, every) for _ in range(draws)]
        if draws > 1:
            weights = np.array([0.1 + self._business(*place, ticks) for place in places])
            places = [places[int(rng.choice(draws, p=weights / weights.sum()))]]
        k, start = places[0]
        play = self.plays[k]
        slots = rng.permutation(play.players)[:players]
        clip = cut(play, start, ticks, slots, config)
        if missing := players - len(slots):
            clip = Clip._make(_wider(array, missing) for array in clip)
        return clip

    def _place(self, rng: np.random.Generator, ticks: int, every: int) -> tuple[int, int]:
        """A play, and where to begin in it."""
        k = min(int(np.searchsorted(self._until, rng.random())), len(self) - 1)
        return k, every * int(rng.integers(max(0, self.plays[k].ticks - ticks) // every + 1))

    def _business(self, k: int, start: int, ticks: int) -> float:
        """The share of a stretch in which players did anything."""
        busy = self._busy[k]
        return float(busy[min(start + ticks, len(busy) - 1)] - busy[start]) / ticks

    def __len__(self) -> int:
        return len(self.plays)


def cut(play: Play, start: int, ticks: int, slots: NDArray[np.integer], config: object) -> Clip:
    """The clip of a play that begins with tick `start`."""
    before, after = config.before, config.after  # type: ignore[attr-defined]
    f = np.arange(start - before, start + ticks + after).clip(0, play.ticks)
    t = np.arange(start, start + ticks)
    inside = (t < play.ticks)[:, None]
    t = t.clip(max=play.ticks - 1)
    rows = np.ix_(t, slots)
    seen = np.ix_(f, slots)
    return Clip(
        play.frames[seen],
        play.down[rows],
        play.down[np.ix_((t - 1).clip(0), slots)],
        play.camera[rows],
        play.there[rows] & inside,
        np.asarray(slots, np.int64),
        np.zeros((len(f), len(slots)), np.float32) if play.pitch is None else play.pitch[seen],
        np.full((ticks, len(slots), 3), np.nan, np.float32)
        if play.moved is None
        else play.moved[rows],
        np.ones((ticks, len(slots)), np.bool_),
    )


def _wider(array: NDArray[np.generic], more: int) -> NDArray[np.generic]:
    """With players who are absent."""
    widths = [(0, 0)] * array.ndim
    widths[min(1, array.ndim - 1)] = (0, more)
    return np.pad(array, widths)
