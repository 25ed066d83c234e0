"""The stages in which a transformer learns how players' views go on.

`single`: one view, frames see each other, one level of noise for a clip.  `bidirectional`: the same
with several.  `causal`: a frame sees those before it, and each has its own level of noise; from
here on it can dream.  `distill`: causal consistency, so that few steps of denoising are enough.
`rollout`: it dreams longer clips, and learns what each frame should have been after its own (as in
"Self Forcing", Huang et al., 2025, with the distance to what truly was as the loss).  Solaris goes
through all of them but the last; a small model learns as well from `causal` on.
"""

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.weights import take_weights
from mpgenie.checks import check_known
from mpgenie.extras import require

from .clips import Clip, Film
from .config import WorldModelConfig
from .flow import levels
from .losses import (
    Draws,
    Examples,
    Losses,
    consistency,
    diffusion_forcing,
    draw,
    own_before,
)
from .session import WorldModel
from .tokenizer import Tokenizer
from .training import Effort, Machine
from .transformer import MultiplayerTransformer

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

KIND = "world model dynamics"
MASKS = {
    "single": "bidirectional", "bidirectional": "bidirectional", "causal": "causal",
    "distill": "teacher", "rollout": "teacher",
}  # fmt: skip
"""The stages, and who sees whom in each."""
HEADS = 0.1
"""How much rewards, endings and poses count beside latents."""
EARLY, DEPTH = 0.25, 4
"""The share of the stage `causal` in which frames before are as they were; after it, they were
dreamt from dreamt ones up to so many times."""
LONGER, OPENED = 3, 4
"""In the stage `rollout`, how many times as long clips are, and how many frames are shown."""
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
        clips = self.clips(numbers)
        examples = self.examples(clips)
        generator = torch.Generator().manual_seed(self.seed << 32 | numbers[0])
        mask = MASKS[self.stage]
        forget = FORGET if self.config.compose else 0.0
        draws = draw(examples, generator, self.config, mask=mask, forget=forget)
        if self.stage == "distill":
            told = self._distilled(examples, draws)
        elif self.stage == "rollout":
            told = self._rolled_out(clips, examples, draws, generator, numbers)
        else:
            before = self._before(step, examples, draws, generator)
            told = diffusion_forcing(self.model, examples, draws, mask=mask, before=before)
        flow, *heads = told
        return dict(zip(self.parts, [flow, *(HEADS * each for each in heads)], strict=True))

    def _before(
        self, step: int, examples: Examples, draws: Draws, generator: torch.Generator
    ) -> Tensor | None:
        """The frame before each where that is not as it was; after a while, the model's own."""
        if self.config.predicts != "change" or self.stage != "causal":
            return None
        late = step > EARLY * self.schedule.steps
        depth = int(torch.randint(DEPTH + 1, (), generator=generator)) if late else 0
        return own_before(self.model, examples, draws, depth)

    def _distilled(self, examples: Examples, draws: Draws) -> Losses:
        """What is told otherwise with less noise."""
        assert isinstance(self.shadow, MultiplayerTransformer) and self.teacher is not None
        return consistency(self.model, self.shadow, self.teacher, examples, draws)

    def _rolled_out(
        self,
        clips: Clip,
        examples: Examples,
        draws: Draws,
        generator: torch.Generator,
        numbers: range,
    ) -> Losses:
        """What is told wrong after own frames, with as much noise as there is in dreams."""
        steps = torch.tensor(levels(self.config.steps)[:-1])
        drawn = torch.randint(len(steps), draws.times.shape[:2], generator=generator)
        times = steps[drawn].unsqueeze(-1).expand_as(draws.times).to(draws.times.device)
        model = WorldModel(self.tokenizer, self.model)
        opened = min(OPENED, self.frames - 1)
        dreamt = own_dreams(model, clips, examples.latents, opened, np.array(numbers))
        draws = draws._replace(times=times)
        return diffusion_forcing(self.model, examples, draws, mask="teacher", dreamt=dreamt)

    def clips(self, numbers: range) -> Clip:
        """Clips to learn from, one for each number."""
        players = 1 if self.stage == "single" else self.config.players
        return self.film.batch(
            self.seed, numbers, frames=self.frames, players=players, fewest=1,
            pool=self.config.pool,
        )  # fmt: skip

    def examples(self, clips: Clip) -> Examples:
        """The same, their frames as latents."""
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


@torch.no_grad()
def own_dreams(
    model: WorldModel, clips: Clip, latents: Tensor, opened: int, seeds: NDArray[np.int64]
) -> Tensor:
    """What a model dreams of clips, of which it is shown the first frames.

    Args:
        model: What dreams.
        clips: A batch.
        latents: (B, T, P, h, w, C) of their frames; those who come in bring what they see.
        opened: How many frames are shown.
        seeds: (B,) of dreams.

    Returns:
        (B, T, P, h, w, C), as `latents` before frame `opened`.
    """
    there = torch.from_numpy(clips.there).to(latents.device)
    dreamt = latents.float().clone()
    with torch.autocast(latents.device.type, enabled=False):  # as dreams are that are played
        state = model.open(
            clips.frames[:, :opened], clips.controls[:, : opened - 1], there[:, :opened],
            seeds, clips.slots,
        )  # fmt: skip
        for t in range(opened, latents.shape[1]):
            here, came = there[:, t], there[:, t] & ~there[:, t - 1]
            state.there.copy_(here & ~came)
            model.step(state, clips.controls[:, t - 1])
            state.latents[came] = dreamt[:, t][came]
            state.there.copy_(here)
            dreamt[:, t] = state.latents
    return dreamt
