"""Reality and a dream of it side by side: what a world model makes of the same actions.

Players stroll, dig and build in the game, follow its script, or act out a type of episode; after a
few frames the dream goes on by itself, hearing what they do and seeing no more of it.  The video
has a row for each player, reality on the left; the picture shows single ticks, each player's
reality above its dream.  Defaults stand in brackets.
"""

import argparse
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .video_options import (
    TICKS_PER_SECOND,
    add_video_options,
    check_video_options,
    refuse_to_overwrite,
)

if TYPE_CHECKING:
    from mpgenie.envs.parallel import PlanetEnv

    from .beside import Chooser, Pair

EXAMPLES = """\
examples:
  mpgenie dream checkpoints/cpu
  mpgenie dream out/world_model --seed 3 --ticks 256
  mpgenie dream out/gather --with script --output gather.mp4
  mpgenie dream checkpoints/cpu --with one_looks_away
"""
WAYS = ("wander", "script")
"""How players play who do not act out an episode."""
SHOWN = (0, 1, 8, 32, 128)
"""Ticks that the picture shows."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie dream`."""
    add = parser.add_argument
    add("checkpoint", metavar="CHECKPOINT", help="a folder that `mpgenie train world-model` made")
    add("--seed", type=int, default=7, metavar="N", help="of planet, players, dream (%(default)s)")
    add("--players", type=int, metavar="N", help="how many (as many as were learnt from)")
    who = (
        "wander (stroll, look around, dig, build), script (the scenario's), or a type of episode "
        "for two, such as translation, structure, both_look_away (%(default)s)"
    )
    add("--with", dest="who", metavar="WHO", default="wander", help=who)
    add("--frames", type=int, default=8, metavar="N", help="the dream begins with (%(default)s)")
    add("--ticks", type=int, default=128, metavar="N", help="the dream is long (%(default)s)")
    add("--device", default="auto", metavar="NAME", help="where to dream (a GPU, if there is one)")
    add_video_options(parser, "out/dream.mp4", (256, 256))


def run(options: argparse.Namespace) -> int:
    """Play in both, draw and save, then say how near the dream came."""
    from tqdm import tqdm

    from mpgenie import pictures

    from .beside import strip

    options.seconds = None  # its length is in ticks
    for name in ("frames", "ticks"):
        if getattr(options, name) < 1:
            raise ConfigError(f"--{name} must be at least 1, got {getattr(options, name)}")
    sheet = check_video_options(options)
    for path in (options.output, sheet):
        refuse_to_overwrite(path, force=options.force)
    pairs: list[Pair] = []
    with pictures.Video(options.output, frames_per_second=TICKS_PER_SECOND) as video:
        shots = tqdm(play(options), desc="dreaming", unit="tick", leave=False, disable=None)
        for pair in shots:
            video.add(pair.picture(options.view))
            pairs.append(pair)
    pictures.save_png(sheet, strip(pairs, SHOWN, tuple(edge // 2 for edge in options.view)))
    for tick in SHOWN[1:]:
        if tick < len(pairs):
            near = ", ".join(f"{psnr:.1f}" for psnr in pairs[tick].psnr)
            print(f"tick {tick:<6} {near} dB from reality, player by player")
    print(f"ticks       {len(pairs) - 1}\nvideo       {options.output}\npicture     {sheet}")
    return 0


def play(options: argparse.Namespace) -> Any:
    """What everybody sees in reality and in the dream, tick by tick."""
    import mpgenie
    from mpgenie.agents.bots.episodes import EPISODES
    from mpgenie.checks import check_known
    from mpgenie.world_models.dream import dream_env
    from mpgenie.world_models.source import source_of
    from mpgenie.world_models.starts import recent

    from .acted import acted
    from .beside import side_by_side

    check_known("way to play --with", options.who, (*WAYS, *EPISODES))
    source = source_of(options.checkpoint, options.device)
    if options.who not in WAYS:
        if options.players not in (None, 2):
            raise ConfigError(f"episodes are for two players, got --players {options.players}")
        yield from acted(
            source, options.who, opening=options.frames, ticks=options.ticks, seed=options.seed
        )
        return
    dream = dream_env(
        source, players=options.players, horizon=options.ticks, ending=None, action_mode="raw"
    )
    same = {"players": dream.config.players, "observe": "rgb", "action_mode": "raw"}
    length = options.frames + options.ticks
    game = {**source.options, **same, "max_cycles": length, "renderer": options.renderer}
    real = recent(mpgenie.parallel_env(**game), options.frames)
    cast = partial(players_of, options.who, options.seed)
    try:
        yield from side_by_side(
            real, dream, cast, opening=options.frames, ticks=options.ticks, seed=options.seed
        )
    finally:
        real.close()
        dream.close()


def players_of(who: str, seed: int, env: "PlanetEnv") -> "Chooser":
    """Those who play in reality, which has just been reset."""
    from mpgenie.agents.bots.scenarios import ScriptedPlayers
    from mpgenie.agents.bots.scenarios.playing import action_for

    from .wander import sense, wander

    names = env.possible_agents
    if who == "script":
        rules = env.config.rules.name
        scripts = ScriptedPlayers(env.simulation, env.scenario, range(len(names)), rules, seed=seed)
        return lambda: {names[k]: action_for(env, act) for k, act in scripts.act().items()}
    strolls = {
        player: wander(partial(sense, env, slot), seed=seed * 1000 + slot)
        for slot, player in enumerate(names)
    }

    def walk_about() -> Mapping[str, Any]:
        return {player: next(stroll) for player, stroll in strolls.items()}

    return walk_about
