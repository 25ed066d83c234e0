"""Only on a sphere: one comes over the horizon, goes down behind it, and comes up again.

For planets of every kind; on hilly ones a hill may serve as the horizon.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.look import watch
from mpgenie.agents.bots.skills.march import axis_towards, march
from mpgenie.agents.bots.vectors import Vector, raised
from mpgenie.envs.planet.planet import Planet
from mpgenie.envs.simulation.movement import EYE

from .episode import Episode, Scene
from .ground import best_places

_BEYOND = 1.1, 1.3  # shares of the distance at which eyes lose each other on level ground
_TOO_NEAR = 4.0
_LIMIT = 800
_TRIES = 12


def places(planet: Planet, scene: Scene) -> NDArray[np.float64]:
    """Everybody beyond the horizon of everybody else; draws how often the one peeks."""
    scene.facts["peeks"] = scene.settle("peeks", scene.integer(2, 3))
    horizon = 2.0 * sqrt(2.0 * EYE * (planet.geometry.bottom + planet.geometry.below))
    separation = _BEYOND[0] * horizon, _BEYOND[1] * horizon
    return best_places(planet, scene, separation, lambda feet: 0, _TRIES, in_sight=False)


def peeker(bot: Bot, scene: Scene) -> Skill:
    """Walk towards the nearest other until they see each other, back until they do not, again."""
    other = bot.partner
    if bot.sees(other):
        return failed("in sight from the beginning")
    for k in range(scene.facts["peeks"]):
        if k:
            hidden: Outcome = yield from bot.phase("hide", _go(bot, other, seen=False))
            if not hidden:
                return hidden
        shown: Outcome = yield from bot.phase("peek", _go(bot, other, seen=True))
        if not shown:
            return shown
        yield from watch(bot, lambda: bot.eye_of(other), bot.integer(20, 40))
    return SUCCESS


def _go(bot: Bot, other: int, seen: bool) -> Skill:
    """March towards another player until it is in sight, or away until it is not."""
    here, there = bot.feet, bot.feet_of(other)
    axis = axis_towards(here, there) if seen else axis_towards(there, here)

    def done() -> bool:
        return bot.sees(other) == seen or (seen and bot.distance(there) < _TOO_NEAR)

    outcome: Outcome = yield from march(bot, axis, done, _LIMIT)
    if bot.sees(other) != seen:
        return failed("came too near" if outcome else outcome.reason)
    return outcome


def watcher(bot: Bot, scene: Scene) -> Skill:
    """Look to the place on the horizon where the other is."""
    peeker = scene.playing("peeker")[0]

    def skyline() -> Vector:
        return bot.eye_of(peeker) if bot.sees(peeker) else raised(bot.feet_of(peeker), 6.0)

    letter = None
    while letter is None and bot.crew.gone.get(peeker) is None:
        yield from watch(bot, skyline, 20)
        letter = bot.crew.barriers.get("stop")
    return SUCCESS


HORIZON_PEEK = Episode(
    name="horizon_peek",
    seconds=60,
    scripts={"peeker": peeker, "watcher": watcher},
    places=places,
    parameters={"peeks": (1, 4)},
)
