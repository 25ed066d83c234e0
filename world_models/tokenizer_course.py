"""The stage in which an autoencoder learns to bring frames back."""

from dataclasses import asdict
from typing import Any

from mpgenie.extras import require

from .clips import Film
from .config import WorldModelConfig
from .tokenizer import FEWEST, Autoencoder, as_pictures, decibels
from .training import Effort, Machine

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

KIND = "world model tokenizer"
NOISE = 0.05
"""What is added to latents while learning, so that nearly the same latents mean nearly the same."""
FIRST = 512
"""Frames whose principal components it begins with."""


class TokenizerCourse:
    """Single frames, and how they come back.

    Losses are of colours in -1..1: `error` and `edges` the squared distances of colours and of
    differences between neighbours, `size` keeps latents about as large as they began.

    Args:
        config: Of the world model.
        schedule: How long.
        film: What is seen.
        seed: Everything follows from it.
        machine: What it runs on.
    """

    parts = ("error", "edges", "size")

    def __init__(
        self, config: WorldModelConfig, schedule: Effort, film: Film, seed: int, machine: Machine
    ) -> None:
        self.schedule, self.film, self.seed, self.machine = schedule, film, seed, machine
        self.config = config
        torch.manual_seed(seed)
        model = Autoencoder(config.resolution, config.cell, config.channels, config.convolutions)
        first = max(FEWEST, min(FIRST, film.frames))
        model.expect(torch.from_numpy(film.pictures(seed, range(first))))
        self.model = model.to(machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.shadow: nn.Module | None = None

    def share(self, step: int, part: int) -> dict[str, Tensor]:
        """The losses of a part of a step's frames."""
        numbers = self.schedule.numbers(step, part)
        frames = torch.from_numpy(self.film.pictures(self.seed, numbers))
        pictures = as_pictures(frames.to(self.machine.device))
        generator = torch.Generator().manual_seed(self.seed << 32 | numbers[0])
        again, latents = self.model(pictures, NOISE, generator)
        wrong = again.float() - pictures
        return {
            "error": wrong.square().mean(),
            "edges": 0.25
            * (wrong.diff(dim=-1).square().mean() + wrong.diff(dim=-2).square().mean()),
            "size": 1e-4 * latents.float().square().mean(),
        }

    def losses(self, step: int) -> dict[str, Tensor]:
        """Those of a step in one part."""
        return self.share(step, 0)

    def about(self) -> dict[str, Any]:
        """What the tokenizer follows from."""
        return {
            "kind": KIND,
            "config": tokenizer_facts(self.config),
            "schedule": asdict(self.schedule),
            "seed": self.seed,
            "data": self.film.name,
        }


def tokenizer_facts(config: WorldModelConfig) -> dict[str, Any]:
    """What of a config its tokenizer follows from, as JSON takes it."""
    names = ("tokenizer", "cell", "channels", "convolutions")
    return {"resolution": list(config.resolution)} | {name: getattr(config, name) for name in names}


@torch.no_grad()
def brought_back(model: nn.Module, film: Film, count: int = 256, seed: int = 0) -> float:
    """How well frames of a film come back: mean over frames of their PSNR in dB."""
    device = next(model.parameters()).device
    found = []
    for first in range(0, count, 32):
        frames = torch.from_numpy(film.pictures(seed, range(first, min(first + 32, count)))).to(
            device
        )
        found.append(decibels(model.decode(model.encode(frames)), frames))  # type: ignore[operator]
    return float(torch.cat(found).mean())
