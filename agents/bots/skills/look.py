"""Skills of the eyes: turn, look at something, keep looking at it, wait."""

from collections.abc import Callable
from typing import TypeAlias

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import NORMAL, Gaze, planned_turn, short_way
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.vectors import Vector
from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.simulation.actions import SNEAK

Target: TypeAlias = Vector | Callable[[], Vector]
"""A point, or a way to ask where it is now."""
CLOSE = 0.6
"""Degrees off the mark at which a look has arrived."""


def where(target: Target) -> Vector:
    """Where a target is now."""
    return target() if callable(target) else target


def wait(bot: Bot, ticks: int) -> Skill:
    """Do nothing for a while."""
    action = Action(SNEAK) if bot.sneaks else IDLE
    for _ in range(ticks):
        yield action
    return SUCCESS


def turn(
    bot: Bot,
    pitch: float,
    yaw: float,
    speed: float = NORMAL,
    linear: bool = False,
    buttons: int = 0,
) -> Skill:
    """Turn by some degrees down and right."""
    held = buttons | (SNEAK if bot.sneaks else 0)
    for down, right in planned_turn(pitch, yaw, bot.turn_speed(speed), linear):
        yield Action(held, down, right)
    return SUCCESS


def look_at(
    bot: Bot, target: Target, speed: float = NORMAL, linear: bool = False, close: float = CLOSE
) -> Skill:
    """Turn until the eyes are on a target, and again if it moved meanwhile."""
    for _ in range(4):
        pitch, yaw = bot.turn_to(where(target))
        if max(abs(pitch), abs(yaw)) <= close:
            return SUCCESS
        yield from turn(bot, pitch, yaw, speed, linear)
    pitch, yaw = bot.turn_to(where(target))
    return SUCCESS if max(abs(pitch), abs(yaw)) <= 8.0 * close else failed("it moves too fast")


def look_away(bot: Bot, target: Target, speed: float = NORMAL, spread: float = 90.0) -> Skill:
    """Turn so that a target lies behind, give or take some degrees."""
    _, yaw = bot.turn_to(where(target))
    away = short_way(yaw + 180.0 + bot.uniform(-spread, spread))
    return (yield from turn(bot, bot.uniform(-8.0, 12.0) - bot.pitch, away, speed))


def watch(bot: Bot, target: Target, ticks: int, speed: float | None = None) -> Skill:
    """Keep the eyes on a target for a while."""
    gaze = Gaze(lambda: bot.turn_speed(speed) if speed else bot.path_speed())
    held = SNEAK if bot.sneaks else 0
    for _ in range(ticks):
        pitch, yaw = gaze.turn(*bot.turn_to(where(target)))
        yield Action(held, pitch, yaw)
    return SUCCESS


def eye_contact(bot: Bot, ticks: int = 30, speed: float = NORMAL) -> Skill:
    """Look at the nearest partner's head, and hold that."""
    partner = bot.partner
    if partner == bot.slot:
        return (yield from wait(bot, ticks))
    outcome: Outcome = yield from look_at(bot, lambda: bot.eye_of(partner), speed)
    yield from watch(bot, lambda: bot.eye_of(partner), ticks)
    return outcome


def sneak_signal(bot: Bot, ticks: int = 5, idle: int = 25) -> Skill:
    """Duck for all to see, then stand still."""
    for _ in range(ticks):
        yield Action(SNEAK)
    return (yield from wait(bot, idle))
