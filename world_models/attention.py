"""Attention of all players' tokens over time and space.

How tokens meet is left to what is given to `MultiplayerAttention`: `Whole` for the frames of a
clip at once, `ring.Reading` for one frame after those that are remembered.
"""

from functools import cache
from typing import Any, Protocol

from mpgenie.extras import require

from .config import WorldModelConfig
from .norm import RootNorm
from .rope import Rotary, turned

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn.attention.flex_attention import BlockMask, flex_attention  # noqa: E402


@cache
def _flex(compiled: bool) -> Any:
    """FlexAttention, which leaves out what is masked only when it is compiled."""
    return torch.compile(flex_attention) if compiled else flex_attention


class Attend(Protocol):
    """How the queries of a block meet keys and values."""

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """What is attended to: (B', heads, tokens, numbers of a head), each."""
        ...

    def remembered(self, done: Tensor) -> Tensor:
        """(B', K, D) of the frames that may be seen, given (B', T, D) of the present ones."""
        ...

    def to_frames(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """As a call, for keys and values (B', heads, K, numbers of a head) of those frames."""
        ...


class Whole:
    """Attention of the frames of a clip to one another.

    Args:
        rotary: The model's angles.
        slots: (B', V') of the player behind each view.
        moments: (T,) the numbers of the frames.
        mask: Which token sees which, as a matrix, or as FlexAttention has it; None = all.
        seen: (T, T) bool, which frame sees which.
        keep: Whether keys and values are kept, in `keys` and `values`, for a ring; what was done
            always is, in `done`.
    """

    def __init__(
        self,
        rotary: Rotary,
        slots: Tensor,
        moments: Tensor,
        mask: Tensor | BlockMask | None,
        seen: Tensor,
        keep: bool = False,
    ) -> None:
        place = rotary.place(slots).unsqueeze(1)  # (B', 1, V S, pairs)
        place = place.expand(-1, len(moments), -1, -1)
        time = rotary.moments(moments.float())[None, :, None].expand(*place.shape[:3], -1)
        angles = torch.cat([time, place], -1).flatten(1, 2).unsqueeze(1)
        self._angles = angles.cos(), angles.sin()
        self._tokens = angles.shape[2] // len(moments)
        alone = F.pad(rotary.moments(moments.float()), (0, place.shape[-1]))
        self._moments, self._seen = (alone.cos(), alone.sin()), seen
        back = F.pad(-time.flatten(1, 2).unsqueeze(1), (0, place.shape[-1]))
        self._back = (back.cos(), back.sin()) if keep else None
        self._mask = mask
        self.done: Tensor | None = None
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend; not turned in any way."""
        cos, sin = (part.to(q.dtype) for part in self._angles)
        q, k = turned(q, cos, sin), turned(k, cos, sin)
        if self._back is not None:
            self.keys.append(turned(k, *(part.to(k.dtype) for part in self._back)))
            self.values.append(v)
        if isinstance(self._mask, BlockMask):
            mixed: Tensor = _flex(q.is_cuda)(q, k, v, block_mask=self._mask)
            return mixed
        return F.scaled_dot_product_attention(q, k, v, attn_mask=self._mask)

    def remembered(self, done: Tensor) -> Tensor:
        """All of them."""
        self.done = done
        return done

    def to_frames(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend to frames as wholes."""
        cos, sin = (part.to(q.dtype) for part in self._moments)
        k = turned(k, cos, sin)
        cos, sin = (part.repeat_interleave(self._tokens, 0) for part in (cos, sin))
        seen = self._seen.repeat_interleave(self._tokens, 0)
        return F.scaled_dot_product_attention(turned(q, cos, sin), k, v, attn_mask=seen)


class MultiplayerAttention(nn.Module):
    """Queries, keys and values of tokens, and what comes out of them."""

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.q_norm, self.k_norm = RootNorm(config.head), RootNorm(config.head)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, layer: int, attend: Attend) -> Tensor:
        """(B', T, V', S, D) to the same."""
        qkv = self.qkv(x.flatten(1, 3)).unflatten(2, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = attend(layer, self.q_norm(q), self.k_norm(k), v)
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2)).view(x.shape)
        return out
