"""Evaluation: two who stand close turn to the same side of the world, or to opposite ones.

Do they see the same scenery?  More than two begin in pairs like that: with an even slot one is
the first of a pair, with an odd one the second.
"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.look import look_at, wait
from mpgenie.agents.bots.vectors import dot

from .episode import SETTLE, Scene
from .ground import level_places
from .held_out import held_out, quick_turn, signalled

_LOOK = 90.0
_LEAST = 0.98  # the cosine of how far apart they may look


def face_pair(bot: Bot, scene: Scene) -> Skill:
    """Come to rest, then look at the other of the pair."""
    yield from wait(bot, SETTLE + 2)
    yield from look_at(bot, lambda: bot.eye_of(_mate(bot)), _LOOK, linear=True)
    return (yield from wait(bot, 2))


def _mate(bot: Bot) -> int:
    """The other of the pair; the first player for one who is left over."""
    mate = bot.slot ^ 1
    return mate if mate in bot.crew.agents else 0


def same_side(bot: Bot, scene: Scene) -> Skill:
    """The first turns right, the second left."""
    return (yield from _turned(bot, 90.0 if bot.slot % 2 == 0 else -90.0, alike=True))


def opposite_sides(bot: Bot, scene: Scene) -> Skill:
    """Both turn right."""
    return (yield from _turned(bot, 90.0, alike=False))


def _turned(bot: Bot, yaw: float, alike: bool) -> Skill:
    mate = _mate(bot)
    outcome: Outcome = yield from signalled(bot, quick_turn(bot, yaw))
    if not outcome or mate ^ 1 != bot.slot:
        return outcome
    # Who faces across a line from two of its places faces one point, a quarter of the way around.
    agreement = dot(bot.heading, bot.senses.heading[mate])
    return SUCCESS if (agreement if alike else -agreement) > _LEAST else failed("they look askew")


_PAIRS = {"opening": face_pair, "places": level_places((3.5, 4.5), steps=4)}
TURN_TO_LOOK = held_out("turn_to_look", same_side, **_PAIRS)
TURN_TO_LOOK_OPPOSITE = held_out("turn_to_look_opposite", opposite_sides, **_PAIRS)
