"""Harvest: pick whatever is nearest, or leave enough for all to come back."""

import numpy as np

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import apart
from mpgenie.envs.scenarios.harvest import HarvestRules

LEAVE = 0.5
"""The share of a patch's spots that the sustainable leave ripe."""
_WALK = 120


def greedy(bot: Bot, game: HarvestRules) -> Skill:
    """Pick the nearest fruit, wherever it lies."""
    return (yield from _pick(bot, game, 0.0))


def sustainable(bot: Bot, game: HarvestRules) -> Skill:
    """Pick the nearest fruit of a patch that has plenty; wait until one has."""
    return (yield from _pick(bot, game, LEAVE))


def _pick(bot: Bot, game: HarvestRules, leave: float) -> Skill:
    """Go and tread on a fruit, and give up when somebody else has picked it."""
    w = bot.senses.w
    spot = _choice(bot, game, leave)
    if spot is None:
        return (yield from wait(bot, 10))
    for action in go_to(bot, game.at[w][spot].tolist(), within=0.3, limit=_WALK):
        yield action
        if not game.ripe[w][spot]:
            break
    return SUCCESS


def _choice(bot: Bot, game: HarvestRules, leave: float) -> tuple[int, int] | None:
    """(patch, number) of the fruit to pick: the nearest, rather one that nobody is nearer to."""
    w = bot.senses.w
    ripe, there = game.ripe[w] > 0, game.spots[w] >= 0
    enough = ripe.sum(axis=1) > leave * there.sum(axis=1)
    best, least = None, (len(bot.others) + 1, 0.0)
    for k, i in np.argwhere(ripe & enough[:, None]).tolist():
        point = game.at[w, k, i].tolist()
        away = bot.distance(point)
        nearer = sum(apart(bot.feet_of(other), point) < away for other in bot.others)
        if (nearer, away) < least:
            best, least = (k, i), (nearer, away)
    return best
