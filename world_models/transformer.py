"""The dynamics: a diffusion transformer over the tokens of all players' frames.

Each frame of each player has a noise level of its own ("Diffusion Forcing", Chen et al., 2024),
which, with what the player did, sets shifts, scales and gates of every block (AdaLN, Peebles and
Xie, 2023; but blocks are open from the first step, for runs of few).  One network serves clips, by
a mask, and dreams, frame after frame, by a ring.
"""

import math
from typing import NamedTuple

from mpgenie.extras import require

from .attention import Attend, MultiplayerAttention, Whole
from .config import WorldModelConfig
from .flow import CHANGE, guess
from .heads import Heads
from .injection import Controls, Listening, Pooled
from .layouts import Layout, players_of_a_view
from .masks import Rule, dense_mask, frame_rule, mask_mod
from .moving import gated, moved
from .ring import Reading, Ring
from .rope import Rotary

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn.attention.flex_attention import BlockMask, create_block_mask  # noqa: E402

_WAVES = 64


class Predicted(NamedTuple):
    """What the network tells of frames."""

    latents: Tensor
    """(B, T, P, h, w, C): their velocity or their x0, as the config's `predicts` says."""
    reward: Tensor
    """(B, T, P, K): what led to the frame was worth, for `heads.expected_reward`."""
    terminated: Tensor
    """(B, T, P): logit of the player's episode having ended with this frame."""
    pose: Tensor
    """(B, T, P, K): how the player moved to this frame."""


class Block(nn.Module):
    """Attention, then a layer for each token, both under the sway of a condition."""

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        width = config.width
        self.attention = MultiplayerAttention(config)
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.layer = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.listening = Listening(config) if config.injection == "macm" else None
        self.sway = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.sway.bias)

    def forward(
        self, x: Tensor, condition: Tensor, done: Tensor | None, layer: int, attend: Attend
    ) -> Tensor:
        """(B', T, V', S, D) to the same.

        Args:
            x: The tokens.
            condition: (B', T, V', D).
            done: (B', K, D) what was done at frames, where tokens attend to it.
            layer: Which block this is.
            attend: How tokens meet.
        """
        shift, scale, gate, shift_out, scale_out, gate_out = (
            self.sway(condition).unsqueeze(-2).chunk(6, -1)
        )
        x = x + (1 + gate) * self.attention(self.norm(x) * (1 + scale) + shift, layer, attend)
        if self.listening is not None and done is not None:
            x = x + self.listening(x, done, attend)
        out: Tensor = x + (1 + gate_out) * self.layer(self.norm(x) * (1 + scale_out) + shift_out)
        return out


