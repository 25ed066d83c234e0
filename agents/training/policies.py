"""The networks of all players of a run, and who uses which.

Shapes: B rows, C components of an action, K choices of the largest.
"""

from mpgenie.envs.state_observation import STATE
from mpgenie.extras import require

from .config import OBSERVE, PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from .cores import Core, core_of  # noqa: E402
from .networks import MaskReader, Observations, PlayerNet  # noqa: E402


class Policies(nn.Module):
    """The networks of all players: one, or one for each player, team or role.

    Args:
        config: Of the run.
    """

    def __init__(self, config: PPOConfig) -> None:
        super().__init__()
        env = config.env_config()
        self.by = config.policies
        self.slots = torch.arange(config.players)
        teams = int(getattr(env.rules, "teams", config.players))
        if self.by == "per_team":
            self.slots = self.slots % teams
        elif self.by != "per_player":
            self.slots = torch.zeros_like(self.slots)
        roles = len(env.rules.roles) if self.by == "per_role" else 1
        torch.manual_seed(config.seed)
        self.nets = nn.ModuleList(
            PlayerNet(
                OBSERVE[config.observe],
                config.counts(),
                config.hidden,
                env.resolution,
                core_of(config.memory, config.hidden, config.latent, config.tau),
            )
            for _ in range(max(roles, int(self.slots.max()) + 1))
        )
        self.shape = (len(config.counts()), max(config.counts()))
        self.masks = MaskReader(config.allowed())
        core = self.nets[0].core
        self.memory, self.noise = (core.memory, core.noise) if isinstance(core, Core) else (0, 0)
        """Numbers of a row's memory, and of noise for a decision; 0 without a core."""

    def whose(self, observations: Observations, slots: Tensor) -> Tensor:
        """(B,) which network decides for rows in these slots (B,)."""
        if self.by != "per_role":
            return self.slots[slots]
        start, (size,) = STATE["body"]
        return observations["state"][:, start + size - 2].long()

    def forward(self, observations: Observations, whose: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (B, C, K) and values (B,) on the scale of each network."""
        if len(self.nets) == 1:
            scores, values = self.nets[0](observations)
            return scores, values
        scores = torch.zeros(len(whose), *self.shape)
        values = torch.zeros(len(whose))
        for k, net in enumerate(self.nets):
            rows = (whose == k).nonzero().squeeze(1)
            if len(rows):
                theirs = {name: array[rows] for name, array in observations.items()}
                some, worth = net(theirs)
                scores = scores.index_put((rows,), some)
                values = values.index_put((rows,), worth)
        return scores, values

    def decide(
        self, observations: Observations, whose: Tensor, memory: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, with what rows remember.

        Args:
            observations: Of B rows.
            whose: (B,).
            memory: (B, M) what the last decision left; zeros = an episode begins.
            noise: (B, L) as of `draw`; zeros = nothing is left to chance.

        Returns:
            Scores (B, C, K), values (B,), and the memory (B, M) for the next decision.
        """
        if not self.memory:
            return *self(observations, whose), memory
        scores, values = torch.zeros(len(whose), *self.shape), torch.zeros(len(whose))
        after = torch.zeros_like(memory)
        for k, net in enumerate(self.nets):
            rows = (whose == k).nonzero().squeeze(1)
            if len(rows):
                theirs = {name: array[rows] for name, array in observations.items()}
                told = net.decide(theirs, memory[rows], noise[rows])  # type: ignore[operator]
                scores[rows], values[rows], after[rows] = told
        return scores, values, after

    def follow(
        self,
        observations: Observations,
        whose: Tensor,
        memory: Tensor,
        noise: Tensor,
        sizes: list[int],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (n, C, K), values (n,) and gaps (n,) of whole sequences.

        Args:
            observations: Of n decisions, in the order of `sequences.Sequences.packed`.
            whose: (n,) the same in all decisions of a sequence.
            memory: (S, M) at the beginning of each sequence.
            noise: (n, L) that they were made with.
            sizes: As of `packed`.
        """
        scores = torch.zeros(len(whose), *self.shape)
        values, gaps = torch.zeros(len(whose)), torch.zeros(len(whose))
        for k, net in enumerate(self.nets):
            rows = (whose == k).nonzero().squeeze(1)
            if len(rows):
                theirs = {name: array[rows] for name, array in observations.items()}
                parts = [int((part == k).sum()) for part in whose.split(sizes)]
                told = net.follow(  # type: ignore[operator]
                    theirs,
                    memory[whose[: sizes[0]] == k],
                    noise[rows],
                    [part for part in parts if part],
                )
                scores = scores.index_put((rows,), told[0])
                values = values.index_put((rows,), told[1])
                gaps = gaps.index_put((rows,), told[2])
        return scores, values, gaps

    def draw(self, rows: int, rng: torch.Generator) -> Tensor:
        """(rows, L) noise for a decision of each row; nothing is drawn without a slow core."""
        return torch.randn(rows, self.noise, generator=rng) if self.noise else torch.zeros(rows, 0)

    def scale(self, whose: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the values of each of some rows."""
        means = torch.stack([net.mean for net in self.nets])  # type: ignore[misc]
        stds = torch.stack([net.std for net in self.nets])  # type: ignore[misc]
        return means[whose], stds[whose]
