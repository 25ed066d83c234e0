"""What lets players remember: cores between what they see and what they choose.

`fast`: one core that runs at each decision, beside what is seen.  `slow`: two time scales, after
Jaderberg et al., "Human-level performance in 3D multiplayer games with population-based
reinforcement learning" (2019).  Every `tau` decisions a slow core looks at the state of the fast
one, which sees all and hears what the slow one's state is.  Players choose by a latent that the
fast core draws, and it costs them to draw what the slow one could not foretell: the divergence
KL(fast || slow) of the two normal distributions, `gap`.

Unlike theirs both cores are GRUs, there is no memory to write to, and what the slow core foretells
is free.  What is drawn is drawn once: when an update looks at a decision again, it takes the same
noise, so that its likelihood is that of what was done with what was drawn then.

Shapes: B rows, W features, M numbers of memory, L of noise.
"""

from typing import NamedTuple

from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

LONGEST = 32
"""Decisions for which a core remembers before it has learnt to."""
_BEGIN = -1.0
"""The logarithm of what is drawn with at first, as a deviation."""


class Thought(NamedTuple):
    """What a core makes of what is seen."""

    features: Tensor
    """(B, W)."""
    memory: Tensor
    """(B, M) for the next decision; zeros = an episode begins."""
    gap: Tensor
    """(B,) nats between what was drawn from and what the slow core foretold."""


class Core(nn.Module):
    """What all cores have in common.

    Args:
        memory: M.
        noise: L.
    """

    def __init__(self, memory: int, noise: int) -> None:
        super().__init__()
        self.memory, self.noise = memory, noise

    def think(self, features: Tensor, memory: Tensor, noise: Tensor) -> Thought:
        """A decision of B rows with features (B, W), memory (B, M) and noise (B, L)."""
        raise NotImplementedError

    def follow(
        self, features: Tensor, memory: Tensor, noise: Tensor, sizes: list[int]
    ) -> tuple[Tensor, Tensor]:
        """Whole sequences of decisions, the longest first: all first ones, all second ones ...

        Args:
            features: (n, W) of all decisions.
            memory: (S, M) at the beginning of each of S sequences.
            noise: (n, L).
            sizes: How many sequences have a first decision, a second one and so on.

        Returns:
            Features (n, W) and gaps (n,).
        """
        thoughts = []
        for seen, drawn in zip(features.split(sizes), noise.split(sizes), strict=True):
            thoughts.append(self.think(seen, memory[: len(seen)], drawn))
            memory = thoughts[-1].memory
        return torch.cat([t.features for t in thoughts]), torch.cat([t.gap for t in thoughts])


def cell(inputs: int, width: int) -> nn.GRUCell:
    """A GRU whose numbers at first keep what they know for 1 to `LONGEST` decisions.

    After Tallec and Ollivier, "Can recurrent neural networks warp time?" (2018).
    """
    made = nn.GRUCell(inputs, width)
    kept = slice(width, 2 * width)
    nn.init.zeros_(made.bias_ih)
    nn.init.zeros_(made.bias_hh)
    for weight in (made.weight_ih, made.weight_hh):
        for gate in weight.data.chunk(3):
            nn.init.orthogonal_(gate)
    with torch.no_grad():
        made.bias_ih[kept] = torch.linspace(1.0, LONGEST - 1.0, width).log()
    return made


class FastCore(Core):
    """One core that runs at each decision.

    Args:
        width: W, and M.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width, 0)
        self.cell = cell(width, width)

    def think(self, features: Tensor, memory: Tensor, noise: Tensor) -> Thought:
        """See `Core`."""
        after = self.cell(features, memory)
        return Thought(features + after, after, features.new_zeros(len(features)))


class TwoClocks(Core):
    """A fast core and a slow one; the memory is the state of both, what was drawn, and the clock.

    Args:
        width: W.
        latent: L.
        tau: Decisions from one run of the slow core to the next.
    """

    def __init__(self, width: int, latent: int, tau: int) -> None:
        super().__init__(2 * width + latent + 1, latent)
        self.tau, self._parts = tau, [width, width, latent, 1]
        self.slow = cell(width, width)
        self.fast = cell(2 * width + latent, width)
        self.foretell, self.draw = nn.Linear(width, 2 * latent), nn.Linear(width, 2 * latent)
        self.out = nn.Linear(latent, width)
        for layer in (self.foretell, self.draw):
            nn.init.constant_(layer.bias[latent:], _BEGIN)

    def think(self, features: Tensor, memory: Tensor, noise: Tensor) -> Thought:
        """See `Core`."""
        fast, slow, drawn, clock = memory.split(self._parts, 1)
        slow = torch.where(clock == 0.0, self.slow(fast, slow), slow)
        fast = self.fast(torch.cat([features, slow, drawn], 1), fast)
        foretold, doubt = self.foretell(slow).chunk(2, 1)
        mean, spread = self.draw(fast).chunk(2, 1)
        drawn = mean + spread.exp() * noise
        after = torch.cat([fast, slow, drawn, (clock + 1.0) % self.tau], 1)
        gap = (
            doubt
            - spread
            + 0.5 * (((2.0 * spread).exp() + (mean - foretold) ** 2) * (-2.0 * doubt).exp() - 1.0)
        )
        return Thought(self.out(drawn).relu(), after, gap.sum(1))


def core_of(memory: str, width: int, latent: int, tau: int) -> Core | None:
    """The core of one of `config.MEMORIES`; None for `none`."""
    if memory == "fast":
        return FastCore(width)
    return TwoClocks(width, latent, tau) if memory == "slow" else None
