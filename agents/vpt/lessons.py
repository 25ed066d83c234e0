"""What a batch of clips teaches a model of inverse dynamics.

The loss is the sum of three negative log likelihoods for each tick that counts: of each button, of
each press and release, and of the camera's two steps.  Presses and releases get a head of their
own because a button held for a second is right for nineteen ticks of twenty even if its edges are
missed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mpgenie.extras import require

from .corpus import Clip
from .network import InverseDynamics
from .targets import step_shares

require("torch", extra="agents")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402


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


def batch_of(clips: Sequence[Clip], rng: np.random.Generator, dark: float = 0.0) -> Batch:
    """A batch.

    Args:
        clips: Of the same shape.
        rng: Draws which views go dark.
        dark: For what share of the clips one player's view is hidden for a stretch of 8 ticks or
            more, so that the model learns what others' views tell.
    """
    stacked = (np.stack(parts) for parts in zip(*clips, strict=True))
    frames, down, was_down, camera, there, who = stacked
    by_player = [np.swapaxes(array, 1, 2) for array in (down, was_down, camera, there)]
    down, was_down, camera, there = by_player
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
    )


def losses(model: InverseDynamics, batch: Batch) -> dict[str, Tensor]:
    """The parts of the loss, means over the ticks that count; their sum is the loss.

    `early` is the same for what tokens say before they attend to others, so that what moved is
    learnt from the start; hidden views are not asked.
    """
    told = model(batch.frames, batch.seen, batch.who)
    parts = _parts(told, batch, batch.counts)
    if "early_buttons" in told:
        early = {name: told[f"early_{name}"] for name in parts}
        parts["early"] = torch.stack(
            list(_parts(early, batch, batch.counts * batch.seen).values())
        ).sum()
    return parts


def _parts(told: Mapping[str, Tensor], batch: Batch, counts: Tensor) -> dict[str, Tensor]:
    each = {
        "buttons": _binary(told["buttons"], batch.down).sum(-1),
        "changes": _binary(told["changes"], batch.changes).sum((-1, -2)),
        "camera": -(batch.steps * told["camera"].log_softmax(-1)).sum((-1, -2)),
    }
    weight = counts / counts.sum().clamp(min=1.0)
    return {name: (loss * weight).sum() for name, loss in each.items()}


def _binary(scores: Tensor, truth: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, truth, reduction="none")
