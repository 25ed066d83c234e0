"""Write a dataset in a format that other tools read; docs/exports.md shows how to read each."""

import argparse
import json
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset export data --format hdf5 --out data.h5
  mpgenie dataset export data --format minari --out minari --option joint=true
  mpgenie dataset export data --format vpt --out vpt --stream ego_640x360

Killed half way?  Run the same again: nothing appears under --out before it is whole.
"""


def add_parser(commands: Any) -> None:
    """Add `export` to the commands of `mpgenie dataset`."""
    from mpgenie.datasets.exports.formats import FORMATS, SPLITS

    parser = commands.add_parser(
        "export",
        help="write it in a format that other tools read",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    kinds = f"one of {', '.join(FORMATS)}"
    add("--format", required=True, choices=FORMATS, metavar="FORMAT", help=kinds)
    add("--out", required=True, type=Path, metavar="PATH", help="the file or folder to make")
    add("--stream", metavar="NAME", help="which pictures; default: the first through the eyes")
    add("--split", choices=SPLITS, default="train", help="which episodes (default: %(default)s)")
    add("--overwrite", action="store_true", help="replace what is there, once the new one is whole")
    add("--quiet", action="store_true", help="show no progress")
    add(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the format, such as joint=true; may be given several times",
    )
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Export, and say where it is."""
    from mpgenie.datasets.exports.export import export

    out = export(
        options.dataset,
        options.format,
        options.out,
        stream=options.stream,
        split=options.split,
        overwrite=options.overwrite,
        progress=not options.quiet,
        **dict(_option(text) for text in options.option),
    )
    print(f"{out} is written")
    return 0


def _option(text: str) -> tuple[str, Any]:
    """NAME=VALUE; a value that is JSON is read as such, anything else is text."""
    name, _, value = text.partition("=")
    try:
        return name.replace("-", "_"), json.loads(value)
    except ValueError:
        return name.replace("-", "_"), value
