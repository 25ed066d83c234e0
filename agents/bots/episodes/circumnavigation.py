"""Only on a sphere: they set off back to back and meet on the other side of the planet.

For planets of every kind; on large ones it takes long: each walks half of the way around.
"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.dig_through import go_through
from mpgenie.agents.bots.skills.look import eye_contact
from mpgenie.agents.bots.skills.march import axis_towards, march
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import dot

from .episode import Episode, Scene

_MEET, _NOTICE = 4.0, 16.0
_APPROACH, _TRIES = 300, 3
_LIMIT = 5_000


def walker(bot: Bot, scene: Scene) -> Skill:
    """Walk away from the others' group until one of it comes from ahead."""
    agents = bot.crew.agents
    group = agents.index(bot.slot) % 2
    partners = agents[1 - group :: 2]
    first = bot.feet_of(agents[0]), bot.feet_of(agents[1])
    axis = axis_towards(first[1 - group], first[group])
    start = bot.up
    yield from eye_contact(bot, bot.integer(10, 20))

    def nearest() -> int:
        return min(partners, key=lambda other: (bot.distance(bot.feet_of(other)), other))

    def comes() -> bool:
        a_quarter_around = dot(start, bot.up) < 0.0
        return a_quarter_around and bot.distance(bot.feet_of(nearest())) < _NOTICE

    outcome: Outcome = yield from bot.phase("around", march(bot, axis, comes, _LIMIT, sprint=True))
    if not outcome:
        return outcome
    other = nearest()
    for _ in range(_TRIES):
        near = go_to(bot, lambda: bot.feet_of(other), within=_MEET - 1.0, limit=200, refresh=20)
        yield from near
        if bot.distance(bot.feet_of(other)) < _MEET:
            break
        yield from go_through(bot, bot.feet_of(other), within=_MEET - 1.0, limit=_APPROACH)
    met = bot.distance(bot.feet_of(other)) < _MEET
    yield from bot.phase("met", eye_contact(bot, bot.integer(20, 40)))
    return SUCCESS if met else failed("passed the other by")


CIRCUMNAVIGATION = Episode(
    name="circumnavigation",
    seconds=90,
    scripts={"walker": walker},
    separation=(3.0, 6.0),
)
