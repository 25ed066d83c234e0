"""Tiny models with all weights drawn, also those that begin as zeros, and clips to look at."""

from typing import NamedTuple

import torch

from mpgenie.world_models.config import WorldModelConfig
from mpgenie.world_models.transformer import MultiplayerTransformer


def tiny(**chosen):
    small = {"resolution": (16, 24), "channels": 5, "width": 32, "heads": 2, "blocks": 2}
    return WorldModelConfig(**{**small, "window": 3, "pose": 2, **chosen})


def drawn(module, seed=0):
    """With all its weights drawn."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
    return module.eval()


def transformer(**chosen):
    torch.manual_seed(0)
    return drawn(MultiplayerTransformer(tiny(**chosen)))


class Clip(NamedTuple):
    """What a transformer looks at."""

    latents: torch.Tensor
    times: torch.Tensor
    controls: torch.Tensor
    known: torch.Tensor

    def changed(self, **parts):
        return self._replace(**parts)


def clip(rows=2, frames=6, players=2, config=None, seed=0):
    config = config or tiny()
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, frames, players)
    return Clip(
        torch.randn((*shape, *config.latent), generator=generator),
        torch.rand(shape, generator=generator),
        torch.randn((*shape, 22), generator=generator),
        torch.ones(shape, dtype=torch.bool),
    )


def far(a, b):
    """The largest difference of two tensors."""
    return float((a - b).detach().abs().max())
