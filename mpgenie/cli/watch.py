"""A video of a match of trained players: through the eyes of each, one from behind, from above.

Name a policy that comes with mpgenie, a folder that `mpgenie train` made, a file in one, or a
population (its newest members); or several: they take seats in turn, as do `script`, `random` and
`idle`.  They play the game that the first of them has learnt, on another planet for each seed.  The
picture shows six moments.  Drawn through OpenGL wherever a context can be made, else by the
software renderer.  Defaults stand in brackets.
"""

import argparse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .video_options import (
    TICKS_PER_SECOND,
    add_video_options,
    check_video_options,
    refuse_to_overwrite,
    with_renderer,
)

if TYPE_CHECKING:
    from mpgenie.pictures import Picture
    from mpgenie.play.session import Session

EXAMPLES = """\
examples:
  mpgenie watch gather
  mpgenie watch out/ppo/gather --seed 3 --seconds 20
  mpgenie watch out/bc
  mpgenie watch tag --with scripted
  mpgenie watch tag --players 4 --with random --output tag.mp4
  mpgenie watch out/ppo/tag/seed_0 out/ppo/tag/seed_1
  mpgenie watch out/population/tag --players 32 --view 160x120
"""

OTHERS = {"random": "random", "scripted": "script", "idle": "idle"}
"""What `--with` takes, and the players that it means."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie watch`."""
    add = parser.add_argument
    add("who", nargs="+", metavar="PLAYER", help="who plays; several take seats in turn")
    add("--seed", type=int, default=7, metavar="N", help="of planet and players (%(default)s)")
    add("--players", type=int, metavar="N", help="how many (as learnt)")
    others = "who plays the odd slots: trained, random, scripted or idle (%(default)s)"
    add("--with", dest="others", choices=("trained", *OTHERS), default="trained", help=others)
    add("--seconds", type=int, metavar="S", help="how long (an episode)")
    add_video_options(parser, "out/watch.mp4", (240, 320))


def run(options: argparse.Namespace) -> int:
    """Let them play, draw and save, then print what they got."""
    from tqdm import tqdm

    from mpgenie import pictures
    from mpgenie.agents.watching import save_sheet

    sheet = check_video_options(options)
    names = seated(options)
    policies = learnt(names, options.seed)
    for path in (options.output, sheet):
        refuse_to_overwrite(path, force=options.force)

    shots: list[Picture] = []
    with closing(make_session(options, names, policies)) as session:
        with pictures.Video(options.output, frames_per_second=TICKS_PER_SECOND) as video:
            ticks = play(session, options)
            for picture in tqdm(ticks, desc="playing", unit="tick", leave=False, disable=None):
                video.add(picture)
                shots.append(pictures.halved(picture))
        save_sheet(sheet, shots)
        for slot, player in enumerate(session.game.players):
            who = label(names[slot % len(names)], alone=len(policies) == 1)
            print(f"{player:11} {who:9} return {session.score(player):.2f}")
    print(f"ticks       {len(shots) - 1}\nvideo       {options.output}\npicture     {sheet}")
    return 0


def seated(options: argparse.Namespace) -> list[str]:
    """Who sits in the first slots; those after them begin again with the first."""
    from mpgenie.agents.training.population.players import files_of

    names = [str(each) for name in options.who for each in files_of(name)]
    if options.others == "trained":
        return names
    return [each for name in names for each in (name, OTHERS[options.others])]


def learnt(names: list[str], seed: int) -> dict[str, Any]:
    """The policies of those who have learnt something, by name.

    Raises:
        ConfigError: If nobody has.
    """
    from mpgenie.agents.training.player import trained

    found = {name: trained(name, seed=seed) for name in names if name not in OTHERS.values()}
    if not found:
        raise ConfigError(
            "nobody who plays has learnt a game: name a trained player, too, or use `mpgenie play`"
        )
    return found


def label(name: str, *, alone: bool) -> str:
    """What a player is called; one that is alone among its like is the trained one."""
    if name in OTHERS.values():
        return next(word for word, meant in OTHERS.items() if meant == name)
    return "trained" if alone else Path(name).name


def make_session(
    options: argparse.Namespace, names: list[str], policies: dict[str, Any]
) -> "Session":
    """The game that the first has learnt, begun, with a renderer that works here."""
    from mpgenie.envs.config import config_from
    from mpgenie.envs.parallel import PlanetEnv
    from mpgenie.play.game import Planet, suited_to
    from mpgenie.play.recording import seats_of
    from mpgenie.play.session import Session

    wanted = {**next(iter(policies.values())).env_options, **suited_to(list(policies.items()))}
    wanted["action_mode"] = "raw"
    if options.players is not None:
        wanted["players"] = options.players
    if options.seconds is not None:
        wanted["max_cycles"] = options.seconds * TICKS_PER_SECOND

    def make(renderer: str) -> Session:
        game = Planet(PlanetEnv(config_from({**wanted, "renderer": renderer})))
        try:
            seats = seats_of(game, names, {name: (name, each) for name, each in policies.items()})
            session = Session(game, seats)
            session.begin(options.seed)
            game.picture(game.players[0], "first", options.view)
        except BaseException:
            game.close()
            raise
        return session

    session: Session = with_renderer(make, options.renderer)[0]
    return session


def play(session: "Session", options: argparse.Namespace) -> Iterator["Picture"]:
    """Play the episode and yield all views: one more than ticks."""
    from mpgenie.agents.watching import views

    yield views(session.game.env, options.view)
    while not session.over:
        session.tick()
        yield views(session.game.env, options.view)
