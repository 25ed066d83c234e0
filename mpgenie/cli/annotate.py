"""Work out what happened in every episode, and write it beside the dataset.

Intents, activities, interactions, formations, cooperation, key moments, how sure policies are, and
captions; all from what is stored, by rules, so that they are exact.  Sealed episodes stay as they
are.
"""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset annotate data
"""


def add_parser(commands: Any) -> None:
    """Add `annotate` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "annotate",
        help="work out what happened in every episode",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="its folder")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Annotate, and print how often each label occurs."""
    from collections import Counter

    from mpgenie.datasets.annotation import annotate, read_annotations

    total = annotate(options.dataset)
    table = read_annotations(options.dataset)
    labels = zip(table["kind"].to_pylist(), table["label"].to_pylist(), strict=True)
    for (kind, label), count in sorted(Counter(labels).items()):
        print(f"{kind:<14}{label:<28}{count:>8}")
    print(f"{total} annotations")
    return 0
