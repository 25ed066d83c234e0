"""All take a sword and fight, each with the nearest other; blows knock but do not hurt."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.fight import spar
from mpgenie.agents.bots.skills.hands import equip
from mpgenie.agents.bots.skills.look import eye_contact, wait
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene, give_swords


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Give everybody some sword, and draw how long they fight."""
    give_swords(sim, w, scene)
    scene.facts["ticks"] = scene.settle("ticks", scene.integer(200, 300))


def fighter(bot: Bot, scene: Scene) -> Skill:
    """Draw the sword and fight."""
    yield from eye_contact(bot, 10, 171.0)
    yield from equip(bot, scene.facts["swords"][bot.slot])
    yield from wait(bot, 10)
    return (yield from bot.phase("fight", spar(bot, bot.partner, scene.facts["ticks"])))


PVP = Episode(
    name="pvp",
    seconds=18,
    scripts={"fighter": fighter},
    separation=(8.0, 15.0),
    prepare=prepare,
    parameters={"ticks": (60, 600)},
)
