"""Clone players: learn to do in a game what players of a dataset did (behavioural cloning).

Everything follows from the seed.  Ctrl-C saves; the same command goes on as if nothing had been.
The folder gets model.npz and progress.csv; with --valid also scores.json, and a table is printed.
Defaults stand in brackets.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .bars import Bar
from .train_idm import table

if TYPE_CHECKING:
    from mpgenie.agents.vpt.cloning import CloneConfig

EXAMPLES = """\
examples:
  mpgenie record gather --out data --episodes 20
  mpgenie train bc --data data --valid held_out
  mpgenie train bc --data data --labels idm --observe state --out out/bc_state
  mpgenie watch out/bc
"""
SHOWN = {
    "nll": "surprise, nats a tick",
    "class_nll": "  of the buttons",
    "camera_nll": "  of the camera",
    "class_accuracy": "likeliest buttons right",
    "active_accuracy": "  where something is done",
    "camera_accuracy": "likeliest turn right",
}


def add_parser(algorithms: Any) -> None:
    """Add `bc` to the algorithms of `mpgenie train`."""
    parser = algorithms.add_parser(
        "bc",
        help="players are cloned from a dataset",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    add = parser.add_argument
    add("--data", type=Path, required=True, nargs="+", metavar="DIR", help="datasets to clone")
    add("--labels", metavar="NAME", help="learn from labels of this name, not from true actions")
    add("--labelled", type=float, metavar="M", help="learn from so many player-minutes (all)")
    add("--valid", type=Path, metavar="DIR", help="a dataset of other planets to be scored on")
    add("--out", type=Path, default=Path("out/bc"), metavar="DIR",
        help="new or to go on with (%(default)s)")  # fmt: skip
    add("--size", default="small", metavar="NAME", help="tiny, small or base (%(default)s)")
    add("--observe", choices=("rgb", "state"), default="rgb",
        help="frames, or state observations by replay (%(default)s)")  # fmt: skip
    add("--tau", type=int, metavar="T", help="ticks between runs of the slow core, 0 = none (10)")
    add("--steps", type=int, metavar="N", help="gradient steps (1500)")
    add("--minutes", type=float, metavar="M", help="stop after so long; the same command goes on")
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (0)")
    add("--device", default="cpu", metavar="NAME", help="as torch names it (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Learn, then say how well."""
    for name in ("minutes", "labelled"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise ConfigError(f"--{name} must be more than 0, got {value:g}")
    import mpgenie
    from mpgenie.agents.vpt.cloning import train_clone

    config = chosen(options)
    data = [mpgenie.open_dataset(path) for path in options.data]
    held_out = None if options.valid is None else mpgenie.open_dataset(options.valid)
    with Bar() as bar:
        model = train_clone(
            data, options.out, config, labels=options.labels, minutes=options.minutes,
            labelled=options.labelled, device=options.device,
            on_step=bar.learning(config.schedule.steps),
        )  # fmt: skip
    if held_out is not None:
        from mpgenie.agents.vpt.clone_scores import score_clone

        scored = score_clone(model, held_out, device=options.device)
        (options.out / "scores.json").write_text(json.dumps(scored, indent=1))
        print(table(scored, SHOWN))
    print(f"clone     {model}\nwatch by  mpgenie watch {options.out}")
    return 0


def chosen(options: argparse.Namespace) -> "CloneConfig":
    """The config that was asked for."""
    from mpgenie.agents.learning import Schedule
    from mpgenie.agents.vpt.cloning import CloneConfig

    network: dict[str, Any] = {"observe": options.observe}
    if options.tau is not None:
        network["tau"] = options.tau
    fields: dict[str, Any] = {"seed": options.seed}
    if options.steps is not None:
        fields["schedule"] = Schedule(steps=options.steps)
    return CloneConfig.of(options.size, network=network, **fields)
