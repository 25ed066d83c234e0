"""Runs that learn world models: averaged weights, batches in parts, several processes at once.

A step's batch is made in parts, one after the other or each by another process, and the gradient of
the step is the mean of theirs: how many processes share a run changes nothing but the time it takes
(and the last bits of sums).  What others use of a model is not its weights but their running mean.
"""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from mpgenie.agents.arrays_file import Arrays
from mpgenie.agents.learning import Run, Schedule
from mpgenie.errors import ConfigError
from mpgenie.extras import require

require("torch", extra="dreams")
import torch  # noqa: E402
from torch import Tensor, distributed, nn  # noqa: E402

from mpgenie.agents.weights import adam_arrays, take_adam, take_weights, weights_of  # noqa: E402

_SHADOW = "shadow."


@dataclass(frozen=True, kw_only=True)
class Effort(Schedule):
    """How a world model learns in one of its stages."""

    rows: int = 8
    """Clips, or frames for a tokenizer, in a step."""
    parts: int = 1
    """Parts that a step's rows are divided into; a multiple of the number of processes."""
    mean: float = 0.999
    """How slowly the running mean of weights follows them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.parts < 1 or self.rows < self.parts or self.rows % self.parts:
            raise ConfigError(f"rows must be a multiple of parts, got {self.rows} in {self.parts}")
        if not 0.0 <= self.mean < 1.0:
            raise ConfigError(f"mean must lie between 0 and 1, got {self.mean}")

    def numbers(self, step: int, part: int) -> range:
        """The numbers of the rows of a part; no two steps or parts share one."""
        share = self.rows // self.parts
        first = step * self.rows + part * share
        return range(first, first + share)


@dataclass(frozen=True)
class Machine:
    """What learning runs on; none of it is part of what is learnt but for the last bits."""

    device: str = "cpu"
    """As torch names it."""
    bf16: bool = False
    """Whether products are made in bfloat16."""
    compiled: str | None = None
    """The backend that compiles the network, such as "inductor"; None = as it is."""


class Course(Protocol):
    """What a stage teaches, part by part."""

    schedule: Effort
    machine: Machine
    shadow: nn.Module | None
    """The model with the running mean of its weights; a run sets it."""

    @property
    def model(self) -> nn.Module:
        """What learns."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of its loss."""
        ...

    def share(self, step: int, part: int) -> dict[str, Tensor]:
        """The losses of a part of a step's batch, each a mean."""
        ...

    def losses(self, step: int) -> dict[str, Tensor]:
        """Those of a step in one part."""
        ...

    def about(self) -> dict[str, Any]:
        """What it takes to make the model again, as JSON takes it."""
        ...


_PATIENCE = timedelta(hours=2)
"""How long processes wait for each other, as where the first makes the data."""


class Team:
    """The processes that share a run: one, unless `torchrun` began more.

    Args:
        device: On which tensors are that they tell each other.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.size > 1 and not distributed.is_initialized():
            distributed.init_process_group(
                "nccl" if device.startswith("cuda") else "gloo", timeout=_PATIENCE
            )

    def add(self, tensors: list[Tensor]) -> None:
        """Make each tensor the sum of everybody's, in place and in one message."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def any(self, flag: bool, device: str) -> bool:
        """Whether anybody says so."""
        if self.size == 1:
            return flag
        said = torch.tensor([float(flag)], device=device)
        distributed.all_reduce(said)
        return bool(said > 0)


class WorldRun(Run):
    """A run of a stage.

    Args:
        course: What is learnt.
        out: New, or a folder that holds this run.
        team: Who shares it; as `torchrun` says by default.

    Raises:
        ConfigError: If the parts of a step cannot be shared evenly.
    """

    def __init__(self, course: Course, out: Path, team: Team | None = None) -> None:
        self.course, self.team = course, team or Team(course.machine.device)
        if course.schedule.parts % self.team.size:
            raise ConfigError(
                f"{self.team.size} processes share the parts of a step evenly: parts must be a "
                f"multiple of that, got {course.schedule.parts}"
            )
        self.shadow = copy.deepcopy(course.model).requires_grad_(False).eval()
        course.shadow = self.shadow
        super().__init__(course, out)
        if (backend := course.machine.compiled) is not None:
            self.model.compile(backend=backend)

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.team.rank == 0

    def agreed(self, stop: bool) -> bool:
        """Whether any of the processes is to stop: then all are."""
        return self.team.any(stop, self.course.machine.device)

    def gradients(self, step: int) -> dict[str, Tensor]:
        """Leave the mean gradient of all parts with the weights; the mean parts of the loss."""
        course, machine = self.course, self.course.machine
        count = course.schedule.parts
        total: dict[str, Tensor] = {}
        for part in range(self.team.rank, count, self.team.size):
            with torch.autocast(machine.device.split(":")[0], torch.bfloat16, machine.bf16):
                told = course.share(step, part)
            told = {name: each / count for name, each in told.items()}
            torch.stack(list(told.values())).sum().backward()
            for name, each in told.items():
                total[name] = total.get(name, torch.zeros_like(each)) + each.detach()
        grads = [w.grad for w in self.model.parameters() if w.grad is not None]
        self.team.add([*grads, *total.values()])
        return total

    @torch.no_grad()
    def moved(self) -> None:
        """Let the running mean follow; quickly at first."""
        made = self.step
        slow = min(self.course.schedule.mean, made / (9.0 + made))
        ours, theirs = self.model.state_dict(), self.shadow.state_dict()
        for name, mean in theirs.items():
            mean.lerp_(ours[name], 1.0 - slow)

    def learnt(self) -> Arrays:
        """The running mean."""
        return weights_of(self.shadow)

    def remembered(self) -> Arrays:
        """Weights, their running mean, and what Adam knows."""
        shadow = {f"{_SHADOW}{name}": w for name, w in weights_of(self.shadow).items()}
        return {**weights_of(self.model), **shadow, **adam_arrays(self.adam)}

    def take(self, path: Path, arrays: Arrays) -> None:
        """Go on from what was remembered."""
        take_weights(path, self.model, arrays)
        take_weights(path, self.shadow, _without(arrays, _SHADOW))
        take_adam(self.adam, arrays)


def _without(arrays: Mapping[str, Any], prefix: str) -> Arrays:
    return {
        name.removeprefix(prefix): each for name, each in arrays.items() if name.startswith(prefix)
    }
