"""Straight ways from noise to latents: rectified flow (Liu et al., 2022), and few steps along them.

A latent with a share s of noise is x = (1 - s) x0 + s noise; its velocity along s is noise - x0.
A network tells the velocity or x0, and either follows from the other.
"""

import numpy as np

from mpgenie.extras import require

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402

CHANGE = 0.25
"""How much latents usually differ from those of the frame before."""
LEAST = 0.05
"""Shares of noise below which a velocity is not told from x0: it would be a difference of nearly
the same numbers, divided by nearly nothing."""
START, CONTEXT, AGAIN = 0, 1, 2
"""What noise is drawn for: a frame's beginning, its place in memory, the first of its steps."""


def noised(x0: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """Latents (..., h, w, C) with shares (...) of noise."""
    share = _spread(times, x0)
    return (1.0 - share) * x0 + share * noise


def to_x0(told: Tensor, latents: Tensor, times: Tensor, predicts: str) -> Tensor:
    """What latents were without noise, of what a network told of them."""
    return latents - _spread(times, latents) * told if predicts == "velocity" else told


def to_velocity(told: Tensor, latents: Tensor, times: Tensor, predicts: str) -> Tensor:
    """Where latents flow, of what a network told of them."""
    if predicts == "velocity":
        return told
    return (latents - told) / _spread(times, latents).clamp(min=LEAST)


def guess(latents: Tensor, before: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """What noisy latents were, as far as one can say without understanding them.

    If latents differed from those before by normal numbers of size `CHANGE`, this would be their
    mean given both, and how far off it is.  What a network tells is a share of the latter (as in
    "Elucidating the Design Space of Diffusion-Based Generative Models", Karras et al., 2022).

    Args:
        latents: (..., h, w, C), with shares of noise.
        before: (..., h, w, C) without, of the frame before.
        times: (...), the shares.

    Returns:
        x0 (..., h, w, C), and its standard deviation (..., 1, 1, 1).
    """
    noise = _spread(times, latents)
    clean = CHANGE * (1.0 - noise)
    size = (clean.square() + noise.square()).sqrt()
    gain = CHANGE * clean / size.square()
    return before + gain * (latents - (1.0 - noise) * before), CHANGE * noise / size


def levels(steps: int) -> list[float]:
    """Shares of noise from 1 to 0, one more than there are steps."""
    return [1.0 - step / steps for step in range(steps + 1)]


def keyed_noise(
    seeds: Tensor, frames: Tensor, purpose: int, shape: tuple[int, ...], like: Tensor
) -> Tensor:
    """Noise that follows from a row's seed, the number of its frame, and what it is for.

    Args:
        seeds: (B,) int64.
        frames: (B,) int64, from 0.
        purpose: `START`, `CONTEXT`, or `AGAIN` and on.
        shape: Of a row.
        like: Whose dtype and device it gets.

    Returns:
        (B, *shape), the same for a row whatever other rows there are, and on every device.
    """
    keys = np.array([seeds.tolist(), frames.tolist()], np.int64).T.astype(np.uint64)
    keys[:, 1] = (keys[:, 1] << np.uint64(8)) | np.uint64(purpose)
    rows = [np.random.Generator(np.random.Philox(key=key)) for key in keys]
    drawn = np.stack([rng.standard_normal(shape, np.float32) for rng in rows])
    return torch.from_numpy(drawn).to(like)


def _spread(times: Tensor, latents: Tensor) -> Tensor:
    """Shares (...) beside latents (..., h, w, C)."""
    return times[..., None, None, None].to(latents.dtype)
