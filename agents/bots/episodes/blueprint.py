"""Plans in local steps, laid out on the lattice of a planet and shared out among builders."""

from typing import TypeAlias

from mpgenie.agents.bots.aim import is_free
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.senses import Senses
from mpgenie.agents.bots.vectors import Vector, apart
from mpgenie.envs.planet.compass import column_aside

Blueprint: TypeAlias = list[tuple[int, int, int]]
"""(along, aside, up) of each block from the origin, in the order of building."""


def laid_out(senses: Senses, origin: int, plan: Blueprint) -> list[int]:
    """The cells of a plan whose (0, 0, 0) is the cell `origin`."""
    geometry = senses.sim.geometry
    return [
        int(column_aside(geometry, origin >> 6, along, aside)) * 64 + (origin & 63) + up
        for along, aside, up in plan
    ]


def best_site(bot: Bot, near: Vector, plan: Blueprint, reach: int = 4) -> int:
    """The cell near a point from which a plan fits the land best, noted as the bot's choice.

    It fits where its cells are free and its lowest ones lie on the ground, away from players.
    """
    senses, middle = bot.senses, bot.senses.cell_of(near)
    scores: dict[str, float] = {}
    sites: dict[str, int] = {}
    low = min(up for _, _, up in plan)
    for along in range(-reach, reach + 1, 2):
        for aside in range(-reach, reach + 1, 2):
            column = laid_out(senses, middle, [(along, aside, 0)])[0]
            origin = senses.footing(senses.point_in(column), 6)
            if origin < 0:
                continue
            cells = laid_out(senses, origin, plan)
            taken = sum(not is_free(senses, cell) for cell in cells)
            floor = [cell for cell, (_, _, up) in zip(cells, plan, strict=True) if up == low]
            hanging = sum(not senses.solid(cell - 1) for cell in floor)
            crowd = sum(
                min(apart(senses.point_in(cell), bot.feet_of(slot)) for cell in floor) < 1.6
                for slot in bot.crew.agents
            )
            name = f"{along} {aside}"
            sites[name] = origin
            far = 0.05 * (abs(along) + abs(aside))
            scores[name] = -float(taken) - 0.5 * hanging - 2.0 * crowd - far
    return sites[bot.choose("site", scores)] if sites else middle


def shared_out(cells: list[int], part: int, parts: int) -> list[int]:
    """One builder's part of the work: shares differ by one block at most, and lie together."""
    first, last = len(cells) * part // parts, len(cells) * (part + 1) // parts
    return cells[first:last]


def spiral(width: int) -> list[tuple[int, int]]:
    """The places of a square, from its edge inwards."""
    rings = {
        (x, z): min(x, z, width - 1 - x, width - 1 - z) for x in range(width) for z in range(width)
    }
    return sorted(rings, key=lambda place: (rings[place], place))
