"""What a model tells of a frame besides its picture: rewards, endings, and how players moved."""

from mpgenie.extras import require

from .config import WorldModelConfig

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

BINS = 41
"""Steps of the scale of rewards; the middle one is 0."""
FAR = 5.0
"""Its ends, after `symlog`: rewards of about 147."""


def symlog(x: Tensor) -> Tensor:
    """A scale that is fine near 0 and coarse far from it."""
    return x.sign() * x.abs().log1p()


def symexp(x: Tensor) -> Tensor:
    """The way back from `symlog`."""
    return x.sign() * x.abs().expm1()


def two_hot(rewards: Tensor) -> Tensor:
    """(..., BINS) shares of the two steps of the scale next to each reward (...).

    After Hafner et al., "Mastering Diverse Domains through World Models" (2023).
    """
    place = (symlog(rewards).clamp(-FAR, FAR) + FAR) * ((BINS - 1) / (2.0 * FAR))
    steps = torch.arange(BINS, device=rewards.device)
    return (1.0 - (place.unsqueeze(-1) - steps).abs()).clamp(min=0.0)


def expected_reward(told: Tensor) -> Tensor:
    """(...) of what a head tells: scores (..., BINS), or a number (..., 1)."""
    if told.shape[-1] == 1:
        return symexp(told[..., 0].float())
    scale = torch.linspace(-FAR, FAR, BINS, device=told.device)
    return symexp((told.float().softmax(-1) * scale).sum(-1))


class Heads(nn.Module):
    """From the mean of a view's tokens to numbers for each of its players."""

    def __init__(self, config: WorldModelConfig, players: int) -> None:
        super().__init__()
        self.players = players
        self.parts = [BINS if config.reward == "two_hot" else 1, 1, config.pose]
        self.norm = nn.LayerNorm(config.width)
        self.layer = nn.Sequential(nn.Linear(config.width, config.width), nn.GELU())
        self.out = nn.Linear(config.width, players * sum(self.parts))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Rewards, endings and poses (..., G, K) of tokens (..., S, D)."""
        told = self.out(self.layer(self.norm(x).mean(-2))).unflatten(-1, (self.players, -1))
        reward, terminated, pose = told.split(self.parts, -1)
        return reward, terminated, pose
