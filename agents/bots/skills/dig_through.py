"""Skills of those who make their way: dig what is in it, and place a floor where there is none."""

from collections.abc import Sequence

from mpgenie.agents.bots.aim import body_in, point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.vectors import Vector
from mpgenie.envs.planet.blocks import BLOCK, TABLE

from .hands import dig, equip
from .heights import centre_on, extend, pillar_up
from .look import wait
from .walk import Walker, go_to

_STEP_LIMIT = 60
_PATIENCE = 4  # half seconds that one waits for somebody to get out of the way
_TRIES = 3
_LIMIT = 3_000  # cells that the search for a way through looks at
_DIG_COST, _PLACE_COST = 2.0, 3.0  # metres of walking that a block dug or placed is worth
_IN = 0.1  # layers over a cell's floor at which feet are in it


def building_block(bot: Bot) -> str:
    """The first thing in the hotbar that makes a floor; empty if nothing does."""
    for name, count in bot.hotbar():
        if count and name in BLOCK and TABLE.solid[BLOCK[name]]:
            return name
    return ""


def dig_through(
    bot: Bot, cells: Sequence[int], *, within: float = 0.4, limit: int = 1_200
) -> Skill:
    """Go from cell to cell, whatever is in the way.

    Args:
        bot: Who goes.
        cells: Where the feet shall go, each beside the one before and at most a layer higher, or
            right over or under it.
        within: Metres from the middle of a cell at which the next one is begun.
        limit: Ticks until it is left.
    """
    end, walker = bot.tick + limit, Walker(bot)
    for k, cell in enumerate(cells):
        if bot.tick >= end:
            return partial("out of time")
        before = cells[k - 1] if k else bot.cell
        for _ in range(3):
            done = yield from _one_cell(bot, walker, before, cell, within)
            if done or bot.tick >= end:
                break
            yield from centre_on(bot, bot.cell)
        if not done:
            return partial(f"{k} of {len(cells)} cells: {done.reason}")
    return SUCCESS


def go_through(
    bot: Bot,
    goal: Vector,
    *,
    within: float = 0.8,
    limit: int = 400,
    sprint: bool = False,
) -> Skill:
    """Walk to a place, and dig or build where no way on foot leads there; see `go_to`."""
    end, senses = bot.tick + limit, bot.senses
    inside = senses.cell_of(goal)
    spot = -1 if senses.solid(inside) else senses.footing(goal)
    there = spot if spot >= 0 else inside
    goal = senses.point_in(there)
    outcome = failed("nobody can stand there")
    if spot >= 0:
        outcome = yield from go_to(bot, goal, within=within, limit=limit, sprint=sprint)
    for _ in range(_TRIES):
        if outcome or bot.tick >= end:
            break
        place_cost = _PLACE_COST if building_block(bot) else 0.0
        path = senses.path(
            bot.footing, there, dig_cost=_DIG_COST, place_cost=place_cost, limit=_LIMIT
        )
        cells = path.cells[1:].tolist()
        yield from dig_through(bot, cells, limit=end - bot.tick)
        if bot.distance(goal) <= max(within, 1.0) or bot.cell == there:
            return SUCCESS
    return outcome


def _one_cell(bot: Bot, walker: Walker, before: int, cell: int, within: float) -> Skill:
    """Clear the next cell, see that there is a floor, and step into it."""
    senses = bot.senses
    for _ in range(_PATIENCE):
        if body_in(bot, cell) in (-1, bot.slot) and body_in(bot, cell + 1) in (-1, bot.slot):
            break
        yield from wait(bot, 10)
    rise = (cell & 63) - (before & 63)
    top = (cell & ~63) + max(cell & 63, before & 63) + 1
    walls = list(range(top, cell - 1, -1))
    if rise > 0:
        walls = [before + 2, *walls]
    for wall in (before + 1, before, *walls):
        if senses.solid(wall) or senses.block(wall) == BLOCK["torch"]:  # a torch hides the rest
            if point_on(bot, wall) is None:
                yield from centre_on(bot, before)
            cleared = yield from dig(bot, wall)
            if not cleared:
                return cleared
    if before >> 6 == cell >> 6 and rise > 0 and not bot.in_water:
        return (yield from pillar_up(bot, rise, building_block(bot)))
    if before >> 6 != cell >> 6 and rise == 0 and _hangs(bot, cell):
        item = building_block(bot)
        if item and senses.solid(before - 1):
            yield from _floor(bot, before - 1, cell - 1, item)
    point = senses.point_in(cell)
    for _ in range(_STEP_LIMIT):
        there = bot.layer < (cell & 63) + _IN or bot.in_water
        if bot.ground_distance(point) < within and there and bot.layer > (cell & 63) - 0.5:
            return SUCCESS
        if bot.layer < min(cell & 63, before & 63) - 0.6 and bot.on_ground:
            return failed("fell")
        yield walker.step(point, point, bot.layer < (cell & 63) - 0.3 or bot.in_water)
    return failed("stuck") if bot.ground_distance(point) >= 2.0 * within else SUCCESS


def _hangs(bot: Bot, cell: int) -> bool:
    """Whether one would fall from a cell."""
    below = bot.senses.block(cell - 1)
    return not TABLE.solid[below] and not TABLE.liquid[below]


def _floor(bot: Bot, support: int, target: int, item: str) -> Skill:
    """Build a floor over a gap, sneaking."""
    yield from equip(bot, item)
    sneaked, bot.sneaks = bot.sneaks, True
    try:
        return (yield from extend(bot, support, target))
    finally:
        bot.sneaks = sneaked
