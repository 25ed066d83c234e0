"""Record games of a scenario without a window: scripts, trained policies or chance play.

Episodes are kept like those of `mpgenie play --record`, each on a planet of its own.  Everything
follows from the seed.  Ctrl-C loses no finished episode; the same command again goes on.
Defaults stand in brackets.
"""

import argparse
from pathlib import Path

from mpgenie.errors import ConfigError

from .generate import sigterm_as_ctrl_c, sizes, words

EXAMPLES = """\
examples:
  mpgenie record gather --episodes 20 --out data
  mpgenie record gather --episodes 20 --out data --with gather_pixels
  mpgenie record tag --episodes 20 --out data --players 4 --with trained,random
  mpgenie record defend --episodes 20 --out held_out --split eval --seconds 60
  mpgenie dataset verify data --deep --replay 1
"""
TICKS_PER_SECOND = 20


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie record`."""
    add = parser.add_argument
    add("scenario", metavar="SCENARIO", help="what is played")
    add("--out", type=Path, required=True, metavar="DIR", help="the folder, new or to go on with")
    add("--episodes", type=int, required=True, metavar="N", help="how many there shall be")
    who = "script, random, idle, trained (comes with mpgenie), or a policy's name or folder; "
    add("--with", dest="who", type=words, default=("script",), metavar="WHO",
        help=who + "several take seats in turn (script)")  # fmt: skip
    add("--players", type=int, default=2, metavar="N", help="how many play (%(default)s)")
    add("--planet", metavar="KIND", help="normal or flat (as a policy learnt, or normal)")
    add("--size", type=int, metavar="N", help="of a planet's faces (as a policy learnt, or 96)")
    add("--no-mobs", action="store_true", help="leave mobs out (as a policy learnt, or with them)")
    add("--seconds", type=float, metavar="S", help="of an episode at most (50)")
    add("--max-cycles", type=int, metavar="T", help="the same in ticks (1000)")
    add("--seed", type=int, default=0, metavar="S", help="everything follows from it (%(default)s)")
    split = "eval = planets that are held out (%(default)s)"
    add("--split", choices=("train", "eval"), default="train", help=split)
    add("--resolution", type=sizes, default=((64, 64),), metavar="WxH", help="one or more (64x64)")
    video = "frames = lossless, mp4, none, auto = frames up to 128x128 (%(default)s)"
    add("--video", choices=("auto", "frames", "mp4", "none"), default="auto", help=video)


def run(options: argparse.Namespace) -> int:
    """Record, then say what there is."""
    from tqdm import tqdm

    from mpgenie.play.recording import record

    with sigterm_as_ctrl_c(), tqdm(unit=" episodes", desc="recording", disable=None) as bar:
        dataset = record(
            options.out, options.scenario, episodes=options.episodes, players=options.players,
            who=options.who, planet=options.planet, size=options.size,
            mobs=False if options.no_mobs else None, max_cycles=ticks(options), seed=options.seed,
            split=options.split, resolution=options.resolution, video=options.video,
            on_episode=lambda _: bar.update() and None,
        )  # fmt: skip
    frames = sum((entry.length + 1) * entry.players for entry in dataset.episodes)
    minutes = sum(entry.length * entry.players for entry in dataset.episodes) / 1200
    print(f"episodes    {len(dataset)}\nframes      {frames:,} ({minutes:.1f} player-minutes)")
    print(f"dataset     {dataset.root}")
    return 0


def ticks(options: argparse.Namespace) -> int:
    """Of an episode, at most."""
    if options.seconds is not None and options.max_cycles is not None:
        raise ConfigError("--seconds and --max-cycles say the same: name one of them")
    if options.seconds is not None:
        return max(1, round(float(options.seconds) * TICKS_PER_SECOND))
    return 1000 if options.max_cycles is None else int(options.max_cycles)
