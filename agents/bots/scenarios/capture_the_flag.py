"""Capture the flag: some take flags and bring them home, every third guards the own one."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.fight import fight
from mpgenie.agents.bots.skills.look import wait
from mpgenie.agents.bots.skills.travel import as_long_as
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector
from mpgenie.envs.scenarios.capture_the_flag import CaptureTheFlagRules
from mpgenie.envs.scenarios.capturing import CARRIER

_ALARM = 9.0  # metres from the own flag at which a guard goes for an enemy
_NEAR = 4.5  # metres at which one deals with an enemy first
_BOUT = 25  # ticks of dealing with one
_LEG = 100  # ticks until one looks again who is where


def capture(bot: Bot, game: CaptureTheFlagRules) -> Skill:
    """Do what is to be done now, until a flag changes hands."""
    w, teams = bot.senses.w, game.config.teams
    own, number = bot.slot % teams, bot.slot // teams
    carriers = game.carrier[w].tolist()
    skill = _next(bot, game, own, guards=number % 3 == 1)
    return (yield from as_long_as(skill, lambda: game.carrier[w].tolist() == carriers))


def _next(bot: Bot, game: CaptureTheFlagRules, own: int, guards: bool) -> Skill:
    w = bot.senses.w
    thief = int(game.carrier[w, own])
    if game.role[w, bot.slot] == CARRIER and (thief < 0 or not game.config.flag_home):
        return _run_to(bot, _base(game, w, own))
    if thief >= 0:
        return fight(bot, lambda: bot.feet_of(thief), _LEG, sprint=True)
    foe = _threat(bot, game, own)
    if foe >= 0:
        return fight(bot, lambda: bot.feet_of(foe), _BOUT, sprint=True)
    if guards:
        return _guard(bot, game, own)
    return _take(bot, game, own)


def _threat(bot: Bot, game: CaptureTheFlagRules, own: int) -> int:
    """The nearest enemy who could strike soon, -1 if there is none."""
    w = bot.senses.w
    near = [
        (bot.distance(bot.feet_of(p)), p)
        for p in bot.others
        if p % game.config.teams != own and bot.senses.alive[p] and not game.wait[w, p]
    ]
    away, foe = min(near, default=(_NEAR, -1))
    return foe if away < _NEAR and not game.wait[w, bot.slot] else -1


def _take(bot: Bot, game: CaptureTheFlagRules, own: int) -> Skill:
    """Take the nearest flag that is at home; hang about where there is none."""
    w, teams = bot.senses.w, game.config.teams
    there = [_base(game, w, t) for t in range(teams) if t != own and game.carrier[w, t] < 0]
    if not there:
        return wait(bot, 10)
    return _run_to(bot, min(there, key=bot.distance))


def _run_to(bot: Bot, post: Vector) -> Skill:
    """Run to a post, and wait there for a moment."""
    yield from go_to(bot, post, within=1.5, limit=_LEG, sprint=True)
    return (yield from wait(bot, 3))


def _guard(bot: Bot, game: CaptureTheFlagRules, own: int) -> Skill:
    """Hit whoever comes near the own flag, else go around it."""
    home = _base(game, bot.senses.w, own)
    foes = [p for p in bot.others if p % game.config.teams != own and bot.senses.alive[p]]
    foes = [p for p in foes if _between(bot.feet_of(p), home) < _ALARM]
    if foes:
        foe = min(foes, key=lambda p: (bot.distance(bot.feet_of(p)), p))
        return (yield from fight(bot, lambda: bot.feet_of(foe), _LEG // 2, sprint=True))
    if bot.distance(home) > 5.0:
        return (yield from go_to(bot, home, within=3.5, limit=_LEG // 2))
    return (yield from wait(bot, 5))


def _base(game: CaptureTheFlagRules, w: int, team: int) -> Vector:
    """The foot of a team's post."""
    x, y, z = game.marks[w, 2 * team, :3].tolist()
    return x, y, z


def _between(one: Vector, other: Vector) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)
