"""Three rounds in which some walk at random, out and back, while the others watch them."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, partial
from mpgenie.agents.bots.skills.look import eye_contact, watch
from mpgenie.agents.bots.skills.travel import random_walk
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene

ROUNDS = 3
_ROUND_LIMIT = 1_500


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw who walks in each round, and how often: all, or one of them."""
    slots = list(scene.roles)
    scene.facts["rounds"] = [
        (slots if scene.chance(1.0 / 3.0) else [scene.pick(slots)], scene.integer(2, 4))
        for _ in range(ROUNDS)
    ]


def player(bot: Bot, scene: Scene) -> Skill:
    """Walk when it is one's turn, else watch."""
    went: list[bool] = []
    for k, (walkers, walks) in enumerate(scene.facts["rounds"]):
        yield from bot.phase("eye_contact", eye_contact(bot, bot.integer(5, 20)))
        if bot.slot in walkers:
            for _ in range(walks):
                walked = yield from bot.phase("random_walk", random_walk(bot))
                went.append(bool(walked))
        else:
            yield from watch(bot, lambda: bot.eye_of(bot.partner), 40)
        met = yield from bot.meet(f"walk_look_{k + 1}", _ROUND_LIMIT)
        if not met:
            return met
    return SUCCESS if 2 * sum(went) >= len(went) else partial("hardly moved")


WALK_LOOK = Episode(name="walk_look", seconds=45, scripts={"player": player}, prepare=prepare)
