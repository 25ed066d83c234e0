"""Runs on disk: a folder for each seed, from which a run goes on exactly where it was stopped.

OUT/policy.npz              the best seed's players
OUT/curves.png              how all seeds went
OUT/seed_0/progress.csv     a row for each update
OUT/seed_0/policy.npz       what it has learnt
OUT/seed_0/resume.npz       all that its future follows from
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from mpgenie.checks import check_same
from mpgenie.errors import DivergedError
from mpgenie.extras import require

from .checkpoint import POLICY, RESUME, read, save_policy
from .config import PPOConfig
from .judge import Judge
from .log import PROGRESS, Figures, Log, draw_curves, read_progress
from .ppo import Learner
from .saved_run import load_run, save_run
from .stopping import Pace, asked_to_stop

require("torch", extra="agents")
import torch  # noqa: E402

JUDGED = 20
"""How often a run of a contest is measured against random players."""
PATIENCE = 6
"""Updates that may go astray in a row; by then the rate has been halved five times."""
CURVES = "curves.png"
FIGURES = (
    "decisions", "return", "ticks", "against_random", "entropy", "kl", "from_start", "gap",
    "clipped", "value_loss", "explained", "skipped", "rate", "per_second", "env_share", "seconds",
)  # fmt: skip
"""The columns of `progress.csv`, before the parts of the return."""
OnUpdate = Callable[[Figures], None]


def train(
    config: PPOConfig,
    out: Path,
    *,
    seeds: Sequence[int] = (0,),
    minutes: float | None = None,
    threads: int | None = None,
    tensorboard: bool = False,
    on_update: OnUpdate | None = None,
) -> Path:
    """Learn once from each seed, or go on with what the folder holds.

    Args:
        config: Of the runs; its seed is replaced by each of `seeds`.
        out: The folder.
        seeds: One run for each.
        minutes: When to stop a run that is not done yet; None = never.
        threads: Of each bank of worlds, and of the network; None = one for each processor.
        tensorboard: Whether to write events for it.
        on_update: Told the figures of each update.

    Returns:
        The file of the best seed's players.

    Raises:
        ConfigError: If the folder holds runs with other settings.
        DivergedError: If losses stay no numbers though the rate is lowered.
        KeyboardInterrupt: After Ctrl-C, when the run is saved; the same call goes on with it.
    """
    require("matplotlib", extra="agents")  # rather now than when there are curves to draw
    if threads is not None:
        torch.set_num_threads(threads)
    for seed in seeds:
        run = Run(replace(config, seed=seed), out / f"seed_{seed}", threads, tensorboard)
        try:
            run.go(minutes, on_update)
        finally:
            if (run.folder / POLICY).exists():
                finish(out, config.scenario)
    return out / POLICY


def finish(out: Path, scenario: str) -> None:
    """Draw the curves of all seeds in a folder, and copy the best one's players."""
    rows = {
        folder.name: found
        for folder in sorted(out.glob("seed_*"))
        if (folder / POLICY).exists() and (found := read_progress(folder / PROGRESS))
    }
    draw_curves(out / CURVES, rows, f"PPO on {scenario}")
    best = max(rows, key=lambda name: score(rows[name]))
    unfinished = out / f".{POLICY}.unfinished"
    unfinished.write_bytes((out / best / POLICY).read_bytes())
    unfinished.replace(out / POLICY)


def score(rows: Sequence[Figures]) -> float:
    """What a run came to: its last fifth's mean return, among random players if it is a contest."""
    late = [row for row in rows if row["decisions"] >= 0.8 * rows[-1]["decisions"]]
    name = "against_random" if any("against_random" in row for row in rows) else "return"
    values = [row[name] for row in late if name in row]
    return float(np.mean(values)) if values else -np.inf


class Run:
    """One seed's run in a folder.

    Args:
        config: Of the run.
        folder: New, or one that holds this run.
        threads: As of `train`.
        tensorboard: As of `train`.
    """

    def __init__(
        self,
        config: PPOConfig,
        folder: Path,
        threads: int | None = None,
        tensorboard: bool = False,
    ) -> None:
        self.config, self.folder, self.threads = config, folder, threads
        self.tensorboard = tensorboard
        self.saved = 0
        """Decisions that the run in the folder has made."""

    def go(self, minutes: float | None = None, on_update: OnUpdate | None = None) -> None:
        """Learn until all decisions are made, the time is up or somebody presses Ctrl-C."""
        config, folder = self.config, self.folder
        parts = [f"part_{name}" for name in config.env_config().rules.part_names]
        with ExitStack() as stack:
            learner = stack.enter_context(closing(self._begin()))
            columns, decisions = [*FIGURES, *parts], learner.decisions
            log = Log(folder, columns, decisions, tensorboard=self.tensorboard)
            stack.enter_context(closing(log))
            judge = None
            if config.contest:
                judge = stack.enter_context(closing(Judge(config, threads=self.threads)))
            asked = stack.enter_context(asked_to_stop())
            pace = Pace(minutes)
            while learner.decisions < config.steps and not asked():
                figures = {**learner.update(), "seconds": pace.seconds}
                if judge is not None and self._is_due(learner):
                    figures["against_random"] = judge.score(learner.policies)
                log.add(figures)
                if on_update is not None:
                    on_update(figures)
                self._check(learner)
                if pace.is_up:
                    break
                if pace.save_is_due():
                    self._save(learner)
            self._save(learner)
            if asked():
                raise KeyboardInterrupt(
                    f"stopped at {self.saved:,} of {config.steps:,} decisions and saved "
                    f"in {folder}; the same command goes on"
                )

    def _begin(self) -> Learner:
        """A new learner, or the one that the folder holds."""
        path = self.folder / RESUME
        if not path.exists():
            return Learner(self.config, self.threads)
        theirs, _, _ = read(path)
        ours, found = (json.loads(json.dumps(c.to_plain())) for c in (self.config, theirs))
        check_same(self.folder, "run", found, ours, but="steps")
        learner = load_run(path, self.threads)
        learner.config = self.config  # perhaps longer
        self.saved = learner.decisions
        return learner

    def _is_due(self, learner: Learner) -> bool:
        """Whether to measure after this update."""
        config, made = self.config, learner.lived.rewards.numel()
        share = config.steps / JUDGED
        before = (learner.decisions - made) // share
        return learner.decisions // share > before or before == 0 == learner.decisions - made

    def _check(self, learner: Learner) -> None:
        """Give up who has gone astray for too long."""
        if learner.astray < PATIENCE:
            return
        kept, rate = self.folder / RESUME, self.config.rate
        way_out = f"learn anew with a lower rate than {rate:g}"
        if kept.exists():
            way_out += f"; the last run that is whole, of {self.saved:,} decisions, lies in {kept}"
        raise DivergedError(
            f"{PATIENCE} updates in a row up to {learner.decisions:,} decisions gave losses that "
            f"are no numbers, at last at {learner.slowed:g} of the rate: {way_out}"
        )

    def _save(self, learner: Learner) -> None:
        """Save a run, but for one that goes astray where there is one from before it did."""
        if learner.astray and (self.folder / RESUME).exists():
            return
        self.saved = learner.decisions
        save_run(self.folder / RESUME, learner)
        save_policy(
            self.folder / POLICY, self.config, learner.policies, decisions=learner.decisions
        )
