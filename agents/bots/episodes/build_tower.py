"""Everybody piles up a tower underfoot, and looks across from the top."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Outcome, Skill
from mpgenie.agents.bots.skills.heights import pillar_up, to_open_sky
from mpgenie.agents.bots.skills.look import eye_contact
from mpgenie.envs.simulation.world import Simulation

from .episode import TOOLS, Episode, Scene


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw how high the towers shall be."""
    scene.facts["height"] = scene.settle("height", scene.integer(8, 12))


def builder(bot: Bot, scene: Scene) -> Skill:
    """Build, between two looks at the partner."""
    yield from to_open_sky(bot, scene.facts["height"])
    yield from eye_contact(bot, bot.integer(15, 40))
    outcome: Outcome = yield from bot.phase(
        "pillar_up", pillar_up(bot, scene.facts["height"], "planks")
    )
    yield from eye_contact(bot, bot.integer(15, 40))
    return outcome


BUILD_TOWER = Episode(
    name="build_tower",
    seconds=17,
    scripts={"builder": builder},
    separation=(8.0, 15.0),
    hotbar=(("planks", 64), *TOOLS),
    prepare=prepare,
    parameters={"height": (2, 16)},
)
