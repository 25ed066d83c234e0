"""What a model remembers of the frames before: keys and values, in a ring.

Keys are kept as they stand in space and for their player, but not turned by time.  When they are
read they are turned by how many frames ago they were, so a dream may go on for any time, and rows
of a batch may be of any age.
"""

from dataclasses import dataclass, fields
from typing import Self

from mpgenie.extras import require

from .config import WorldModelConfig
from .masks import frame_rule
from .rope import Rotary, turn, turned

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

FARTHEST = 64
"""Frames back beyond which a first frame that stays in sight (`sink`) does not move away."""


@dataclass
class Ring:
    """Keys and values of the last frames, and of the first ones that stay in sight.

    Frame n lies in slot n if it is one of those that stay, else in one of `window` slots in turn.
    R is the number of views if each is a world of its own (`independent`), else 1; N counts the
    tokens of a frame in each of these.
    """

    keys: Tensor
    """(B, R, L, heads, slots, N, numbers of a head), for L blocks."""
    values: Tensor
    """The same."""
    done: Tensor
    """(B, R, slots, D), what was done at each frame, where tokens attend to it (`macm`)."""
    held: Tensor
    """(B, slots) int64, the number of the frame in each; -1 = empty."""
    there: Tensor
    """(B, slots, P) bool, who was in the world then."""
    frame: Tensor
    """(B,) int64, the number of the frame that comes next."""

    @classmethod
    def empty(
        cls, config: WorldModelConfig, rows: int, players: int, like: Tensor | None = None
    ) -> Self:
        """A ring that holds nothing.

        Args:
            config: The model's.
            rows: B.
            players: P.
            like: On whose device and in whose dtype keys and values are; float32 by default.
        """
        like = torch.zeros(()) if like is None else like
        worlds = players if config.layout == "independent" else 1
        tokens = config.tokens * (players if config.layout in ("joint", "concat_view") else 1)
        slots = config.sink + config.window
        shape = (rows, worlds, config.blocks, config.heads, slots, tokens, config.head)
        return cls(
            like.new_zeros(shape),
            like.new_zeros(shape),
            like.new_zeros(rows, worlds, slots, config.width if config.injection == "macm" else 0),
            torch.full((rows, slots), -1, device=like.device),
            torch.zeros((rows, slots, players), dtype=torch.bool, device=like.device),
            torch.zeros(rows, dtype=torch.int64, device=like.device),
        )

    def slots_of(self, frames: Tensor, sink: int) -> Tensor:
        """Where frames of these numbers lie."""
        window = self.held.shape[1] - sink
        return torch.where(frames < sink, frames, sink + (frames - sink) % window)

    def parts(self) -> dict[str, Tensor]:
        """Its tensors by name; all of them have rows as their first axis."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def fill(
        self,
        keys: list[Tensor],
        values: list[Tensor],
        done: Tensor | None,
        there: Tensor,
        config: WorldModelConfig,
    ) -> None:
        """Take over what a clip of frames left, for all rows that have seen nothing yet.

        Args:
            keys: For each block (B R, heads, T N, numbers of a head), not turned by time.
            values: The same.
            done: (B R, T, D), or None if tokens do not attend to it.
            there: (B, T, P) bool.
            config: The model's.
        """
        count = there.shape[1]
        frames = torch.arange(count, device=there.device)
        frames = frames[(frames >= count - config.window) | (frames < config.sink)]
        at = self.slots_of(frames, config.sink)
        for ring, kept in ((self.keys, keys), (self.values, values)):
            for layer, each in enumerate(kept):
                clip = each.unflatten(2, (count, -1)).unflatten(0, ring.shape[:2])
                ring[:, :, layer, :, at] = clip[:, :, :, frames].to(ring.dtype)
        if done is not None:
            self.done[:, :, at] = done.unflatten(0, self.done.shape[:2])[:, :, frames]
        self.held[:, at] = frames
        self.there[:, at] = there[:, frames]
        self.frame.fill_(count)


class Reading:
    """Attention of the next frame's tokens to themselves and to what a ring holds.

    The frame may be tried any number of times; keys of those before are turned only once.  Its
    own keys and values lie in the slot that it will take, whose frame has left the window.

    Args:
        ring: What is remembered.
        config: The model's.
        rotary: The model's angles.
        slots: (B', V') of the player behind each view, as the layout folds them.
        there: (B, P) bool, who is there now.
    """

    def __init__(
        self, ring: Ring, config: WorldModelConfig, rotary: Rotary, slots: Tensor, there: Tensor
    ) -> None:
        self._ring, self._config, self._there = ring, config, there
        self._worlds, self._times = ring.keys.shape[1], rotary.times
        angles = rotary.place(slots)
        angles = F.pad(angles, (rotary.times, 0)).unsqueeze(1)
        self._place = angles.cos().to(ring.keys.dtype), angles.sin().to(ring.keys.dtype)
        self._at = ring.slots_of(ring.frame, config.sink)
        frame = ring.frame.unsqueeze(1)
        held = ring.held.scatter(1, self._at.unsqueeze(1), frame)
        self._frames = frame_rule("causal", 0, config.window, config.sink)(frame, held) & (
            held >= 0
        )
        past = (held - frame).clamp(min=-max(FARTHEST, config.window))
        self._ago = self._fold(rotary.moments(past.float()))[:, None, :, None]
        self._rest = angles.shape[-1] - rotary.times
        self._at_world = self._fold(self._at)
        self._world = torch.arange(len(self._at_world), device=there.device)
        self._turned: list[Tensor | None] = [None] * config.blocks
        self._fresh: list[Tensor | None] = [None] * config.blocks
        self._mask = self._seen()

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend; (B', heads, N, numbers of a head) each, not turned in any way."""
        q, k = turned(q, *self._place), turned(k, *self._place)
        keys = self._keys(layer)
        values = self._ring.values.flatten(0, 1)[:, layer]
        keys[self._world, :, self._at_world] = k
        values[self._world, :, self._at_world] = v
        self._fresh[layer] = k
        return F.scaled_dot_product_attention(
            q, keys.flatten(2, 3), values.flatten(2, 3), attn_mask=self._mask
        )

    def remembered(self, done: Tensor) -> Tensor:
        """All that was done, in the order of slots."""
        kept = self._ring.done.flatten(0, 1)
        kept[self._world, self._at_world] = done[:, 0]
        return kept

    def to_frames(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attend to frames as wholes."""
        k = turn(k, F.pad(self._ago.squeeze(3), (0, self._rest)))
        seen = self._fold(self._frames)[:, None, None]
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen)

    def commit(self) -> None:
        """Remember the frame as it was last tried, and go on to the next."""
        ring = self._ring
        for layer, k in enumerate(self._fresh):
            assert k is not None, "a frame must be tried before it is kept"
            ring.keys.flatten(0, 1)[:, layer][self._world, :, self._at_world] = k
        rows = torch.arange(len(self._at), device=self._at.device)
        ring.held[rows, self._at] = ring.frame
        ring.there[rows, self._at] = self._there
        ring.frame += 1

    def _fold(self, x: Tensor) -> Tensor:
        """(B, ...) to (B', ...): once for each world of a row."""
        return x.repeat_interleave(self._worlds, 0)

    def _keys(self, layer: int) -> Tensor:
        """(B', heads, slots, N, numbers of a head) of a block, turned by how long ago they were."""
        keys = self._turned[layer]
        if keys is None:
            kept = self._ring.keys.flatten(0, 1)[:, layer]
            half, times = kept.shape[-1] // 2, self._times
            keys = self._turned[layer] = kept.clone()
            moment = torch.cat([kept[..., :times], kept[..., half : half + times]], -1)
            one, two = turn(moment, self._ago).chunk(2, -1)
            keys[..., :times], keys[..., half : half + times] = one, two
        return keys

    def _seen(self) -> Tensor | None:
        """The mask: (B', 1, 1 or N, slots N) bool; None if everything is seen."""
        now = F.one_hot(self._at, self._frames.shape[1]).bool()
        seen = torch.where(now.unsqueeze(2), self._there.unsqueeze(1), self._ring.there)
        if self._config.layout == "frame_concat":  # one view of all, which is always there
            seen = torch.ones_like(seen[..., :1])
        seen = seen & self._frames.unsqueeze(2)  # (B, slots, P)
        if self._worlds > 1:
            seen, now = seen.transpose(1, 2).flatten(0, 1).unsqueeze(2), self._fold(now)
        if seen.all():
            return None
        views = seen.shape[2]
        mask = seen.unsqueeze(1)
        if not seen[now].all():  # somebody is absent now, and still to see itself
            own = torch.eye(views, dtype=torch.bool, device=seen.device)
            mask = mask | (now[:, None, :, None] & own[:, None])
        tokens = self._ring.keys.shape[5] // views
        mask = mask.flatten(2).repeat_interleave(tokens, 2)
        if mask.shape[1] > 1:
            mask = mask.repeat_interleave(tokens, 1)
        return mask.unsqueeze(1)
