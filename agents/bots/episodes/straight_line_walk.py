"""One player walks up to a partner and past, then looks back; the others stand and watch."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.dig_through import go_through
from mpgenie.agents.bots.skills.look import eye_contact, look_at, watch
from mpgenie.agents.bots.vectors import Vector, raised, towards, walked

from .episode import Episode, Scene

_FAST = 171.0
_LIMIT = 400


def walker(bot: Bot, scene: Scene) -> Skill:
    """Go straight on, four to eight metres beyond the partner."""
    start = bot.feet_of(bot.partner)
    goal = _beyond(bot, start)
    outcome = yield from go_through(bot, goal, within=1.0, limit=_LIMIT, sprint=bot.chance(0.5))
    yield from look_at(bot, raised(start, 1.6), _FAST)
    yield from watch(bot, raised(start, 1.6), 20)
    return outcome


def _beyond(bot: Bot, start: Vector) -> Vector:
    """A place four to eight metres behind the partner that one can walk to, if there is one."""
    onwards, far = towards(bot.feet, start), bot.ground_distance(start)
    places, scores = {}, {}
    for metres in bot.shuffled(range(4, 9)):
        place = walked(bot.feet, onwards, far + metres)
        places[f"{metres} m"] = place
        scores[f"{metres} m"] = float(bot.can_reach(place)) + 0.1 * bot.number()
        if scores[f"{metres} m"] >= 1.0:
            break
    return places[bot.choose("goal", scores)]


def watcher(bot: Bot, scene: Scene) -> Skill:
    """Look at the walker: all the while, or once."""
    walker = scene.playing("walker")[0]
    if bot.chance(0.5):
        return (yield from watch(bot, lambda: bot.eye_of(walker), bot.integer(60, 120)))
    return (yield from eye_contact(bot, bot.integer(10, 40), _FAST))


STRAIGHT_LINE_WALK = Episode(
    name="straight_line_walk",
    seconds=12,
    scripts={"walker": walker, "watcher": watcher},
)
