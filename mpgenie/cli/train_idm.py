"""Let a model learn to tell, from frames before and after, what players did (inverse dynamics).

Everything follows from the seed.  Ctrl-C saves; the same command goes on as if nothing had been.
The folder gets model.npz and progress.csv; with --valid also scores.json, and a table is printed.
Defaults stand in brackets.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar

if TYPE_CHECKING:
    from mpgenie.agents.vpt.idm import IdmConfig

EXAMPLES = """\
examples:
  mpgenie generate --out data --episodes 24 --players 4
  mpgenie generate --out held_out --episodes 6 --players 4 --seed 1 --split eval
  mpgenie train idm --data data --labelled 30 --valid held_out
  mpgenie train idm --data data --players 4 --out out/idm_together
"""
SHOWN = {
    "camera_r2": "camera R2",
    "camera_mae": "camera error, degrees",
    "macro_f1": "buttons, mean F1",
    "macro_average_precision": "buttons, mean AP",
    "event_f1_0": "presses and releases, F1",
    "event_f1_1": "  one tick off allowed",
    "joint_exact": "all buttons right",
    "key_accuracy": "single buttons right",
}


def add_parser(algorithms: Any) -> None:
    """Add `idm` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "idm",
        help="a model learns to tell what players did",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="a dataset with 64 x 64 frames")
    add("--valid", type=Path, metavar="DIR", help="a dataset of other planets to be scored on")
    add("--out", type=Path, default=Path("out/idm"), metavar="DIR",
        help="new or to go on with (%(default)s)")  # fmt: skip
    add("--size", default="small", metavar="NAME", help="tiny, small or base (%(default)s)")
    add("--players", type=int, default=1, metavar="N", help="views looked at together (1)")
    add("--steps", type=int, metavar="N", help="gradient steps (4500)")
    add("--minutes", type=float, metavar="M", help="stop after so long; the same command goes on")
    add("--labelled", type=float, metavar="M", help="learn from so many player-minutes (all)")
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (0)")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Learn, then say how well."""
    for name in ("minutes", "labelled"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise ConfigError(f"--{name} must be more than 0, got {value:g}")
    import mpgenie
    from mpgenie.agents.vpt.idm import train_idm

    config = chosen(options)
    data = mpgenie.open_dataset(options.data)
    held_out = None if options.valid is None else mpgenie.open_dataset(options.valid)
    with Bar() as bar:
        model = train_idm(
            data, options.out, config, minutes=options.minutes, labelled=options.labelled,
            device=options.device, on_step=bar.learning(config.schedule.steps),
        )  # fmt: skip
    if held_out is not None:
        from mpgenie.agents.vpt.idm import score_idm

        scored = score_idm(model, held_out, device=options.device)
        (options.out / "scores.json").write_text(json.dumps(scored, indent=1))
        print(table(scored, SHOWN))
    print(
        f"model     {model}\nlabel by  mpgenie label DATASET --model {options.out}\n"
        f"report by mpgenie evaluate {options.out} --data DATASET"
    )
    return 0


def chosen(options: argparse.Namespace) -> "IdmConfig":
    """The config that was asked for."""
    from mpgenie.agents.learning import Schedule
    from mpgenie.agents.vpt.idm import IdmConfig

    schedule = IdmConfig().schedule if options.steps is None else Schedule(steps=options.steps)
    return IdmConfig.of(options.size, players=options.players, schedule=schedule, seed=options.seed)


def table(scored: Mapping[str, Mapping[str, Any]], shown: Mapping[str, str]) -> str:
    """A row for each figure, a column for the model and each rule that looks at no picture.

    Args:
        scored: Figures by name, of each.
        shown: Those to show, and what they are called.
    """
    width = max(len(label) for label in shown.values())
    rows = [" " * width + "".join(f"{name.replace('_', ' '):>15}" for name in scored)]
    for name, label in shown.items():
        rows.append(f"{label:{width}}" + "".join(f"{each[name]:15.3f}" for each in scored.values()))
    return "\n".join(rows)
