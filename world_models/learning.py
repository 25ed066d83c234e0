"""Learning a world model from a dataset, stage after stage.

    train_world_model(mpgenie.open_dataset("data"), Path("out/world"), Plan.of("small"))

The folder gets a checkpoint that dreams (see `checkpoint`) as soon as there is one, and holds in
`stages/` the runs of all stages, each with its progress.csv, in curves.png how they went, and in
`strips/` pictures of what it can do.  Everything follows from the plan and the data, and a run that
was stopped goes on.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mpgenie.agents.arrays_file import read_arrays
from mpgenie.agents.learning import MODEL, learn
from mpgenie.agents.training.stopping import Pace
from mpgenie.agents.vpt.demonstrations import game_of
from mpgenie.agents.weights import take_weights
from mpgenie.datasets.movies import FRAMES_PER_SECOND
from mpgenie.extras import require
from mpgenie.pictures import Video, save_png

from .checkpoint import Checkpoint, save_world_model, write_whole
from .clips import Clip, Film, cut
from .curves import draw_stages
from .dynamics_course import LONGER, DynamicsCourse
from .plan import Plan
from .session import WorldModel
from .starts import FRAMES, Start
from .strips import moving, reconstructions, rollout, scores, strip
from .tokenizer import Tokenizer, make_tokenizer
from .tokenizer_course import TokenizerCourse, brought_back
from .training import Course, Effort, Machine, Team, WorldRun
from .transformer import MultiplayerTransformer

require("torch", extra="dreams")
import torch  # noqa: E402

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset

OnStage = Callable[[str, Effort, Mapping[str, float]], None]
"""Told the name of a stage, how long it is, and the figures of each of its steps."""
STARTS = 16
"""Clips that a checkpoint has for dreams to begin with."""
PICTURES = 8
"""Strips that are made in a stage as it goes on."""
DREAMS = ("causal", "distill", "rollout")
"""The stages of models that can dream."""
SHOWN, DREAMT, SCORED = 4, 8, 16
"""Frames that a dream is shown for its figures, frames that it goes on, and of how many clips."""


def train_world_model(
    data: "Dataset",
    out: Path,
    plan: Plan,
    *,
    valid: "Dataset | Film | None" = None,
    film: Film | None = None,
    minutes: float | None = None,
    machine: Machine | None = None,
    on_step: OnStage | None = None,
) -> bool:
    """Learn a world model, or go on with it.

    Args:
        data: What is watched.
        out: The folder: new, or one that holds this run.
        plan: What is learnt, and how.
        valid: Episodes of other planets, for strips and figures; by default those of `data`.
        film: What of `data` is watched, where that is read already; by default all of it.
        minutes: When to stop if it is not done yet; None = never.
        machine: What it runs on.
        on_step: Told how it goes.

    Returns:
        Whether all stages are done.

    Raises:
        ConfigError: If the folder holds a run with other settings.
        DivergedError: If losses are no numbers any more.
        KeyboardInterrupt: After Ctrl-C, when the run is saved; the same call goes on with it.
    """
    pace, size = Pace(minutes), plan.config.resolution
    watched = Film.of(data, size) if film is None else film
    if valid is not None and not isinstance(valid, Film):
        valid = Film.of(valid, size)
    options = {**game_of(data), "players": plan.config.players, "resolution": list(size)}
    learner = _Learner(watched, valid or watched, options, out, plan, machine or Machine(), on_step)
    return learner.run(pace)


class _Learner:
    """What all stages of one folder share."""

    def __init__(
        self,
        film: Film,
        valid: Film,
        options: dict[str, Any],
        out: Path,
        plan: Plan,
        machine: Machine,
        on_step: OnStage | None,
    ) -> None:
        self.film, self.valid, self.options = film, valid, options
        self.out, self.plan, self.machine, self.on_step = out, plan, machine, on_step
        self.team = Team(machine.device)

    def run(self, pace: Pace) -> bool:
        """Go through the stages; whether all are done."""
        before = None
        for stage, effort in self.plan.stages.items():
            folder = self.out / "stages" / stage
            if not self._done(folder, effort) or self._is_untold(stage):
                if (left := pace.left) == 0.0:
                    return False
                course = self._course(stage, effort, before)
                shown = partial(self._show, stage, course)
                run = partial(WorldRun, team=self.team)
                learn(course, folder, minutes=left, on_step=shown, run_type=run)
                self.team.any(False, self.machine.device)  # nobody reads before it is written
                self._publish(stage, course)
            if not self._done(folder, effort):
                return False
            before = before if stage == "tokenizer" else folder / MODEL
        return True

    def _is_untold(self, stage: str) -> bool:
        """Whether nobody was told of a stage, as after a kill at its very end."""
        return stage in ("tokenizer", *DREAMS) and stage not in facts_of(self.out)

    def _done(self, folder: Path, effort: Effort) -> bool:
        path = folder / MODEL
        return path.exists() and int(read_arrays(path)[0].get("step", 0)) >= effort.steps

    def _course(self, stage: str, effort: Effort, before: Path | None) -> Course:
        plan = self.plan
        if stage == "tokenizer":
            return TokenizerCourse(plan.config, effort, self.film, plan.seed, self.machine)
        frames = plan.frames
        if stage == "rollout":
            frames = min(LONGER * frames, max(reel.length for reel in self.film.reels))
        return DynamicsCourse(
            stage, plan.config, effort, frames, self.film, self._tokenizer(), plan.seed,
            self.machine, before,
        )  # fmt: skip

    def _tokenizer(self) -> Tokenizer:
        tokenizer = make_tokenizer(self.plan.config)
        if "tokenizer" in self.plan.stages:
            path = self.out / "stages" / "tokenizer" / MODEL
            take_weights(path, tokenizer, read_arrays(path)[1])
        return tokenizer.to(self.machine.device).eval()

    def _show(self, stage: str, course: Course, figures: Mapping[str, float]) -> None:
        """Tell how a step went, and make a strip now and then."""
        if self.on_step is not None:
            self.on_step(stage, course.schedule, figures)
        step = int(figures["step"])
        if self.team.rank == 0 and step % max(1, course.schedule.steps // PICTURES) == 0:
            self._picture(stage, course, step)

    def _picture(self, stage: str, course: Course, step: int) -> None:
        path = self.out / "strips" / f"{stage}_{step:06}.png"
        if isinstance(course, TokenizerCourse):
            assert isinstance(course.shadow, Tokenizer)
            save_png(path, reconstructions(course.shadow, self.valid.pictures(1, range(8))))
        elif stage in DREAMS:
            longest = max(reel.length for reel in self.valid.reels)
            frames = min(SHOWN + 32, longest)
            clip = self._held_out(1, [0], frames)
            shown = rollout(self._model(stage, course), clip, min(SHOWN, frames - 1))
            save_png(path, strip(shown))
            with Video(path.with_suffix(".mp4"), frames_per_second=FRAMES_PER_SECOND) as video:
                for picture in moving(shown):
                    video.add(picture)

    def _model(self, stage: str, course: Course) -> WorldModel:
        assert isinstance(course, DynamicsCourse)
        assert isinstance(course.shadow, MultiplayerTransformer)
        sampler = "renoise" if stage == "distill" else self.plan.config.sampler
        transformer = MultiplayerTransformer(replace(self.plan.config, sampler=sampler))
        transformer.load_state_dict(course.shadow.state_dict())
        return WorldModel(course.tokenizer, transformer.to(self.machine.device))

    def _publish(self, stage: str, course: Course) -> None:
        """Say how good a stage is by now; write a checkpoint if it can dream."""
        if self.team.rank:
            return
        path = self.out / "scores.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if isinstance(course, TokenizerCourse):
            assert isinstance(course.shadow, Tokenizer)
            known[stage] = {"psnr": round(brought_back(course.shadow, self.valid), 3)}
        elif stage in DREAMS:
            model = self._model(stage, course)
            longest = max(reel.length for reel in self.valid.reels)
            frames = min(SHOWN + DREAMT, longest)
            clips = self._held_out(2, range(SCORED), frames)
            known[stage] = scores(model, clips, min(SHOWN, frames - 1))
            self._save(stage, model)
        write_whole(path, json.dumps(known, indent=1).encode())
        draw_stages(self.out, self.out / "curves.png")

    def _held_out(self, seed: int, numbers: Sequence[int], frames: int) -> Clip:
        config = self.plan.config
        return self.valid.batch(
            seed, numbers, frames=frames, players=config.players, pool=config.pool
        )

    def _save(self, stage: str, model: WorldModel) -> None:
        assert isinstance(model.tokenizer, Tokenizer)
        steps = {name: each.steps for name, each in self.plan.stages.items()}
        so_far = [*steps][: [*steps].index(stage) + 1]
        facts = {
            "data": self.film.name, "frames": self.film.frames, "preset": self.plan.preset,
            "seed": self.plan.seed, "stages": {name: steps[name] for name in so_far},
        }  # fmt: skip
        save_world_model(
            self.out,
            Checkpoint(
                model.config, self.options, model.tokenizer, model.transformer,
                starts_of(self.film, self.plan.config.players), facts,
            ),
            half=self.machine.bf16,
        )  # fmt: skip


def starts_of(film: Film, players: int, count: int = STARTS) -> list[Start]:
    """Clips of a film for dreams to begin with, spread over its episodes.

    Args:
        film: What was watched.
        players: How many views of each.
        count: How many.
    """
    rng = np.random.default_rng(0)
    starts = []
    for k in range(count):
        reel = film.reels[k * len(film.reels) // count]
        frames = min(FRAMES, reel.length)
        first = int(rng.integers(reel.length - frames + 1))
        who = np.arange(min(players, reel.players))
        clip = cut(reel, first, frames, who, len(who), who)
        if clip.there[-1].any():
            starts.append(Start(clip.frames, clip.controls, clip.there))
    return starts


def best_machine(
    device: str = "auto", bf16: bool | None = None, compiled: str | None = None
) -> Machine:
    """The machine that is asked for.

    Args:
        device: As torch names it; "auto" = a GPU if there is one; under `torchrun` each process
            has its own of them.
        bf16: Whether products are made in bfloat16; None = on a GPU they are.
        compiled: The backend that compiles the network; None = none.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return Machine(device, device != "cpu" if bf16 is None else bf16, compiled)


def facts_of(out: Path) -> dict[str, Any]:
    """The figures of a folder's stages, by name."""
    path = out / "scores.json"
    facts: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return facts
