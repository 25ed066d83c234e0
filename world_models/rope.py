"""Where and whose a token is, told by turning pairs of its numbers.

A head's pairs are dealt out to time, rows, columns and, where identity is `simplex`, the player
(Su et al., "RoFormer", 2021; the player's part after NVIDIA's "Gamma-World", 2026).  What
attention makes of two tokens then depends on how far they are apart in time and space, and on
whether they are of one player, but not on which slots the players have.
"""

import math
from collections.abc import Callable
from typing import Self

import numpy as np

from mpgenie.extras import require

from .config import WorldModelConfig

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

LONGEST = 512.0
"""Frames after which the slowest pair of time comes round; the fastest needs 6."""
_DRAWS = 256


def turn(x: Tensor, angles: Tensor) -> Tensor:
    """Turn pairs of numbers; number i is paired with number i + n of 2 n.

    Args:
        x: (..., 2 n).
        angles: (..., n) radians, float32, broadcast against x.
    """
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return turned(x, cos, sin)


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """As `turn`, for angles of which the cosine and sine are known."""
    one, two = x.chunk(2, -1)
    return torch.cat([one * cos - two * sin, two * cos + one * sin], -1)


def agent_turn(x: Tensor, slots: Tensor, base: float) -> Tensor:
    """MultiWorld's agent identity embedding: turn what players did by their slots.

    Args:
        x: (B, T, P, D), D even.
        slots: (B, P).
        base: The slowest pair turns by nearly 1 / base a slot.
    """
    pairs = x.shape[-1] // 2
    speeds = base ** (-torch.arange(pairs, device=x.device) / pairs)
    return turn(x, slots[:, None, :, None] * speeds)


class Rotary(nn.Module):
    """The angles of time, space and players for the heads of one model."""

    time: Tensor
    space: Tensor
    agents: Tensor

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        pairs = config.head // 2
        part = pairs // 4
        simplex = config.identity == "simplex"
        self.times = pairs - (3 if simplex else 2) * part
        """Pairs that tell the time."""
        self.views = config.players if config.layout == "concat_view" else 1
        self.register_buffer("time", _speeds(self.times, 6.0, LONGEST))
        self.register_buffer("space", _places(config, part, self.views))
        agents = _agents(config.pool, part) if simplex else torch.zeros(config.pool, 0)
        self.register_buffer("agents", agents)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move it; angles stay float32 whatever weights become."""
        tables = dict(self.named_buffers())
        super()._apply(fn, recurse)
        for name, table in tables.items():
            if getattr(self, name).dtype != table.dtype:
                setattr(self, name, table.to(getattr(self, name).device))
        return self

    def place(self, slots: Tensor) -> Tensor:
        """Angles of where and whose tokens are: (B, V S, pairs but those of time).

        Args:
            slots: (B, V), of the player behind each view.
        """
        b, v = slots.shape
        space = self.space.repeat(v // self.views, 1).expand(b, -1, -1)
        whose = self.agents[slots].repeat_interleave(space.shape[1] // v, 1)
        return torch.cat([space, whose], -1)

    def moments(self, frames: Tensor) -> Tensor:
        """Angles of when frames are: (..., pairs of time), for numbers of frames (...)."""
        return frames.unsqueeze(-1) * self.time


def _speeds(pairs: int, shortest: float, longest: float) -> Tensor:
    """Radians per step of pairs, the fastest of which comes round after `shortest` steps."""
    turns = np.geomspace(shortest, longest, pairs) if pairs > 1 else np.array([longest])
    return torch.tensor(2.0 * math.pi / turns, dtype=torch.float32)


def _places(config: WorldModelConfig, pairs: int, views: int) -> Tensor:
    """(views S, 2 pairs) angles of rows and columns; views stand side by side."""
    h, w, _ = config.latent
    row, column = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    shift = w * torch.arange(views).view(-1, 1)
    rows = row.reshape(1, -1).repeat(views, 1).flatten()
    columns = (column.reshape(1, -1) + shift).flatten()
    speeds = _speeds(pairs, 4.0, 4.0 * max(h, w * views))
    return torch.cat([rows.unsqueeze(1) * speeds, columns.unsqueeze(1) * speeds], -1)


def _agents(pool: int, pairs: int) -> Tensor:
    """(pool, pairs) angles of slots, all as far apart as it can be.

    As many slots as pairs are the corners of a regular simplex, as Gamma-World has it.  More do
    not fit, and are spread over the circles instead: the best of some seeded draws.
    """
    if pool <= pairs:
        corners = torch.eye(pairs)[:pool] - 1.0 / pool
        return nn.functional.normalize(corners, dim=-1)
    rng = np.random.default_rng(0)
    drawn = rng.uniform(-math.pi, math.pi, (_DRAWS, pool, pairs))
    alike = np.cos(drawn[:, :, None] - drawn[:, None]).mean(-1)
    worst = (alike - 2.0 * np.eye(pool)).max((1, 2))
    return torch.tensor(drawn[worst.argmin()], dtype=torch.float32)
