"""Write one page about a dataset: pictures, habits, places, and what the checks found.

The page is a single file that needs no network.
"""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset report data --out report.html
"""


def add_parser(commands: Any) -> None:
    """Add `report` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "report",
        help="write a page that shows what is in it",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("--out", type=Path, default=Path("report.html"), metavar="FILE", help="(%(default)s)")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the page, and say where it is."""
    from mpgenie.datasets.reading import open_dataset
    from mpgenie.datasets.report import write_report

    out = write_report(open_dataset(options.dataset), options.out)
    print(f"{out} is written, {out.stat().st_size / 2**20:.1f} MiB")
    return 0
