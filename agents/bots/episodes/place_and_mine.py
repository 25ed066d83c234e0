"""One builds a row of blocks, another mines it, round after round; more players look on."""

from collections.abc import Callable
from functools import partial as curried

import numpy as np

from mpgenie.agents.bots.aim import point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.senses import Senses
from mpgenie.agents.bots.skills.build import build_one, come_near
from mpgenie.agents.bots.skills.hands import dig, equip_first
from mpgenie.agents.bots.skills.look import eye_contact, wait, watch
from mpgenie.agents.bots.skills.travel import random_walk
from mpgenie.agents.bots.vectors import middle, raised, towards
from mpgenie.envs.simulation.world import Simulation

from .blueprint import laid_out
from .episode import MATERIALS, Episode, Scene
from .ground import level_places

_SIDE = 2
_REACH = 12
_ATTEMPTS = 3
_ROUND_LIMIT = 900
_ROWS = {1: (0,), 2: (0, 1), 3: (-1, 0, 1), 4: (-1, 0, 1, 2), 5: (-2, -1, 0, 1, 2)}


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Find level ground for the row, stand builder and miner on its two sides, draw the rounds."""
    senses = Senses(sim, w)
    near = senses.cell_of(middle([senses.feet[slot] for slot in scene.roles]))
    origin = _level_site(senses, near)
    ends = laid_out(senses, origin, [(0, _SIDE, 0), (0, -_SIDE, 0)])
    for role, cell, other in (("builder", ends[0], ends[1]), ("miner", ends[1], ends[0])):
        for slot in scene.playing(role):
            feet = senses.point_in(senses.footing(senses.point_in(cell)))
            ahead = towards(feet, senses.point_in(other))
            sim.teleport(w, slot, np.array(feet), np.array(ahead))
    scene.facts["rounds"] = [
        (_ROWS[scene.integer(1, 5)], scene.pick([name for name, _ in MATERIALS]))
        for _ in range(scene.settle("rounds", scene.integer(7, 10)))
    ]
    scene.facts["origin"] = origin


def _level_site(senses: Senses, near: int) -> int:
    """The cell around another where the ground is most nearly level, spiralling outwards."""
    ground = [(a, b, 0) for a in range(-2, 3) for b in range(-_SIDE, _SIDE + 1)]
    best, least = near, 1e9
    for reach in range(_REACH):
        for along in range(-reach, reach + 1, 2):
            for aside in (-reach, reach):
                column = laid_out(senses, near, [(along, aside, 0)])[0]
                origin = senses.footing(senses.point_in(column), 8)
                if origin < 0:
                    continue
                cells = laid_out(senses, origin, ground)
                rough = sum(senses.solid(c) + (not senses.solid(c - 1)) for c in cells)
                if rough < least:
                    best, least = origin, rough
        if least == 0:
            break
    return best


def _row(bot: Bot, scene: Scene, k: int) -> list[int]:
    row, _ = scene.facts["rounds"][k]
    return laid_out(bot.senses, scene.facts["origin"], [(along, 0, 0) for along in row])


def builder(bot: Bot, scene: Scene) -> Skill:
    """Place each round's row, and wait while it is mined."""
    built = wanted = 0
    for k, (_, block) in enumerate(scene.facts["rounds"]):
        yield from eye_contact(bot, bot.integer(5, 15), 90.0)
        for cell in _row(bot, scene, k):
            done = yield from _persist(bot, curried(build_one, bot, cell, block, block))
            wanted, built = wanted + 1, built + bool(done)
            yield from wait(bot, bot.integer(8, 16))
        for name in ("built", "mined"):
            met = yield from bot.meet(f"{name}_{k}", _ROUND_LIMIT)
            if not met:
                return met
    return _share("placed", built, wanted)


def miner(bot: Bot, scene: Scene) -> Skill:
    """Wait for each round's row, and mine what stands of it."""
    mined = wanted = 0
    for k in range(len(scene.facts["rounds"])):
        yield from eye_contact(bot, bot.integer(5, 15), 90.0)
        met = yield from bot.meet(f"built_{k}", _ROUND_LIMIT)
        if not met:
            return met
        yield from equip_first(bot, "pickaxe")
        for cell in _row(bot, scene, k):
            if bot.senses.solid(cell):
                done = yield from _persist(bot, curried(_mine_one, bot, cell))
                wanted, mined = wanted + 1, mined + bool(done)
                yield from wait(bot, bot.integer(8, 16))
        met = yield from bot.meet(f"mined_{k}", _ROUND_LIMIT)
        if not met:
            return met
    return _share("mined", mined, wanted)


def _mine_one(bot: Bot, cell: int) -> Skill:
    yield from come_near(bot, cell, curried(point_on, bot, cell))
    return (yield from dig(bot, cell))


def _persist(bot: Bot, work: Callable[[], Skill]) -> Skill:
    """Try a piece of work a few times, each time after stepping aside."""
    for _ in range(_ATTEMPTS):
        outcome: Outcome = yield from work()
        if outcome:
            break
        yield from random_walk(bot, back=False)
    return outcome


def onlooker(bot: Bot, scene: Scene) -> Skill:
    """Watch the two at work."""
    centre = raised(bot.senses.point_in(scene.facts["origin"]), 0.5)
    for k in range(len(scene.facts["rounds"])):
        for name in ("built", "mined"):
            yield from watch(bot, centre, bot.integer(20, 60))
            met = yield from bot.meet(f"{name}_{k}", _ROUND_LIMIT)
            if not met:
                return met
    return SUCCESS


def _share(what: str, done: int, wanted: int) -> Outcome:
    if done == wanted:
        return SUCCESS
    reason = f"{what} {done} of {wanted} blocks"
    return partial(reason) if 2 * done >= wanted else failed(reason)


PLACE_AND_MINE = Episode(
    name="place_and_mine",
    seconds=90,
    scripts={"builder": builder, "miner": miner, "onlooker": onlooker},
    places=level_places((4.0, 8.0), steps=5, tries=24),
    hotbar=(*MATERIALS, ("dirt", 64), ("diamond_pickaxe", 1), ("diamond_axe", 1)),
    prepare=prepare,
    parameters={"rounds": (2, 12)},
)
