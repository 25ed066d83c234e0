"""How well a dream knows what a tick is worth, and when an episode ends.

Both are only in recorded games, so a dataset says what was true: a model is shown the first frames
of some of its clips and dreams on, told what everybody did.  The last clip of each episode ends
with the episode, so that ends are asked about where there are any.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.reading import Dataset
from mpgenie.errors import ConfigError
from mpgenie.world_models.clips import Clip, Reel, cut, load_reel, name_of
from mpgenie.world_models.source import Source

from .cases import SHOWN
from .fidelity import ranks

TICKS = 16
"""That are dreamt of each clip."""
EPISODES, CLIPS = 16, 4
"""Of a dataset, and of each episode, at most."""
BATCH = 16
"""Clips that are dreamt at once."""
Floats = NDArray[np.float64]


class Recorded:
    """Clips of recorded games, and what came of them.

    Args:
        folder: A dataset with rewards or ends.
        resolution: (height, width) of the frames that models see.

    Raises:
        ConfigError: If nobody is paid and nobody's episode ends in any clip, all episodes are
            shorter than a clip, or players differ in number.
        DatasetError: If it is no dataset, or has no frames of this size.
    """

    def __init__(self, folder: str | Path, resolution: tuple[int, int]) -> None:
        data = Dataset(folder)
        self.folder, self.name = Path(folder), name_of(data)
        reels = [load_reel(data, each, resolution) for each in data.spread(EPISODES).episodes]
        long = [reel for reel in reels if reel.length >= SHOWN + TICKS]
        if not long or len({reel.players for reel in long}) > 1:
            raise ConfigError(
                f"the episodes in {folder} must have {SHOWN + TICKS} frames and as many players as "
                f"each other, got {[(reel.length, reel.players) for reel in reels]} (frames, "
                "players)"
            )
        self.clips = Clip._make(
            np.stack(parts) for parts in zip(*(c for r in long for c in _clips(r)), strict=True)
        )
        if not (self.clips.rewards.any() or self.clips.terminated.any()):
            raise ConfigError(
                f"nobody is paid and no episode ends by the rules in the clips of {folder}: record "
                "games of a scenario that pays its players"
            )

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures; plain data."""
        true, ended = (_after(self.clips, part, SHOWN) for part in _truth(self.clips))
        nothing = np.zeros(len(true))
        return {
            "data": self.name,
            "folder": str(self.folder),
            "clips": len(self.clips.frames),
            "oracle": _compared(true, ended.astype(np.float64), true, ended),
            "nothing": _compared(nothing, nothing, true, ended),
        }

    def of(self, source: Source) -> dict[str, Any]:
        """The figures of `outcomes`.

        Raises:
            ConfigError: If the model does not take as many players.
        """
        players, seen = self.clips.there.shape[2], source.config.players
        if players > seen or (source.fixed and players != seen):
            raise ConfigError(
                f"the games in {self.folder} have {players} players, this model takes {seen}"
            )
        return outcomes(source, self.clips, SHOWN)


def _clips(reel: Reel) -> list[Clip]:
    """The last clip of an episode, and some before it."""
    last, players = reel.length - SHOWN - TICKS, reel.players
    who = np.arange(players)
    starts = np.unique(np.linspace(0, last, CLIPS).round().astype(int)).tolist()
    return [cut(reel, start, SHOWN + TICKS, who, players, who) for start in starts]


def outcomes(source: Source, clips: Clip, opened: int) -> dict[str, Any]:
    """Rewards and ends that a model tells while it dreams on from clips.

    Args:
        source: What dreams.
        clips: A batch, of data that has rewards or ends.
        opened: How many frames of each it is shown.

    Returns:
        Plain data over all ticks and players who are there before them: of rewards `mean_error`
        and, where anybody got any, `sign`, how often their sign is right; of ends `brier`, the mean
        squared error of the chance that is told, and, where there are some and not all are, `auc`.
        What the data cannot tell is None.

    Raises:
        ConfigError: If nothing is left to dream.
    """
    if not 0 < opened < clips.frames.shape[1]:
        raise ConfigError(f"of {clips.frames.shape[1]} frames {opened} cannot be shown")
    told = [
        _told(source, Clip._make(part[k : k + BATCH] for part in clips), opened, k)
        for k in range(0, len(clips.frames), BATCH)
    ]
    worth, chance = (
        np.concatenate(each)[clips.there[:, opened - 1 : -1]] for each in zip(*told, strict=True)
    )
    true, ended = (_after(clips, part, opened) for part in _truth(clips))
    return _compared(worth, chance, true, ended)


def _told(source: Source, clips: Clip, opened: int, first: int) -> tuple[Floats, Floats]:
    """(B, ticks, P) rewards and chances of an end that are dreamt, of clips from number `first`."""
    shown = clips.frames[:, :opened], clips.controls[:, : opened - 1], clips.there[:, :opened]
    state = source.model.open(*shown, first + np.arange(len(clips.frames)))
    ticks = range(opened - 1, clips.controls.shape[1])
    told = [source.model.step(state, clips.controls[:, t]) for t in ticks]
    worth, chance = (
        np.stack([getattr(each, name).cpu().numpy() for each in told], 1).astype(np.float64)
        for name in ("rewards", "chance")
    )
    return worth, chance


def _truth(clips: Clip) -> tuple[NDArray[Any], NDArray[Any]]:
    return clips.rewards, clips.terminated


def _after(clips: Clip, part: NDArray[Any], opened: int) -> NDArray[Any]:
    """(n,) what a part of clips (B, T - 1, P) says of the ticks after those that are shown, of
    players who are there before each."""
    found: NDArray[Any] = part[:, opened - 1 :][clips.there[:, opened - 1 : -1]]
    return found


def _compared(
    worth: Floats, chance: Floats, true: NDArray[np.floating], ended: NDArray[np.bool_]
) -> dict[str, Any]:
    """What is told of n ticks, held beside what was."""
    earned = true != 0.0
    return {
        "ticks": len(true),
        "rewards": int(earned.sum()),
        "mean_error": float(np.abs(worth - true).mean()),
        "sign": float((np.sign(worth) == np.sign(true))[earned].mean()) if earned.any() else None,
        "ends": int(ended.sum()),
        "brier": float(np.square(chance - ended).mean()),
        "auc": auc(chance, ended),
    }


def auc(chance: Floats, ended: NDArray[np.bool_]) -> float | None:
    """How often an end is held likelier than what is none, equals counting half; None if there is
    no such pair."""
    ends, others = int(ended.sum()), int((~ended).sum())
    if not ends or not others:
        return None
    above = ranks(chance)[ended].sum() - ends * (ends - 1) / 2.0
    return float(above / (ends * others))
