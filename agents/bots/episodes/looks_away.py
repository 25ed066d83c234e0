"""Evaluation: one, or everybody, turns away from the partner, freezes, and turns back.

Who has turned must not see the partner in between, and has to see it again in the end.
"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.look import wait
from mpgenie.envs.simulation.world import Simulation

from .episode import Scene
from .ground import level_places
from .held_out import FREEZE, held_out, quick_turn, signalled, standing_by, subject


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """How far they turn to which side: 67.5 to 112.5 degrees."""
    side = 90.0 if scene.chance(0.5) else -90.0
    scene.facts["yaw"] = side + scene.uniform(-22.5, 22.5)


def away_and_back(bot: Bot, scene: Scene) -> Skill:
    """Turn, freeze, turn back."""
    partner, yaw = subject(bot, scene), scene.facts["yaw"]
    seen = [bot.has_in_view(partner)]
    yield from bot.phase("away", quick_turn(bot, yaw))
    yield from bot.phase("freeze", wait(bot, FREEZE))
    seen.append(bot.has_in_view(partner))
    yield from bot.phase("back", quick_turn(bot, -yaw))
    yield from wait(bot, 1)
    seen.append(bot.has_in_view(partner))
    return SUCCESS if seen == [True, False, True] else failed(f"partner in view: {seen}")


def everybody(bot: Bot, scene: Scene) -> Skill:
    """All do it at once."""
    outcome: Outcome = yield from signalled(bot, away_and_back(bot, scene))
    return outcome


ONE_LOOKS_AWAY = held_out("one_looks_away", standing_by(away_and_back), prepare=prepare)
BOTH_LOOK_AWAY = held_out(
    "both_look_away", everybody, prepare=prepare, places=level_places((10.0, 12.0))
)
