"""Make a dataset: scripted players act out episodes, and each is recorded and sealed.

Everything follows from the seed, however many workers there are.  Ctrl-C loses no finished episode;
the same command again goes on.  While it runs, DIR/status.json says how far it is.
Defaults stand in brackets.
"""

import argparse
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mpgenie.errors import ConfigError

EXAMPLES = """\
examples:
  mpgenie generate --out data --episodes 100
  mpgenie generate --out data --episodes 1000 --players 2,4 --planet normal,flat
  mpgenie generate --out pretty --episodes 20 --resolution 64x64,640x360 --cameras ego,top
  mpgenie generate --out sound --episodes 100 --check
  mpgenie generate --out drawn --episodes 200 --template scenarios.toml
  mpgenie generate --out held_out --episodes 100 --split eval
  mpgenie generate --out played --episodes 100 --players-from out/population/tag
"""


def numbers(text: str) -> tuple[int, ...]:
    """Read "2,4" as (2, 4)."""
    parts = text.split(",")
    if not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers; write it like 2,4")
    return tuple(int(part) for part in parts)


def words(text: str) -> tuple[str, ...]:
    """Read "ego,top" as ("ego", "top")."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def sizes(text: str) -> tuple[tuple[int, int], ...]:
    """Read "64x64,640x360" as (height, width) pairs."""
    pairs = [part.split("x") for part in text.split(",")]
    if not all(len(pair) == 2 and all(edge.isdigit() for edge in pair) for pair in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 640x360")
    return tuple((int(height), int(width)) for width, height in pairs)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie generate`."""
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="the folder, new or to go on with")
    add("--episodes", type=int, required=True, metavar="N", help="how many there shall be")
    add("--players", type=numbers, metavar="P", help="how many play; 2,4 = in turns (2)")
    add("--types", type=words, metavar="A,B", help="of episodes (all of the split)")
    add("--planet", type=words, metavar="KIND", help="normal, flat or both (normal)")
    add("--size", type=int, metavar="N", help="of a planet's faces (96)")
    template = "draw scenarios from it instead of types, players, planet, size: docs/templates.md"
    add("--template", type=Path, metavar="FILE", help=template)
    whom = "let members of this population play what they have learnt, in place of types"
    add("--players-from", type=Path, metavar="POPULATION", help=whom)
    casts = ("any", "complementary", "contrasting")
    add("--cast", choices=casts, help="who of them plays together (complementary)")
    checked = "check each episode as it is sealed, and set aside those that fail: docs/quality.md"
    add("--check", action="store_true", help=checked)
    add_recording_options(parser)


def add_recording_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how, and by whom, whatever is made is recorded."""
    add = parser.add_argument
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (%(default)s)")
    add("--workers", type=int, metavar="W", help="0 = this process (one for each processor)")
    add("--resolution", type=sizes, default=((64, 64),), metavar="WxH", help="one or more (64x64)")
    video = "frames = lossless, mp4, none, auto = frames up to 128x128 (%(default)s)"
    add("--video", choices=("auto", "frames", "mp4", "none"), default="auto", help=video)
    add("--cameras", type=words, default=("ego",), metavar="A,B", help="some of ego, third, top")
    passes = "some of rgb, depth, segmentation"
    add("--passes", type=words, default=("rgb",), metavar="A,B", help=passes)
    split = "eval = the types and planets that are held out (%(default)s)"
    add("--split", choices=("train", "eval"), default="train", help=split)
    add("--engine", choices=("process", "ray"), default="process", help="(%(default)s)")


RECORDING = (
    "seed", "workers", "resolution", "video", "cameras", "passes", "split", "engine",
)  # fmt: skip
"""The names of those options."""
SCRIPTED = ("types", "players", "planet", "size", "template")
"""The names of those that say what scripts play."""


def run(options: argparse.Namespace) -> int:
    """Make the dataset, then say what there is."""
    import mpgenie

    if options.players_from is not None:
        return from_players(options)
    if options.cast is not None:
        raise ConfigError("--cast says who of --players-from plays together: name a population")
    names = ("episodes", *SCRIPTED, "check", *RECORDING)
    named = {name: getattr(options, name) for name in names}
    with sigterm_as_ctrl_c():
        mpgenie.generate(
            options.out, **{name: value for name, value in named.items() if value is not None}
        )
    _report(options.out, print)
    return 0


def from_players(options: argparse.Namespace) -> int:
    """Let members of a population play, then say what there is."""
    from tqdm import tqdm

    from mpgenie.generation.plan import Plan
    from mpgenie.play.from_players import generate_from

    _refuse_what_scripts_take(options)
    names = ("seed", "resolution", "video", "cameras", "passes", "split")
    plan = Plan(**{name: getattr(options, name) for name in names})
    with sigterm_as_ctrl_c(), tqdm(unit=" episodes", desc="recording", disable=None) as bar:
        dataset = generate_from(
            options.out, options.players_from, episodes=options.episodes,
            cast_by=options.cast or "complementary", plan=plan,
            on_episode=lambda _: bar.update() and None,
        )  # fmt: skip
    print(f"episodes    {len(dataset)}\ndataset     {dataset.root}")
    return 0


def _refuse_what_scripts_take(options: argparse.Namespace) -> None:
    for name in (*SCRIPTED, "workers", "check"):
        value = getattr(options, name)
        if value is not None and value is not False:
            raise ConfigError(
                "--players-from plays what the members have learnt, as they have, in this process: "
                f"leave --{name} out"
            )
    if options.engine != "process":
        raise ConfigError("--players-from plays in this process: leave --engine out")


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """Let whoever asks politely to end be heard like Ctrl-C."""
    usual = signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def _as_ctrl_c(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _report(out: Path, say: Callable[[str], None]) -> None:
    status = json.loads((out / "status.json").read_text())
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(status["outcomes"].items()))
    say(f"episodes    {status['done']} ({outcomes})")
    say(f"frames      {status['frames']:,}, {status['frames_per_second']:,.0f} a second")
    say(f"bytes       {status['bytes']:,}")
    if status["rejects"]:
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(status["rejects"].items()))
        say(f"set aside   by rule: {rules}; see {out / 'quarantine'}")
    if status["failed"]:
        say(f"failed      {status['failed']}, see {out / 'failed.jsonl'} (remove it to try again)")
