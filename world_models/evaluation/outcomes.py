"""How well a dream knows what a tick is worth, and when an episode ends."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import ConfigError
from mpgenie.world_models.clips import Clip
from mpgenie.world_models.source import Source

from .fidelity import ranks

Floats = NDArray[np.float64]


def outcomes(source: Source, clips: Clip, opened: int) -> dict[str, Any]:
    """Rewards and ends that a model tells while it dreams on from clips.

    Args:
        source: What dreams.
        clips: A batch, of data that has rewards or ends.
        opened: How many frames of each it is shown.

    Returns:
        Plain data over all ticks and players who are there: of rewards `mean_error` and, where
        anybody got any, `sign`, how often their sign is right; of ends `brier`, the mean squared
        error of the chance that is told, and, where there are some and not all are, `auc`.  What
        the data cannot tell is None.

    Raises:
        ConfigError: If nothing is left to dream.
    """
    if not 0 < opened < clips.frames.shape[1]:
        raise ConfigError(f"of {clips.frames.shape[1]} frames {opened} cannot be shown")
    model = source.model
    seeds = np.arange(len(clips.frames))
    shown = clips.frames[:, :opened], clips.controls[:, : opened - 1], clips.there[:, :opened]
    state = model.open(*shown, seeds)
    told = [
        model.step(state, clips.controls[:, t]) for t in range(opened - 1, len(clips.there[0]) - 1)
    ]
    there = clips.there[:, opened:]
    worth, chance = (
        np.stack([getattr(each, name).cpu().numpy() for each in told], 1)[there].astype(np.float64)
        for name in ("rewards", "chance")
    )
    true, ended = clips.rewards[:, opened - 1 :][there], clips.terminated[:, opened - 1 :][there]
    earned = true != 0.0
    return {
        "ticks": int(there.sum()),
        "rewards": int(earned.sum()),
        "mean_error": float(np.abs(worth - true).mean()),
        "sign": float((np.sign(worth) == np.sign(true))[earned].mean()) if earned.any() else None,
        "ends": int(ended.sum()),
        "brier": float(np.square(chance - ended).mean()),
        "auc": _auc(chance, ended),
    }


def _auc(chance: Floats, ended: NDArray[np.bool_]) -> float | None:
    """How often an end is held likelier than what is none; None if there is no such pair."""
    ends, others = int(ended.sum()), int((~ended).sum())
    if not ends or not others:
        return None
    above = ranks(chance)[ended].sum() - ends * (ends - 1) / 2.0
    return float(above / (ends * others))
