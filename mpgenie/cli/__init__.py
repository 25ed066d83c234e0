"""The command line: one small file per command, imported when it runs."""

import argparse
from collections.abc import Sequence

from mpgenie import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="mpgenie", description=__doc__)
    parser.add_argument("--version", action="version", version=f"mpgenie {__version__}")
    parser.parse_args(arguments)
    parser.print_help()
    return 0
