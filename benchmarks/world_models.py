"""What each part of a world model is worth: variants of it, learnt and judged alike.

python -m mpgenie.benchmarks.world_models --data data --valid held_out --out out/table
python -m mpgenie.benchmarks.world_models --data data --valid held_out --out out/table \
    --share 0.3 --seeds 1 --only ours frame_concat independent

All variants see the same clips in the same order, for the same number of steps; what a step costs
is in the table.  Every run is a folder in OUT; what is done is not done again, and a run that was
stopped goes on.  After each seed OUT/table.md, table.json and horizon.png tell of all so far.

Only the stage `causal` is learnt (and, before it, the tokenizer of presets that have one).  Ours
begins there from nothing, so Solaris's question, what it costs to leave the single-player stage
out, is asked the other way round: `pretrained` spends half of its steps on single views.
`no gates`, `no moves` and `no residual` are for presets of patches.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import mpgenie
from mpgenie.agents.training.stopping import Pace
from mpgenie.benchmarks.world_models_table import told, write_table
from mpgenie.checks import check_same
from mpgenie.world_models.checkpoint import load_world_model
from mpgenie.world_models.clips import Clip, Film, name_of
from mpgenie.world_models.config import PRESETS
from mpgenie.world_models.dynamics_course import DEPTH, EARLY
from mpgenie.world_models.flops import pass_flops, step_flops
from mpgenie.world_models.judging import held_out_clips, judged
from mpgenie.world_models.learning import train_world_model
from mpgenie.world_models.plan import Plan
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.training import Effort, Machine

SHOWN = 4
"""Frames that a dream is shown."""
TOLD = 10
"""How often a run says how it goes."""


@dataclass(frozen=True)
class Variant:
    """One way to make a world model."""

    what: str
    config: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `WorldModelConfig` that differ from ours."""
    single: bool = False
    """Whether half of the steps go to single views."""


