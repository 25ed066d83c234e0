"""What a batch of clips teaches a model of inverse dynamics.

The loss is the sum of three negative log likelihoods for each tick that counts: of each button, of
each press and release, and of the camera's two steps; of how many degrees the turn is wrong by; and
of how wrongly it is told where the player went, which a few buttons decide and every frame shows.
Presses and releases get a head of their own because a button held for a second is right for
nineteen ticks of twenty even if its edges are missed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mpgenie.envs.simulation.actions import STILL
from mpgenie.extras import require

from .corpus import Clip
from .network import InverseDynamics
from .targets import LOG_MOST, MOST, MU, STEPS, STRIDE, step_shares

require("torch", extra="agents")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

A_DEGREE = 0.3
"""What it counts for that a turn is told wrong by one, in nats."""


class Batch(NamedTuple):
    """Clips side by side as tensors: B clips, P players, T ticks."""

    frames: Tensor
    """(B, T + before + after, P, H, W, 3) uint8."""
    down: Tensor
    """(B, P, T, 20) float32, 0 or 1."""
    changes: Tensor
    """(B, P, T, 20, 2) float32: goes down, comes up."""
    steps: Tensor
    """(B, P, T, 2, 11) float32: the share of each camera step."""
    counts: Tensor
    """(B, P, T) float32, 0 or 1."""
    seen: Tensor
    """(B, P, T) bool, whose view is known."""
    who: Tensor
    """(B, P) int64, slots."""
    moved: Tensor
    """(B, P, T, 3) metres ahead, to the right and up; NaN where unknown."""
    asked: Tensor
    """(B, P, T) float32, 0 or 1: whether more than turns counts."""


def batch_of(clips: Sequence[Clip], rng: np.random.Generator, dark: float = 0.0) -> Batch:
    """A batch.

    Args:
        clips: Of the same shape.
        rng: Draws which views go dark.
        dark: For what share of the clips one player's view is hidden for a stretch of 8 ticks or
            more, so that the model learns what others' views tell.
    """
    stacked = (np.stack(parts) for parts in zip(*clips, strict=True))
    frames, down, was_down, camera, there, who, _, moved, asked = stacked
    by_player = (down, was_down, camera, there, moved, asked)
    down, was_down, camera, there, moved, asked = (np.swapaxes(each, 1, 2) for each in by_player)
    seen = there.copy()
    count, players, ticks = seen.shape
    for b in range(count):
        if rng.random() < dark:
            length = int(rng.integers(min(8, ticks), ticks + 1))
            start = int(rng.integers(ticks - length + 1))
            seen[b, rng.integers(players), start : start + length] = False
    changes = np.stack([down & ~was_down, was_down & ~down], -1)
    return Batch(
        torch.from_numpy(frames),
        torch.from_numpy(down.astype(np.float32)),
        torch.from_numpy(changes.astype(np.float32)),
        torch.from_numpy(step_shares(camera)),
        torch.from_numpy(there.astype(np.float32)),
        torch.from_numpy(seen),
        torch.from_numpy(who),
        torch.from_numpy(moved.copy()),
        torch.from_numpy(asked.astype(np.float32)),
    )


def losses(model: InverseDynamics, batch: Batch) -> dict[str, Tensor]:
    """The parts of the loss, means over the ticks that count; their sum is the loss.

    `early` is the same for what tokens say before they attend to others, so that what moved is
    learnt from the start; hidden views are not asked.
    """
    told = model(batch.frames, batch.seen, batch.who)
    parts = _parts(told, batch, batch.counts)
    if "early_buttons" in told:
        early = {name: told[f"early_{name}"] for name in told if f"early_{name}" in told}
        parts["early"] = torch.stack(
            list(_parts(early, batch, batch.counts * batch.seen).values())
        ).sum()
    return parts


def _parts(told: Mapping[str, Tensor], batch: Batch, counts: Tensor) -> dict[str, Tensor]:
    went = (batch.moved / STRIDE).nan_to_num()
    known = batch.asked * batch.moved.isfinite().all(-1)
    each = {
        "buttons": _binary(told["buttons"], batch.down).sum(-1) * batch.asked,
        "changes": _binary(told["changes"], batch.changes).sum((-1, -2)) * batch.asked,
        "camera": -(batch.steps * told["camera"].log_softmax(-1)).sum((-1, -2)),
        "degrees": A_DEGREE * _wrong_by(told["camera"], batch.steps),
        "moved": F.smooth_l1_loss(told["moved"], went, reduction="none").sum(-1) * known,
    }
    weight = counts / counts.sum().clamp(min=1.0)
    return {name: (loss * weight).sum() for name, loss in each.items()}


def _wrong_by(camera: Tensor, steps: Tensor) -> Tensor:
    """(B, P, T) degrees that the mean of what is said is wrong by, squared below two of them."""
    said, made = (_degrees(shares) for shares in (camera.softmax(-1), steps))
    return F.smooth_l1_loss(said, made, reduction="none", beta=2.0).sum(-1)


def _degrees(shares: Tensor) -> Tensor:
    """(...) what shares (..., 11) of the camera's steps stand for, as `targets.turn_of`."""
    place = (shares * torch.arange(STEPS, device=shares.device)).sum(-1) - STILL
    return place.sign() * torch.expm1(place.abs() / STILL * LOG_MOST) / MU * MOST


def _binary(scores: Tensor, truth: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, truth, reduction="none")
