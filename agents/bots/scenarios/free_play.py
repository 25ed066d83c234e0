"""Doing as one likes: a stroll."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.travel import random_walk
from mpgenie.envs.scenarios.base import Scenario


def wander(bot: Bot, game: Scenario) -> Skill:
    """Walk a few metres somewhere."""
    return (yield from random_walk(bot, away=bot.chance(0.5), back=False))
