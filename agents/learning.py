"""Learning by gradient steps, for any model that has lessons.

A lesson has a model and gives the losses of step `k`, which follow from its seed and `k` alone.  So
a run that was stopped or killed goes on with the steps that it would have made, from `resume.npz`
or, if that is damaged, from `previous.npz`.

A step whose loss or gradient is no finite number is left out and halves the rate; after `PATIENCE`
of them in a row the run stops and leaves the model of that moment in `diverged.npz`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mpgenie import __version__
from mpgenie.agents.arrays_file import Arrays, read_arrays, write_arrays
from mpgenie.agents.training.log import Log
from mpgenie.agents.training.stopping import Pace, asked_to_stop
from mpgenie.checks import check_same
from mpgenie.errors import CheckpointError, ConfigError, DivergedError
from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from mpgenie.agents.weights import adam_arrays, take_adam, take_weights, weights_of  # noqa: E402

FORMAT = 1
"""Goes up by one whenever older files can no longer be read."""
MODEL, RESUME, PREVIOUS, DIVERGED = "model.npz", "resume.npz", "previous.npz", "diverged.npz"
PATIENCE = 5
"""Bad steps in a row before a run stops."""
LOG_EVERY = 20
"""Steps between two rows of the log."""
OnStep = Callable[[Mapping[str, float]], None]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How a model learns."""

    steps: int = 1200
    """Gradient steps of the whole run."""
    rate: float = 1e-3
    """Of learning after `warm_up` steps; from there it falls to nothing on a line."""
    warm_up: int = 50
    decay: float = 0.01
    """Of weights, as of AdamW."""
    longest_step: float = 1.0
    """Gradients are cut to this length."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.warm_up < 0 or not 0.0 < self.rate < 1.0:
            raise ConfigError(f"a run has steps and a rate between 0 and 1, got {self}")

    def at(self, step: int) -> float:
        """The rate of a step."""
        rise = min(1.0, (step + 1) / (self.warm_up + 1))
        return self.rate * rise * max(0.0, 1.0 - step / self.steps)


class Lesson(Protocol):
    """What a model learns from."""

    @property
    def model(self) -> nn.Module:
        """What learns."""
        ...

    @property
    def schedule(self) -> Schedule:
        """How."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of its loss."""
        ...

    def losses(self, step: int) -> dict[str, Tensor]:
        """Parts of the loss of a step, to be added up."""
        ...

    def about(self) -> dict[str, Any]:
        """What it takes to make the model again, and what it learns from, as JSON takes it."""
        ...


def learn(
    lesson: Lesson,
    out: Path,
    *,
    minutes: float | None = None,
    on_step: OnStep | None = None,
    run_type: "Callable[[Any, Path], Run] | None" = None,
) -> Path:
    """Make all steps of a lesson, or those that are left.

    Args:
        lesson: What.
        out: The folder of the run: new, or one that holds it.
        minutes: When to stop if it is not done yet; None = never.
        on_step: Told the figures of each step.
        run_type: What makes the steps; `Run` by default.

    Returns:
        The file of the model.

    Raises:
        ConfigError: If the folder holds a run with other settings.
        DivergedError: If losses are no numbers any more.
        KeyboardInterrupt: After Ctrl-C, when the run is saved; the same call goes on with it.
    """
    run = (run_type or Run)(lesson, out)
    pace = Pace(minutes)
    columns = ("step", "loss", *lesson.parts, "rate", "seconds")
    log = Log(out, columns, run.step, by="step") if run.leads else None
    try:
        with asked_to_stop() as asked, tiny_as_zero():
            while run.step < lesson.schedule.steps and not run.agreed(asked()):
                figures = {**run.advance(), "seconds": pace.seconds}
                if run.step % LOG_EVERY == 0 and log is not None:
                    log.add(figures)
                if on_step is not None:
                    on_step(figures)
                if run.agreed(pace.is_up):
                    break
                if pace.save_is_due():
                    run.save()
            run.save()
            if asked():
                raise KeyboardInterrupt(
                    f"stopped at step {run.step:,} of {lesson.schedule.steps:,} and saved in "
                    f"{out}; the same command goes on"
                )
    finally:
        if log is not None:
            log.close()
    return out / MODEL


