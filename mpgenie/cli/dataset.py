"""Look into a dataset, check it, or hand it on."""

import argparse

from . import annotate, check, compare, export, info, query, report, verify, view

EXAMPLES = """\
examples:
  mpgenie dataset info data
  mpgenie dataset verify data --deep --replay 0.1
  mpgenie dataset check data
  mpgenie dataset report data --out report.html
  mpgenie dataset query data "SELECT type, count(*) FROM episodes GROUP BY type"
  mpgenie dataset view data 17 --camera third --out seventeen.mp4
  mpgenie dataset compare data other
  mpgenie dataset annotate data
  mpgenie dataset export data --format minari --out data-minari

`mpgenie dataset COMMAND --help` says more about each.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the commands of `mpgenie dataset`."""
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="action", required=True
    )
    for command in (info, verify, check, query, view, annotate, report, compare, export):
        command.add_parser(commands)


def run(options: argparse.Namespace) -> int:
    """Never called: each command of `mpgenie dataset` has a `run` of its own."""
    raise AssertionError(options.action)
