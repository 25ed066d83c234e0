"""Evaluation: one turns on the spot, by 40 degrees or right around; is the other in view?"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed
from mpgenie.envs.simulation.world import Simulation

from .episode import Scene
from .held_out import acting, held_out, quick_turn, standing_by

CASES = (40.0, -40.0, 180.0)
"""Degrees to the right, one after another by seed; then the next player turns."""


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Whose turn it is, and how far."""
    scene.facts |= {"actor": acting(scene, len(CASES)), "yaw": CASES[scene.seed % len(CASES)]}


def turn_once(bot: Bot, scene: Scene) -> Skill:
    """Turn; success if the partner was in view before and is not any more."""
    partner, before = bot.partner, bot.has_in_view(bot.partner)
    yield from quick_turn(bot, scene.facts["yaw"])
    if not before or bot.has_in_view(partner):
        return failed("the partner stays in view" if before else "the partner is not in view")
    return SUCCESS


ROTATION = held_out("rotation", standing_by(turn_once), prepare=prepare)
