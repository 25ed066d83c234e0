"""Players build: a wall or a small tower each, or a platform together."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Outcome, Skill
from mpgenie.agents.bots.skills.build import build
from mpgenie.agents.bots.skills.look import eye_contact
from mpgenie.agents.bots.vectors import middle
from mpgenie.envs.simulation.world import Simulation

from .blueprint import Blueprint, best_site, laid_out, shared_out
from .episode import MATERIALS, TOOLS, Episode, Scene
from .ground import level_places

PLANS: dict[str, Blueprint] = {
    "wall": [(x, 0, y) for y in range(2) for x in range(5)],
    "tower": [(0, 0, y) for y in range(2)],
    "platform": [(x, z, 0) for x in range(4) for z in range(4)],
}
"""(along, aside, up) of each block, in the order of building."""


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw what is built, and of what."""
    scene.facts["plan"] = scene.pick(list(PLANS))
    scene.facts["block"] = scene.pick([name for name, _ in MATERIALS])


def builder(bot: Bot, scene: Scene) -> Skill:
    """Build one's own, or one's share."""
    plan, block = PLANS[scene.facts["plan"]], scene.facts["block"]
    agents = bot.crew.agents
    if scene.facts["plan"] == "platform":
        origin = best_site(bot, middle([bot.feet_of(slot) for slot in agents]), plan)
        site = laid_out(bot.senses, origin, plan)
        work = shared_out(site, agents.index(bot.slot), len(agents))
    else:
        work = site = laid_out(bot.senses, best_site(bot, bot.feet, plan), plan)
    yield from eye_contact(bot, bot.integer(15, 40))
    outcome: Outcome = yield from bot.phase(
        "build",
        build(bot, [(cell, block) for cell in work], scaffold="cobblestone", gap=6, site=site),
    )
    yield from eye_contact(bot, bot.integer(15, 40))
    return outcome


BUILD_STRUCTURE = Episode(
    name="build_structure",
    seconds=25,
    scripts={"builder": builder},
    places=level_places((8.0, 15.0), steps=4, tries=6),
    hotbar=(*MATERIALS, *TOOLS),
    prepare=prepare,
)
