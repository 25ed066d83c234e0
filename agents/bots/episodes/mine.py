"""Everybody digs down and then tunnels towards the point between all of them."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.skills.dig_through import dig_through, go_through
from mpgenie.agents.bots.skills.hands import equip_first
from mpgenie.agents.bots.skills.heights import line_to
from mpgenie.agents.bots.skills.look import eye_contact, wait
from mpgenie.agents.bots.skills.mine import dig_down
from mpgenie.agents.bots.vectors import Vector, along_ground, length, middle, raised
from mpgenie.envs.simulation.world import Simulation

from .episode import TOOLS, Episode, Scene

_WITHIN = 1.6
_MET = 2.5  # metres from the meeting place at which one is there
_LIMIT = 1_200
_TRIES = 8


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw how deep the tunnel is."""
    scene.facts["depth"] = scene.settle("depth", scene.integer(1, 2))


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
    yield from bot.phase("tunnel", _tunnel(bot, goal))
    yield from eye_contact(bot, bot.integer(15, 40))
    left = bot.distance(goal)
    return SUCCESS if left < _MET else partial(f"{left:.0f} m from the meeting place")


def _tunnel(bot: Bot, goal: Vector) -> Skill:
    """Dig straight to a place; from where one falls into a cave, on by any way."""
    for _ in range(_TRIES):
        yield from dig_through(bot, _line(bot, goal), limit=_LIMIT)
        if bot.distance(goal) < _MET:
            return SUCCESS
        if bot.ground_distance(goal) < _MET:
            yield from go_through(bot, goal, within=_WITHIN, limit=_LIMIT // 2)
    return failed("too many caves")


def _line(bot: Bot, goal: Vector) -> list[int]:
    """The cells of a straight tunnel, down or up in steps until it is as deep as the goal."""
    cells: list[int] = []
    cell, depth = bot.cell, bot.senses.cell_of(goal) & 63
    while along_ground(bot.senses.point_in(cell), goal) > _WITHIN and len(cells) < 60:
        cell = line_to(bot, cell, goal)
        cell += (depth > cell & 63) - (depth < cell & 63)
        cells.append(cell)
    return cells


MINE = Episode(
    name="mine",
    seconds=30,
    scripts={"miner": miner},
    hotbar=(("torch", 64), ("stone", 64), *TOOLS),
    prepare=prepare,
    parameters={"depth": (1, 4)},
)
