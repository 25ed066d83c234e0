"""Look into a dataset, check it, or hand it on."""

import argparse

from . import annotate, check, compare, export, report

EXAMPLES = """\
examples:
  mpgenie dataset check data
  mpgenie dataset report data --out report.html
  mpgenie dataset export data --format minari --out data-minari

`mpgenie dataset COMMAND --help` says more about each.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the commands of `mpgenie dataset`."""
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="action", required=True
    )
    annotate.add_parser(commands)
    check.add_parser(commands)
    compare.add_parser(commands)
    export.add_parser(commands)
    report.add_parser(commands)


def run(options: argparse.Namespace) -> int:
    """Never called: each command of `mpgenie dataset` has a `run` of its own."""
    raise AssertionError(options.action)
