"""Dreams beside reality: as strips to look at, and as figures.

A clip's first frames open a dream, which then goes on with what the players truly did.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mpgenie.extras import require
from mpgenie.pictures import Picture

from .clips import Clip
from .session import WorldModel
from .tokenizer import Tokenizer

require("torch", extra="dreams")
import torch  # noqa: E402

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

    Raises:
        DivergedError: If a dream is no numbers any more.
    """
    told = clips.controls if controls is None else controls
    state = model.open(
        clips.frames[:, :opened], told[:, : opened - 1], clips.there[:, :opened],
        slots=clips.slots,
    )  # fmt: skip
    dreamt = clips.frames.copy()
    for t in range(opened, clips.frames.shape[1]):
        state.there.copy_(torch.from_numpy(clips.there[:, t]))
        dreamt[:, t] = model.step(state, told[:, t - 1]).sound().frames.cpu().numpy()
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


def moving(shown: Rollout, row: int = 0, large: int = 3) -> Iterator[Picture]:
    """The frames of a video of one clip: for each player reality and, beside it, the dream.

    Args:
        shown: What was dreamt.
        row: Which clip.
        large: How many times enlarged.
    """
    who = np.flatnonzero(shown.there[row].any(0))
    pairs = np.stack([shown.real[row][:, who], shown.dreamt[row][:, who]], 2)  # (T, P, 2, ...)
    for frame in pairs.repeat(large, -3).repeat(large, -2):
        yield tiled(frame)


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
        For each way of `continued` and each step after those frames the PSNR in dB, of the mean
        squared error of all clips so that frames in which nothing moves do not outweigh the others.
    """
    views = clips.there[:, opened:].sum((0, 2)).clip(1)  # at each step
    found = {}
    for name, told in continued(model, clips, opened).items():
        found[name] = decibels(errors(clips.frames, told, clips.there, opened).sum((0, 2)) / views)
    return found


def continued(model: WorldModel, clips: Clip, opened: int) -> dict[str, NDArray[np.uint8]]:
    """What comes after a clip's first frames, as a model tells it and as others would.

    Args:
        model: What dreams.
        clips: A batch.
        opened: How many frames it is shown.

    Returns:
        Frames (B, T, P, H, W, 3), of which those from `opened` on are told, for `dream`; for the
        last frame copied (`copy_last`); for dreams in which nobody does anything (`no_action`) or
        everybody what was done in the clip before in the batch (`shuffled`); and for frames that
        only went through the `tokenizer`, which no dream can be better than.
    """
    done = clips.controls.copy()
    done[:, opened - 1 :] = 0.0
    others = clips.controls.copy()
    others[:, opened - 1 :] = np.roll(clips.controls, 1, 0)[:, opened - 1 :]
    seen = torch.from_numpy(clips.frames)
    with torch.no_grad():
        again = model.tokenizer.decode(model.tokenizer.encode(seen.to(model.device)))
    return {
        "dream": rollout(model, clips, opened).dreamt,
        "copy_last": np.broadcast_to(clips.frames[:, opened - 1 : opened], clips.frames.shape),
        "no_action": rollout(model, clips, opened, done).dreamt,
        "shuffled": rollout(model, clips, opened, others).dreamt,
        "tokenizer": again.cpu().numpy(),
    }


def errors(
    real: NDArray[np.uint8],
    told: NDArray[np.uint8],
    there: NDArray[np.bool_],
    opened: int,
) -> NDArray[np.float64]:
    """How far off frames are.

    Args:
        real: (B, T, P, H, W, 3).
        told: The same.
        there: (B, T, P) who is in the world.
        opened: From which frame on.

    Returns:
        (B, T - opened, P) mean squared errors of colours in 0..1; 0 for those who are away.
    """
    away = (real[:, opened:].astype(np.float32) - told[:, opened:]) / np.float32(255.0)
    mean = np.square(away).mean((-1, -2, -3), dtype=np.float64)
    found: NDArray[np.float64] = mean * there[:, opened:]
    return found


def decibels(errors: ArrayLike) -> list[float]:
    """PSNR of mean squared errors, 60 at most."""
    psnr = -10.0 * np.log10(np.maximum(np.asarray(errors, np.float64), 1e-6))
    return [round(float(each), 3) for each in psnr]
