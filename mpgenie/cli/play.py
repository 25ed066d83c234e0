"""Play by keyboard and mouse: alone, two at one keyboard, with bots and with trained policies.

F1 shows the keys.  With --record every episode is kept as part of a dataset, like those of
`mpgenie generate`; Ctrl-C, Q and closing the window lose nothing.  Defaults stand in brackets.
"""

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

from .generate import sizes
from .video_options import size

if TYPE_CHECKING:
    from mpgenie.play.controls import Bindings, Inputs
    from mpgenie.play.desk import Desk
    from mpgenie.play.dreamt import Dreamt
    from mpgenie.play.filming import Film
    from mpgenie.play.game import Planet
    from mpgenie.play.seats import Seat

    Policies = list[tuple[str, Any]]

EXAMPLES = """\
examples:
  mpgenie play                                    a planet of your own
  mpgenie play --scenario tag --bots 3            run from bots, or after them
  mpgenie play --people 2 --scenario gather       split screen: mouse, and keys
  mpgenie play --policy gather --policy gather    with what was trained
  mpgenie play --record data --seconds 120        keep what you see and do
  mpgenie play --dream checkpoints/cpu --people 2    in what a model dreams
"""
TICKS_PER_SECOND = 20
_VIEWS = {1: (480, 854), 2: (480, 640)}
_DREAM_VIEW = (480, 480)
_NOT_DREAMT = ("scenario", "planet", "size", "bots", "record", "hud")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie play`."""
    add = parser.add_argument
    add("--scenario", metavar="NAME", help="what is played (what a policy learnt, or free_play)")
    add("--people", type=int, choices=(1, 2), default=1, help="at the keyboard (%(default)s)")
    add("--bots", type=int, default=0, metavar="N", help="that follow a script (%(default)s)")
    policy = "a trained policy, by checkpoint or name, plays a seat; may be given more than once"
    add("--policy", action="append", default=[], metavar="CHECKPOINT", help=policy)
    players = "seats in all; those left over stand idle (people, bots and policies)"
    add("--players", type=int, metavar="N", help=players)
    add("--planet", metavar="KIND", help="normal or flat (as a policy learnt, or normal)")
    add("--size", type=int, metavar="N", help="of a planet's faces (as a policy learnt, or 96)")
    add("--seed", type=int, default=7, metavar="S", help="of the first episode (%(default)s)")
    add("--seconds", type=int, default=600, metavar="S", help="of an episode (%(default)s)")
    add("--view", type=size, metavar="WxH", help="of each person's view (854x480; two: 640x480)")
    add("--renderer", choices=("auto", "opengl", "software"), default="auto", help="(%(default)s)")
    sensitivity = "degrees for each pixel of the mouse (%(default)s)"
    add("--sensitivity", type=float, default=0.15, metavar="D", help=sensitivity)
    dream = "play in what a world model dreams, as far as it knows: no bots, no recording"
    add("--dream", metavar="CHECKPOINT", help=dream)
    add("--device", default="auto", metavar="NAME", help="where to dream (a GPU, if there is one)")
    add("--record", type=Path, metavar="DIR", help="a dataset that episodes are added to")
    frames = "of recorded frames, one or more (128x128)"
    add("--resolution", type=sizes, default=((128, 128),), metavar="WxH", help=frames)
    video = "frames = lossless, mp4, none, auto = frames up to 128x128 (%(default)s)"
    add("--video", choices=("auto", "frames", "mp4", "none"), default="auto", help=video)
    add("--hud", action="store_true", help="record crosshair, hotbar and health in frames too")
    shots = "where F2 saves (%(default)s)"
    add("--screenshots", type=Path, default=Path("out"), metavar="DIR", help=shots)


def run(options: argparse.Namespace) -> int:
    """Play, then say what was kept."""
    from mpgenie.envs.rendering.window import check_window
    from mpgenie.play.controls import Inputs
    from mpgenie.play.window import PlayWindow

    _check(options)
    check_window("mpgenie play")
    inputs = Inputs()
    desk = make_desk(options, inputs)
    try:
        window = PlayWindow(desk.size, inputs, f"mpgenie: {desk.session.game.scenario}")
        try:
            with _politely(desk):
                desk.run(window)
        finally:
            window.close()
    finally:
        desk.session.close()
    _report(options, desk.session.sealed)
    if desk.stopped:
        raise KeyboardInterrupt("stopped")
    return 0


def make_desk(options: argparse.Namespace, inputs: "Inputs") -> "Desk":
    """Everything but the window."""
    from mpgenie.play.controls import bindings_for
    from mpgenie.play.desk import Desk
    from mpgenie.play.session import Session

    policies = _trained(options.policy)
    bindings = bindings_for(options.people)
    game = _make_dream(options, policies) if options.dream else _make_planet(options, policies)
    try:
        seats = _seats(options, game, inputs, bindings, policies)
        film = _film(options, game)
    except BaseException:
        game.close()
        raise
    people = [(seat.player, own) for seat, own in zip(seats, bindings, strict=False)]
    return Desk(
        Session(game, seats, film),
        people,
        inputs,
        view=options.view or (_DREAM_VIEW if options.dream else _VIEWS[options.people]),
        seed=options.seed,
        screenshots=options.screenshots,
    )


def _check(options: argparse.Namespace) -> None:
    taken = _taken(options)
    asked = [name for name in _NOT_DREAMT if options.dream and getattr(options, name)]
    if asked:
        raise ConfigError(f"--{asked[0]} belongs to the game itself: leave it out with --dream")
    if options.bots < 0:
        raise ConfigError(f"--bots is at least 0, got {options.bots}")
    if options.players is not None and options.players < taken:
        raise ConfigError(
            f"--players {options.players} are fewer than the {taken} people, bots and policies"
        )
    if options.seed < 0:
        raise ConfigError(f"--seed must be at least 0, got {options.seed}")
    if options.seconds < 1:
        raise ConfigError(f"--seconds must be at least 1, got {options.seconds}")
    if not 0.0 < options.sensitivity <= 10.0:
        raise ConfigError(
            f"--sensitivity lies between 0 and 10 degrees a pixel, got {options.sensitivity:g}"
        )


def _taken(options: argparse.Namespace) -> int:
    """Seats for which somebody was named."""
    return int(options.people + options.bots + len(options.policy))


def _make_dream(options: argparse.Namespace, policies: "Policies") -> "Dreamt":
    """The dream of a world model, with as many players as it has seen if nobody says more."""
    from mpgenie.play.dreamt import Dreamt, check_suited
    from mpgenie.world_models.dream import dream_env
    from mpgenie.world_models.source import source_of

    source = source_of(options.dream, options.device)
    env = dream_env(
        source,
        players=options.players or max(_taken(options), source.config.players),
        horizon=options.seconds * TICKS_PER_SECOND,
        ending=0.5,  # a model is rarely quite sure that an episode goes on
        action_mode="raw",
    )
    check_suited(policies, env)
    return Dreamt(env)


def _make_planet(options: argparse.Namespace, policies: "Policies") -> "Planet":
    """The game itself, with all that the policies want to see."""
    from mpgenie.envs.parallel import parallel_env
    from mpgenie.play.game import Planet, suited_to

    wanted = suited_to(policies)
    wanted["observe"] = tuple(dict.fromkeys(("proprio", *wanted["observe"])))
    asked = {name: getattr(options, name) for name in ("scenario", "planet", "size")}
    wanted |= {name: value for name, value in asked.items() if value is not None}
    env = parallel_env(
        **wanted,
        players=options.players or _taken(options),
        renderer=options.renderer,
        action_mode="raw",
        max_cycles=options.seconds * TICKS_PER_SECOND,
    )
    return Planet(env)


def _seats(
    options: argparse.Namespace,
    game: "Planet | Dreamt",
    inputs: "Inputs",
    bindings: tuple["Bindings", ...],
    policies: "Policies",
) -> "list[Seat]":
    """People first, then trained policies, then bots, then nobody."""
    from mpgenie.play.seats import Bots, Controller, Idle, Person, Seat, Trained

    controllers: list[Controller] = [
        Person(inputs, own, sensitivity=options.sensitivity) for own in bindings
    ]
    controllers += [Trained(policy, name) for name, policy in policies]
    if options.bots:
        controllers += [Bots(game.scenario)] * options.bots
    controllers += [Idle()] * (len(game.players) - len(controllers))
    return [Seat(*pair) for pair in zip(game.players, controllers, strict=True)]


def _film(options: argparse.Namespace, game: "Planet | Dreamt") -> "Film | None":
    if options.record is None:
        return None
    from mpgenie.generation.plan import Plan
    from mpgenie.play.filming import Film
    from mpgenie.play.game import Planet

    assert isinstance(game, Planet), "dreams are not recorded"
    plan = Plan(resolution=options.resolution, video=options.video)
    return Film(options.record, game, plan.streams, hud=options.hud)


def _trained(names: list[str]) -> "Policies":
    if not names:
        return []
    from mpgenie.agents.training.player import trained

    return [(name, trained(name, seed=number)) for number, name in enumerate(names)]


@contextmanager
def _politely(desk: "Desk") -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end play after the tick under way, and a second one at once."""

    def leave(signum: int, frame: FrameType | None) -> None:
        if desk.stopped:
            raise KeyboardInterrupt
        desk.leaving = desk.stopped = True

    usual = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _report(options: argparse.Namespace, sealed: list[int]) -> None:
    if options.record is not None:
        many = f"{len(sealed)} episode{'' if len(sealed) == 1 else 's'}"
        print(f"{options.record}: {many} more, of units {sealed}" if sealed else "nothing recorded")
