"""Let players learn a scenario, models tell what players did, or dream the game itself."""

import argparse

from . import (
    train_bc,
    train_idm,
    train_player,
    train_population,
    train_ppo,
    train_world_model,
)

EXAMPLES = """\
examples:
  mpgenie train ppo --scenario gather
  mpgenie train player --scenario gather
  mpgenie train ppo --from out/player/gather
  mpgenie train population --scenario tag
  mpgenie train idm --data data --valid held_out
  mpgenie train bc --data data --labels idm
  mpgenie train world-model --preset debug --data generate

`mpgenie train ALGORITHM --help` says more about each.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the algorithms of `mpgenie train`."""
    algorithms = parser.add_subparsers(
        title="algorithms", metavar="ALGORITHM", dest="algorithm", required=True
    )
    for algorithm in (
        train_ppo, train_player, train_population, train_idm, train_bc, train_world_model,
    ):  # fmt: skip
        algorithm.add_parser(algorithms)


def run(options: argparse.Namespace) -> int:
    """Never called: each algorithm has a `run` of its own."""
    raise AssertionError(options.algorithm)
