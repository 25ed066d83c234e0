"""Two players, ten seconds: what each of them sees, and both from behind, as a video.

The planet and the players' walk follow from the seed.  The picture shows six moments of it.
Drawn through OpenGL wherever a context can be made, else by the software renderer.
Defaults stand in brackets.
"""

import argparse
import itertools
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError, RendererError

if TYPE_CHECKING:
    from mpgenie.pictures import Picture

EXAMPLES = """\
examples:
  mpgenie demo
  mpgenie demo --seed 3 --players 4 --seconds 30
  mpgenie demo --renderer software --view 128x128 --output small.mp4
"""

TICKS_PER_SECOND = 20
MOMENTS = 6
"""Pictures on the contact sheet."""


def size(text: str) -> tuple[int, int]:
    """Read "640x360" as (height, width), both even as video wants them."""
    width, x, height = text.partition("x")
    if not (x and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 640x360")
    if not all(32 <= int(edge) <= 1920 and int(edge) % 2 == 0 for edge in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r}: width and height are even, from 32 to 1920")
    return int(height), int(width)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie demo`."""
    add = parser.add_argument
    add(
        "--seed",
        type=int,
        default=7,
        metavar="N",
        help="of planet and players (%(default)s)",
    )
    add("--players", type=int, default=2, metavar="N", help="how many (%(default)s)")
    add("--seconds", type=int, default=10, metavar="S", help="how long (%(default)s)")
    add(
        "--scenario",
        default="free_play",
        metavar="NAME",
        help="what is played (%(default)s)",
    )
    add("--planet", default="normal", metavar="KIND", help="normal or flat (%(default)s)")
    add(
        "--renderer",
        choices=("auto", "opengl", "software"),
        default="auto",
        help="auto: OpenGL wherever a context can be made (%(default)s)",
    )
    add(
        "--view",
        type=size,
        default=(360, 480),
        metavar="WxH",
        help="of each view (480x360)",
    )
    add(
        "--output",
        type=Path,
        default=Path("out/demo.mp4"),
        metavar="FILE",
        help="the video (%(default)s)",
    )
    add("--sheet", type=Path, metavar="FILE", help="the picture (beside the video)")
    add("--force", action="store_true", help="overwrite files that are not ours")


def run(options: argparse.Namespace) -> int:
    """Play, draw and save, then print the figures."""
    from mpgenie import pictures

    if options.seconds < 1:
        raise ConfigError(f"--seconds must be at least 1, got {options.seconds}")
    if options.output.is_dir():
        raise ConfigError(f"--output names the video, but {options.output} is a folder")
    sheet = options.sheet or options.output.with_suffix(".png")
    if sheet == options.output:
        raise ConfigError(f"video and picture need a file each, got {sheet} for both")
    for path in (options.output, sheet):
        refuse_to_overwrite(path, force=options.force)

    env, note = make_env(options)
    if note:
        print(note)
    ticks = options.seconds * TICKS_PER_SECOND
    moments: list[Picture] = []
    every = max(1, ticks // MOMENTS)
    side_by_side(env, options.view)  # whatever is compiled or uploaded first is no part of the rate
    started = time.perf_counter()
    with pictures.Video(options.output, frames_per_second=TICKS_PER_SECOND) as video:
        for tick, picture in enumerate(play(env, ticks, seed=options.seed, view=options.view)):
            video.add(picture)
            if tick % every == every // 2 and len(moments) < MOMENTS:
                moments.append(pictures.halved(picture))
    seconds = time.perf_counter() - started
    pictures.save_png(sheet, pictures.grid(moments, columns=2))

    views = (ticks + 1) * (len(env.possible_agents) + 1)
    print(
        f"renderer    {env.metadata['renderer']}\n"
        f"frames/s    {views / seconds:.0f} ({views} frames of {options.view[1]}x"
        f"{options.view[0]} in {seconds:.1f} s, encoding included)\n"
        f"seed        {options.seed}\n"
        f"state hash  {env.state_hash():016x}\n"
        f"video       {options.output}\n"
        f"picture     {sheet}"
    )
    env.close()
    return 0


def refuse_to_overwrite(path: Path, *, force: bool) -> None:
    """Overwrite what an earlier demo made, and say so; leave other files alone.

    Raises:
        ConfigError: If there is such a file and it is not one of ours.
    """
    from mpgenie import pictures

    if not path.exists():
        return
    if not force and not pictures.made_by_us(path):
        raise ConfigError(
            f"{path} exists and was not made by mpgenie; "
            "name another file with --output, or say --force"
        )
    print(f"replacing {path}")


def make_env(options: argparse.Namespace) -> tuple[Any, str]:
    """An environment that has been reset and has drawn, and a line to print if not by OpenGL."""
    import mpgenie

    def make(renderer: str) -> Any:
        env = mpgenie.parallel_env(
            scenario=options.scenario,
            players=options.players,
            planet=options.planet,
            renderer=renderer,
            action_mode="raw",
            max_cycles=options.seconds * TICKS_PER_SECOND + 1,
        )
        env.reset(seed=options.seed)
        return env

    if options.renderer != "auto":
        return make(options.renderer), ""
    try:
        return make("opengl"), ""
    except RendererError as error:
        return make("software"), f"no OpenGL here ({error}); drawing with the software renderer"


def play(env: Any, ticks: int, *, seed: int, view: tuple[int, int]) -> Iterator["Picture"]:
    """Walk every player about, and yield all views side by side: `ticks` + 1 pictures.

    The environment has just been reset.
    """
    from tqdm import tqdm

    from .wander import sense, wander

    players = {
        player: wander(partial(sense, env, slot), seed=seed * 1000 + slot)
        for slot, player in enumerate(env.possible_agents)
    }
    yield side_by_side(env, view)
    for _ in tqdm(range(ticks), desc="playing", unit="tick", leave=False, disable=None):
        env.step({player: next(players[player]) for player in env.agents})
        yield side_by_side(env, view)


def side_by_side(env: Any, view: tuple[int, int]) -> "Picture":
    """Every player's own view, then the first player's from behind."""
    import numpy as np

    first = env.possible_agents[0]
    shots = [(player, "first") for player in env.possible_agents]
    images = [
        env.render_view(player, view=kind, resolution=view)
        for player, kind in itertools.chain(shots, [(first, "third")])
    ]
    return np.concatenate(images, axis=1)
