"""Types of episodes that are over in a second, and some that make trouble."""

import os
import signal
import time

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.episodes.episode import Episode, Scene
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed
from mpgenie.agents.bots.skills.look import turn, wait


def nod(bot: Bot, scene: Scene) -> Skill:
    """Look down and up; the first player calls a sheep."""
    if bot.slot == 0:
        bot.senses.call_mob("sheep", bot.feet)
    yield from turn(bot, bot.uniform(10.0, 30.0), 0.0)
    return (yield from turn(bot, -10.0, bot.uniform(-30.0, 30.0)))


def stay(bot: Bot, scene: Scene) -> Skill:
    """Do nothing for a moment."""
    return (yield from wait(bot, 5))


def raise_an_error(bot: Bot, scene: Scene) -> Skill:
    """Fail like a script with a mistake in it."""
    yield from wait(bot, 2)
    raise RuntimeError("a mistake in a script")


def hang(bot: Bot, scene: Scene) -> Skill:
    """Never come back."""
    yield from wait(bot, 1)
    time.sleep(3600)
    return SUCCESS


def die(bot: Bot, scene: Scene) -> Skill:
    """Take the worker along."""
    yield from wait(bot, 1)
    os.kill(os.getpid(), signal.SIGKILL)
    return SUCCESS


def slow(bot: Bot, scene: Scene) -> Skill:
    """Take long enough to be interrupted."""
    yield from wait(bot, 10)
    time.sleep(0.2)
    return SUCCESS


def nod_or_sulk(bot: Bot, scene: Scene) -> Skill:
    """In some episodes nobody wants to nod."""
    yield from wait(bot, 2)
    return (yield from nod(bot, scene)) if scene.uniform(0.0, 1.0) < 0.5 else failed("no mood")


NOD = Episode(name="nod", seconds=1, scripts={"nodder": nod})
STAY = Episode(name="stay", seconds=1, scripts={"stayer": stay}, opening=stay)
MOODY = Episode(name="moody", seconds=1, scripts={"nodder": nod_or_sulk})
RAISE = Episode(name="raise", seconds=1, scripts={"raiser": raise_an_error})
HANG = Episode(name="hang", seconds=1, scripts={"hanger": hang})
DIE = Episode(name="die", seconds=1, scripts={"victim": die})
SLOW = Episode(name="slow", seconds=1, scripts={"sleeper": slow})
HELD_OUT = Episode(name="held_out", seconds=1, scripts={"nodder": nod}, held_out=True)
