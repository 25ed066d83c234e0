"""The network: pictures to tokens, tokens over time and players, heads.

Three numbers say what a tick may see: how many frames before and after it the first convolution
takes in, and which ticks a token attends to.  With `after` = 0 and `past` >= 0 nobody sees the
future, and ticks may come one by one.

    frames (B, T + before + after, P, H, W, 3)
      -> one token for each player and tick (B, P, T, D), as `pictures.py` says
      -> blocks of attention over time and, where several views are seen, over players
      -> heads

The unmasked blocks are those of Baker et al., "Video PreTraining" (2022), appendix D, made small.
Views that are looked at together carry the colour that their player wears, and no number: a token
attends to its own view and to others, so that changing the order of players changes nothing else.
"""

import math

from mpgenie.envs.simulation.actions import STILL
from mpgenie.envs.simulation.entrance import COLOURS
from mpgenie.extras import require

from .network_config import NetworkConfig
from .pictures import Pictures
from .targets import BITS, STEPS

require("torch", extra="agents")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

FARTHEST = 64
"""Ticks apart beyond which attention no longer tells how far."""


class TimeBlock(nn.Module):
    """Attention of a player's ticks to one another, then a layer for each.

    How far two ticks are apart adds a learned number to their attention, for each head.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, self.heads, self.past = config.width, config.heads, config.past
        self.norm, self.out_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.apart = nn.Parameter(torch.zeros(self.heads, 2 * FARTHEST + 1))
        self.layer = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def bias(self, queries: int, keys: int) -> Tensor:
        """(heads, queries, keys) for the last `queries` of `keys` ticks."""
        ticks = torch.arange(keys, device=self.apart.device)
        away = ticks.unsqueeze(0) - ticks[keys - queries :].unsqueeze(1)
        bias = self.apart[:, away.clamp(-FARTHEST, FARTHEST) + FARTHEST]
        if self.past >= 0:
            bias = bias.masked_fill((away > 0) | (away < -self.past), -math.inf)
        return bias

    def forward(
        self, x: Tensor, kept: Tensor | None = None, hidden: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Attend.

        Args:
            x: (n, T, D) tokens.
            kept: (n, S, 2 D) keys and values of the ticks before, as returned by an earlier call.
            hidden: (n, S) bool, which of those are of no concern to this row any more.

        Returns:
            (n, T, D), and the keys and values of all S + T ticks, at most `past` of them.
        """
        n, t, width = x.shape
        q, kv = self.qkv(self.norm(x)).split([width, 2 * width], -1)
        kv = kv if kept is None else torch.cat([kept.to(kv.dtype), kv], 1)
        k, v = (part.view(n, -1, self.heads, width // self.heads) for part in kv.chunk(2, -1))
        q = q.view(n, t, self.heads, -1)
        bias = self.bias(t, kv.shape[1]).to(q.dtype)
        if hidden is not None:
            unseen = F.pad(hidden, (0, t)).view(n, 1, 1, -1)
            bias = bias.unsqueeze(0).masked_fill(unseen, -math.inf)
        mixed = F.scaled_dot_product_attention(
            q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), attn_mask=bias
        )
        x = x + self.out(mixed.transpose(1, 2).reshape(n, t, width))
        x = x + self.layer(self.out_norm(x))
        return x, kv[:, max(0, kv.shape[1] - self.past) :] if self.past >= 0 else kv


class PlayersBlock(nn.Module):
    """Attention of a player's tick to all players' views of the ticks around it.

    A token knows its own view from others' and how many ticks away one is, nothing else.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.near = (-1, 0) if config.past >= 0 else (-1, 0, 1)
        self.norm = nn.LayerNorm(width)
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros(self.heads, 2, len(self.near)))

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """Attend.

        Args:
            x: (B, P, T, D) tokens.
            there: (B, P, T) bool, whose views are to be seen by others.

        Returns:
            (B, P, T, D).
        """
        b, p, t, width = x.shape
        normed = self.norm(x)
        q = self.q(normed).view(b, p, t, self.heads, -1).permute(0, 2, 3, 1, 4)
        kv = torch.stack([shifted(self.kv(normed), by, 2) for by in self.near], 3)
        seen = torch.stack([shifted(there, by, 2) for by in self.near], 3)  # (B, P, T, near)
        kv = kv.permute(0, 2, 1, 3, 4).reshape(b, t, p * len(self.near), 2, self.heads, -1)
        k, v = kv.permute(3, 0, 1, 4, 2, 5)
        own = torch.eye(p, dtype=torch.long, device=x.device)
        bias = self.bias[:, own].reshape(self.heads, p, -1)  # (heads, P, P * near)
        visible = seen.permute(0, 2, 1, 3).reshape(b, t, 1, 1, -1) | own.bool().repeat_interleave(
            len(self.near), 1
        )
        mask = bias.masked_fill(~visible, -math.inf).to(q.dtype)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        out: Tensor = x + self.out(mixed.permute(0, 3, 1, 2, 4).reshape(b, p, t, width))
        return out


class Trunk(nn.Module):
    """All but the heads."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.pictures = Pictures(config)
        self.dark = nn.Parameter(torch.zeros(config.width))
        self.looks = nn.Embedding(len(COLOURS), config.width) if config.players else None
        self.players = nn.ModuleList(
            [PlayersBlock(config) for _ in range(config.blocks if config.players else 0)]
        )
        self.times = nn.ModuleList([TimeBlock(config) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(config.width)

    def tokens(
        self, frames: Tensor, seen: Tensor | None = None, who: Tensor | None = None
    ) -> Tensor:
        """(B, P, T, D) of what each player sees around each tick.

        Args:
            frames: (B, T + before + after, P, H, W, 3), uint8.
            seen: (B, P, T) bool, whose view is known; all by default.
            who: (B, P) their slots, by default in order; they say what colour a player wears.
        """
        b, _, p = frames.shape[:3]
        tokens: Tensor = self.pictures(frames.transpose(1, 2).flatten(0, 1)).unflatten(0, (b, p))
        if seen is not None:
            tokens = torch.where(seen.unsqueeze(-1), tokens, self.dark.to(tokens.dtype))
        if self.looks is not None:
            who = torch.arange(p, device=frames.device).expand(b, p) if who is None else who
            tokens = tokens + self.looks(who % len(COLOURS)).unsqueeze(2)
        return tokens

    def mix(
        self, x: Tensor, seen: Tensor, kept: list[Tensor] | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Let tokens (B, P, T, D) attend over players and time; `kept` as of `TimeBlock`."""
        b, p, t, width = x.shape
        caches = []
        for k, times in enumerate(self.times):
            if self.players:
                x = self.players[k](x, seen)
            flat, cache = times(x.reshape(b * p, t, width), None if kept is None else kept[k])
            x = flat.view(b, p, t, width)
            caches.append(cache)
        return self.norm(x), caches


class InverseDynamics(nn.Module):
    """Which buttons were down and how far the camera turned, for each player and tick."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.buttons = nn.Linear(config.width, BITS)
        self.changes = nn.Linear(config.width, 2 * BITS)
        self.camera = nn.Linear(config.width, 2 * STEPS)
        self.turn = nn.Linear(config.width, 4)
        self.moved = nn.Linear(config.width, 3)
        for head in (self.buttons, self.changes, self.camera, self.turn, self.moved):
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)

    @torch.no_grad()
    def expect(self, buttons: Tensor, changes: Tensor, camera: Tensor) -> None:
        """Begin with what is usual, so that learning need not spend its first steps on it.

        Args:
            buttons: (20,) how often each is down.
            changes: (20, 2) how often each goes down, and comes up.
            camera: (2, 11) how often each of its steps is taken.
        """
        for head, share in ((self.buttons, buttons), (self.changes, changes)):
            head.bias.copy_(share.flatten().logit(1e-4))
        self.camera.bias.copy_(camera.flatten().clamp(min=1e-4).log())

    def forward(
        self, frames: Tensor, seen: Tensor | None = None, who: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Scores of what was done.

        Args:
            frames: (B, T + before + after, P, H, W, 3), uint8.
            seen: (B, P, T) bool, whose view is known; all by default.
            who: (B, P) their slots, by default in order.

        Returns:
            `buttons` (B, P, T, 20), `changes` (B, P, T, 20, 2) where one goes down and where it
            comes up, `camera` (B, P, T, 2, 11): float32 logits; `moved` (B, P, T, 3) how far it
            went, in steps of `targets.STRIDE`.  While it learns, also `early_...`: what a tick's
            own token says, before it attends to others.
        """
        tokens = self.trunk.tokens(frames, seen, who)
        if seen is None:
            seen = torch.ones(tokens.shape[:3], dtype=torch.bool, device=tokens.device)
        x, _ = self.trunk.mix(tokens, seen)
        told = self._told(x)
        if self.training:
            told |= {f"early_{name}": each for name, each in self._told(tokens).items()}
        return told

    def _told(self, x: Tensor) -> dict[str, Tensor]:
        """What tokens (..., D) say.

        Steps of the camera are scored by how far they are from a turn that is told as a number, and
        by a number of their own: turns are learnt as by regression, doubts as by classes.
        """
        place, sharp = self.turn(x).float().unflatten(-1, (2, 2)).unbind(-1)
        steps = torch.arange(STEPS, device=x.device) - STILL
        near = -F.softplus(sharp).unsqueeze(-1) * (steps - place.unsqueeze(-1)) ** 2
        return {
            "buttons": self.buttons(x).float(),
            "changes": self.changes(x).unflatten(-1, (BITS, 2)).float(),
            "camera": self.camera(x).unflatten(-1, (2, STEPS)).float() + near,
            "moved": self.moved(x).float(),
        }


def shifted(x: Tensor, by: int, axis: int) -> Tensor:
    """What stands `by` places further on along an axis; beyond its ends zeros."""
    if by == 0:
        return x
    length = x.shape[axis]
    kept = x.narrow(axis, max(by, 0), length - abs(by))
    empty = torch.zeros_like(x.narrow(axis, 0, abs(by)))
    return torch.cat([kept, empty] if by > 0 else [empty, kept], axis)
