"""Only on a sphere: all walk across the line between day and night, light a torch, and come back.

For planets of every kind.  It is evening where they begin; they walk away from the sun.
"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill
from mpgenie.agents.bots.skills.look import eye_contact, look_at, watch
from mpgenie.agents.bots.skills.march import march
from mpgenie.agents.bots.skills.mine import light_up
from mpgenie.agents.bots.skills.travel import random_walk
from mpgenie.agents.bots.vectors import Vector, cross, raised, unit, walked
from mpgenie.envs.simulation.weather import sun_direction

from .episode import TOOLS, Episode, Scene
from .sky import sun_height

_NIGHT, _EVENING = -0.1, 0.04  # sines of the sun's height: the sky is dark, dusk is bright again
_LIMIT, _TRIES = 1_200, 3


def walker(bot: Bot, scene: Scene) -> Skill:
    """Into the night, and back to the evening."""
    yield from eye_contact(bot, bot.integer(10, 20))
    x, y, z = _sun(bot)
    dark: Outcome = yield from bot.phase(
        "into the night",
        march(bot, unit(cross(bot.feet, (-x, -y, -z))), lambda: _height(bot) < _NIGHT, _LIMIT),
    )
    if not dark:
        return dark
    for _ in range(_TRIES):
        lit: Outcome = yield from bot.phase("light", light_up(bot, limit=80))
        if lit:
            break
        yield from random_walk(bot, back=False)
    met = yield from bot.meet("night", _LIMIT)
    if not met:
        return met
    yield from eye_contact(bot, bot.integer(10, 30))
    back: Outcome = yield from bot.phase(
        "into the evening",
        march(bot, unit(cross(bot.feet, _sun(bot))), lambda: _height(bot) > _EVENING, _LIMIT),
    )
    if not back:
        return back
    sunwards = raised(walked(bot.feet, bot.heading, 8.0), 2.0)
    yield from look_at(bot, sunwards)
    yield from watch(bot, sunwards, bot.integer(15, 40))
    return SUCCESS if lit else lit


def _height(bot: Bot) -> float:
    return sun_height(bot.senses.sim, bot.senses.w, bot.feet)


def _sun(bot: Bot) -> Vector:
    """The direction of the sun."""
    clock, w = bot.senses.sim.state.clock, bot.senses.w
    sun = sun_direction(int(clock.tick[w] + clock.day_offset[w]), bot.senses.sim.rules.day)
    return float(sun[0]), float(sun[1]), float(sun[2])


SUNSET_LINE = Episode(
    name="sunset_line",
    seconds=45,
    scripts={"walker": walker},
    separation=(5.0, 10.0),
    hotbar=(("torch", 16), *TOOLS),
    hour=17.6,
)
