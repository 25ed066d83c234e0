"""What players do, brought to tokens.

What each did in tick t (`controls.py`) goes to the tokens of frame t + 1: added to the player's own
(`add`), or pooled over players to one token a frame, to which all attend (`macm`, the multi-agent
condition module of "MultiWorld", 2026).
"""

from mpgenie.extras import require

from .attention import Attend
from .config import WorldModelConfig
from .controls import CONTROLS
from .norm import RootNorm
from .rope import agent_turn

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

TURNS = 4.0
"""How much more turns of the camera count: most are a small share of the largest."""


def aligned(controls: Tensor) -> tuple[Tensor, Tensor]:
    """What is known at each frame of a clip about what led to it.

    Args:
        controls: (B, T - 1, P, 22) of the ticks between the T frames.

    Returns:
        (B, T, P, 22) controls, frame 0 with zeros, and (B, T, P) bool, whether they are known.
    """
    controls = F.pad(controls, (0, 0, 0, 0, 1, 0))
    known = torch.ones(controls.shape[:3], dtype=torch.bool, device=controls.device)
    known[:, 0] = False
    return controls, known


class Controls(nn.Module):
    """One vector for what the players of a view did."""

    def __init__(self, config: WorldModelConfig, players: int) -> None:
        super().__init__()
        self.base = config.aie_base if config.identity == "aie" else None
        self.layers = nn.Sequential(
            nn.Linear(players * (CONTROLS + 1), config.width),
            nn.SiLU(),
            nn.Linear(config.width, config.width),
        )

    def forward(self, controls: Tensor, known: Tensor, slots: Tensor) -> Tensor:
        """(B', T, V', D).

        Args:
            controls: (B', T, V', G, 22).
            known: (B', T, V', G) bool.
            slots: (B', V').
        """
        flag = known.unsqueeze(-1).to(controls.dtype)
        buttons, turn = controls.split([CONTROLS - 2, 2], -1)
        controls = torch.cat([buttons, TURNS * turn], -1)
        told: Tensor = self.layers(torch.cat([controls * flag, flag], -1).flatten(-2))
        return told if self.base is None else agent_turn(told, slots, self.base)


class Pooled(nn.Module):
    """What all players of a frame did, in one vector.

    Players attend to each other, then are weighed by a learnt score and summed (MultiWorld's
    adaptive action weighting), or summed alike.
    """

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.qkv, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.score = nn.Sequential(
            nn.Linear(width, width // 4), nn.GELU(), nn.Linear(width // 4, 1)
        ) if config.adaptive else None  # fmt: skip
        self.out = nn.Linear(width, width)

    def forward(self, did: Tensor, there: Tensor | None) -> Tensor:
        """(B', T, D).

        Args:
            did: (B', T, V', D).
            there: (B', T, V') bool, who is there; all by default.
        """
        q, k, v = self.qkv(did).unflatten(-1, (3, self.heads, -1)).permute(3, 0, 1, 4, 2, 5)
        seen = torch.ones_like(did[..., 0], dtype=torch.bool) if there is None else there
        own = torch.eye(did.shape[2], dtype=torch.bool, device=did.device)
        mask = (seen.unsqueeze(-2) | own).unsqueeze(2)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = self.mixed(mixed.transpose(2, 3).flatten(-2))
        weights = seen.unsqueeze(-1).to(did.dtype)
        if self.score is not None:
            weights = weights * self.score(mixed).exp()
            weights = weights / weights.sum(2, keepdim=True).clamp(min=1e-9)
        out: Tensor = self.out(F.silu((weights * mixed).sum(2)))
        return out


class Listening(nn.Module):
    """Attention of tokens to what was done at the frames that they see."""

    def __init__(self, config: WorldModelConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.norm = nn.LayerNorm(width)
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.q_norm, self.k_norm = RootNorm(config.head), RootNorm(config.head)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, done: Tensor, attend: Attend) -> Tensor:
        """What to add to tokens (B', T, V', S, D), of what was done (B', K, D)."""
        q = self.q(self.norm(x).flatten(1, 3)).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.kv(done).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = attend.to_frames(self.q_norm(q), self.k_norm(k), v)
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2)).view(x.shape)
        return out
