"""Ways of going that have no fixed end: after somebody, away from somebody, around, at random."""

from collections.abc import Sequence

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed
from mpgenie.agents.bots.vectors import Vector, raised, towards, turned, unit, walked
from mpgenie.agents.policy import IDLE

from .look import watch
from .walk import go_to

_REPLAN = 20  # ticks between two plans of a pursuit
_FAR = 14.0  # metres that one who flees looks for a place ahead
_LEG = 80  # ticks of fleeing in one direction
_ALARM = 8.0  # metres at which one who flees turns aside
_TURNS = (0.0, 30.0, -30.0, 60.0, -60.0, 100.0, -100.0, 150.0, -150.0)


def for_ticks(bot: Bot, skill: Skill, ticks: int) -> Skill:
    """Go on with a skill for so many ticks at most; success if it was not over before."""
    for _ in range(ticks):
        try:
            action = next(skill)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        yield action
    skill.close()
    return SUCCESS


def follow(bot: Bot, whom: int, ticks: int, keep_off: float = 2.0, sprint: bool = False) -> Skill:
    """Stay near another player for a while; fails if it ends far away."""
    end, far = bot.tick + ticks, bot.distance(bot.feet_of(whom))
    while bot.tick < end:
        left = end - bot.tick
        if bot.distance(bot.feet_of(whom)) <= keep_off:
            yield from watch(bot, lambda: raised(bot.feet_of(whom), 1.2), min(5, left))
            continue
        began = bot.tick
        walk = go_to(
            bot, lambda: bot.feet_of(whom), within=keep_off, limit=left, sprint=sprint,
            refresh=_REPLAN,
        )  # fmt: skip
        yield from for_ticks(bot, walk, left)
        if bot.tick == began:
            yield IDLE
    near = bot.distance(bot.feet_of(whom)) <= max(far, keep_off) + 20.0
    return SUCCESS if near else failed("lost sight of the other")


def flee(bot: Bot, whom: Sequence[int], ticks: int, sprint: bool = True) -> Skill:
    """Run from the nearest of some players: in zig-zags, and aside when one comes near."""
    end, side = bot.tick + ticks, bot.pick((-1.0, 1.0))
    while bot.tick < end:
        goal = _refuge(bot, whom, side)
        leg = min(end - bot.tick, bot.integer(_LEG // 2, _LEG))
        began = bot.tick
        walk = go_to(bot, goal, within=1.5, limit=leg, sprint=sprint)
        far = True
        for _ in range(leg):
            near = min(bot.distance(bot.feet_of(other)) for other in whom) < _ALARM
            if near and not far and bot.tick - began > 20:
                break
            far = not near
            try:
                action = next(walk)
            except StopIteration:
                break
            yield action
        walk.close()
        side = -side
        if bot.tick == began:
            yield IDLE
    return SUCCESS


def _refuge(bot: Bot, whom: Sequence[int], side: float) -> Vector:
    """A place to run to: away from the nearest pursuer, to one side, where one can stand."""
    nearest = min(whom, key=lambda other: (bot.distance(bot.feet_of(other)), other))
    away = towards(bot.feet_of(nearest), bot.feet)
    lean = side * bot.uniform(10.0, 45.0)
    up, senses = unit(bot.feet), bot.senses
    scores: dict[str, float] = {}
    places: dict[str, Vector] = {}
    for turn in _TURNS:
        ahead = walked(bot.feet, turned(up, towards_level(bot, away), lean + turn), _FAR)
        cell = senses.footing(ahead, 8)
        if cell < 0:
            continue
        name = f"{lean + turn:.0f}"
        places[name] = senses.point_in(cell)
        climb = abs((cell & 63) - bot.layer)
        scores[name] = 1.0 - abs(turn) / 180.0 - 0.1 * climb
    if not places:
        return walked(bot.feet, towards_level(bot, away), 4.0)
    return places[bot.choose("refuge", scores)]


def towards_level(bot: Bot, direction: Vector) -> Vector:
    """A direction made level where the bot stands."""
    x, y, z = bot.feet
    return towards(bot.feet, (x + direction[0], y + direction[1], z + direction[2]))