_MACM = {"identity": "aie", "injection": "macm"}
VARIANTS = {
    "ours": Variant("joint attention, simplex identities, own action added to own tokens"),
    "independent": Variant("each view is a world of its own", {"layout": "independent"}),
    "frame_concat": Variant(
        "views as channels of one picture (Multiverse)", {"layout": "frame_concat"}
    ),
    "concat_view": Variant("views side by side in one picture", {"layout": "concat_view"}),
    "slot_embed": Variant("a learnt vector for each slot (Solaris)", {"identity": "learned"}),
    "compose": Variant("a pass for each player's action (COMBO)", {"compose": True}),
    "pretrained": Variant("the first half of the steps on single views", single=True),
    "macm": Variant("tokens attend to all actions (MultiWorld: MACM, AIE, base 20)", _MACM),
    "macm, base 10000": Variant("the same, AIE of base 10,000", {**_MACM, "aie_base": 10_000.0}),
    "macm, no adaptive weights": Variant(
        "the same, without adaptive weights", {**_MACM, "adaptive": False}
    ),
    "macm, simplex": Variant(
        "tokens attend to all actions, simplex identities", {"injection": "macm"}
    ),
    "aie": Variant("ours with the identities of AIE", {"identity": "aie"}),
    "no gates": Variant("does not tell how much of each is to count", {"gates": False}),
    "no moves": Variant(
        "tells changes of the frame before, not where it moved", {"moves": False, "gates": False}
    ),
    "no residual": Variant(
        "tells the frame itself, with no look at its own frame before",
        {"moves": False, "gates": False, "predicts": "x0"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A variant and a seed."""

    name: str
    seed: int
    plan: Plan

    @property
    def folder(self) -> str:
        """Of the run."""
        return f"{self.name.replace(', ', '_').replace(' ', '_')}_{self.seed}"

    @property
    def facts(self) -> dict[str, Any]:
        """How it is made, and what it takes to learn and to dream in floating-point operations."""
        config, frames = self.plan.config, self.plan.frames
        efforts = {name: each for name, each in self.plan.stages.items() if name != "tokenizer"}
        learning = 0
        for stage, effort in efforts.items():
            players = 1 if stage == "single" else config.players
            passes = 3.0  # there, and back for inputs and for weights
            if stage == "causal" and config.predicts == "change":
                passes += (1.0 - EARLY) * DEPTH / 2.0  # frames before that it dreams itself
            once = pass_flops(config, players, frames, frames)
            learning += round(passes * effort.steps * effort.rows * once)
        return {
            "name": self.name,
            "what": VARIANTS[self.name].what,
            "steps": sum(effort.steps for effort in efforts.values()),
            "clips": sum(effort.steps * effort.rows for effort in efforts.values()),
            "step_flops": step_flops(config, config.players),
            "learning_flops": learning,
        }


def plan_of(variant: Variant, preset: str, seed: int, share: float) -> Plan:
    """How a variant is learnt: in as many steps as every other."""
    plan = Plan.of(preset, stages=("tokenizer", "causal"), seed=seed, share=share, **variant.config)
    if not variant.single:
        return plan
    whole = plan.stages["causal"]
    half = replace(whole, steps=max(1, whole.steps // 2))
    rest = replace(whole, steps=max(1, whole.steps - half.steps))
    before = {stage: effort for stage, effort in plan.stages.items() if stage == "tokenizer"}
    return replace(plan, stages={**before, "single": half, "causal": rest})


class Bench:
    """Learns and judges jobs on the same data.

    Args:
        options: As `main` takes them.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.pace = options, Pace(options.minutes)
        self.size = PRESETS[options.preset].resolution
        self.data = mpgenie.open_dataset(options.data).spread(options.episodes)
        self.held_out = mpgenie.open_dataset(options.valid)

    @cached_property
    def film(self) -> Film:
        """What is learnt from; read when it is needed first."""
        return Film.of(self.data, self.size)

    @cached_property
    def valid(self) -> Film:
        """What is judged by."""
        return Film.of(self.held_out, self.size)

    @cached_property
    def clips(self) -> Clip:
        """The same for everybody."""
        return held_out_clips(
            self.valid, self.options.judged, frames=SHOWN + self.options.horizon,
            players=PRESETS[self.options.preset].players,
        )  # fmt: skip

    @property
    def shared(self) -> int:
        """Planets that are both learnt from and judged by."""
        learnt, held_out = (
            {entry.planet_seed for entry in dataset.episodes}
            for dataset in (self.data, self.held_out)
        )
        return len(learnt & held_out)

    def score(self, job: Job) -> dict[str, Any] | None:
        """What a job came to; learnt and judged if that is not done yet, None if time is up."""
        folder = self.options.out / job.folder
        done, about = folder / "judged.json", self._about(job)
        if done.exists():
            held: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
            check_same(folder, "run", held, about)
            return held
        if self.pace.is_up or not self._learn(job, folder):
            return None
        model = load_world_model(folder, self.options.device).model
        assert isinstance(model, WorldModel)
        weights = sum(weight.numel() for weight in model.transformer.parameters())
        found = {
            **about, **job.facts, "parameters": weights, **judged(model, self.clips, SHOWN)
        }  # fmt: skip
        unfinished = folder / ".judged.json"
        unfinished.write_text(json.dumps(found), encoding="utf-8")
        unfinished.replace(done)
        return found

    def _learn(self, job: Job, folder: Path) -> bool:
        """Whether it is learnt to its end."""
        minutes = self.pace.minutes

        def tell(stage: str, effort: Effort, figures: Mapping[str, float]) -> None:
            step = int(figures["step"])
            if step % max(1, effort.steps // TOLD) == 0:
                print(f"  {job.folder} {stage} {step}/{effort.steps} loss {figures['loss']:.3f}",
                      flush=True)  # fmt: skip

        return train_world_model(
            self.data, folder, job.plan, valid=self.valid, film=self.film,
            minutes=None if minutes is None else minutes - self.pace.seconds / 60.0,
            machine=Machine(self.options.device), on_step=tell,
        )  # fmt: skip

    def _about(self, job: Job) -> dict[str, Any]:
        """What figures follow from, as JSON gives it back."""
        plan, options = job.plan, self.options
        about = {
            "config": asdict(plan.config),
            "stages": {name: asdict(effort) for name, effort in plan.stages.items()},
            "seed": job.seed,
            "data": name_of(self.data),
            "judged_by": [name_of(self.held_out), options.judged, options.horizon],
        }
        plain: dict[str, Any] = json.loads(json.dumps(about))
        return plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, judge, and write the table."""
    options = _parser().parse_args(arguments)
    bench = Bench(options)
    notes = []
    if bench.shared:
        notes.append(f"{bench.shared} planets were learnt from and judged on: too good.")
    runs: list[dict[str, Any]] = []
    try:
        for seed in range(options.seeds):
            for name in options.only:
                plan = plan_of(VARIANTS[name], options.preset, seed, options.share)
                run = bench.score(Job(name, seed, plan))
                if run is None:
                    print("time is up: the same command goes on")
                    return 0
                runs.append(run)
                print(told(run), flush=True)
            print(write_table(runs, options.out, notes), flush=True)
    except KeyboardInterrupt as stopped:
        print(str(stopped) or "stopped; the same command goes on")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="a dataset to learn from")
    add("--valid", type=Path, required=True, metavar="DIR", help="a dataset of other planets")
    add("--out", type=Path, default=Path("out/world_models"), metavar="DIR", help="(%(default)s)")
    add("--preset", choices=[*PRESETS], default="debug", help="(%(default)s)")
    add("--share", type=float, default=1.0, metavar="S", help="of its usual steps (%(default)s)")
    add("--seeds", type=int, default=3, metavar="N", help="runs of each variant (%(default)s)")
    add("--only", nargs="+", choices=[*VARIANTS], default=[*VARIANTS], metavar="NAME",
        help="some of: " + "; ".join(VARIANTS))  # fmt: skip
    add("--episodes", type=int, metavar="N", help="to learn from, spread over the data (all)")
    add("--judged", type=int, default=96, metavar="N", help="clips to judge by (%(default)s)")
    add("--horizon", type=int, default=16, metavar="N", help="steps of a dream (%(default)s)")
    add("--minutes", type=float, metavar="M", help="stop after so many; the same command goes on")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
