"""Tag: whoever is it runs after the nearest of the others, who run away."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill
from mpgenie.agents.bots.skills.fight import fight
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.travel import as_long_as, flee
from mpgenie.envs.scenarios.tag import TagRules

_LEG = 60  # ticks until one who chases looks who is nearest
_ALARM = 10.0  # metres from a chaser at which one who runs does


def tag(bot: Bot, game: TagRules) -> Skill:
    """Chase or run, until somebody was touched."""
    w = bot.senses.w
    roles = game.role[w].tolist()
    skill = _chase(bot, roles) if roles[bot.slot] else _run(bot, roles)
    return (yield from as_long_as(skill, lambda: game.role[w].tolist() == roles))


def _chase(bot: Bot, roles: list[int]) -> Skill:
    """Touch the nearest runner."""
    runners = [p for p, chases in enumerate(roles) if not chases and bot.senses.alive[p]]
    if not runners:
        return (yield from wait(bot, 10))
    prey = min(runners, key=lambda p: (bot.distance(bot.feet_of(p)), p))
    return (yield from fight(bot, lambda: bot.feet_of(prey), _LEG, sprint=True))


def _run(bot: Bot, roles: list[int]) -> Skill:
    """Run from whoever chases and is near."""
    chasers = [p for p, chases in enumerate(roles) if chases]
    near = min((bot.distance(bot.feet_of(p)) for p in chasers), default=1e9)
    if near > _ALARM:
        return (yield from wait(bot, 5))
    yield from flee(bot, chasers, _LEG)
    return SUCCESS