@contextmanager
def tiny_as_zero() -> Iterator[None]:
    """Count float32 numbers below 1.2e-38 as 0 in this thread.

    A CPU is many times slower at them, and some gradients, as of an autoencoder, are full of them.
    """
    before = float(torch.tensor(1e-40) * 0.5) == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


class Run:
    """One run in a folder.

    Args:
        lesson: What is learnt.
        out: New, or a folder that holds this run.
    """

    def __init__(self, lesson: Lesson, out: Path) -> None:
        self.lesson, self.out, self.model = lesson, out, lesson.model
        self.step = 0
        """How many were made."""
        self.factor, self._bad = 1.0, 0
        self.adam = torch.optim.AdamW(
            self.model.parameters(), lesson.schedule.rate, weight_decay=lesson.schedule.decay
        )
        there = [out / name for name in (RESUME, PREVIOUS) if (out / name).exists()]
        if there and not any(self._resume(path) for path in there):
            raise CheckpointError(
                f"the run in {out} is damaged ({', '.join(path.name for path in there)}): "
                "remove it, or name another folder"
            )

    def advance(self) -> dict[str, float]:
        """Make a step; its figures."""
        schedule, step = self.lesson.schedule, self.step
        rate = schedule.at(step) * self.factor
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.model.train()
        self.adam.zero_grad()
        parts = self.gradients(step)
        loss = torch.stack(list(parts.values())).sum()
        length = nn.utils.clip_grad_norm_(self.model.parameters(), schedule.longest_step)
        self.step += 1
        if bool(torch.isfinite(loss)) and bool(torch.isfinite(length)):
            self.adam.step()
            self.moved()
            self._bad = 0
        else:
            self._skip()
        told = {name: float(part) for name, part in parts.items()}
        return {"step": float(self.step), "loss": float(loss), **told, "rate": rate}

    def gradients(self, step: int) -> dict[str, Tensor]:
        """Leave the gradients of a step with the weights; the parts of its loss."""
        device = next(self.model.parameters()).device.type
        with torch.autocast(device, torch.bfloat16):
            parts = self.lesson.losses(step)
        torch.stack(list(parts.values())).sum().backward()
        return {name: part.detach() for name, part in parts.items()}

    def moved(self) -> None:
        """What else is to be done when weights have changed."""

    def agreed(self, stop: bool) -> bool:
        """Whether to stop, if others have a say in it."""
        return stop

    @property
    def leads(self) -> bool:
        """Whether this process, of several that share the run, writes its files."""
        return True

    def learnt(self) -> Arrays:
        """The weights for those who use the model."""
        return weights_of(self.model)

    def remembered(self) -> Arrays:
        """All that it takes to go on."""
        return weights_of(self.model) | adam_arrays(self.adam)

    def take(self, path: Path, arrays: Arrays) -> None:
        """Go on from what was remembered, read from a file."""
        take_weights(path, self.model, arrays)
        take_adam(self.adam, arrays)

    def _skip(self) -> None:
        self.factor *= 0.5
        self._bad += 1
        if self._bad >= PATIENCE:
            write_arrays(self.out / DIVERGED, self._about(), weights_of(self.model))
            raise DivergedError(
                f"{PATIENCE} steps in a row up to {self.step} gave a loss that is no number; "
                f"what the model was then lies in {self.out / DIVERGED}: learn anew with a lower "
                f"rate than {self.lesson.schedule.rate:g}, or go on from {self.out / RESUME}"
            )

    def save(self) -> None:
        """Write the run and the model."""
        if not self.leads:
            return
        arrays = self.remembered()
        if (self.out / RESUME).exists():
            (self.out / RESUME).replace(self.out / PREVIOUS)
        write_arrays(self.out / RESUME, self._about(), arrays)
        write_arrays(self.out / MODEL, self._about(), self.learnt())

    def _about(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "mpgenie": __version__,
            "step": self.step,
            "factor": self.factor,
            **self.lesson.about(),
        }

    def _resume(self, path: Path) -> bool:
        """Take up a saved run; False if the file is damaged."""
        try:
            about, arrays = read_arrays(path)
            check_same(self.out, "run", about, self.lesson.about(), but="schedule")
            step, factor = int(about["step"]), float(about["factor"])
            self.take(path, arrays)
            self.step, self.factor = step, factor
        except (CheckpointError, KeyError, ValueError, TypeError) as error:
            if isinstance(error, ConfigError):
                raise
            return False
        return True
