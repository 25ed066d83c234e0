"""How good a world model is, clip by clip, so that one can also say how sure that is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError

from .clips import Clip, Film
from .session import WorldModel
from .steering import steering
from .strips import continued, errors

STEERED = (6, 8)
"""The steps of a dream up to which it is judged whether views turn."""
TRIES = 20
"""Clips that are looked at, for each one that is wanted."""


def judged(model: WorldModel, clips: Clip, opened: int) -> dict[str, Any]:
    """The figures of a model.

    Args:
        model: What dreams.
        clips: A batch from planets that it does not know, everybody being there all along.
        opened: How many frames of each it is shown; at least eight more follow.

    Returns:
        Plain data, as JSON takes it: in `errors`, by the names of `strips.continued`, for each clip
        and step the mean squared error of colours in 0..1; in `steering`, for `real` frames and
        for those that were told, how many views of each clip turned, in pitch and yaw, and how
        many of them are seen to turn that way.

    Raises:
        ConfigError: If clips are too short.
    """
    frames = clips.frames.shape[1]
    if frames < opened + max(STEERED) or opened < 2:
        raise ConfigError(
            f"two frames or more are shown and {max(STEERED)} dreamt, got clips of {frames} frames "
            f"of which {opened} are shown"
        )
    told = continued(model, clips, opened)
    ends = [opened - 1 + step for step in STEERED]
    seen = {"real": clips.frames, **told}
    return {
        "errors": {
            name: _clip_errors(errors(clips.frames, each, clips.there, opened), clips, opened)
            for name, each in told.items()
        },
        "steering": {name: steering(each, clips, ends).plain() for name, each in seen.items()},
    }


def _clip_errors(wrong: NDArray[np.float64], clips: Clip, opened: int) -> list[list[float]]:
    """(B, steps) means over those who are there, to seven digits."""
    mean = wrong.sum(-1) / clips.there[:, opened:].sum(-1).clip(1)
    return [[float(f"{value:.7g}") for value in row] for row in mean]


def held_out_clips(film: Film, count: int, *, frames: int, players: int) -> Clip:
    """Clips to judge by: the same for all models.

    Args:
        film: Of planets that no model knows.
        count: How many.
        frames: Of each.
        players: Of each; all of them are there all along.

    Raises:
        ConfigError: If the film has too few.
    """
    found: list[Clip] = []
    for number in range(TRIES * count):
        clip = film.clip(3, number, frames=frames, players=players)
        if clip.there.all():
            found.append(clip)
        if len(found) == count:
            return Clip._make(np.stack(parts) for parts in zip(*found, strict=True))
    raise ConfigError(
        f"{TRIES * count} clips of {frames} frames were looked at, and in {len(found)} of them, "
        f"not {count}, {players} players are there all along"
    )
