"""What turns frames into latents, and latents into frames.

A frame of H x W pixels becomes one latent of (H / cell, W / cell, C) numbers of about unit size, by
itself: a step of the world is a step of the model.

    frames (..., H, W, 3) uint8  --encode-->  latents (..., h, w, C)  --decode-->  frames

`Patches` are the pixels of each cell as they are, and come back exactly; nothing is learnt.  An
`Autoencoder` begins as the best linear map of cells to C numbers (principal components) and learns
by convolutions what that leaves out.
"""

import math
from typing import TYPE_CHECKING

from mpgenie.errors import ConfigError
from mpgenie.extras import require

if TYPE_CHECKING:
    from .config import WorldModelConfig

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

FEWEST = 64
"""Frames that it takes to see which colours are usual."""


class Tokenizer(nn.Module):
    """Frames to latents and back."""

    def __init__(self, resolution: tuple[int, int], cell: int, channels: int) -> None:
        super().__init__()
        if cell < 1 or any(edge % cell for edge in resolution):
            raise ConfigError(f"edges must be multiples of cell, {cell}, got {resolution}")
        self.resolution, self.cell = tuple(resolution), cell
        self.latent_shape = (resolution[0] // cell, resolution[1] // cell, channels)
        """(h, w, C)."""

    def latents_of(self, pictures: Tensor) -> Tensor:
        """(n, C, h, w) latents of pictures (n, 3, H, W) with colours in -1..1."""
        raise NotImplementedError

    def pictures_of(self, latents: Tensor) -> Tensor:
        """(n, 3, H, W) pictures, about -1..1, of latents (n, C, h, w)."""
        raise NotImplementedError

    def encode(self, frames: Tensor) -> Tensor:
        """(..., h, w, C) float latents of frames (..., H, W, 3) uint8."""
        front = frames.shape[:-3]
        if frames.shape[-3:] != (*self.resolution, 3):
            raise ConfigError(
                f"this tokenizer takes frames of {(*self.resolution, 3)}, got "
                f"{tuple(frames.shape[-3:])}"
            )
        latents = self.latents_of(as_pictures(frames.reshape(-1, *frames.shape[-3:])))
        return latents.movedim(1, -1).float().reshape(*front, *self.latent_shape)

    def decode(self, latents: Tensor) -> Tensor:
        """(..., H, W, 3) uint8 frames of latents (..., h, w, C)."""
        front = latents.shape[:-3]
        flat = latents.reshape(-1, *self.latent_shape).movedim(-1, 1)
        return as_frames(self.pictures_of(flat).float()).reshape(*front, *self.resolution, 3)


class Patches(Tokenizer):
    """The pixels of each cell, twice their distance from grey; nothing is learnt or lost."""

    def __init__(self, resolution: tuple[int, int], cell: int) -> None:
        super().__init__(resolution, cell, 3 * cell * cell)

    def latents_of(self, pictures: Tensor) -> Tensor:
        """(n, C, h, w) latents of pictures (n, 3, H, W)."""
        return 2.0 * F.pixel_unshuffle(pictures, self.cell)

    def pictures_of(self, latents: Tensor) -> Tensor:
        """(n, 3, H, W) pictures of latents (n, C, h, w)."""
        return F.pixel_shuffle(latents, self.cell) / 2.0


class Autoencoder(Tokenizer):
    """Linear maps of cells, and convolutions that see beyond them.

    Args:
        resolution: (height, width) of frames.
        cell: Pixels on the edge of a cell: a power of two from 4.
        channels: C.
        width: Channels of the convolutions at half the resolution; twice as many at each half more.
    """

    def __init__(
        self, resolution: tuple[int, int], cell: int, channels: int, width: int = 32
    ) -> None:
        super().__init__(resolution, cell, channels)
        halvings = int(math.log2(cell)) - 1
        if 2 ** (halvings + 1) != cell or halvings < 1 or channels > 3 * cell * cell:
            raise ConfigError(
                f"an autoencoder takes cells of 4, 8, 16 or 32 pixels, with no more channels than "
                f"they have numbers, got cell {cell} and {channels} channels"
            )
        self.linear = nn.Conv2d(3, channels, cell, cell)
        self.back = nn.ConvTranspose2d(channels, 3, cell, cell)
        widths = [width * 2**k for k in range(halvings + 1)]
        down: list[nn.Module] = [nn.PixelUnshuffle(2), _near(12, width), Residual(width)]
        up: list[nn.Module] = [
            nn.PixelShuffle(2),
            _silent(_near(width, 12)),
            nn.SiLU(),
            _unit(width),
        ]
        for fine, coarse in zip(widths, widths[1:], strict=False):
            down += [nn.Conv2d(fine, coarse, 2, 2), Residual(coarse)]
            up += [Residual(fine), Residual(fine), nn.PixelShuffle(2)]
            up += [nn.Conv2d(coarse, 4 * fine, 1)]
        last = widths[-1]
        down += [Residual(last), _unit(last), nn.SiLU(), _silent(nn.Conv2d(last, channels, 1))]
        up += [Residual(last), Residual(last), _near(channels, last)]
        self.down, self.up = nn.Sequential(*down), nn.Sequential(*reversed(up))

    def latents_of(self, pictures: Tensor) -> Tensor:
        """(n, C, h, w) latents of pictures (n, 3, H, W)."""
        latents: Tensor = self.linear(pictures) + self.down(pictures)
        return latents

    def pictures_of(self, latents: Tensor) -> Tensor:
        """(n, 3, H, W) pictures of latents (n, C, h, w)."""
        pictures: Tensor = self.back(latents) + self.up(latents)
        return pictures

    def forward(
        self, pictures: Tensor, noise: float, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Pictures (n, 3, H, W) as they come back, and their latents before noise was added.

        Args:
            pictures: With colours in -1..1.
            noise: How much is added to latents.
            generator: Of the CPU; draws it.
        """
        latents = self.latents_of(pictures)
        drawn = torch.randn(latents.shape, generator=generator).to(latents.device)
        return self.pictures_of(latents + noise * drawn), latents

    @torch.no_grad()
    def expect(self, frames: Tensor) -> None:
        """Begin with the principal components of the cells of some frames (n, H, W, 3).

        Raises:
            ConfigError: If they are too few.
        """
        if len(frames) < FEWEST:
            raise ConfigError(f"it takes {FEWEST} frames to begin with, got {len(frames)}")
        channels = self.latent_shape[2]
        cells = F.unfold(as_pictures(frames), self.cell, stride=self.cell)
        cells = cells.transpose(1, 2).flatten(0, 1).double()  # (n h w, 3 cell cell)
        middle = cells.mean(0)
        sizes, axes = torch.linalg.eigh((cells - middle).T @ (cells - middle) / len(cells))
        axes = axes[:, -channels:] * axes[:, -channels:].sum(0).sign()  # a sign is free: choose one
        spread = sizes[-channels:].clamp(min=1e-6).sqrt()
        square = (channels, 3, self.cell, self.cell)
        _fill(self.linear, (axes / spread).T.reshape(square), -(middle @ axes) / spread)
        _fill(self.back, (axes * spread).T.reshape(square), middle.reshape(3, -1).mean(1))


class Residual(nn.Module):
    """Two convolutions that add to what is there, and begin with nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _near(width, width), _silent(_near(width, width))
        self.before, self.between = _unit(width), _unit(width)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, h, w) to the same."""
        inner = self.first(F.silu(self.before(x)))
        added: Tensor = x + self.second(F.silu(self.between(inner)))
        return added


def make_tokenizer(config: "WorldModelConfig") -> Tokenizer:
    """The tokenizer of a config, with any weights."""
    if config.tokenizer == "patches":
        patches = Patches(config.resolution, config.cell)
        if patches.latent_shape[2] != config.channels:
            raise ConfigError(
                f"patches of {config.cell} x {config.cell} pixels have "
                f"{patches.latent_shape[2]} channels, not {config.channels}"
            )
        return patches
    return Autoencoder(config.resolution, config.cell, config.channels, config.convolutions)


def as_pictures(frames: Tensor) -> Tensor:
    """(n, 3, H, W) colours in -1..1 of frames (n, H, W, 3) uint8."""
    return frames.movedim(-1, 1).float() / 127.5 - 1.0


def as_frames(pictures: Tensor) -> Tensor:
    """(n, H, W, 3) uint8 of pictures (n, 3, H, W); what is no number is black."""
    bytes_ = (127.5 * pictures.nan_to_num(-1.0).clamp(-1.0, 1.0) + 127.5).round()
    return bytes_.movedim(1, -1).to(torch.uint8)


def decibels(frames: Tensor, others: Tensor) -> Tensor:
    """(...) peak signal to noise ratio in dB of frames (..., H, W, 3) uint8, at most 60."""
    error = (frames.float() - others.float()).square().mean((-1, -2, -3)) / 255.0**2
    return -10.0 * error.clamp(min=1e-6).log10()


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that says nothing at first."""
    for weight in layer.parameters():
        nn.init.zeros_(weight)
    return layer


def _fill(layer: nn.Conv2d | nn.ConvTranspose2d, weight: Tensor, bias: Tensor) -> None:
    assert layer.bias is not None
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)


def _unit(width: int) -> nn.GroupNorm:
    """Brings numbers to unit size: without, they grow until no gradient comes through."""
    return nn.GroupNorm(math.gcd(8, width), width)


def _near(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)
