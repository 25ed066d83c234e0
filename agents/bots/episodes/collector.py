"""One leads through land and rock, digs and collects ores; the others follow and set up lights."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed
from mpgenie.agents.bots.skills.dig_through import dig_through
from mpgenie.agents.bots.skills.mine import level_line, light_up, mine_ores
from mpgenie.agents.bots.skills.travel import follow
from mpgenie.envs.simulation.world import Simulation

from .episode import TOOLS, Episode, Scene

_CYCLE_LIMIT = 1_480
_PASSES = 2
_TASK_LIMIT = 400
_LIGHT_EVERY = 100


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw the cycles: who leads, which way, how far, and whether down a staircase."""
    scene.facts["cycles"] = [
        {
            "leader": scene.pick(list(scene.roles)),
            "direction": scene.integer(0, 3),
            "length": scene.integer(5, 8),
            "falling": int(scene.chance(0.4)),
        }
        for _ in range(scene.integer(3, 5))
    ]


def collector(bot: Bot, scene: Scene) -> Skill:
    """Lead or follow, cycle by cycle."""
    for k, cycle in enumerate(scene.facts["cycles"]):
        met = yield from bot.meet(f"cycle_{k + 1}", 2 * _CYCLE_LIMIT)
        if not met:
            return met
        if bot.slot == cycle["leader"]:
            yield from bot.phase("lead", _lead(bot, cycle))
            for other in bot.others:
                bot.send(other, f"done_{k + 1}", True)
        else:
            followed = yield from bot.phase(
                "follow", _follow(bot, cycle["leader"], f"done_{k + 1}")
            )
            if not followed:
                return followed
    return SUCCESS


def _lead(bot: Bot, cycle: dict[str, int]) -> Skill:
    """Two passes of one task: light, ores, and some cells of digging."""
    for _ in range(_PASSES):
        yield from light_up(bot)
        yield from mine_ores(bot, most=8, limit=160)
        falling = cycle["falling"] if bot.cell & 63 > cycle["length"] + 4 else 0
        cells = level_line(bot, cycle["direction"], cycle["length"], falling)
        yield from dig_through(bot, cells, limit=_TASK_LIMIT)
    return SUCCESS


def _follow(bot: Bot, leader: int, topic: str) -> Skill:
    """Stay near the leader, with a light now and then, until the letter comes."""
    end = bot.tick + _CYCLE_LIMIT
    while bot.tick < end:
        if bot.read(topic):
            return SUCCESS
        if bot.chance(20.0 / _LIGHT_EVERY):
            yield from light_up(bot)
        yield from follow(bot, leader, 20)
    return SUCCESS if bot.distance(bot.feet_of(leader)) < 30.0 else failed("lost the leader")


COLLECTOR = Episode(
    name="collector",
    seconds=150,
    scripts={"collector": collector},
    separation=(2.0, 15.0),
    hotbar=(("torch", 64), ("torch", 64), *TOOLS),
    prepare=prepare,
)
