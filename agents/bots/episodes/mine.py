"""Everybody digs down and then tunnels towards the point between all of them."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill
from mpgenie.agents.bots.skills.hands import equip_first
from mpgenie.agents.bots.skills.heights import line_to
from mpgenie.agents.bots.skills.look import eye_contact, wait
from mpgenie.agents.bots.skills.mine import dig_down, dig_towards
from mpgenie.agents.bots.vectors import along_ground, length, middle, raised
from mpgenie.envs.simulation.world import Simulation

from .episode import TOOLS, Episode, Scene

_WITHIN = 1.6
_LIMIT = 1_200


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw how deep the tunnel is."""
    scene.facts["depth"] = scene.integer(1, 3)


def miner(bot: Bot, scene: Scene) -> Skill:
    """Dig to the meeting place."""
    feet = [bot.feet_of(slot) for slot in bot.crew.agents]
    depth = min(length(point) for point in feet) - scene.facts["depth"]
    goal = middle(feet)
    goal = raised(goal, depth - length(goal))
    yield from eye_contact(bot, bot.integer(15, 40))
    yield from equip_first(bot, "pickaxe")
    down = max(1, round(length(bot.feet) - depth))
    shaft: Outcome = yield from bot.phase("dig_down", dig_down(bot, down))
    if shaft.status == "failed":
        return shaft
    yield from wait(bot, 8)
    cells: list[int] = []
    cell = bot.cell
    while along_ground(bot.senses.point_in(cell), goal) > _WITHIN and len(cells) < 60:
        cell = line_to(bot, cell, goal)
        cells.append(cell)
    outcome: Outcome = yield from bot.phase("tunnel", dig_towards(bot, cells, limit=_LIMIT))
    if bot.ground_distance(goal) < 2.0 * _WITHIN:
        outcome = SUCCESS
    yield from eye_contact(bot, bot.integer(15, 40))
    return outcome


MINE = Episode(
    name="mine",
    seconds=20,
    scripts={"miner": miner},
    hotbar=(("torch", 64), *TOOLS),
    prepare=prepare,
)
