"""Say what a dataset holds: episodes by type and outcome, frames, planets, pictures, bytes."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset info data
"""


def add_parser(commands: Any) -> None:
    """Add `info` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "info",
        help="what it holds",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="its folder")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Read the manifests, and print a summary."""
    from mpgenie.datasets.reading import open_dataset

    dataset = open_dataset(options.dataset)
    entries = dataset.episodes
    frames = sum((entry.length + 1) * entry.players for entry in entries)
    counts = {
        name: Counter(str(getattr(entry, name)) for entry in entries)
        for name in ("split", "players", "outcome")
    }
    streams = Counter(name for entry in entries for name in entry.streams)
    print(f"episodes    {len(entries):,}")
    print(f"frames      {frames:,} of all players, {frames / 20 / 3600:.1f} hours at 20 a second")
    print(f"planets     {len({entry.planet_seed for entry in entries}):,}")
    print(f"bytes       {sum(entry.bytes for entry in entries):,}")
    for name, count in counts.items():
        print(f"{name:12}{_listed(count)}")
    print(f"streams     {_listed(streams) or 'none: pictures are made on demand'}")
    for kind in sorted({entry.type for entry in entries}):
        mine = [entry for entry in entries if entry.type == kind]
        won = sum(entry.outcome == "success" for entry in mine)
        ticks = sum(entry.length for entry in mine) / len(mine)
        print(f"  {kind:24}{len(mine):7,} episodes  {100 * won / len(mine):5.1f} % success"
              f"  {ticks:7.0f} ticks on average")  # fmt: skip
    return 0


def _listed(count: Counter[str]) -> str:
    return ", ".join(f"{name}: {number:,}" for name, number in sorted(count.items()))
