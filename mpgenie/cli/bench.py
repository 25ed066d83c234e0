"""Measure speed and memory on this machine, beside the budgets.

Figures are per CPU-second: what one core does, however many there are.  Other packages are
measured in the same run where they are installed.
"""

import argparse
import os
from pathlib import Path

from mpgenie.errors import ConfigError

EXAMPLES = """\
examples:
  mpgenie bench --quick             the main figures in about a minute
  mpgenie bench --only views        one kind: views, env_steps, simulation, ...
  mpgenie bench --core 1            everything, on one core of your choice
"""

MODULES = (
    "views", "env_steps", "vector", "many_worlds", "simulation", "ppo", "generation", "resets",
    "memory", "imports", "peers",
)  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie bench`."""
    add = parser.add_argument
    add("--quick", action="store_true", help="short windows, no cold start, no peers")
    kinds = f"measure these kinds alone: {', '.join(MODULES)}"
    add("--only", choices=MODULES, nargs="+", metavar="KIND", default=None, help=kinds)
    add("--core", type=int, metavar="N", help="stay on this core")
    add("--json", type=Path, metavar="FILE", help="write the figures there too")
    add("--peers-python", metavar="PATH", help="a Python that has the other packages")


def run(options: argparse.Namespace) -> int:
    """Measure and print the table."""
    from mpgenie.benchmarks.run import measure_all

    cores = sorted(os.sched_getaffinity(0))
    if options.core is not None and options.core not in cores:
        raise ConfigError(f"--core must be one of {cores}, got {options.core}")
    if options.json is not None and not options.json.parent.is_dir():
        raise ConfigError(f"--json: there is no folder {options.json.parent}")
    measure_all(
        kinds=options.only or MODULES,
        quick=options.quick,
        core=options.core,
        json_path=options.json,
        peers_python=options.peers_python,
    )
    return 0
