"""Video pre-training from end to end: a few labels, much play without, players who learnt from it.

A model of inverse dynamics learns from a small labelled set what actions look like, says what was
done in ten times as much play, and players are cloned from that; beside them others are cloned from
true labels, and from the small set alone.  All are tried on planets that nobody learnt on.

Everything follows from the seeds.  Ctrl-C and kill lose little; the same command goes on.  The
small form takes half an hour on two cores, --tiny a minute, which shows how it goes and not how
well.  The folder gets report/report.html.  Defaults stand in brackets.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar
from .generate import sigterm_as_ctrl_c
from .train_ppo import seeds

if TYPE_CHECKING:
    from mpgenie.agents.vpt.loop import Loop

EXAMPLES = """\
examples:
  mpgenie vpt --tiny
  mpgenie vpt --seeds 0,1,2 --out out/vpt_three
  mpgenie vpt --scenario tag --with script --players 4 --out out/vpt_tag
  mpgenie vpt --labelled mine --unlabelled more --out out/vpt_mine
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie vpt`."""
    add = parser.add_argument
    add("--out", type=Path, default=Path("out/vpt"), metavar="DIR",
        help="new or to go on with (%(default)s)")  # fmt: skip
    add("--tiny", action="store_true", help="a minute's worth")
    add("--scenario", metavar="NAME", help="what is played (gather, or what datasets show)")
    who = "who is watched: script, or a trained policy's name or folder (gather_pixels in gather)"
    add("--with", dest="who", metavar="WHO", help=who)
    add("--players", type=int, metavar="N", help="of a recorded game (2)")
    add("--labelled", type=Path, metavar="DATA", help="a dataset with known actions")
    add("--unlabelled", type=Path, metavar="DATA", help="a dataset to be labelled")
    add("--seeds", type=seeds, default=(0,), metavar="A,B", help="of models, one or more (0)")
    patient = "let all models make all their steps, however slow the machine"
    add("--patient", action="store_true", help=patient)
    add("--threads", type=int, metavar="N", help="of networks (one for each processor)")


def run(options: argparse.Namespace) -> int:
    """Do the loop, then say what came of it."""
    import torch

    import mpgenie
    from mpgenie.agents.vpt.loop import Loop
    from mpgenie.agents.vpt.loop_config import LoopConfig
    from mpgenie.play.recording import record

    if options.threads is not None and options.threads < 1:
        raise ConfigError(f"--threads must be at least 1, got {options.threads}")
    torch.set_num_threads(options.threads or len(os.sched_getaffinity(0)))
    given = (options.labelled, options.unlabelled)
    if any(given) and (options.who or options.players):
        raise ConfigError("--with and --players are of recorded games: leave them, or the datasets")
    asked = {name: getattr(options, name) for name in ("scenario", "who", "players", "seeds")}
    chosen: dict[str, Any] = {name: each for name, each in asked.items() if each is not None}
    if options.patient:
        chosen |= {"idm_minutes": None, "clone_minutes": None}
    config = LoopConfig.of("tiny" if options.tiny else "small", **chosen)
    few, many = (None if path is None else mpgenie.open_dataset(path) for path in given)
    bar = Bar(bar_format="{desc:16} {percentage:3.0f}% |{bar:30}| {elapsed}<{remaining}")
    loop = Loop(
        config, options.out, record, few, many, lambda stage, share: bar.show(stage, share, 1.0)
    )
    if loop.finished:
        print(f"the loop in {options.out} is finished: nothing to do\n")
    try:
        with sigterm_as_ctrl_c(), bar:
            results = loop.run()
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_stopped(loop, bar.stage)) from stop
    print(told(results))
    return 0


def told(results: dict[str, Any]) -> str:
    """The table of the arms, what is claimed, and where the rest stands."""
    rows = [f"{'':38}{'score':>8}{'95 % interval':>18}{'lived':>8}{'metres':>8}"]
    for arm in results["arms"]:
        interval = f"{arm['low']:.2f} to {arm['high']:.2f}"
        rows.append(
            f"{arm['arm']:38}{arm['score']:8.2f}{interval:>18}{arm['survival']:8.0%}"
            f"{arm['distance']:8.1f}"
        )
    rows += ["", *(claim["line"] for claim in results["claims"])]
    if not results["claims"]:
        rows.append("nothing is paid in this game: there is no score to compare")
    rows += results["notes"]
    labels = results["idm"]
    rows += [
        f"labels: camera R2 {labels['camera_r2']['mean']:.3f}, "
        f"all buttons right {labels['joint_exact']['mean']:.3f}, "
        f"buttons, mean F1 {labels['macro_f1']['mean']:.3f}",
        f"report    {results['page']}",
    ]
    return "\n".join(rows)


def _stopped(loop: "Loop", stage: str | None) -> str:
    stages: Sequence[str] = [each.name for each in loop.stages()]
    done = sum(loop.mark(name).exists() for name in stages)
    where = f" in {stage}" if stage else ""
    return (
        f"stopped{where}, with {done} of {len(stages)} stages done; the same command goes on "
        f"with {loop.out}"
    )
