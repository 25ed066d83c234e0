"""Networks of learning players: from what one observes to scores of its choices and a value.

Chosen for samples per second on a processor: the ground is a table of four numbers for each kind
of block and one matrix, entities and landmarks go through a small network of their own each and
are pooled, pictures through the three convolutions of Mnih et al., "Human-level control" (2015).

Shapes: B rows, C components of an action, K choices of the largest component.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.state_observation import STATE
from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from .cores import Core  # noqa: E402

Observations = Mapping[str, Tensor]
"""What is observed by name, (B, ...) each."""
NUMBERS = 256
"""Kinds that a byte can name."""
NEVER = -1e9
"""The score of a choice that is not allowed."""


class Lookup(torch.autograd.Function):
    """Rows of a table; unlike torch's own it counts its gradient, ten times as fast."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, kinds: Tensor) -> Tensor:
        """(n, numbers) rows of (NUMBERS, numbers) by kinds (n,) int32."""
        ctx.save_for_backward(kinds)
        return table.index_select(0, kinds)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        """Sums over the rows of each kind."""
        (kinds,) = ctx.saved_tensors
        sums = [torch.bincount(kinds, column, NUMBERS) for column in grads[0].unbind(1)]
        return torch.stack(sums, 1), None


class Table(nn.Module):
    """Some learned numbers for each value of a byte."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(NUMBERS, numbers))

    def forward(self, kinds: Tensor) -> Tensor:
        """(..., numbers) for bytes (...)."""
        rows: Tensor = Lookup.apply(self.table, kinds.reshape(-1).int())
        return rows.view(*kinds.shape, -1)


class Rows(nn.Module):
    """Rows that stand for things: each through the same network, then the most of each feature.

    Args:
        kind: The column that says what a row is; 0 = nothing.
        named: The columns that are names of things, `kind` among them; the others are measures.
        columns: How many there are.
        width: Of what comes out.
    """

    def __init__(self, kind: int, named: Sequence[int], columns: int, width: int) -> None:
        super().__init__()
        self.kind, self.named = kind, tuple(named)
        self.measured = tuple(c for c in range(columns) if c not in named)
        self.tables = nn.ModuleList([Table(4) for _ in named])
        self.each = nn.Sequential(
            linear(len(self.measured) + 4 * len(named), width), nn.ReLU(), linear(width, width)
        )

    def forward(self, rows: Tensor) -> Tensor:
        """(B, width) for bytes (B, rows, columns)."""
        named = [table(rows[..., c]) for table, c in zip(self.tables, self.named, strict=True)]
        measured = (rows[..., self.measured].float() - 128.0) / 64.0
        features = self.each(torch.cat([measured, *named], -1))  # (B, rows, width)
        nothing = (rows[..., self.kind] == 0).unsqueeze(-1)
        pooled: Tensor = features.masked_fill(nothing, -4.0).amax(1)
        return pooled


class StateEncoder(nn.Module):
    """`observe="state"`: the ground around, who is near, landmarks, what one holds and how one is.

    Args:
        width: Of the ground's features; the others have half of it each.
    """

    level: Tensor
    scale: Tensor

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        sizes = {name: shape for name, (_, shape) in STATE.items()}
        half = width // 2
        self.kinds, self.ground = Table(4), linear(4 * math.prod(sizes["blocks"]), width)
        self.entities = Rows(3, range(3, sizes["entities"][1]), sizes["entities"][1], half)
        self.marks = Rows(4, (4, 5), sizes["marks"][1], half)
        self.items = Table(4)
        self.held, self.role, self.team = Table(4), Table(4), Table(4)
        slots = sizes["hotbar"][1]
        self.own = linear(5 * slots + 3 * 4 + sizes["body"][0] - 3, half)
        self.width = width + 3 * half
        level = torch.tensor([0.0, 90.0, 128.0, 0.0, 0.0, 0.0])
        self.register_buffer("level", level, persistent=False)
        scale = torch.tensor([20.0, 90.0, 90.0, 1.0, 1.0, 255.0])
        self.register_buffer("scale", scale, persistent=False)

    def forward(self, state: Tensor) -> Tensor:
        """(B, width) for bytes (B, STATE_SIZE)."""
        part = {
            name: state[:, start : start + math.prod(shape)].reshape(-1, *shape)
            for name, (start, shape) in STATE.items()
        }
        hotbar, body = part["hotbar"], part["body"]
        features = [
            self.ground(self.kinds(part["blocks"].flatten(1)).flatten(1)),
            self.entities(part["entities"]),
            self.marks(part["marks"]),
            self.own(
                torch.cat(
                    [
                        self.items(hotbar[:, 0]).flatten(1),
                        hotbar[:, 1].float() / 16.0,
                        (body[:, [0, 2, 3, 4, 5, 6]].float() - self.level) / self.scale,
                        self.held(body[:, 1]),
                        self.role(body[:, 7]),
                        self.team(body[:, 8]),
                    ],
                    1,
                )
            ),
        ]
        return torch.cat(features, 1).relu()


class PictureEncoder(nn.Module):
    """`observe="rgb"`: three convolutions, for pictures of 36 x 36 pixels and more."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 32, 8, stride=4),
            nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3),
            nn.ReLU(),
            nn.Flatten(),
        )
        with torch.no_grad():
            features = self.layers(torch.zeros(1, 3, height, width)).shape[1]
        self.out = linear(features, 256)
        self.width = 256

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, width) for bytes (B, height, width, 3)."""
        scaled = pictures.permute(0, 3, 1, 2).float() / 255.0
        features: Tensor = self.out(self.layers(scaled)).relu()
        return features


class PlayerNet(nn.Module):
    """Scores of all choices, and what the future is worth.

    The value comes out of the network on a scale of its own: `mean` and `std` of the returns so
    far, so that neither the size nor the unit of rewards matters to learning.

    Args:
        observe: Names of what is observed: `state`, `rgb` or both.
        counts: (C,) how many choices each component of an action has.
        hidden: Width of the two layers behind the encoders.
        resolution: (height, width) of pictures.
        core: What it remembers with; None = it knows only what it sees.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        observe: Sequence[str],
        counts: Sequence[int],
        hidden: int = 256,
        resolution: tuple[int, int] = (64, 64),
        core: Core | None = None,
    ) -> None:
        super().__init__()
        makers: dict[str, Callable[[], nn.Module]] = {
            "state": StateEncoder,
            "rgb": lambda: PictureEncoder(*resolution),
        }
        self.encoders = nn.ModuleDict({name: makers[name]() for name in observe})
        width = sum(int(encoder.width) for encoder in self.encoders.values())  # type: ignore
        self.body = nn.Sequential(
            linear(width, hidden), nn.ReLU(), linear(hidden, hidden), nn.ReLU()
        )
        self.scores = linear(hidden, len(counts) * max(counts), gain=0.01)
        self.value = linear(hidden, 1, gain=1.0)
        self.core = core
        self.shape = (len(counts), max(counts))
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("std", torch.ones(()))

    def forward(self, observations: Observations) -> tuple[Tensor, Tensor]:
        """Scores (B, C, K) and values (B,) on the network's own scale, as when episodes begin."""
        if self.core is None:
            return self._heads(self._features(observations))
        rows = len(next(iter(observations.values())))
        memory, noise = torch.zeros(rows, self.core.memory), torch.zeros(rows, self.core.noise)
        return self.decide(observations, memory, noise)[:2]

    def decide(
        self, observations: Observations, memory: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, with the memory (B, M) of what was before; and that for what comes."""
        features = self._features(observations)
        if self.core is None:
            return *self._heads(features), memory
        thought = self.core.think(features, memory, noise)
        return *self._heads(thought.features), thought.memory

    def follow(
        self, observations: Observations, memory: Tensor, noise: Tensor, sizes: list[int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (n, C, K), values (n,) and gaps (n,) of sequences, as of `cores.Core.follow`."""
        assert self.core is not None
        features = self._features(observations)
        thoughts, gaps = self.core.follow(features, memory, noise, sizes)
        return *self._heads(thoughts), gaps

    def _features(self, observations: Observations) -> Tensor:
        features = [encoder(observations[name]) for name, encoder in self.encoders.items()]
        hidden: Tensor = self.body(torch.cat(features, 1))
        return hidden

    def _heads(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return self.scores(hidden).view(-1, *self.shape), self.value(hidden).squeeze(1)

    @torch.no_grad()
    def rescale(self, returns: Tensor, rate: float) -> None:
        """Move the scale of values towards some returns, and leave the values as they are.

        At a rate of 1, which is for the first returns, the values move with it.

        Args:
            returns: (n,) on the scale of rewards.
            rate: How far, 0 to 1.
        """
        square = self.std**2 + self.mean**2
        mean = self.mean + rate * (returns.mean() - self.mean)
        square = square + rate * ((returns**2).mean() - square)
        std = (square - mean**2).clamp(min=1e-6).sqrt()
        if rate < 1.0:
            self.value.weight.mul_(self.std / std)
            self.value.bias.mul_(self.std / std).add_((self.mean - mean) / std)
        self.mean.copy_(mean)
        self.std.copy_(std)


class Choices:
    """What a player may choose in each component of an action, and how likely it is to.

    Args:
        scores: (B, C, K).
        allowed: (B, C, K) bool; of each component at least one choice.
    """

    def __init__(self, scores: Tensor, allowed: Tensor) -> None:
        self.logs = scores.masked_fill(~allowed, NEVER).log_softmax(-1)

    def sample(self, rng: torch.Generator) -> Tensor:
        """(B, C) choices."""
        noise = torch.empty_like(self.logs).exponential_(generator=rng)
        return (self.logs - noise.log()).argmax(-1)

    def best(self) -> Tensor:
        """(B, C) the likeliest choices."""
        return self.logs.argmax(-1)

    def log_likelihood(self, actions: Tensor) -> Tensor:
        """(B,) of actions (B, C)."""
        return self.logs.gather(-1, actions.unsqueeze(-1)).squeeze(-1).sum(-1)

    def entropy(self) -> Tensor:
        """(B,) in nats, added up over components."""
        return -(self.logs.exp() * self.logs).sum((-1, -2))

    def divergence_from(self, logs: Tensor) -> Tensor:
        """(B,) KL(those || these) in nats from choices with `logs` (B, C, K) and the same masks."""
        return (logs.exp() * (logs - self.logs)).sum((-1, -2))


class MaskReader:
    """Turns the masks of a vector environment into the form of `Choices`.

    Args:
        allowed: For each of C components, which of its choices are ever allowed.
    """

    def __init__(self, allowed: Sequence[NDArray[np.bool_]]) -> None:
        self.shape = (len(allowed), max(len(each) for each in allowed))
        fixed = np.zeros(self.shape, np.bool_)
        real = np.zeros(self.shape, np.bool_)
        for c, each in enumerate(allowed):
            fixed[c, : len(each)], real[c, : len(each)] = each, True
        self.fixed = torch.from_numpy(fixed)
        self.places = torch.from_numpy(np.flatnonzero(real))

    def read(self, masks: Tensor) -> Tensor:
        """(B, C, K) bool for masks (B, sum of counts), 1 = worth trying."""
        allowed = torch.zeros(len(masks), math.prod(self.shape), dtype=torch.bool)
        allowed[:, self.places] = masks.bool()
        return allowed.view(-1, *self.shape) & self.fixed


def linear(inputs: int, outputs: int, gain: float = math.sqrt(2.0)) -> nn.Linear:
    """A linear layer with orthogonal weights."""
    layer = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer
