"""What players do, brought to tokens.

What each did in tick t (`controls.py`) goes to the tokens of frame t + 1.
"""

from mpgenie.extras import require

from .config import WorldModelConfig
from .controls import CONTROLS
from .rope import agent_turn

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402


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
        told: Tensor = self.layers(torch.cat([controls * flag, flag], -1).flatten(-2))
        return told if self.base is None else agent_turn(told, slots, self.base)
