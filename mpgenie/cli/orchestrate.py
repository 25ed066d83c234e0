"""Make a dataset in rounds: each steers towards what players seldom did before.

Scenarios are drawn from a template, docs/templates.md says how; episodes lie in cells of behaviour,
and strata of the template that fill thin cells get more of the next round.  Everything follows from
template and seed.  Ctrl-C loses no finished episode; the same command again goes on.
Defaults stand in brackets.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .generate import RECORDING, add_recording_options, sigterm_as_ctrl_c

if TYPE_CHECKING:
    from mpgenie.datasets.coverage import Coverage

EXAMPLES = """\
examples:
  mpgenie orchestrate --out data --template scenarios.toml --rounds 8 --episodes-per-round 64
  mpgenie generate --out plain --template scenarios.toml --episodes 512
  mpgenie orchestrate --out data --template scenarios.toml --rounds 8 --episodes-per-round 64 \\
      --against plain               what steering was good for
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie orchestrate`."""
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="the folder, new or to go on with")
    add(
        "--template", type=Path, required=True, metavar="FILE", help="what scenarios are drawn from"
    )
    add("--rounds", type=int, required=True, metavar="R", help="how many there shall be")
    add("--episodes-per-round", type=int, default=64, metavar="N", help="(%(default)s)")
    against = "a dataset to compare coverage with, as many episodes of it"
    add("--against", type=Path, metavar="DATASET", help=against)
    add_recording_options(parser)


def run(options: argparse.Namespace) -> int:
    """Make the dataset, then print how coverage grew."""
    import mpgenie
    from mpgenie.datasets.coverage import cells_of, coverage
    from mpgenie.generation.orchestrate import read_rounds
    from mpgenie.generation.template import Template

    cells = Template.read(options.template).cells
    names = ("template", "rounds", "episodes_per_round", *RECORDING)
    with sigterm_as_ctrl_c():
        mpgenie.orchestrate(options.out, **{name: getattr(options, name) for name in names})
    lines = read_rounds(options.out)
    print(f"{'round':<10}{'episodes':>9}{'cells':>7}{'new':>6}{'thin':>6}{'entropy':>9}")
    for line in lines:
        figures = f"{line['episodes']:>9}{line['filled']:>7}{line['new']:>6}{line['thin']:>6}"
        print(f"{line['round']:<10}{figures}{line['entropy']:>9.2f}")
    if options.against is not None:
        other = mpgenie.open_dataset(options.against).where(
            lambda e: e.unit < lines[-1]["episodes"]
        )
        print(_against(str(options.against), coverage(cells, cells_of(other, cells))))
    print(f"of {cells.count} cells; {options.out / 'rounds.jsonl'} says which are thin")
    return 0


def _against(name: str, other: "Coverage") -> str:
    figures = f"{other.episodes:>9}{other.filled:>7}{'':>6}{len(other.thin):>6}"
    return f"{name[:10]:<10}{figures}{other.entropy:>9.2f}"
