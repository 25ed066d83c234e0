"""Let a model learn to dream the game: what all players would see next, whatever they do.

It watches a dataset, or makes one where it learns (--data generate), and goes through stages:
tokenizer (frames to latents and back), causal (how views go on), distill (in few steps) or, where
it dreams in one step, rollout (after its own frames); Solaris's single and bidirectional may stand
before causal.  Everything follows from the seed.  Ctrl-C and kill lose little; the same command
goes on.

DIR gets a checkpoint that mpgenie.dream_env takes, strips/ to look at on the way, scores.json, and
stages/ with the curves of each.  Under torchrun several processes share each batch (--parts).
Defaults stand in brackets.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar
from .generate import words
from .train_ppo import setting

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset
    from mpgenie.world_models.plan import Plan

EXAMPLES = """\
examples:
  mpgenie train world-model --preset debug --data generate
  mpgenie train world-model --preset small --data data --valid held_out --minutes 8
  mpgenie train world-model --preset cpu --data data --stages tokenizer,causal --share 0.1
  mpgenie train world-model --data data --set layout=frame_concat --out out/frame_concat
  torchrun --nproc-per-node 2 -m mpgenie train world-model --data data --parts 2
"""
GENERATE = "generate"
HELD_OUT = 16
"""For so many episodes that are made one is, on another planet, that nobody learns from."""


def add_parser(algorithms: Any) -> None:
    """Add `world-model` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "world-model",
        help="a model learns to dream the game",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--data", required=True, metavar="DIR", help="a dataset, or `generate`: make one in OUT")
    add("--valid", type=Path, metavar="DIR", help="a dataset of other planets for its figures")
    add("--out", type=Path, default=Path("out/world_model"), metavar="DIR",
        help="new or to go on with (%(default)s)")  # fmt: skip
    add("--preset", default="small", metavar="NAME", help="debug, cpu, small or base (%(default)s)")
    add("--stages", type=words, metavar="A,B",
        help="in order (tokenizer,causal,distill; rollout for distill if steps=1)")  # fmt: skip
    add("--share", type=float, default=1.0, metavar="X", help="of the preset's steps (1)")
    add("--minutes", type=float, metavar="M", help="stop after so long; the same command goes on")
    add("--episodes", type=int, metavar="N",
        help="how many are used, evenly spread (all), or made with `generate`")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (0)")
    add("--device", default="auto", metavar="NAME", help="as torch names it (a GPU if there is)")
    add("--parts", type=int, default=1, metavar="N", help="a batch is made in so many parts (1)")
    other = "any setting of world_models/config.py, such as layout, identity or injection"
    add("--set", type=setting, action="append", default=[], metavar="NAME=VALUE", help=other)
    add("--exact", action="store_true", help="no bfloat16, as without a GPU")
    add("--compile", action="store_true", help="compile the network: a few minutes at first")
    add("--threads", type=int, metavar="N", help="of networks (as torch finds best)")


def run(options: argparse.Namespace) -> int:
    """Learn, then say what came of it."""
    for name in ("minutes", "share", "episodes", "parts", "threads"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise ConfigError(f"--{name} must be more than 0, got {value:g}")
    import torch

    from mpgenie.agents.training.stopping import Pace
    from mpgenie.world_models.learning import best_machine, facts_of, train_world_model
    from mpgenie.world_models.plan import Plan
    from mpgenie.world_models.training import Team

    pace = Pace(options.minutes)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    plan = Plan.of(
        options.preset, stages=options.stages, seed=options.seed, share=options.share,
        parts=options.parts, **dict(options.set),
    )  # fmt: skip
    machine = best_machine(
        options.device, False if options.exact else None, "inductor" if options.compile else None
    )
    team = Team(machine.device)
    if team.rank:  # the first makes what has to be made
        team.any(False, machine.device)
    data, valid = data_of(options, plan)
    if not team.rank:
        team.any(False, machine.device)

    def on_step(stage: str, effort: Any, figures: Mapping[str, float]) -> None:
        made, loss = int(figures["step"]), f"{figures['loss']:.4f}"
        bar.show(stage, made, effort.steps, loss=loss)

    with Bar() as bar:
        done = train_world_model(
            data, options.out, plan, valid=valid, minutes=pace.left, machine=machine,
            on_step=on_step,
        )  # fmt: skip
    for stage, figures in facts_of(options.out).items():
        print(told(stage, figures))
    if not done:
        print(f"time is up: the same command goes on in {options.out}")
    return 0


def data_of(options: argparse.Namespace, plan: "Plan") -> "tuple[Dataset, Dataset | None]":
    """What is watched and what is held out: as named, or made in the folder of the run."""
    import mpgenie

    valid = None if options.valid is None else mpgenie.open_dataset(options.valid)
    if options.data != GENERATE:
        return mpgenie.open_dataset(options.data).spread(options.episodes), valid

    def made(name: str, episodes: int, seed: int) -> "Dataset":
        return mpgenie.generate(
            options.out / name, episodes=episodes, players=plan.config.players, seed=seed,
            resolution=plan.config.resolution, video="frames",
        )  # fmt: skip

    episodes = options.episodes or plan.episodes
    if valid is None:
        valid = made("held_out", max(2, episodes // HELD_OUT), options.seed + 1)
    return made("data", episodes, options.seed), valid


def told(stage: str, figures: Mapping[str, Any]) -> str:
    """What a stage came to, in a line or a few."""
    if "psnr" in figures:
        return f"{stage:10} frames come back with {figures['psnr']:.1f} dB"
    rows = [f"{stage:10} PSNR in dB after 1 and {len(figures['dream'])} steps"]
    for name, each in figures.items():
        rows.append(f"  {name.replace('_', ' '):12} {each[0]:6.2f} {each[-1]:6.2f}")
    return "\n".join(rows)
