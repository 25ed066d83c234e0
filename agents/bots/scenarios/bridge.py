"""Bridge: each in turn puts in its blocks; then one holds the gate, and the last is let in."""

from mpgenie.agents.bots.aim import faces_for
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.hands import place
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.travel import as_long_as
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.scenarios.bridge import BridgeRules
from mpgenie.envs.scenarios.lane import DOOR, NEAR

_BRIDGE = BLOCK["planks"]


def bridge(bot: Bot, game: BridgeRules) -> Skill:
    """Do the next thing: build, hold the gate, or go across."""
    w, gate = bot.senses.w, NEAR + game.layout.gap
    over = {p: bool(game.done[w, p, 1]) for p in bot.crew.agents}
    if over[bot.slot]:
        first = min(p for p in over if over[p])
        return (yield from _stand(bot, game, gate + 3, 0 if bot.slot == first else None))
    missing = _missing(bot, game)
    builders = [p for p in over if not over[p] and game.stock[w, p]]
    if missing and builders and bot.slot == builders[0]:
        return (yield from _build(bot, game, missing[0]))
    if bot.slot == max(p for p in over if not over[p]) and not (missing and builders):
        if any(over.values()) and _is_open(bot, game):
            return (yield from _cross(bot, game))
        return (yield from _stand(bot, game, 1, 0))
    if not missing and _is_open(bot, game):
        return (yield from _cross(bot, game))
    return (yield from _stand(bot, game, 2, None))


def _missing(bot: Bot, game: BridgeRules) -> list[int]:
    """Where along the lane the middle of the channel holds no block yet, the nearest first."""
    return [
        along
        for along in range(NEAR, NEAR + game.layout.gap)
        if bot.senses.block(_span(bot, game, along)) != _BRIDGE
    ]


def _span(bot: Bot, game: BridgeRules, along: int) -> int:
    """The cell in the middle of the channel."""
    return game.cell(bot.senses.w, along, game.layout.side + DOOR // 2, -1)


def _is_open(bot: Bot, game: BridgeRules) -> bool:
    return bool(game.gate[bot.senses.w, 0])


def _build(bot: Bot, game: BridgeRules, along: int) -> Skill:
    """Put the next block into the bridge, from the one before it."""
    cell = _span(bot, game, along)
    if not faces_for(bot, cell):
        before = _point(bot, game, along - 1, game.layout.side + DOOR // 2)
        yield from go_to(bot, before, within=0.5, limit=80)
    return (yield from place(bot, cell, "planks", tries=2))


def _cross(bot: Bot, game: BridgeRules) -> Skill:
    """Go over the bridge and through the gate while it is open."""
    middle, gate = game.layout.side + DOOR // 2, NEAR + game.layout.gap
    for along in (NEAR - 1, gate - 1, gate + 3):
        if bot.distance(_point(bot, game, gate + 3, middle)) < gate + 3 - along:
            continue
        walk = go_to(bot, _point(bot, game, along, middle), within=0.5, limit=120)
        yield from as_long_as(walk, lambda: _is_open(bot, game))
    return (yield from wait(bot, 1))


def _stand(bot: Bot, game: BridgeRules, along: int, aside: int | None) -> Skill:
    """Stand somewhere for a while; by default on one's own side, out of the way."""
    if aside is None:
        aside = game.layout.wide - 1 - bot.slot % 2
        along += bot.slot // 2 % 2
    there = _point(bot, game, along, aside)
    if bot.ground_distance(there) > 0.6:
        yield from go_to(bot, there, within=0.4, limit=60)
    return (yield from wait(bot, 4))


def _point(bot: Bot, game: BridgeRules, along: int, aside: int) -> Vector:
    x, y, z = game.point(bot.senses.w, along, aside).tolist()
    return x, y, z
