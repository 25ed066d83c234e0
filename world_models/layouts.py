"""How the views of players are laid out before tokens meet (`config.LAYOUTS`)."""

from mpgenie.extras import require

from .config import WorldModelConfig

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402


class Layout:
    """Folds (B, T, P, ...) to (B', T, V', G, ...): rows, views, and players of one view.

    `joint` and `concat_view` keep rows, with one player behind each view; `independent` makes a
    row of each view; `frame_concat` makes one view of all players.

    Args:
        config: The model's.
        players: P.

    Raises:
        ConfigError: If the model takes another number of players.
    """

    def __init__(self, config: WorldModelConfig, players: int) -> None:
        config.check_players(players)
        self.layout, self.players = config.layout, players
        self.views = players if config.layout in ("joint", "concat_view") else 1
        """V'."""

    def fold(self, x: Tensor) -> Tensor:
        """(B, T, P, ...) to (B', T, V', G, ...)."""
        if self.layout == "frame_concat":
            return x.unsqueeze(2)
        if self.layout == "independent":
            return x.transpose(1, 2).flatten(0, 1)[:, :, None, None]
        return x.unsqueeze(3)

    def unfold(self, x: Tensor) -> Tensor:
        """(B', T, V', G, ...) to (B, T, P, ...)."""
        if self.layout == "frame_concat":
            return x.squeeze(2)
        if self.layout == "independent":
            rows: Tensor = x[:, :, 0, 0].unflatten(0, (-1, self.players))
            return rows.transpose(1, 2)
        return x.squeeze(3)

    def seen(self, there: Tensor) -> Tensor:
        """(B', T, V') bool, which views may be looked at; of (B, T, P)."""
        folded = self.fold(there)
        return torch.ones_like(folded[..., 0]) if folded.shape[3] > 1 else folded[..., 0]

    def slots(self, slots: Tensor) -> Tensor:
        """(B', V') of the first player of each view; of (B, P)."""
        return self.fold(slots.unsqueeze(1))[:, 0, :, 0]


def players_of_a_view(config: WorldModelConfig) -> int:
    """G."""
    return config.players if config.layout == "frame_concat" else 1
