"""Evaluation: one builds a small structure, then all look at it from the same side.

Everybody ends some six metres in front of it; is it in each one's view?
"""

from mpgenie.agents.bots.aim import faces_for
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.build import come_near, judged
from mpgenie.agents.bots.skills.hands import equip, place
from mpgenie.agents.bots.skills.look import look_at, sneak_signal, wait
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector, middle, raised, towards, turned, unit, walked
from mpgenie.envs.simulation.movement import EYE
from mpgenie.envs.simulation.world import Simulation

from .blueprint import Blueprint, best_site, laid_out
from .episode import TOOLS, Scene
from .held_out import LENGTH, around_actor, held_out

PLANS: dict[str, Blueprint] = {
    "square wall": [(x, 0, y) for y in range(2) for x in (1, 0)],
    "low wall": [(x, 0, 0) for x in (3, 2, 1, 0)],
    "tower": [(0, 0, 0), (0, 0, 1)],
}
"""(along, aside, up) of each block, bottom up and far to near."""
_GAP = 4
_SIGNAL = 30  # ticks until the builder has given the signal
_AWAY, _ASIDE = 6.0, 1.0
_WALK = 200
_WORK = 600


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw what is built."""
    scene.facts["plan"] = scene.pick(list(PLANS))


def player(bot: Bot, scene: Scene) -> Skill:
    """Build, or wait for it; then go and look."""
    plan, began = PLANS[scene.facts["plan"]], bot.tick
    outcome = SUCCESS
    if bot.slot == scene.facts["actor"]:
        site = laid_out(bot.senses, best_site(bot, bot.feet, plan), plan)
        scene.facts["cells"] = site
        outcome = yield from bot.phase("build", _build(bot, site))
    met = yield from bot.meet("built", _WORK)
    if not met:
        return met
    seen = yield from bot.phase("look", _look(bot, scene.facts["cells"]))
    yield from wait(bot, _SIGNAL + LENGTH - (bot.tick - began))
    return outcome if not outcome else seen


def _build(bot: Bot, cells: list[int]) -> Skill:
    """Signal, look up, and place block after block, sneaking."""
    yield from equip(bot, "stone")
    yield from wait(bot, 15)
    yield from bot.phase("signal", sneak_signal(bot, idle=10))
    yield from look_at(bot, lambda: bot.eye_of(bot.partner), 171.0, linear=True)
    yield from wait(bot, _GAP)
    for _ in range(2):
        for cell in cells:
            if bot.senses.solid(cell):
                continue
            yield from come_near(bot, cell, lambda eye, at=cell: faces_for(bot, at, eye))  # type: ignore[misc]
            bot.sneaks = True
            yield from place(bot, cell, "stone")
            bot.sneaks = False
            yield from wait(bot, _GAP)
    return judged(bot, [(cell, "stone") for cell in cells])


def _look(bot: Bot, cells: list[int]) -> Skill:
    """Go in front of the structure, beside the others, and look at it."""
    senses = bot.senses
    centre = middle([senses.point_in(cell, 0.5) for cell in cells])
    spots = [spot for spot in _viewpoints(bot, cells, centre) if bot.can_reach(spot)]
    if spots:
        spot = max(spots, key=lambda spot: _in_sight(bot, raised(spot, EYE), cells))
        yield from go_to(bot, spot, within=0.6, limit=_WALK)
    looked: Outcome = yield from look_at(bot, centre, 171.0, linear=True)
    yield from wait(bot, _GAP)
    seen = _in_sight(bot, bot.eye, cells)
    if looked and 2 * seen >= len(cells):
        return SUCCESS
    return failed(f"sees {seen} of {len(cells)} blocks")


def _viewpoints(bot: Bot, cells: list[int], centre: Vector) -> list[Vector]:
    """Places in front of a structure, the best first; each player has its own beside the others."""
    senses, agents = bot.senses, bot.crew.agents
    first, last = senses.point_in(cells[0]), senses.point_in(cells[-1])
    along = towards(first, last) if cells[0] >> 6 != cells[-1] >> 6 else bot.heading
    rank = agents.index(bot.slot) - 0.5 * (len(agents) - 1)
    places = []
    for side in (90.0, -90.0, 60.0, -60.0, 120.0, -120.0):
        for away in (_AWAY, _AWAY - 1.0, _AWAY - 2.0):
            front = walked(centre, turned(unit(centre), along, side), away)
            aside = turned(unit(front), towards(front, centre), 90.0)
            cell = senses.footing(walked(front, aside, 2.0 * _ASIDE * rank), 5)
            if cell >= 0:
                places.append(senses.point_in(cell))
    return places


def _in_sight(bot: Bot, eye: Vector, cells: list[int]) -> int:
    """How many blocks of a structure an eye sees something of."""
    senses, seen = bot.senses, 0
    for cell in cells:
        points = [senses.point_in(cell, 0.1 + 0.2 * k) for k in range(5)]
        seen += any(senses.looked_at(eye, point, 12.0)[0] == cell for point in points)
    return seen


STRUCTURE = held_out(
    "structure",
    player,
    prepare=prepare,
    places=around_actor((5.5, 6.5), steps=5),
    hotbar=(("stone", 64), *TOOLS),
)
