"""The size of a network, and what a tick may see."""

from dataclasses import dataclass

from mpgenie.errors import ConfigError

LARGEST = {
    "before": 16, "after": 16, "past": 4096, "channels": 1024, "mixed": 2048, "residuals": 8,
    "width": 4096, "heads": 64, "blocks": 32, "resolution": 512,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """The size of a network and what a tick may see.  1.3 million parameters by default."""

    before: int = 2
    """Frames before that of a tick which the first convolution sees with it."""
    after: int = 3
    """Frames after it: frame t + 1 is the first to show what was done at t."""
    past: int = -1
    """Ticks back that a token attends to, only those; -1 = all there are, before and after."""
    players: bool = False
    """Whether tokens attend to other players' views."""
    channels: tuple[int, int, int] = (16, 32, 48)
    """Of the three convolutions that look at pictures alone."""
    mixed: tuple[int, int] = (64, 96)
    """Of the two stages that look at pictures and at what moved."""
    residuals: int = 1
    """Residual blocks of each of those stages."""
    width: int = 192
    """Of a token."""
    dropout: float = 0.0
    """The share of a token's numbers left out while learning."""
    heads: int = 6
    blocks: int = 2
    resolution: tuple[int, int] = (64, 64)
    """(height, width) of frames."""

    def __post_init__(self) -> None:
        for name in ("channels", "mixed", "resolution"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        numbers = {
            name: max(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }
        for name, most in LARGEST.items():
            least = -1 if name == "past" else 0 if name in ("before", "after") else 1
            if not least <= numbers[name] <= most:
                raise ConfigError(f"{name} must lie in {least}..{most}, got {numbers[name]}")
        if self.width % self.heads:
            raise ConfigError(f"width {self.width} must be a multiple of heads, {self.heads}")
        if min(self.resolution) < 32 or any(edge % 16 for edge in self.resolution):
            raise ConfigError(
                f"resolution must be two multiples of 16 from 32 up, got {self.resolution}"
            )


SIZES = {
    "tiny": NetworkConfig(channels=(8, 16, 16), mixed=(16, 32), width=48, heads=3, blocks=1),
    "small": NetworkConfig(dropout=0.2),
    "base": NetworkConfig(
        channels=(64, 96, 128),
        mixed=(192, 256),
        residuals=2,
        width=512,
        heads=8,
        blocks=4,
        dropout=0.2,
    ),
}
"""For tests; for two cores and ten minutes; for a GPU (20 million parameters)."""
