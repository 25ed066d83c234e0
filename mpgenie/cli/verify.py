"""Check a dataset: every file, every count and every hash; nothing is changed.

--deep also unpacks every frame, and --replay plays a share of the episodes again and compares the
state of every tick.  Exit status 1 if anything is wrong.
"""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset verify data
  mpgenie dataset verify data --deep --replay 0.1
"""


def add_parser(commands: Any) -> None:
    """Add `verify` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "verify",
        help="whether all of it is whole",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("--deep", action="store_true", help="unpack every frame, make every hash anew")
    add("--replay", type=float, default=0.0, metavar="P", help="share to play again, 0 to 1")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Check, and print what is wrong."""
    from tqdm import tqdm

    from mpgenie.datasets.verify import verify

    with tqdm(unit="episode", leave=False, disable=None) as bar:

        def show(name: str) -> None:
            bar.set_postfix_str(name)
            bar.update()

        found = verify(options.dataset, deep=options.deep, replay=options.replay, progress=show)
    print(f"{found.episodes:,} episodes are whole, {found.frames:,} frames of all players")
    if options.replay:
        print(f"{found.replayed:,} were played again, every tick alike")
    for name, problem in sorted(found.problems.items()):
        print(f"{name}: {problem}")
    return 0 if found.whole else 1
