"""All players build one house together: a floor, walls with a doorway, a roof; then admire it."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill
from mpgenie.agents.bots.skills.build import build, climb_beside, judged, step_off
from mpgenie.agents.bots.skills.look import eye_contact, look_at, watch
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import middle, towards, turned, unit, walked

from .blueprint import Blueprint, best_site, laid_out, shared_out, spiral
from .episode import TOOLS, Episode, Scene
from .ground import level_places

WIDTH, STOREY = 5, 3
_STAGE_LIMIT = 3_000
_ENOUGH = 0.9  # the share of one's blocks that have to stand for a success


def _ring() -> list[tuple[int, int]]:
    """The places of the walls: the corners first, then around, without the doorway."""
    last = WIDTH - 1
    corners = [(0, 0), (last, 0), (last, last), (0, last)]
    sides = [place for place in spiral(WIDTH) if 0 in place or last in place]
    return corners + [place for place in sides if place not in corners]


def _is_door(x: int, z: int, up: int) -> bool:
    return z == 0 and x == WIDTH // 2 and up <= 2


STAGES: dict[str, tuple[str, Blueprint]] = {
    "floor": ("cobblestone", [(x, z, 0) for x, z in spiral(WIDTH)]),
    "walls": (
        "planks",
        [(x, z, up) for up in range(1, STOREY + 1) for x, z in _ring() if not _is_door(x, z, up)],
    ),
    "roof": ("oak_log", [(x, z, STOREY + 1) for x, z in spiral(WIDTH)]),
}
"""For each stage its block and its plan, in the order of building."""


def builder(bot: Bot, scene: Scene) -> Skill:
    """Build one's share of each stage, wait for the others, and look at it from outside."""
    agents = bot.crew.agents
    centre = middle([bot.feet_of(slot) for slot in agents])
    whole = [place for _, plan in STAGES.values() for place in plan]
    origin = best_site(bot, centre, whole, reach=6)
    site = laid_out(bot.senses, origin, STAGES["floor"][1])
    mine: list[tuple[int, str]] = []
    yield from eye_contact(bot, bot.integer(15, 40))
    for name, (block, plan) in STAGES.items():
        cells = laid_out(bot.senses, origin, plan)
        share = [(cell, block) for cell in shared_out(cells, agents.index(bot.slot), len(agents))]
        if name == "roof":
            yield from bot.phase("climb", climb_beside(bot, site, STOREY + 1, "dirt"))
        yield from bot.phase(
            name, build(bot, share, scaffold="dirt", site=site, limit=_STAGE_LIMIT)
        )
        mine += share
        met = yield from bot.meet(f"build_house_{name}", _STAGE_LIMIT)
        if not met:
            return met
    yield from bot.phase("admire", _admire(bot, site))
    outcome = judged(bot, mine)
    stands = sum(bot.senses.block_name(cell) == block for cell, block in mine)
    return SUCCESS if stands >= _ENOUGH * len(mine) else outcome


def _admire(bot: Bot, site: list[int]) -> Skill:
    """Stand some way off, side by side, and look at the house."""
    points = [bot.senses.point_in(cell) for cell in site]
    centre = middle(points)
    yield from step_off(bot, site)
    side = 20.0 * bot.crew.agents.index(bot.slot)
    first = towards(points[0], centre)
    for aside in (0.0, 60.0, 120.0, 180.0, 240.0, 300.0):
        place = walked(centre, turned(unit(centre), first, aside + side), 9.0)
        if bot.can_reach(place):
            yield from go_to(bot, place, within=1.0, limit=260)
            break
    yield from look_at(bot, bot.senses.point_in(site[-1], 2.0))
    return (yield from watch(bot, bot.senses.point_in(site[-1], 2.0), 40))


BUILD_HOUSE = Episode(
    name="build_house",
    seconds=155,
    scripts={"builder": builder},
    places=level_places((10.0, 20.0), steps=6, tries=12),
    hotbar=(
        ("cobblestone", 64),
        ("planks", 64),
        ("planks", 32),
        ("oak_log", 64),
        ("dirt", 64),
        *TOOLS,
    ),  # fmt: skip
)
