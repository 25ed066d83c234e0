"""Duel and team fight: at the nearest foe, sword in hand."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.fight import fight
from mpgenie.agents.bots.skills.look import wait
from mpgenie.envs.scenarios.fight import FightRules

_LEG = (12, 40)  # ticks until one looks who is nearest
_PAUSE = 6  # ticks at most before one goes on; else equals fall at one blow


def fight_on(bot: Bot, game: FightRules) -> Skill:
    """Go after the nearest living foe for a while."""
    side, alive = game.side.tolist(), bot.senses.alive
    foes = [p for p in range(game.players) if side[p] != side[bot.slot] and alive[p]]
    if not foes:
        return (yield from wait(bot, 5))
    yield from wait(bot, bot.integer(0, _PAUSE))
    foe = min(foes, key=lambda p: (bot.distance(bot.feet_of(p)), p))
    return (
        yield from fight(
            bot,
            lambda: bot.feet_of(foe) if bot.senses.alive[foe] else None,
            bot.integer(*_LEG),
            sprint=True,
        )
    )
