"""Pictures to tokens: the first half of the network.

    frames (n, T + before + after, H, W, 3)
      -> frames around each tick side by side as channels of one 2-D convolution, those before and
         after as their differences from it; three convolutions, down to cells of 8 x 8 pixels
      -> beside them what moved in each cell from frame to frame, by matching (`motion.py`)
      -> residual convolutions, one token for each tick (n, T, D)

Time folded into the first convolution and the residual nets are those of Baker et al., "Video
PreTraining" (2022), appendix D, made small.
"""

import numpy as np

from mpgenie.extras import require

from .motion import CELL, COSTS, motion
from .network_config import NetworkConfig

require("torch", extra="agents")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402


class Pictures(nn.Module):
    """From the frames around each tick to its token."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.before, self.around = config.before, config.before + 1 + config.after
        one, two, three = config.channels
        self.look = nn.Sequential(
            nn.Conv2d(3 * self.around, one, 5, 2, 2),
            nn.ReLU(),
            nn.Conv2d(one, two, 3, 2, 1),
            nn.ReLU(),
            nn.Conv2d(two, three, 3, 2, 1),
            nn.ReLU(),
        )
        layers: list[nn.Module] = []
        inputs = three + (self.around - 1) * COSTS
        for channels, kernel, stride in zip(config.mixed, (1, 3), (1, 2), strict=True):
            layers.append(nn.Conv2d(inputs, channels, kernel, stride, kernel // 2))
            layers += [Residual(channels) for _ in range(config.residuals)]
            layers.append(nn.ReLU())
            inputs = channels
        self.mix = nn.Sequential(*layers, nn.Flatten())
        height, width = (edge // (2 * CELL) for edge in config.resolution)
        self.token = nn.Linear(inputs * height * width, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.drop = nn.Dropout(config.dropout)
        for part in (self.look, self.mix):
            part.apply(_at_scale)

    def forward(self, frames: Tensor) -> Tensor:
        """(n, T, D) for frames (n, T + before + after, H, W, 3), uint8."""
        ticks = frames.shape[1] - self.around + 1
        kind = _kind(frames)
        x = (frames.to(kind) - 128.0) / 64.0
        near = [x[:, k : k + ticks] for k in range(self.around)]
        now = near[self.before]
        x = torch.cat([now if each is now else 2.0 * (each - now) for each in near], -1)
        features = self.look(x.flatten(0, 1).permute(0, 3, 1, 2))
        if self.around > 1:
            moved = motion_of(frames).to(kind)
            moved = torch.cat([moved[:, k : k + ticks] for k in range(self.around - 1)], -1)
            features = torch.cat([features, moved.flatten(0, 1).permute(0, 3, 1, 2)], 1)
        tokens: Tensor = self.drop(self.norm(self.token(self.mix(features))))
        told: Tensor = tokens.unflatten(0, (-1, ticks))
        return told


def motion_of(frames: Tensor) -> Tensor:
    """(n, F - 1, H / 8, W / 8, 100) float32 of `motion`, for frames (n, F, H, W, 3)."""
    costs = np.stack([motion(each) for each in frames.cpu().numpy()])
    return torch.from_numpy(costs).to(frames.device)


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(channels, channels, 3, padding=1)
        self.two = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, h, w) to the same."""
        out: Tensor = x + self.two(F.relu(self.one(F.relu(x))))
        return out


def _at_scale(layer: nn.Module) -> None:
    """Weights with which numbers keep their scale from layer to layer (He et al., 2015)."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        assert layer.bias is not None
        nn.init.zeros_(layer.bias)
    elif isinstance(layer, Residual):
        nn.init.zeros_(layer.two.weight)


def _kind(x: Tensor) -> torch.dtype:
    """What convolutions compute with here: every byte is exact in it."""
    device = x.device.type
    enabled = torch.is_autocast_enabled(device)
    return torch.get_autocast_dtype(device) if enabled else torch.float32