class MultiplayerTransformer(nn.Module):
    """Noisy latents of frames to what they were, and what happened in them."""

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        self.config = config
        width, group = config.width, players_of_a_view(config)
        self.rotary = Rotary(config)
        self.entry = nn.Linear(group * config.channels, width)
        self.before: nn.Module | None = None
        if config.predicts == "change":
            self.before = nn.Conv2d(group * config.channels, width, 3, padding=1)
        self.places = nn.Parameter(0.02 * torch.randn(config.tokens, width))
        self.levels = nn.Sequential(
            nn.Linear(group * 2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.controls = Controls(config, group)
        self.pooled = Pooled(config) if config.injection == "macm" else None
        learned = config.identity == "learned"
        self.whose = nn.Embedding(config.pool, width) if learned else None
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.sway = nn.Linear(width, 2 * width)
        self.exit = nn.Linear(width, group * sum(self._told))
        self.heads = Heads(config, group)
        for weight in self.exit.parameters():
            nn.init.zeros_(weight)

    def forward(
        self,
        latents: Tensor,
        times: Tensor,
        controls: Tensor,
        known: Tensor,
        there: Tensor | None = None,
        slots: Tensor | None = None,
        before: Tensor | None = None,
        *,
        mask: str = "causal",
        flex: bool = False,
        ring: Ring | None = None,
    ) -> Predicted:
        """Look at a clip at once.

        Args:
            latents: (B, T, P, h, w, C), noisy.
            times: (B, T, P) in 0..1, the share of noise in them.
            controls: (B, T, P, 22), those that led to each frame (`injection.aligned`).
            known: (B, T, P) bool, whether they are known.
            there: (B, T, P) bool, who is in the world; all by default.
            slots: (B, P) int64, what tells players apart; 0, 1, 2, ... by default.
            before: (B, T, P, h, w, C) the frame before each, without noise, for models that tell
                changes; as in `latents` by default.
            mask: One of `masks.MASKS`.
            flex: Attend by FlexAttention, which leaves out what is masked; for GPUs.
            ring: One that holds nothing, to remember the clip in.

        Raises:
            ConfigError: If the model does not take so many players, or no mask has this name.
        """
        layout = Layout(self.config, latents.shape[2])
        slots = self._slots(slots, latents)
        seen = None if there is None else layout.seen(there)
        frames = latents.shape[1]
        moments = torch.arange(frames, device=latents.device)
        if mask == "teacher":
            moments = moments % (frames // 2)
        rule = frame_rule(mask, frames, self.config.window, self.config.sink)
        each = torch.arange(frames, device=latents.device)
        attend = Whole(
            self.rotary,
            layout.slots(slots),
            moments,
            self._mask(rule, mask, frames, layout.views, seen, latents.device, flex),
            rule(each.unsqueeze(1), each),
            keep=ring is not None,
        )
        if before is None and self.before is not None:
            before = followed(latents, there)
        told = self._run(layout, latents, times, controls, known, there, slots, before, attend)
        if ring is not None:
            everybody = torch.ones(known.shape, dtype=torch.bool, device=latents.device)
            shown = everybody if there is None else there
            ring.fill(attend.keys, attend.values, attend.done, shown, self.config)
        return told

    def reading(self, ring: Ring, there: Tensor, slots: Tensor) -> Reading:
        """Attention of the next frame to what a ring holds.

        Args:
            ring: What is remembered.
            there: (B, P) bool, who is there now.
            slots: (B, P) int64.
        """
        layout = Layout(self.config, there.shape[1])
        return Reading(ring, self.config, self.rotary, layout.slots(slots), there)

    def next(
        self,
        reading: Reading,
        latents: Tensor,
        times: Tensor,
        controls: Tensor,
        known: Tensor,
        there: Tensor,
        slots: Tensor,
        before: Tensor | None = None,
    ) -> Predicted:
        """Look at one frame, after those that are remembered; as `forward` with T = 1."""
        layout = Layout(self.config, latents.shape[2])
        return self._run(layout, latents, times, controls, known, there, slots, before, reading)

    def _run(
        self,
        layout: Layout,
        latents: Tensor,
        times: Tensor,
        controls: Tensor,
        known: Tensor,
        there: Tensor | None,
        slots: Tensor,
        before: Tensor | None,
        attend: Attend,
    ) -> Predicted:
        kind = self.entry.weight.dtype
        if layout.layout == "frame_concat" and there is not None:  # no mask hides them there
            latents = latents * there[..., None, None, None]
            times, controls = times * there, controls * there.unsqueeze(-1)
            known = known & there
            before = None if before is None else before * there[..., None, None, None]
        shown = latents
        if before is not None:  # what they say beyond it: nothing, where they are noise alone
            shown = (guess(latents, before, times)[0] - before) / CHANGE
        x = layout.fold(shown.to(kind)).movedim(3, -2)  # (B', T, V', h, w, G, C)
        size = x.shape[3:5]
        did = self.controls(layout.fold(controls.to(kind)), layout.fold(known), layout.slots(slots))
        x = self.entry(x.flatten(3, 4).flatten(-2)) + self.places
        if before is not None:
            x = x + self._near(layout.fold(before.to(kind)))
        condition = self.levels(waves(layout.fold(times)).to(kind).flatten(-2))
        done = None
        if self.pooled is None:
            x, condition = x + did.unsqueeze(-2), condition + did
        else:
            seen = None if there is None else layout.seen(there)
            done = attend.remembered(self.pooled(did, seen))
        condition = nn.functional.silu(condition)
        for layer, block in enumerate(self.blocks):
            if self.whose is not None:
                x = x + self.whose(layout.slots(slots))[:, None, :, None]
            x = block(x, condition, done, layer, attend)
        shift, scale = self.sway(condition).unsqueeze(-2).chunk(2, -1)
        out = self.exit(self.norm(x) * (1 + scale) + shift)
        out = out.unflatten(3, size).unflatten(-1, (-1, sum(self._told)))
        told = layout.unfold(out.movedim(-2, 3))
        if before is not None:
            told = self._changed(told, latents, before, times)
        reward, terminated, pose = (layout.unfold(each) for each in self.heads(x))
        return Predicted(told, reward, terminated.squeeze(-1), pose)

    @property
    def _told(self) -> list[int]:
        """How many numbers a token tells of what."""
        return [self.config.channels, self.config.told_moves, self.config.told_gates]

    def _near(self, before: Tensor) -> Tensor:
        """(B', T, V', S, D): tokens see the frame before at their place and next to it.

        Args:
            before: (B', T, V', G, h, w, C).
        """
        assert self.before is not None
        pictures = before.movedim(-1, 4).flatten(3, 4)  # (B', T, V', G C, h, w)
        near: Tensor = self.before(pictures.flatten(0, 2))
        seen: Tensor = near.flatten(2).transpose(1, 2).unflatten(0, pictures.shape[:3])
        return seen

    def _changed(self, told: Tensor, latents: Tensor, before: Tensor, times: Tensor) -> Tensor:
        """x0 (B, T, P, h, w, C), of what is told about how the frame before changes."""
        change, by, gates = told.split(self._told, -1)
        if self.config.gates:
            change, by = gated(change, by, gates)
        if self.config.moves:
            before = moved(before, self.config.cell / 2 * by, self.config.cell)
        x0, spread = guess(latents, before, times)
        changed: Tensor = x0 + spread * change
        return changed

    def _slots(self, slots: Tensor | None, latents: Tensor) -> Tensor:
        if slots is not None:
            return slots
        rows, _, players = latents.shape[:3]
        return torch.arange(players, device=latents.device).expand(rows, -1)

    def _mask(
        self,
        rule: Rule,
        mask: str,
        frames: int,
        views: int,
        seen: Tensor | None,
        device: torch.device,
        flex: bool,
    ) -> Tensor | BlockMask | None:
        config = self.config
        if flex:
            tokens = frames * views * config.tokens
            mod = mask_mod(rule, views, config.tokens, seen)
            rows = None if seen is None else len(seen)
            return create_block_mask(mod, rows, None, tokens, tokens, device=str(device))
        if mask == "bidirectional" and seen is None:
            return None
        return dense_mask(rule, frames, views, config.tokens, seen, device)


def followed(latents: Tensor, there: Tensor | None = None) -> Tensor:
    """(B, T, P, h, w, C) the frame before each; zeros before the first, and where nobody was."""
    if there is not None:
        latents = torch.where(there[..., None, None, None], latents, 0.0)
    return torch.cat([torch.zeros_like(latents[:, :1]), latents[:, :-1]], 1)


def waves(times: Tensor) -> Tensor:
    """(..., 128) float32 waves of shares of noise (...) in 0..1."""
    speeds = torch.exp(-math.log(10_000.0) * torch.arange(_WAVES, device=times.device) / _WAVES)
    angles = 1000.0 * times.float().unsqueeze(-1) * speeds
    return torch.cat([angles.cos(), angles.sin()], -1)
