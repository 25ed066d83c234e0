"""Say how alike the players of two datasets behave: scripts, policies, people.

Prints the distance of each habit, and how often a classifier tells the two apart.
"""

import argparse
import json
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset compare scripts people
  mpgenie dataset compare scripts policy --type chase --json alike.json
"""


def add_parser(commands: Any) -> None:
    """Add `compare` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "compare",
        help="how alike the players of two datasets behave",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="A", help="the folder of one")
    add("other", type=Path, metavar="B", help="the folder of the other")
    add("--type", action="append", metavar="NAME", help="of episodes; may be given several times")
    add("--seed", type=int, default=0, metavar="N", help="of folds and resampling (%(default)s)")
    add("--json", type=Path, metavar="FILE", help="write all figures there, too")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Compare, and print a table."""
    from mpgenie.datasets.comparing import compare, lines
    from mpgenie.datasets.reading import open_dataset

    sides = [open_dataset(path) for path in (options.dataset, options.other)]
    if options.type:
        sides = [side.where(type=options.type) for side in sides]
    found = compare(*sides, seed=options.seed)
    print("\n".join(lines(found, ("A", "B"))))
    if options.json:
        options.json.write_text(json.dumps(found.as_dict(), indent=1) + "\n")
    return 0
