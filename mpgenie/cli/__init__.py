"""The command line: one small file per command, imported when it runs."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from mpgenie import __version__
from mpgenie.errors import MpgenieError, suggest

COMMANDS = {
    "demo": "two players, ten seconds, as a video and a picture",
    "play": "by keyboard and mouse, alone or with others, and record it",
    "record": "games of scripts or trained players, as a dataset",
    "doctor": "what this machine can draw with, and how to mend what it cannot",
    "generate": "make a dataset of scripted players, or go on with one",
    "orchestrate": "make a dataset in rounds that look for what is rare so far",
    "dataset": "look into a dataset, check it, or hand it on to other tools",
    "train": "let players learn a scenario, or models what players did and would see",
    "label": "let a model say what players did in a dataset",
    "evaluate": "how good models of what players did, or would see, are, as a page",
    "vpt": "video pre-training from end to end: labels, clones, what they are worth",
    "tournament": "players with and against each other, and who is how good",
    "watch": "a video of trained players",
    "dream": "a video of a world model's dream beside the game itself",
    "pack": "all that a GPU machine without network needs to train a world model",
    "bench": "measure speed and memory beside the budgets",
}

EXAMPLES = """\
examples:
  mpgenie demo                      a video and a picture of two players in out/
  mpgenie demo --seed 3 --players 4
                                    four players on another planet
  mpgenie play --scenario tag --bots 3
                                    play yourself; F1 shows the keys
  mpgenie doctor                    which renderers work here, and why others do not
  mpgenie generate --out data --episodes 100
                                    a dataset of what two players see and do
  mpgenie record gather --episodes 20 --out games
                                    a dataset of games, played by their scripts
  mpgenie train ppo --scenario gather
                                    players learn to gather, from what they know, in minutes
  mpgenie vpt --tiny                video pre-training from end to end, in a minute
  mpgenie watch gather              a video of trained players
  mpgenie dream checkpoints/cpu     what a world model makes of the same actions
  mpgenie evaluate checkpoints/debug
                                    how good it is as a stand-in for the game
  mpgenie bench --quick             the main figures in about a minute

`mpgenie COMMAND --help` says more about each.
"""


class Parser(argparse.ArgumentParser):
    """A parser whose refusals offer the nearest name."""

    def error(self, message: str) -> NoReturn:
        """Print one line that says the way out, and exit with status 2."""
        unknown = re.search(r"unrecognized arguments: (-\S+)", message)
        if unknown:
            options = [o for o in self._option_string_actions if o.startswith("--")]
            message = f"there is no option {unknown[1]!r}. {suggest(unknown[1], options)}"
        choice = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message)
        if choice:
            names = [name.strip(" '") for name in choice[2].split(",")]
            message = f"there is no {choice[1]!r}. {suggest(choice[1], names)}"
        self.exit(2, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")

    def read(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Like `parse_args`, but an unknown option is refused by the command it was given to."""
        parsed, left = self.parse_known_args(arguments)
        if left:
            parser: Parser = getattr(parsed, "parser", self)
            parser.error(f"unrecognized arguments: {' '.join(left)}")
        return parsed


def build_parser() -> Parser:
    """The parser of every command; a command's own file adds its options and `run`."""
    parser = Parser(
        prog="mpgenie",
        description="A small round voxel planet for several players.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mpgenie {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, summary in COMMANDS.items():
        module = import_module(f".{name}", __package__)
        command = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_options(command)
        command.set_defaults(run=module.run, parser=command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: What stands after `mpgenie`; None reads the command line.

    Returns:
        0 if it worked, 1 if it could not, 130 if it was stopped with Ctrl-C, 141 if nobody reads
        any more what it prints.
    """
    parser = build_parser()
    options = parser.read(arguments)
    status = 0
    try:
        if options.command is None:
            print(parser.format_help(), end="")
        else:
            status = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        print(f"\nmpgenie {options.command}: {str(stop) or 'stopped'}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more when it ends
        return 141
    except (MpgenieError, OSError) as error:
        print(f"mpgenie {options.command}: {error}", file=sys.stderr)
        return 1
    return status
