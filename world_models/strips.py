"""Dreams beside reality: as strips to look at, and as figures.

A clip's first frames open a dream, which then goes on with what the players truly did.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.extras import require
from mpgenie.pictures import Picture

from .clips import Clip
from .session import WorldModel
from .tokenizer import Tokenizer

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

GAP = 2
"""Pixels between pictures of a strip."""


class Rollout(NamedTuple):
    """What a model dreamt of some clips, from frame `opened` on."""

    real: NDArray[np.uint8]
    """(B, T, P, H, W, 3)."""
    dreamt: NDArray[np.uint8]
    """The same; before `opened` it is real."""
    there: NDArray[np.bool_]
    """(B, T, P)."""
    opened: int


def rollout(
    model: WorldModel, clips: Clip, opened: int, controls: NDArray[np.float32] | None = None
) -> Rollout:
    """Let a model go on from the first frames of clips.

    Args:
        model: What dreams.
        clips: A batch.
        opened: How many frames it is shown.
        controls: (B, T - 1, P, 22) what it is told that players do; what they did by default.
    """
    told = clips.controls if controls is None else controls
    state = model.open(
        clips.frames[:, :opened], told[:, : opened - 1], clips.there[:, :opened],
        slots=clips.slots,
    )  # fmt: skip
    dreamt = clips.frames.copy()
    for t in range(opened, clips.frames.shape[1]):
        state.there.copy_(torch.from_numpy(clips.there[:, t]))
        dreamt[:, t] = model.step(state, told[:, t - 1]).frames.cpu().numpy()
    return Rollout(clips.frames, dreamt, clips.there, opened)


def strip(shown: Rollout, row: int = 0, at: Sequence[int] = ()) -> Picture:
    """A picture of one clip: for each player reality and, below, the dream.

    Args:
        shown: What was dreamt.
        row: Which clip.
        at: The numbers of frames that are shown; by default eight between the first and the last.
    """
    frames = shown.real.shape[1]
    at = (
        at or np.linspace(shown.opened - 1, frames - 1, min(8, frames)).round().astype(int).tolist()
    )
    rows = [
        np.stack([part[row, t, p] for t in at])
        for p in range(shown.real.shape[2])
        for part in (shown.real, shown.dreamt)
        if shown.there[row, :, p].any()
    ]
    return tiled(np.stack(rows))


def reconstructions(tokenizer: Tokenizer, frames: NDArray[np.uint8]) -> Picture:
    """Frames (n, H, W, 3) above what comes back of them."""
    device = next(iter(tokenizer.parameters()), torch.zeros(0)).device
    with torch.no_grad():
        seen = torch.from_numpy(frames).to(device)
        again = tokenizer.decode(tokenizer.encode(seen)).cpu().numpy()
    return tiled(np.stack([frames, again]))


def tiled(pictures: NDArray[np.uint8]) -> Picture:
    """Pictures (rows, columns, H, W, 3) side by side, a little apart."""
    wide = np.pad(pictures, ((0, 0), (0, 0), (0, GAP), (0, GAP), (0, 0)))
    rows, columns, height, width, _ = wide.shape
    return wide.swapaxes(1, 2).reshape(rows * height, columns * width, 3)


def scores(model: WorldModel, clips: Clip, opened: int) -> dict[str, list[float]]:
    """How near dreams come to what was seen, and what it takes to be better than nothing.

    Args:
        model: What dreams.
        clips: A batch of clips of other planets than those that were watched.
        opened: How many frames it is shown.

    Returns:
        For each step after those the PSNR in dB, of the mean squared error of all clips so that
        frames in which nothing moves do not outweigh the others, of `dream`, of the last frame
        copied (`copy_last`), of a dream in which nobody does anything (`no_action`), and of frames
        that only went through the tokenizer (`tokenizer`), which no dream can be better than.
    """
    real = torch.from_numpy(clips.frames)
    still = np.zeros_like(clips.controls)
    still[:, : opened - 1] = clips.controls[:, : opened - 1]
    with torch.no_grad():
        again = model.tokenizer.decode(model.tokenizer.encode(real.to(model.device))).cpu()
    last = real[:, opened - 1 : opened].expand_as(real)
    told = {
        "dream": torch.from_numpy(rollout(model, clips, opened).dreamt),
        "copy_last": last,
        "no_action": torch.from_numpy(rollout(model, clips, opened, still).dreamt),
        "tokenizer": again,
    }
    present = torch.from_numpy(clips.there)[:, opened:]
    return {name: _by_step(real, each, present, opened) for name, each in told.items()}


def _by_step(real: Tensor, told: Tensor, present: Tensor, opened: int) -> list[float]:
    away = (real[:, opened:].float() - told[:, opened:].float()) / 255.0
    wrong = away.square().mean((-1, -2, -3)) * present  # (B, T, P)
    mean = wrong.sum((0, 2)) / present.sum((0, 2)).clamp(min=1)
    decibels: Tensor = -10.0 * mean.clamp(min=1e-6).log10()
    return [round(each, 3) for each in decibels.tolist()]
