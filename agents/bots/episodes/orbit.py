"""All players walk around the point between them, evenly spread, and look across at each stop."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.travel import orbit
from mpgenie.agents.bots.vectors import middle
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw which way around they go."""
    scene.facts["clockwise"] = scene.chance(0.5)


def walker(bot: Bot, scene: Scene) -> Skill:
    """Visit eight stops on the circle."""
    centre = middle([bot.feet_of(slot) for slot in bot.crew.agents])
    across = max(bot.others, key=lambda other: (bot.distance(bot.feet_of(other)), -other))
    return (
        yield from orbit(
            bot, centre, clockwise=scene.facts["clockwise"], look=lambda: bot.eye_of(across)
        )
    )


ORBIT = Episode(name="orbit", seconds=38, scripts={"walker": walker}, prepare=prepare)
