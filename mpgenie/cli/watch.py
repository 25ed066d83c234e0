"""A video of trained or cloned players: through the eyes of each, one from behind, and from above.

Name a policy that comes with mpgenie, a folder that `mpgenie train` made, or a file in one.  They
play the game that they have learnt, on another planet for each seed.  The picture shows six
moments.  Drawn through OpenGL wherever a context can be made, else by the software renderer.
Defaults stand in brackets.
"""

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .video_options import (
    TICKS_PER_SECOND,
    add_video_options,
    check_video_options,
    refuse_to_overwrite,
    with_renderer,
)

if TYPE_CHECKING:
    from mpgenie.agents.policy import Learned
    from mpgenie.pictures import Picture

EXAMPLES = """\
examples:
  mpgenie watch gather
  mpgenie watch out/ppo/gather --seed 3 --seconds 20
  mpgenie watch out/bc
  mpgenie watch tag --with scripted
  mpgenie watch tag --players 4 --with random --output tag.mp4
"""

Chooser = Callable[[Any], dict[str, Any]]
"""Chooses for some players from what everybody observes."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie watch`."""
    add = parser.add_argument
    add("policy", metavar="NAME|FOLDER|FILE", help="who plays")
    add("--seed", type=int, default=7, metavar="N", help="of planet and players (%(default)s)")
    add("--players", type=int, metavar="N", help="how many (as learnt)")
    others = "who plays the odd slots: trained, random, scripted or idle (%(default)s)"
    whom = ("trained", "random", "scripted", "idle")
    add("--with", dest="others", choices=whom, default="trained", help=others)
    add("--seconds", type=int, metavar="S", help="how long (an episode)")
    add_video_options(parser, "out/watch.mp4", (240, 320))


def run(options: argparse.Namespace) -> int:
    """Let them play, draw and save, then print what they got."""
    from tqdm import tqdm

    from mpgenie import pictures
    from mpgenie.agents.training.player import trained
    from mpgenie.agents.watching import save_sheet

    sheet = check_video_options(options)
    policy = trained(options.policy, seed=options.seed)
    for path in (options.output, sheet):
        refuse_to_overwrite(path, force=options.force)

    env = make_env(options, policy)
    returns = dict.fromkeys(env.possible_agents, 0.0)
    shots: list[Picture] = []
    with pictures.Video(options.output, frames_per_second=TICKS_PER_SECOND) as video:
        ticks = play(env, policy, options, returns)
        for picture in tqdm(ticks, desc="playing", unit="tick", leave=False, disable=None):
            video.add(picture)
            shots.append(pictures.halved(picture))
    save_sheet(sheet, shots)

    for slot, (player, paid) in enumerate(returns.items()):
        who = options.others if slot % 2 else "trained"
        print(f"{player:11} {who:9} return {paid:.2f}")
    print(f"ticks       {len(shots) - 1}\nvideo       {options.output}\npicture     {sheet}")
    env.close()
    return 0


def make_env(options: argparse.Namespace, policy: "Learned") -> Any:
    """The game that was learnt, reset, with a renderer that works here."""
    import mpgenie

    wanted = {**policy.env_options}
    if options.players is not None:
        wanted["players"] = options.players
    if options.seconds is not None:
        wanted["max_cycles"] = options.seconds * TICKS_PER_SECOND

    def make(renderer: str) -> Any:
        env = mpgenie.parallel_env(**{**wanted, "renderer": renderer})
        env.reset(seed=options.seed)
        return env

    env, _ = with_renderer(make, options.renderer)
    return env


def play(
    env: Any,
    policy: "Learned",
    options: argparse.Namespace,
    returns: dict[str, float],
) -> Iterator["Picture"]:
    """Play an episode, add up what everybody gets, and yield all views: one more than ticks."""
    from mpgenie.agents.watching import views

    observations, _ = env.reset(seed=options.seed)
    ours = [
        p for k, p in enumerate(env.possible_agents) if options.others == "trained" or not k % 2
    ]
    others, state = companions(env, options), None
    yield views(env, options.view)
    while env.agents:
        seen = {player: observations[player] for player in ours if player in env.agents}
        actions, state = policy.act(seen, state)
        actions = {**others(), **actions}
        observations, rewards, *_ = env.step({player: actions[player] for player in env.agents})
        for player, paid in rewards.items():
            returns[player] += paid
        yield views(env, options.view)


def companions(env: Any, options: argparse.Namespace) -> Callable[[], dict[str, Any]]:
    """What those in odd slots do in the tick to come, if they are not trained."""
    import numpy as np

    from mpgenie.agents.bots.scenarios import ScriptedPlayers
    from mpgenie.agents.bots.scenarios.playing import action_for, random_action
    from mpgenie.agents.policy import IDLE

    slots, names = range(1, len(env.possible_agents), 2), env.possible_agents
    if options.others == "trained":
        return dict
    if options.others == "scripted":
        name = env.config.rules.name
        scripts = ScriptedPlayers(env.simulation, env.scenario, slots, name, seed=options.seed)
        return lambda: {names[k]: action_for(env, a) for k, a in scripts.act().items()}
    rng = np.random.default_rng(options.seed)
    draw = (lambda: random_action(rng)) if options.others == "random" else (lambda: IDLE)
    return lambda: {names[k]: action_for(env, draw()) for k in slots}
