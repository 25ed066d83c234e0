"""Skills high up: pile up a tower under the own feet, and build a bridge while walking on it."""

from math import floor

from mpgenie.agents.bots.aim import neighbour
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import QUICK, Gaze
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.vectors import Vector, along_ground, bearing
from mpgenie.agents.policy import Action
from mpgenie.envs.simulation.actions import JUMP, SNEAK, USE

from .hands import dig, equip
from .look import turn, wait
from .walk import buttons_towards, go_to

_STEEP = 87.0  # degrees down at which the block underfoot is in sight
_CENTRED = 0.09
_BACK_DOWN = 84.0  # degrees down at which a bridge builder leaning out looks back


def centre_on(bot: Bot, cell: int, limit: int = 60) -> Skill:
    """Creep to the middle of a cell."""
    point = bot.senses.point_in(cell)
    for _ in range(limit):
        if bot.ground_distance(point) < _CENTRED and bot.pace < 0.1:
            return SUCCESS
        _, way = bearing(bot.feet, bot.heading, point)
        creep = 0 if bot.ground_distance(point) < _CENTRED else buttons_towards(way)
        yield Action(creep | SNEAK)
    return failed("could not stand in the middle")


def pillar_up(bot: Bot, height: int, item: str) -> Skill:
    """Jump and place blocks underfoot until the bot stands so many higher."""
    ready = yield from equip(bot, item)
    if not ready:
        return ready
    yield from centre_on(bot, bot.cell)
    yield from turn(bot, _STEEP - bot.pitch, 0.0, QUICK)
    for level in range(height):
        for _ in range(2):
            risen = yield from _one_higher(bot)
            if risen:
                break
        if not risen:
            return partial(f"{level} high: {risen.reason}") if level else risen
    return SUCCESS


def _one_higher(bot: Bot) -> Skill:
    cell, senses = bot.cell, bot.senses
    if (cell & 63) >= 61 or senses.solid(cell + 2):
        return failed("no room above")
    placed = False
    yield Action(JUMP)
    for _ in range(16):
        if bot.on_ground and bot.layer > (cell & 63) + 0.9:
            break
        use = not placed and bot.layer >= (cell & 63) + 1.0
        yield Action(USE if use else 0)
        placed = placed or senses.solid(cell)
        if bot.on_ground and not placed:
            return failed("the block would not stay")
    yield from wait(bot, 2)
    return SUCCESS if bot.layer > (cell & 63) + 0.9 else failed("fell off")


def to_open_sky(bot: Bot, height: int) -> Skill:
    """Go to the nearest place over which nothing hangs for so many layers."""
    senses, here = bot.senses, bot.cell
    seen, edge = {here >> 6}, [here]
    for _ in range(8):
        for cell in edge:
            spot = senses.footing(senses.point_in(cell), 4)
            top = min(63, (spot & 63) + height + 2)
            if spot >= 0 and not any(
                senses.solid((spot & ~63) + layer) for layer in range(spot & 63, top + 1)
            ):
                if spot >> 6 == here >> 6:
                    return SUCCESS
                went = yield from go_to(bot, senses.point_in(spot), within=0.4, limit=120)
                if went:
                    return went
        edge = [
            there
            for cell in edge
            for there in (senses.beside(cell, direction) for direction in range(4))
            if there >> 6 not in seen and not seen.add(there >> 6)  # type: ignore[func-returns-value]
        ]
    return failed("there is no open sky")


def line_to(bot: Bot, cell: int, goal: Vector) -> int:
    """The cell beside a cell that is nearest to a goal."""
    beside = [bot.senses.beside(cell, direction) for direction in range(4)]
    return min(beside, key=lambda other: along_ground(bot.senses.point_in(other), goal))


def bridge(bot: Bot, goal: Vector, item: str, limit: int = 1_200, within: float = 1.0) -> Skill:
    """Walk level to a place, and place blocks to walk on where there are none.

    The bot sneaks; where the ground ends it turns its back to the gap, leans out and builds on the
    side of the block that it stands on.
    """
    ready = yield from equip(bot, item)
    if not ready:
        return ready
    began, sneaked = bot.tick, bot.sneaks
    bot.sneaks = True
    here = bot.cell - 1  # what it stands on
    try:
        while bot.ground_distance(goal) > within:
            if bot.tick >= began + limit:
                return failed("out of time")
            if floor(bot.layer + 0.1) != (here & 63) + 1:
                return failed("fell off")
            ahead = line_to(bot, here, goal)
            for wall in (ahead + 2, ahead + 1):
                if bot.senses.solid(wall):
                    cleared = yield from dig(bot, wall)
                    if not cleared:
                        return partial("something is in the way")
            if not bot.senses.solid(ahead):
                if bot.count_of(item) == 0:
                    return partial(f"no {item} left")
                yield from equip(bot, item)
                built = yield from extend(bot, here, ahead)
                if not built:
                    return built
            yield from _creep(bot, ahead)
            here = ahead
        return SUCCESS
    finally:
        bot.sneaks = sneaked


def _creep(bot: Bot, floor_cell: int) -> Skill:
    """Sneak onto a block."""
    point = bot.senses.point_in(floor_cell + 1)
    for _ in range(60):
        if bot.ground_distance(point) < 0.2:
            break
        _, way = bearing(bot.feet, bot.heading, point)
        yield Action(buttons_towards(way) | SNEAK)
    return SUCCESS


def extend(bot: Bot, support: int, target: int) -> Skill:
    """Lean out over the edge of a block, and build on the side of it."""
    senses, gaze = bot.senses, Gaze(lambda: bot.turn_speed(120.0))
    ahead, behind = senses.point_in(target + 1), senses.point_in(support + 1)
    back = tuple(4.0 * b - 3.0 * a for a, b in zip(ahead, behind, strict=True))
    side = tuple(0.5 * (a + b) for a, b in zip(
        senses.point_in(target, 0.5), senses.point_in(support, 0.5), strict=True
    ))  # fmt: skip
    pressed = False
    for _ in range(100):
        if senses.solid(target):
            return SUCCESS
        leaning = along_ground(bot.feet, ahead) < along_ground(bot.feet, behind)
        pitch, _ = bot.turn_to(side)  # type: ignore[arg-type]
        if not leaning:
            pitch = _BACK_DOWN - bot.pitch
        _, yaw = bearing(bot.feet, bot.heading, back)  # type: ignore[arg-type]
        _, way = bearing(bot.feet, bot.heading, ahead)
        buttons = SNEAK
        if abs(yaw) < 25.0:
            buttons |= buttons_towards(way)
        cell, face, _ = bot.looks_at()
        aimed = cell == support and neighbour(senses, cell, face) == target
        pressed = aimed and not pressed
        down, right = gaze.turn(pitch, yaw)
        if aimed:
            down, right = 0.0, 0.0
        yield Action(buttons | (USE if pressed else 0), down, right)
    return failed("could not build over the edge")
