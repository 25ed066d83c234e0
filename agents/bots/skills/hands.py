"""Skills of the hands: take in hand, place, dig, throw."""

from mpgenie.agents.bots.aim import body_in, faces_for, is_free, meets, neighbour, point_on
from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import QUICK
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.vectors import bearing, raised
from mpgenie.agents.policy import Action
from mpgenie.envs.planet.blocks import BLOCK, ITEM, TABLE
from mpgenie.envs.simulation.actions import ATTACK, DROP, FIRST_HOTBAR_BIT, JUMP, SNEAK, USE

from .look import look_at, turn, wait
from .walk import go_to

DIG_LIMIT = 140
LEAP = 1.1
"""Metres that an eye is higher near the top of a jump."""
_SHARP = 0.2  # degrees off the mark at which a hand's look has arrived
_BEFORE, _AFTER = 2, 4  # ticks that the eyes rest before and after a click


def equip(bot: Bot, item: str) -> Skill:
    """Take an item in hand."""
    slot = bot.slot_of(item)
    if slot < 0:
        return failed(f"no {item} in the hotbar")
    held = SNEAK if bot.sneaks else 0
    if bot.held != slot:
        yield Action(1 << (FIRST_HOTBAR_BIT + slot) | held)
    return SUCCESS


def equip_first(bot: Bot, ending: str) -> Skill:
    """Take the first item in hand whose name ends so, such as a sword."""
    for name, count in bot.hotbar():
        if count and name.endswith(ending):
            return (yield from equip(bot, name))
    return failed(f"nothing in the hotbar ends with {ending}")


def place(bot: Bot, cell: int, item: str, tries: int = 5) -> Skill:
    """Put a block into a cell from where the bot stands."""
    senses = bot.senses
    for _ in range(tries):
        if senses.block(cell) == BLOCK[item]:
            return SUCCESS
        if not is_free(senses, cell):
            return failed(f"{senses.block_name(cell)} is in the way")
        if TABLE.solid[BLOCK[item]] and body_in(bot, cell) >= 0:
            return failed("somebody stands there")
        faces = faces_for(bot, cell)
        if not faces:
            return failed("no face in sight")
        ready = yield from equip(bot, item)
        if not ready:
            return ready
        winner = bot.choose("face", {face.name: face.score for face in faces})
        face = next(face for face in faces if face.name == winner)
        yield from look_at(bot, face.point, QUICK, close=_SHARP)
        yield from wait(bot, _BEFORE)
        if meets(bot, face.point, face.support, cell, bot.eye):
            yield Action(USE | (SNEAK if bot.sneaks else 0))
        yield from wait(bot, _AFTER)
    return SUCCESS if senses.block(cell) == BLOCK[item] else failed("it would not stay")


def place_jumping(bot: Bot, cell: int, item: str, tries: int = 3) -> Skill:
    """Put a block into a cell whose support shows only from above, in a jump."""
    senses = bot.senses
    for _ in range(tries):
        faces = faces_for(bot, cell, raised(bot.eye, LEAP))
        if not is_free(senses, cell) or not faces or body_in(bot, cell) >= 0:
            break
        ready = yield from equip(bot, item)
        if not ready:
            return ready
        face = faces[0]
        pitch, yaw = bearing(raised(bot.eye, LEAP), bot.heading, face.point)
        yield from turn(bot, pitch - bot.pitch, yaw, QUICK)
        yield Action(JUMP)
        for _ in range(14):
            seen, side, _ = bot.looks_at()
            aimed = seen == face.support and neighbour(senses, seen, side) == cell
            yield Action(USE if aimed else 0)
            if senses.block(cell) == BLOCK[item] or bot.on_ground:
                break
        yield from wait(bot, _AFTER)
    return SUCCESS if senses.block(cell) == BLOCK[item] else failed("could not reach that high")


def best_tool(bot: Bot, block: int) -> str:
    """What the bot carries that mines a block fastest; empty if nothing helps."""
    best, ticks = "", int(TABLE.dig_ticks[block, 0])
    for name, count in bot.hotbar():
        needed = int(TABLE.dig_ticks[block, ITEM[name]])
        if count and 0 <= needed < ticks:
            best, ticks = name, needed
    return best


def dig(bot: Bot, cell: int, limit: int = DIG_LIMIT) -> Skill:
    """Mine the block of a cell from where the bot stands."""
    senses, began = bot.senses, bot.tick
    block = senses.block(cell)
    if block == 0 or TABLE.liquid[block]:
        return SUCCESS
    if TABLE.dig_ticks[block, 0] < 0:
        return failed(f"{senses.block_name(cell)} cannot be mined")
    tool = best_tool(bot, block)
    if tool:
        yield from equip(bot, tool)
    held = ATTACK | (SNEAK if bot.sneaks else 0)
    while bot.tick < began + limit:
        point = point_on(bot, cell)
        if point is None:
            return failed("out of sight or reach")
        yield from look_at(bot, point, QUICK, close=_SHARP)
        while bot.tick < began + limit and bot.senses.looked_at(bot.eye, point, 4.4)[0] == cell:
            yield Action(held)
            if senses.block(cell) != block:
                yield from wait(bot, 1)
                return SUCCESS
        yield from wait(bot, 1)
    return failed("it took too long")


def throw(bot: Bot, item: str, count: int = 1) -> Skill:
    """Throw some of an item ahead."""
    for _ in range(count):
        ready = yield from equip(bot, item)
        if not ready:
            return ready
        yield Action(DROP)
        yield from wait(bot, 2)
    return SUCCESS


def hand_over(bot: Bot, to: int, item: str, count: int = 1) -> Skill:
    """Go to another player and throw some of an item to their feet."""
    if bot.count_of(item) < count:
        return failed(f"fewer than {count} {item} to give")
    outcome = yield from go_to(bot, lambda: bot.feet_of(to), within=2.8, refresh=20)
    if not outcome:
        return outcome
    yield from look_at(bot, lambda: raised(bot.feet_of(to), 0.6), QUICK)
    return (yield from throw(bot, item, count))


def receive(bot: Bot, item: str, count: int = 1, limit: int = 400) -> Skill:
    """Wait until so many more of an item are in the hotbar."""
    before = bot.count_of(item)
    for _ in range(limit):
        if bot.count_of(item) >= before + count:
            return SUCCESS
        yield from wait(bot, 1)
    got = bot.count_of(item) - before
    return partial(f"got {got} of {count}") if got > 0 else failed("nothing came")
