"""Skills of the sword: fight somebody, and guard a place against mobs."""

from collections.abc import Callable

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import Gaze
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.senses import Mob
from mpgenie.agents.bots.vectors import Vector, bearing, raised
from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.simulation.actions import ATTACK, FORWARD, JUMP, SPRINT

from .hands import equip_first
from .travel import for_ticks
from .walk import buttons_towards, go_to

_STRIKE, _CLOSE, _FAR = 2.6, 1.8, 5.0  # metres between feet
_STALL = 20
NOTICE = 7.0
"""Metres at which a guard sees a mob."""


def fight(
    bot: Bot,
    foe: Callable[[], Vector | None],
    ticks: int,
    aim: float = 1.1,
    sprint: bool = False,
) -> Skill:
    """Go after somebody and strike whenever the arm is ready.

    Args:
        bot: Who fights.
        foe: Where the other one's feet are; None when there is nobody any more.
        ticks: How long at most.
        aim: Metres over those feet at which to strike.
        sprint: Whether to run there.

    Returns:
        Success if the foe is gone; else partial if a blow was struck, failed if none was.
    """
    gaze, end, struck, stalled = Gaze(lambda: bot.turn_speed(150.0)), bot.tick + ticks, 0, 0
    while bot.tick < end:
        there = foe()
        if there is None:
            return SUCCESS
        away = bot.distance(there)
        if away > _FAR:
            began = bot.tick
            walk = go_to(
                bot, lambda: foe() or bot.feet, within=_FAR - 1.5, refresh=15, sprint=sprint
            )
            yield from for_ticks(bot, walk, end - bot.tick)
            if bot.tick == began:
                yield IDLE
            continue
        action, hit = _melee(bot, gaze, there, aim, stalled, sprint)
        struck += hit
        stalled = stalled + 1 if away > _STRIKE and bot.pace < 0.05 else 0
        yield action
    return partial("the other one still stands") if struck else failed("never came near")


def _melee(
    bot: Bot, gaze: Gaze, there: Vector, aim: float, stalled: int, sprint: bool
) -> tuple[Action, bool]:
    """One tick close to a foe, and whether it is a blow."""
    away = bot.distance(there)
    pitch, yaw = bot.turn_to(raised(there, aim))
    ready = abs(yaw) < 12.0 and abs(pitch) < 14.0 and away < _STRIKE
    down, right = gaze.turn(pitch, yaw)
    _, way = bearing(bot.feet, bot.heading, there)
    buttons = buttons_towards(way - right) if away > _CLOSE else 0
    if sprint and buttons == FORWARD:
        buttons |= SPRINT
    if stalled > _STALL // 4 or (bot.in_water and away > _CLOSE):
        buttons |= JUMP
    hit = ready and bot.can_strike
    return Action(buttons | (ATTACK if hit else 0), down, right), hit


def spar(bot: Bot, other: int, ticks: int) -> Skill:
    """Fight another player for a while; success if a blow was struck."""
    outcome: Outcome = yield from fight(
        bot, lambda: bot.feet_of(other) if bot.senses.alive[other] else None, ticks
    )
    return SUCCESS if outcome.status in ("success", "partial") else outcome


def nearest_foe(bot: Bot, within: float = NOTICE) -> Mob | None:
    """The nearest hostile mob around a bot."""
    foes = [(bot.distance(mob.feet), mob.id, mob) for mob in bot.senses.mobs if mob.hostile]
    return min(foes)[2] if foes and min(foes)[0] <= within else None


def guard(bot: Bot, post: Vector, search: int = 300, kill: int = 300) -> Skill:
    """Wait at a post for a hostile mob, fight it, and go back.

    Returns:
        Success if a mob was beaten, partial if none came, failed if it got away.
    """
    yield from equip_first(bot, "sword")
    for _ in range(search):
        foe = nearest_foe(bot)
        if foe is not None:
            break
        yield IDLE
    else:
        return partial("nobody came")
    outcome: Outcome = yield from fight(bot, lambda: bot.senses.mob_at(foe.id), kill, 0.9)
    yield from go_to(bot, post, within=1.0, limit=600)
    return outcome if outcome else failed(outcome.reason)
