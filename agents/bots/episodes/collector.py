"""One leads through land and rock, digs and collects ores; the others follow and set up lights."""

from collections.abc import Generator

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.skills.dig_through import dig_through
from mpgenie.agents.bots.skills.mine import level_line, light_up, mine_ores
from mpgenie.agents.bots.skills.travel import follow
from mpgenie.agents.policy import Action
from mpgenie.envs.simulation.world import Simulation

from .episode import TOOLS, Episode, Scene

_CYCLE_LIMIT = 1_480
_PASSES = 2
_TASK_LIMIT = 400
_TRIES = 6
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
        for _ in range(scene.settle("cycles", scene.integer(3, 5)))
    ]


def collector(bot: Bot, scene: Scene) -> Skill:
    """Lead or follow, cycle by cycle."""
    short = 0
    for k, cycle in enumerate(scene.facts["cycles"]):
        met = yield from bot.meet(f"cycle_{k + 1}", 2 * _CYCLE_LIMIT)
        if not met:
            return met
        if bot.slot == cycle["leader"]:
            led = yield from bot.phase("lead", _lead(bot, cycle))
            short += not led
            for other in bot.others:
                bot.send(other, f"done_{k + 1}", True)
        else:
            followed = yield from bot.phase(
                "follow", _follow(bot, cycle["leader"], f"done_{k + 1}")
            )
            if not followed:
                return followed
    return partial(f"led the way less than half of it in {short} cycles") if short else SUCCESS


def _lead(bot: Bot, cycle: dict[str, int]) -> Skill:
    """Two passes of one task: light, ores, and some cells of digging; success if half are done."""
    done = 0
    for _ in range(_PASSES):
        yield from light_up(bot)
        yield from mine_ores(bot, most=8, limit=160)
        done += yield from _advance(bot, cycle)
    wanted = _PASSES * cycle["length"]
    return SUCCESS if 2 * done >= wanted else partial(f"went {done} of {wanted} cells")


def _advance(bot: Bot, cycle: dict[str, int]) -> Generator[Action, None, int]:
    """Dig ahead, on from where one falls or is stopped; returns how many cells."""
    end, done = bot.tick + _TASK_LIMIT, 0
    for _ in range(_TRIES):
        left = cycle["length"] - done
        if left <= 0 or bot.tick >= end:
            break
        falling = cycle["falling"] if bot.cell & 63 > left + 4 else 0
        cells = level_line(bot, cycle["direction"], left, falling)
        yield from dig_through(bot, cells, limit=end - bot.tick)
        columns = [cell >> 6 for cell in cells]
        if bot.cell >> 6 in columns:
            done += columns.index(bot.cell >> 6) + 1
    return done


def _follow(bot: Bot, leader: int, topic: str) -> Skill:
    """Stay near the leader, with a light now and then, until the letter comes."""
    end = bot.tick + _CYCLE_LIMIT
    while bot.tick < end:
        going = follow(bot, leader, bot.integer(_LIGHT_EVERY // 2, 3 * _LIGHT_EVERY // 2))
        for action in going:
            yield action
            if bot.read(topic):
                going.close()
                return SUCCESS
        yield from light_up(bot)
    return SUCCESS if bot.distance(bot.feet_of(leader)) < 30.0 else failed("lost the leader")


COLLECTOR = Episode(
    name="collector",
    seconds=150,
    scripts={"collector": collector},
    separation=(2.0, 15.0),
    hotbar=(("torch", 64), ("torch", 64), ("stone", 64), *TOOLS),
    prepare=prepare,
    parameters={"cycles": (1, 6)},
)
