"""Go along a great circle, as far as one likes: around obstacles, through water, and back to it."""

from collections.abc import Callable

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed
from mpgenie.agents.bots.vectors import Vector, cross, dot, length, turned, unit, walked
from mpgenie.agents.policy import IDLE
from mpgenie.envs.planet.spawn import ground_layer

from .dig_through import go_through
from .walk import go_to

_LEG = 12.0  # metres planned at a time
_ASIDE = (0.0, 2.0, -2.0, 4.0, -4.0, 7.0, -7.0, 11.0, -11.0, 16.0, -16.0)
_LEG_LIMIT = 160
_DIG, _DIG_LIMIT = 5.0, 400
_CHECK = 4  # ticks between two looks whether to stop


def axis_towards(here: Vector, there: Vector) -> Vector:
    """The axis around which one goes from a place straight to another."""
    return unit(cross(here, there))


def march(
    bot: Bot,
    axis: Vector,
    stop: Callable[[], bool],
    limit: int,
    sprint: bool = False,
) -> Skill:
    """Go around an axis, from the right hand of those it points at, until something is so.

    Args:
        bot: Who goes.
        axis: A unit vector; the way leads along the great circle around it.
        stop: Asked every few ticks.
        limit: Ticks after which it has failed.
        sprint: Whether to run.
    """
    end, side = bot.tick + limit, bot.pick((-1.0, 1.0))
    while bot.tick < end:
        if stop():
            return SUCCESS
        began, left = bot.tick, end - bot.tick
        place, reachable = _leg(bot, axis, side)
        if reachable:
            walk = go_to(bot, place, within=2.0, limit=min(_LEG_LIMIT, left), sprint=sprint)
        else:
            walk = go_through(bot, place, within=2.0, limit=min(_DIG_LIMIT, left), sprint=sprint)
        for action in walk:
            yield action
            if (bot.tick - began) % _CHECK == 0 and stop():
                walk.close()
                return SUCCESS
        if bot.tick - began < _CHECK:
            side = -side
            yield IDLE
    return failed("the way is too long")


def _leg(bot: Bot, axis: Vector, side: float) -> tuple[Vector, bool]:
    """The next place to go to, and whether one can walk there.

    It lies ahead and on the circle, or beside it where one cannot get there.  Whoever cannot get
    anywhere has to dig, to the open ground a few metres ahead.
    """
    up, size = bot.up, length(bot.feet)
    off = dot(axis, up)
    onto = unit((up[0] - off * axis[0], up[1] - off * axis[1], up[2] - off * axis[2]))
    start, along = (onto[0] * size, onto[1] * size, onto[2] * size), unit(cross(axis, onto))
    ahead = walked(start, along, _LEG)
    out = turned(unit(ahead), unit(cross(axis, ahead)), 90.0)
    senses = bot.senses
    places: dict[str, Vector] = {}
    scores: dict[str, float] = {}
    for aside in _ASIDE:
        cell = senses.footing(walked(ahead, out, side * aside))
        if cell < 0:
            continue
        name = f"{aside:.0f} m aside"
        places[name] = senses.point_in(cell)
        scores[name] = float(bot.can_reach(places[name])) - 0.04 * abs(aside)
        if scores[name] > 0.0:
            return places[bot.choose("leg", scores)], True
    near = senses.cell_of(walked(start, along, _DIG))
    layer = int(ground_layer(senses.blocks, near >> 6))
    return senses.point_in((near & ~63) + layer if layer > 0 else near), False
