"""The networks of all players of a run, and who uses which.

Shapes: B rows, C components of an action, K choices of the largest.
"""

from mpgenie.envs.state_observation import STATE
from mpgenie.extras import require

from .config import OBSERVE, PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

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
            PlayerNet(OBSERVE[config.observe], config.counts(), config.hidden, env.resolution)
            for _ in range(max(roles, int(self.slots.max()) + 1))
        )
        self.shape = (len(config.counts()), max(config.counts()))
        self.masks = MaskReader(config.allowed())

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

    def scale(self, whose: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the values of each of some rows."""
        means = torch.stack([net.mean for net in self.nets])  # type: ignore[misc]
        stds = torch.stack([net.std for net in self.nets])  # type: ignore[misc]
        return means[whose], stds[whose]
