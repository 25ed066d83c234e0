"""Three rounds in which one turns its back, walks off, comes back and turns round again."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, partial
from mpgenie.agents.bots.skills.look import eye_contact
from mpgenie.agents.bots.skills.travel import random_walk
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene

ROUNDS = 3
_ROUND_LIMIT = 1_200


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw who walks in each round."""
    scene.facts["walkers"] = [scene.pick(list(scene.roles)) for _ in range(ROUNDS)]


def player(bot: Bot, scene: Scene) -> Skill:
    """Walk off when it is one's turn, else stand."""
    went: list[bool] = []
    for k, walker in enumerate(scene.facts["walkers"]):
        yield from bot.phase("eye_contact", eye_contact(bot, bot.integer(5, 20)))
        if bot.slot == walker:
            walked = yield from bot.phase("random_walk", random_walk(bot, away=True))
            went.append(bool(walked))
        met = yield from bot.meet(f"walk_look_away_{k + 1}", _ROUND_LIMIT)
        if not met:
            return met
    return SUCCESS if 2 * sum(went) >= len(went) else partial("hardly moved")


WALK_LOOK_AWAY = Episode(
    name="walk_look_away", seconds=42, scripts={"player": player}, prepare=prepare
)
