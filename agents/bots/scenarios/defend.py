"""Defend: stay near the core, and strike down whatever comes nearest to it and to oneself."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.senses import Mob
from mpgenie.agents.bots.skills.fight import fight
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.travel import as_long_as
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector, apart
from mpgenie.envs.scenarios.defend import DefendRules

_ALARM = 14.0  # metres from the core, or from the guard, at which a mob is dealt with
_POST = 5.0  # metres from the core beyond which a guard without work goes back
_LEG = 60  # ticks until a guard looks anew which mob is the next
_CROWD = 4.0  # metres that a mob seems farther away for each guard who is nearer to it


def defend(bot: Bot, game: DefendRules) -> Skill:
    """Fight the next mob, or go back to the core."""
    core: Vector = game.core[bot.senses.w].tolist()
    foe = _next_foe(bot, core)
    if foe is not None:
        return (yield from fight(bot, lambda: bot.senses.mob_at(foe.id), _LEG, _aim(foe)))
    if bot.distance(core) > _POST:
        back = go_to(bot, core, within=_POST - 1.0, limit=100)
        return (yield from as_long_as(back, lambda: _next_foe(bot, core) is None))
    return (yield from wait(bot, 2))


def _next_foe(bot: Bot, core: Vector) -> Mob | None:
    """The mob that matters most to a guard: near it and near the core, and left by the others."""
    best, least = None, 1e9
    for mob in bot.senses.mobs:
        away, threat = bot.distance(mob.feet), apart(mob.feet, core)
        if not mob.hostile or min(away, threat) > _ALARM:
            continue
        busy = sum(apart(bot.feet_of(p), mob.feet) < away for p in bot.others)
        score = away + 0.5 * threat + _CROWD * busy
        if score < least:
            best, least = mob, score
    return best


def _aim(foe: Mob) -> float:
    """Metres over its feet at which a mob is struck."""
    return 0.5 if foe.kind == "spider" else 0.9
