"""Whether the world stays where it is: while nobody moves, all around, and around the planet.

    still       nobody does anything: has anybody turned, walked or gone in the end?
    around      one turns around once: is each side where it was, and the first view back at last?
    circle      one walks around the planet, back to where it was: is that the same place, and
                were those on the way others?

A case is right if all its questions are.  The judge is `judges.nearest`, of what the game shows in
all these places.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.runner import Play, run_plays
from mpgenie.agents.bots.skills.look import look_at, wait
from mpgenie.agents.bots.skills.march import march
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import cross, dot, turned, unit, walked

from .actions import Actions
from .cases import ASIDE, SHOWN, Case, Which
from .game import PLAYERS, Game, Pictures, WhatIf
from .scoring import Cases, Told, share

Change = Callable[[WhatIf], WhatIf]
TURNED, WALKED = 10.0, 2.0
"""Degrees and metres that count as motion where nobody moves; of the other, to its sides."""
SIDES = {"as at first": 0.0, "right": 90.0, "behind": 180.0, "left": 270.0}
"""Degrees to the right of where one looked at first."""
CIRCLE = "circle"
CIRCLES = 8
"""Of so many starts one is walked around the planet from: that takes long."""
PLACES = ("a quarter", "half way", "three quarters", "back again")
FIGURES = {f"{name}, closed": (name,) for name in ("still", "around", CIRCLE)}
"""Of what is measured, and the cases that they are about."""
LIMIT = 4_000
"""Ticks in which one has to be around."""
NEAR = 6.0
"""Metres from where one began at which one is around."""


def stillness(game: Game, end: bytes, frame: int) -> list[Which]:
    """What is asked of both where nobody has done anything.

    Args:
        game: To draw what might have been.
        end: How it truly is then.
        frame: That is asked about.
    """
    return [
        _which(game, end, frame, player, "still", _motions(player)) for player in range(PLAYERS)
    ]


def _motions(player: int) -> dict[str, list[Change]]:
    """What could have been made up in a player's view."""

    def turn(right: float, down: float) -> Change:
        return lambda world: world.turn(player, right, down)

    def step(slot: int, degrees: float) -> Change:
        def change(world: WhatIf) -> WhatIf:
            here = world.feet(slot)
            way = turned(unit(here), world.heading(slot), degrees)
            return world.stand(slot, walked(here, way, WALKED))

        return change

    other, quarters, sides = 1 - player, (0.0, 90.0, 180.0, 270.0), (90.0, 270.0)
    turns = ((TURNED, 0.0), (-TURNED, 0.0), (0.0, TURNED), (0.0, -TURNED))
    return {
        "still": [lambda world: world],
        "turned": [turn(*by) for by in turns],
        "walked": [step(player, way) for way in quarters],
        "the other walked": [step(other, way) for way in sides],
        "the other is gone": [lambda world: world.without(other)],
    }


def all_around(game: Game, begin: bytes, tape: Actions) -> list[Which]:
    """What is asked of one who turns around once, at each quarter of the way.

    Args:
        game: To draw the sides.
        begin: Before the tape.
        tape: (T, P), of which the first player turns around evenly.
    """
    ticks, found = len(tape.buttons), []
    for quarter, right in enumerate([*list(SIDES)[1:], next(iter(SIDES))], start=1):
        done = quarter * ticks // 4
        here = game.go(begin, tape.at(slice(done)))
        sides = {name: [_turn(degrees - SIDES[right])] for name, degrees in SIDES.items()}
        found.append(_which(game, here, done - 1, 0, right, sides))
    return found


def _turn(degrees: float) -> Change:
    return lambda world: world.turn(0, degrees)


def _which(
    game: Game, here: bytes, frame: int, player: int, right: str,
    answers: Mapping[str, Sequence[Change]],
) -> Which:  # fmt: skip
    """A question about what a player sees at a frame, which truly is as `here`."""
    beside = [lambda world, by=by: world.turn(player, *by) for by in ASIDE]
    pictures = {name: game.views_if(here, player, changes) for name, changes in answers.items()}
    return Which(frame, right, player, pictures, game.views_if(here, player, beside))


def circle_cases(game: Game, starts: Sequence[Case]) -> list[Case]:
    """Ways around the planet from some of the starts: those on which one gets around."""
    found = [_circle(game, start) for start in starts[::CIRCLES]]
    return [case for case in found if case is not None]


def _circle(game: Game, start: Case) -> Case | None:
    game.simulation.restore(0, start.snapshot)
    rows: list[Actions] = []
    frames: list[Pictures] = []

    def on_tick(buttons: Any, camera: Any, message: Any) -> None:
        rows.append(Actions(buttons.copy(), camera.copy()))
        frames.append(game.seen())

    play = Play(game.simulation, 0, {0: _walker, 1: lambda bot: wait(bot, 1)}, limit=LIMIT)
    run_plays(game.simulation, [play], on_tick)
    if play.outcome is None or play.outcome.status != "success":
        return None
    tape = Actions.joined(rows)
    before = start.actions.at(slice(SHOWN - 1))
    shown = np.concatenate([start.frames[:SHOWN], np.stack(frames)])
    places = {name: part * len(rows) // 4 for part, name in enumerate(PLACES, start=1)}
    views = {name: frames[done - 1][0][None] for name, done in places.items()}
    questions = []
    for name, done in places.items():
        here = game.go(start.snapshot, tape.at(slice(done)))
        aside = np.stack([game.what_if(here).turn(0, *by).view(0) for by in ASIDE])
        questions.append(Which(done - 1, name, 0, views, aside))
    label = f"{CIRCLE}_{start.name}"
    return Case(label, shown, Actions.joined([before, tape]), start.snapshot, questions)


def _walker(bot: Bot) -> Skill:
    """Go around the planet, to the right of the other, back to where one was, and look at it."""
    first, other = bot.feet, bot.others[0]
    axis = unit(cross(first, turned(bot.up, bot.heading, 90.0)))
    far = False

    def around() -> bool:
        nonlocal far
        far = far or dot(unit(first), bot.up) < 0.0
        return far and bot.distance(first) < NEAR

    went = yield from march(bot, axis, around, LIMIT, sprint=True)
    if went:
        went = yield from go_to(bot, first, within=0.5, limit=200)
    if went:
        yield from look_at(bot, lambda: bot.eye_of(other))
    return went


def closed(cases: Cases, told: Told) -> dict[str, dict[str, Any]]:
    """How many cases of each tape were told right; plain data."""
    found = {}
    for figure, (name,) in FIGURES.items():
        each = zip(cases[name], told[name], strict=True)
        found[figure] = share([case.right(frames) for case, frames in each])
    return found
