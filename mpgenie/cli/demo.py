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
from typing import TYPE_CHECKING, Any

from .video_options import (
    TICKS_PER_SECOND,
    add_video_options,
    check_video_options,
    refuse_to_overwrite,
    with_renderer,
)

if TYPE_CHECKING:
    from mpgenie.pictures import Picture

EXAMPLES = """\
examples:
  mpgenie demo
  mpgenie demo --seed 3 --players 4 --seconds 30
  mpgenie demo --renderer software --view 128x128 --output small.mp4
"""

MOMENTS = 6
"""Pictures on the contact sheet."""


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
    add_video_options(parser, "out/demo.mp4", (360, 480))


def run(options: argparse.Namespace) -> int:
    """Play, draw and save, then print the figures."""
    from mpgenie import pictures

    sheet = check_video_options(options)
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

    return with_renderer(make, options.renderer)


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
