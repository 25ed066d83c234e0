"""Skills underground: find ores in sight and mine them, dig a way, set up lights."""

from collections.abc import Sequence

import numpy as np

from mpgenie.agents.bots.aim import body_in, faces_for, is_free, neighbour, point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.vectors import apart
from mpgenie.envs.planet.blocks import BLOCK

from .build import come_near
from .hands import dig, place
from .look import wait

ORES = ("coal_ore", "iron_ore", "gold_ore", "diamond_ore")
_FALL = 3  # layers that one may drop into a cave
_REACH = 12  # columns and layers around the bot in which it looks for ores


def blocks_around(bot: Bot, names: Sequence[str], reach: int = _REACH) -> list[int]:
    """Cells with some kinds of blocks around a bot, the nearest first."""
    senses, here = bot.senses, bot.cell
    columns, edge = {here >> 6}, [here]
    for _ in range(reach):
        ring = []
        for cell in edge:
            for direction in range(4):
                there = senses.beside(cell, direction)
                if there >> 6 not in columns:
                    columns.add(there >> 6)
                    ring.append(there)
        edge = ring
    low, high = max(1, (here & 63) - reach), min(63, (here & 63) + reach)
    rows = np.array(sorted(columns))
    layers = senses.blocks[rows, low : high + 1]
    where = np.argwhere(np.isin(layers, [BLOCK[name] for name in names]))
    found = [int(rows[row]) * 64 + low + int(layer) for row, layer in where]
    eye = bot.eye
    return sorted(found, key=lambda cell: (apart(eye, senses.point_in(cell, 0.5)), cell))


def exposed(bot: Bot, cell: int) -> bool:
    """Whether a block has a side that is not covered."""
    cells = [neighbour(bot.senses, cell, side) for side in range(6)]
    return any(other >= 0 and not bot.senses.solid(other) for other in cells)


def mine_ores(bot: Bot, most: int = 8, limit: int = 600, names: Sequence[str] = ORES) -> Skill:
    """Mine ores that lie open nearby, the nearest first; success if there was one or none is."""
    end, mined = bot.tick + limit, 0
    for cell in blocks_around(bot, names):
        if mined == most or bot.tick >= end:
            break
        if not exposed(bot, cell):
            continue
        if point_on(bot, cell) is None:
            yield from come_near(bot, cell, lambda eye, at=cell: point_on(bot, at, eye) is not None)  # type: ignore[misc]
        if point_on(bot, cell) is not None:
            done = yield from dig(bot, cell)
            mined += bool(done)
    return SUCCESS if mined else partial("no ore in sight")


def light_up(bot: Bot, item: str = "torch", limit: int = 48) -> Skill:
    """Put a light somewhere within reach, on the floor or on a wall."""
    senses, end = bot.senses, bot.tick + limit
    if bot.count_of(item) == 0:
        return failed(f"no {item} left")
    here = bot.cell
    cells = [senses.beside(here, direction) for direction in range(4)]
    cells += [cell + 1 for cell in cells]
    for cell in bot.shuffled(cells[:4]) + bot.shuffled(cells[4:]):
        if bot.tick >= end:
            break
        if is_free(senses, cell) and body_in(bot, cell) < 0 and faces_for(bot, cell):
            done = yield from place(bot, cell, item, tries=2)
            if done:
                return SUCCESS
    return failed("no place for a light")


def dig_down(bot: Bot, layers: int) -> Skill:
    """Dig a shaft under the own feet and fall into it."""
    for done in range(layers):
        floor = bot.cell - 1
        if not any(bot.senses.solid(floor - k) for k in range(1, _FALL + 1)):
            return partial(f"{done} deep: a cave below")
        if bot.senses.solid(floor):
            outcome = yield from dig(bot, floor)
            if not outcome:
                return partial(f"{done} deep: {outcome.reason}") if done else outcome
        for _ in range(20):
            if bot.on_ground and bot.cell <= floor:
                break
            yield from wait(bot, 1)
    return SUCCESS


def level_line(bot: Bot, direction: int, length: int, falling: int = 0) -> list[int]:
    """Cells in a straight line of the lattice, by so many layers lower with each."""
    cells, cell = [], bot.cell
    for _ in range(length):
        cell = bot.senses.beside(cell, direction) - falling
        cells.append(cell)
    return cells
