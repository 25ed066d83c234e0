"""Everybody piles up a tower, and builds a bridge from its top to the point between all towers."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, partial, worst
from mpgenie.agents.bots.skills.heights import bridge, pillar_up, to_open_sky
from mpgenie.agents.bots.skills.look import eye_contact, wait
from mpgenie.agents.bots.vectors import length, middle, raised

from .episode import TOOLS, Episode, Scene

HEIGHT = 8
_WITHIN = 1.0
_LIMIT = 1_200


def builder(bot: Bot, scene: Scene) -> Skill:
    """Go up, and across."""
    goal = middle([bot.feet_of(slot) for slot in bot.crew.agents])
    yield from to_open_sky(bot, HEIGHT)
    yield from eye_contact(bot, bot.integer(15, 40))
    tower: Outcome = yield from bot.phase("pillar_up", pillar_up(bot, HEIGHT, "planks"))
    yield from wait(bot, 20)
    yield from eye_contact(bot, 30)
    goal = raised(goal, length(bot.feet) - length(goal))
    far = bot.ground_distance(goal)
    across: Outcome = yield from bot.phase("bridge", bridge(bot, goal, "planks", _LIMIT, _WITHIN))
    if not across:
        left = bot.ground_distance(goal)
        across = SUCCESS if left < 2.0 * _WITHIN else across
        if across.status == "failed" and left < 0.5 * far:
            across = partial(across.reason)
    yield from eye_contact(bot, bot.integer(15, 40))
    return worst([tower, across])


TOWER_BRIDGE = Episode(
    name="tower_bridge",
    seconds=37,
    scripts={"builder": builder},
    separation=(10.0, 16.0),
    hotbar=(("planks", 64), *TOOLS),
)
