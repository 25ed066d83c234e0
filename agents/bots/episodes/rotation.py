"""Evaluation: one turns on the spot, by 40 degrees or right around; is the other in view?"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed

from .episode import Scene
from .held_out import around_actor, held_out, quick_turn, standing_by

CASES = (40.0, -40.0, 180.0)
"""Degrees to the right, one after another by seed; then the next player turns."""


def turn_once(bot: Bot, scene: Scene) -> Skill:
    """Turn; success if the partner was in view before and is not any more."""
    partner, before = bot.partner, bot.has_in_view(bot.partner)
    scene.facts["yaw"] = CASES[scene.seed % len(CASES)]
    yield from quick_turn(bot, scene.facts["yaw"])
    if not before or bot.has_in_view(partner):
        return failed("the partner stays in view" if before else "the partner is not in view")
    return SUCCESS


ROTATION = held_out("rotation", standing_by(turn_once), places=around_actor(cases=len(CASES)))
