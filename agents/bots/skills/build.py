"""Build after a plan, block by block: go near, clear what is wrong, put scaffolds under."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mpgenie.agents.bots.aim import body_in, faces_for, has_support, is_free, point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.vectors import (
    Vector,
    along_ground,
    apart,
    middle,
    raised,
    towards,
    turned,
    unit,
    walked,
)
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.simulation.movement import EYE

from .hands import LEAP, dig, place, place_jumping
from .heights import pillar_up
from .look import wait
from .walk import go_to

Plan: TypeAlias = Sequence[tuple[int, str]]
"""Cells and the blocks that shall be in them, in the order of building."""
_ATTEMPTS = 3
_NEAR, _ROOM = 3.4, 1.1  # metres from a cell's middle at which one builds it
_WALK = 100


def build(
    bot: Bot,
    plan: Plan,
    *,
    scaffold: str = "",
    gap: int = 4,
    site: Sequence[int] = (),
    limit: int = 1_500,
) -> Skill:
    """Build a plan.

    Args:
        bot: Who builds.
        plan: What.
        scaffold: What to put under blocks that hang in the air; by default the block itself.
        gap: Ticks between two blocks.
        site: Where not to stand when the work is done; by default the plan's cells.
        limit: Ticks after which the work is left.

    Returns:
        Success if all blocks stand, failed if not even half of them do, else partial.
    """
    left, end = list(plan), bot.tick + limit
    for attempt in range(_ATTEMPTS):
        for cell, block in left:
            if bot.tick >= end:
                return judged(bot, plan)
            done = yield from build_one(bot, cell, block, scaffold or block)
            if not done and attempt:
                yield from _from_above(bot, cell, block, scaffold or block)
            yield from wait(bot, gap)
        left = [part for part in left if bot.senses.block(part[0]) != BLOCK[part[1]]]
        if left and any(body_in(bot, cell) >= 0 for cell, _ in left):
            yield from wait(bot, 40)
        if left and not attempt:
            yield from step_off(bot, site or [cell for cell, _ in plan])
    yield from step_off(bot, site or [cell for cell, _ in plan])
    return judged(bot, plan)


def judged(bot: Bot, plan: Plan) -> Outcome:
    """How much of a plan stands."""
    stands = sum(bot.senses.block(cell) == BLOCK[block] for cell, block in plan)
    if stands == len(plan):
        return SUCCESS
    reason = f"{stands} of {len(plan)} blocks stand"
    return partial(reason) if 2 * stands >= len(plan) else failed(reason)


def build_one(bot: Bot, cell: int, block: str, scaffold: str) -> Skill:
    """See to it that one cell holds a block."""
    senses = bot.senses
    if senses.block(cell) == BLOCK[block]:
        return SUCCESS
    if not is_free(senses, cell):
        yield from come_near(bot, cell, lambda eye: point_on(bot, cell, eye) is not None)
        cleared = yield from dig(bot, cell)
        if not cleared:
            return cleared
    if not has_support(senses, cell):
        below = yield from build_one(bot, cell - 1, scaffold, scaffold)
        if not below:
            return below
    near = yield from come_near(bot, cell, lambda eye: bool(faces_for(bot, cell, eye)))
    if near:
        return (yield from place(bot, cell, block, tries=3))
    near = yield from come_near(
        bot, cell, lambda eye: bool(faces_for(bot, cell, raised(eye, LEAP)))
    )
    return (yield from place_jumping(bot, cell, block)) if near else near


def _from_above(bot: Bot, cell: int, block: str, scaffold: str) -> Skill:
    """Pile up a few blocks beside a cell that is too high, and place it from there."""
    for spot in standing_places(bot, cell, count=2, reach=9.0):
        yield from go_to(bot, bot.senses.point_in(spot), within=0.4, limit=_WALK)
        rise = min(6, (cell & 63) - (bot.cell & 63))
        if rise > 0:
            yield from pillar_up(bot, rise, scaffold)
        if faces_for(bot, cell) and body_in(bot, cell) < 0:
            return (yield from place(bot, cell, block, tries=3))
    return failed("could not get up there")


def climb_beside(bot: Bot, cells: Sequence[int], height: int, item: str) -> Skill:
    """Pile up a tower right beside a building, to get on top of it.

    Args:
        bot: Who climbs.
        cells: The ground floor of the building.
        height: Layers to climb.
        item: What the tower is made of.
    """
    senses, inside = bot.senses, {cell >> 6 for cell in cells}
    around = {senses.beside(cell, direction) for cell in cells for direction in range(4)}
    spots = [(bot.distance(senses.point_in(c)), c) for c in around if c >> 6 not in inside]
    for _, spot in sorted(spots):
        point = senses.point_in(senses.footing(senses.point_in(spot), 4))
        if senses.cell_of(point) >> 6 != spot >> 6 or not bot.can_reach(point):
            continue
        crowded = any(bot.distance(point) > apart(bot.feet_of(o), point) for o in bot.others)
        if crowded and any(apart(bot.feet_of(o), point) < 2.0 for o in bot.others):
            continue
        yield from go_to(bot, point, within=0.4, limit=2 * _WALK)
        rise = (spot & 63) + height - (bot.cell & 63)
        risen = yield from pillar_up(bot, rise, item)
        if risen:
            return risen
    return failed("found no place to climb")


def step_off(bot: Bot, cells: Sequence[int]) -> Skill:
    """Leave the place that is built on, so as not to stand in the way of others."""
    points = [bot.senses.point_in(cell) for cell in cells]
    if not any(apart(bot.feet, point) < 1.8 for point in points):
        return SUCCESS
    centre = middle(points)
    far = max(along_ground(centre, point) for point in points) + 2.0
    out, up = towards(centre, bot.feet), unit(centre)
    for aside in (0.0, 45.0, -45.0, 90.0, -90.0, 135.0, -135.0, 180.0):
        place = walked(centre, turned(up, out, aside), far)
        if bot.can_reach(place):
            return (yield from go_to(bot, place, within=1.0, limit=2 * _WALK))
    return failed("there is no room beside it")


def come_near(bot: Bot, cell: int, ready: Callable[[Vector], object]) -> Skill:
    """Go where a cell can be worked on: near, not in it, and with it in sight.

    Args:
        bot: Who goes.
        cell: The cell.
        ready: Whether it can be worked on by one whose eye is at a point.
    """
    if ready(bot.eye) and body_in(bot, cell) != bot.slot:
        return SUCCESS
    for spot in standing_places(bot, cell):
        point = bot.senses.point_in(spot)
        if not ready(raised(point, EYE)) or not bot.can_reach(point):
            continue
        yield from go_to(bot, point, within=0.35, limit=_WALK)
        if ready(bot.eye) and body_in(bot, cell) != bot.slot:
            return SUCCESS
    return failed("found no place to work from")


def standing_places(bot: Bot, cell: int, count: int = 12, reach: float = 4.2) -> list[int]:
    """The best few cells of the feet from which to work on a cell: the nearest, spread around."""
    senses = bot.senses
    middle = senses.point_in(cell)
    around, edge = {cell >> 6: cell}, [cell]
    for _ in range(4):
        ring = []
        for here in edge:
            for direction in range(4):
                there = senses.beside(here, direction)
                if there >> 6 not in around:
                    around[there >> 6] = there
                    ring.append(there)
        edge = ring
    scores: list[tuple[float, int]] = []
    for other in around.values():
        away = along_ground(senses.point_in(other), middle)
        if not _ROOM < away < _NEAR:
            continue
        spot = senses.footing(senses.point_in(other), 5)
        if spot < 0 or spot >> 6 != other >> 6:
            continue
        point = senses.point_in(spot)
        if apart((0.0, away, 0.0), (0.0, 0.0, (spot & 63) + 1.6 - (cell & 63))) < reach:
            scores.append((bot.distance(point) + 0.5 * abs(away - 2.2), spot))
    best = [spot for _, spot in sorted(scores)]
    return best[:: max(1, len(best) // count)][:count]
