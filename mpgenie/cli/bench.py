"""Measure speed and memory on this machine, beside the budgets.

Figures are per CPU-second: what one core does, however many there are.  Other packages are
measured in the same run where they are installed.
"""

import argparse
from pathlib import Path

EXAMPLES = """\
examples:
  mpgenie bench --quick             the main figures in about a minute
  mpgenie bench --only views        one kind: views, env_steps, simulation, ...
  mpgenie bench --core 1            everything, on one core of your choice
"""

MODULES = ("views", "env_steps", "simulation", "resets", "memory", "imports", "peers")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie bench`."""
    add = parser.add_argument
    add("--quick", action="store_true", help="short windows, no cold start, no peers")
    add("--only", choices=MODULES, nargs="+", default=None, help="measure these kinds alone")
    add("--core", type=int, metavar="N", help="stay on this core")
    add("--json", type=Path, metavar="FILE", help="write the figures there too")
    add("--peers-python", metavar="PATH", help="a Python that has VizDoom and Miniworld")


def run(options: argparse.Namespace) -> int:
    """Measure and print the table."""
    from mpgenie.benchmarks.run import measure_all

    measure_all(
        kinds=options.only or MODULES,
        quick=options.quick,
        core=options.core,
        json_path=options.json,
        peers_python=options.peers_python,
    )
    return 0
