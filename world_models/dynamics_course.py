"""The stages in which a transformer learns how players' views go on.

`single`: one view, frames see each other, one level of noise for a clip.  `bidirectional`: the same
with several.  `causal`: a frame sees those before it, and each has its own level of noise; from
here on it can dream.  `distill`: causal consistency, so that few steps of denoising are enough.
Solaris goes through all of them; a small model learns as well from `causal` on.
"""

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.weights import take_weights
from mpgenie.checks import check_known
from mpgenie.extras import require

from .clips import Film
from .config import WorldModelConfig
from .losses import Examples, consistency, diffusion_forcing, draw, own_before
from .tokenizer import Tokenizer
from .training import Effort, Machine
from .transformer import MultiplayerTransformer

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

KIND = "world model dynamics"
MASKS = {
    "single": "bidirectional", "bidirectional": "bidirectional", "causal": "causal",
    "distill": "teacher",
}  # fmt: skip
"""The stages, and who sees whom in each."""
HEADS = 0.1
"""How much rewards, endings and poses count beside latents."""
EARLY, DEPTH = 0.25, 4
"""The share of the stage `causal` in which frames before are as they were; after it, they were
dreamt from dreamt ones up to so many times."""
FORGET = 0.1
"""The share of what was done that is not told, for models that compose."""


class DynamicsCourse:
    """Clips of a film as latents, and how they go on.

    Args:
        stage: One of `MASKS`.
        config: Of the world model.
        schedule: How long.
        frames: Of a clip.
        film: What is seen.
        tokenizer: What turns frames into latents.
        seed: Everything follows from it.
        machine: What it runs on.
        before: The file of the stage before; None = from nothing.
    """

    parts = ("flow", "reward", "terminated", "pose")

    def __init__(
        self,
        stage: str,
        config: WorldModelConfig,
        schedule: Effort,
        frames: int,
        film: Film,
        tokenizer: Tokenizer,
        seed: int,
        machine: Machine,
        before: Path | None = None,
    ) -> None:
        check_known("stage", stage, MASKS)
        self.stage, self.config, self.schedule, self.frames = stage, config, schedule, frames
        self.film, self.seed, self.machine = film, seed, machine
        self.tokenizer = tokenizer.to(machine.device).eval().requires_grad_(False)
        self.data = film.name
        torch.manual_seed(seed)
        model = MultiplayerTransformer(config)
        if before is not None:
            take_weights(before, model, read_arrays(before)[1])
        self.model = model.to(machine.device)
        self.teacher = copy.deepcopy(self.model).eval() if stage == "distill" else None
        self.shadow: nn.Module | None = None

    def share(self, step: int, part: int) -> dict[str, Tensor]:
        """The losses of a part of a step's clips."""
        numbers = self.schedule.numbers(step, part)
        examples = self.examples(numbers)
        generator = torch.Generator().manual_seed(self.seed << 32 | numbers[0])
        mask = MASKS[self.stage]
        forget = FORGET if self.config.compose else 0.0
        draws = draw(examples, generator, self.config, mask=mask, forget=forget)
        if self.teacher is None:
            before = None
            if self.config.predicts == "change" and self.stage == "causal":
                late = step > EARLY * self.schedule.steps
                depth = int(torch.randint(DEPTH + 1, (), generator=generator)) if late else 0
                before = own_before(self.model, examples, draws, depth)
            told = diffusion_forcing(self.model, examples, draws, mask=mask, before=before)
        else:
            assert isinstance(self.shadow, MultiplayerTransformer)
            told = consistency(self.model, self.shadow, self.teacher, examples, draws)
        flow, *heads = told
        return dict(zip(self.parts, [flow, *(HEADS * each for each in heads)], strict=True))

    def examples(self, numbers: range) -> Examples:
        """Clips to learn from, one for each number."""
        players = 1 if self.stage == "single" else self.config.players
        clips = self.film.batch(self.seed, numbers, frames=self.frames, players=players, fewest=1)
        frames, *rest = (torch.from_numpy(part).to(self.machine.device) for part in clips)
        with torch.no_grad():
            return Examples(self.tokenizer.encode(frames), *rest)

    def losses(self, step: int) -> dict[str, Tensor]:
        """Those of a step in one part."""
        return self.share(step, 0)

    def about(self) -> dict[str, Any]:
        """What the model follows from."""
        return {
            "kind": KIND,
            "stage": self.stage,
            "config": {**asdict(self.config), "resolution": list(self.config.resolution)},
            "frames": self.frames,
            "schedule": asdict(self.schedule),
            "seed": self.seed,
            "data": self.data,
        }
