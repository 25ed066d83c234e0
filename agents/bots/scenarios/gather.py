"""Gather: mine the nearest boulder, pick up what falls, bring it to the base by the handful."""

import numpy as np

from mpgenie.agents.bots.aim import point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.build import come_near
from mpgenie.agents.bots.skills.hands import dig
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector, apart
from mpgenie.envs.planet.blocks import BLOCK, ITEM
from mpgenie.envs.scenarios.gather import GatherRules

_HANDFUL = 4  # pieces of ore that are worth the way
_GRASP = 1.2  # metres from one's feet at which things are picked up
_NEAR = 6.0  # metres at which ore that lies about is picked up first
_TRIED = 12  # blocks of ore that one looks for a way to
_HIGH = 3  # layers by which ore may lie higher or lower before all other is tried first


def gather(bot: Bot, game: GatherRules) -> Skill:
    """Do the next thing: deliver, pick up or mine."""
    w, carried = bot.senses.w, bot.count_of("gold_ore")
    ores, lying = _ores(bot, game), _lying(bot)
    if carried >= _HANDFUL or (carried and not ores and not lying):
        base: Vector = game.base[w].tolist()
        return (yield from go_to(bot, base, within=game.config.radius - 0.7, limit=200))
    if lying and (bot.distance(lying[0]) < _NEAR or not ores):
        return (yield from go_to(bot, lying[0], within=0.3, limit=60))
    if not ores:
        return (yield from wait(bot, 5))
    return (yield from _mine(bot, ores))


def _mine(bot: Bot, ores: list[int]) -> Skill:
    """Mine the first block of a list that one can get at."""
    for cell in ores[:_TRIED]:
        near = yield from come_near(bot, cell, lambda eye, at=cell: point_on(bot, at, eye))  # type: ignore[misc]
        if near and bot.senses.block(cell) == BLOCK["gold_ore"]:
            return (yield from dig(bot, cell))
    return (yield from go_to(bot, bot.senses.point_in(ores[0]), within=2.0, limit=100))


def _ores(bot: Bot, game: GatherRules) -> list[int]:
    """The cells of the ore that still stands, the nearest first; those that others mine last."""
    cells = [int(cell) for cell in game.ores[bot.senses.w, :, 0].tolist() if cell >= 0]
    cells = [cell for cell in cells if bot.senses.block(cell) == BLOCK["gold_ore"]]
    digging = bot.senses.sim.state.players.dig_cell[bot.senses.w]
    taken = {int(digging[p]) >> 6 for p in bot.others}
    here = bot.layer

    def trouble(cell: int) -> tuple[bool, bool, float, int]:
        high = abs((cell & 63) - here) > _HIGH
        return high, cell >> 6 in taken, bot.distance(bot.senses.point_in(cell)), cell

    return sorted(cells, key=trouble)


def _lying(bot: Bot) -> list[Vector]:
    """Where one can stand to pick up ore that lies on the ground, the nearest first."""
    items, w, senses = bot.senses.sim.state.items, bot.senses.w, bot.senses
    there = items.active[w] & (items.item[w] == ITEM["gold_ore"])
    points: list[Vector] = items.position[w, np.flatnonzero(there)].tolist()
    found = []
    for point in sorted(points, key=bot.distance):
        spot = senses.footing(point, 1)
        if spot < 0 or apart(senses.point_in(spot), point) > _GRASP:
            continue
        if senses.reachable(bot.footing, spot):
            found.append(senses.point_in(spot))
            if len(found) == 2:
                break
    return found
