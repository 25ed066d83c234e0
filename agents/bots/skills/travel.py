"""Ways of going that have no fixed end: after somebody, away from somebody, around, at random."""

from collections.abc import Callable, Sequence

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import NORMAL, QUICK, short_way
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.vectors import Vector, bearing, raised, towards, turned, unit, walked
from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.simulation.actions import BACK, FORWARD, JUMP, LEFT, RIGHT, SNEAK, SPRINT

from .dig_through import go_through
from .look import Target, look_at, turn, wait, watch
from .walk import OCTANTS, go_to

_REPLAN = 20  # ticks between two plans of a pursuit
_FAR = 14.0  # metres that one who flees looks for a place ahead
_LOST = 10.0  # metres by which one who follows may have fallen back
_CROWDED, _ROOM, _ROOM_LIMIT = 1.5, 2.0, 30  # metres too near, metres to go; ticks
_LEG = 80  # ticks of fleeing in one direction
_ALARM = 8.0  # metres at which one who flees turns aside
_CRAWL, _STOPPED, _HOP = 0.03, 24, 8  # metres a tick; ticks of it; ticks from hop to hop
_TOE = 0.75  # metres ahead at which a walker sees a step
_FEET = FORWARD | BACK | LEFT | RIGHT
_AT_STOP = 3.0  # metres from a stop at which it has been reached
_RADII = (1.0, 0.85, 1.15, 0.7, 1.3)  # shares of the radius at which a stop may lie
_ASIDE = (0.0, 12.0, -12.0)  # degrees along the circle by which it may
_TURNS = (0.0, 30.0, -30.0, 60.0, -60.0, 100.0, -100.0, 150.0, -150.0)


def for_ticks(bot: Bot, skill: Skill, ticks: int) -> Skill:
    """Go on with a skill for so many ticks at most; success if it was not over before."""
    for _ in range(ticks):
        try:
            action = next(skill)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        yield action
    skill.close()
    return SUCCESS


def as_long_as(skill: Skill, holds: Callable[[], bool]) -> Skill:
    """Go on with a skill as long as something holds; success if it was not over before."""
    while holds():
        try:
            action = next(skill)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        yield action
    skill.close()
    return SUCCESS


def follow(bot: Bot, whom: int, ticks: int, keep_off: float = 2.0, sprint: bool = False) -> Skill:
    """Stay near another player for a while; fails if it ends far away."""
    end, far = bot.tick + ticks, bot.distance(bot.feet_of(whom))
    while bot.tick < end:
        left = end - bot.tick
        if bot.distance(bot.feet_of(whom)) < _CROWDED:
            yield from for_ticks(bot, make_room(bot, whom), left)
            left = end - bot.tick
        if bot.distance(bot.feet_of(whom)) <= keep_off:
            yield from watch(bot, lambda: raised(bot.feet_of(whom), 1.2), min(5, left))
            continue
        began = bot.tick
        walk = go_to(
            bot, lambda: bot.feet_of(whom), within=keep_off, limit=left, sprint=sprint,
            refresh=_REPLAN,
        )  # fmt: skip
        yield from for_ticks(bot, walk, end - bot.tick)
        if bot.tick == began:
            yield IDLE
    behind = bot.distance(bot.feet_of(whom))
    near = behind <= max(far, keep_off) + _LOST
    return SUCCESS if near else failed(f"fell {behind:.0f} m behind")


def make_room(bot: Bot, whom: int) -> Skill:
    """Step away from somebody who has work to do, where there is room."""
    other = bot.feet_of(whom)
    away = towards(other, bot.feet)
    for aside in _TURNS:
        place = walked(bot.feet, turned(bot.up, towards_level(bot, away), aside), _ROOM)
        cell = bot.senses.footing(place, 2)
        if cell >= 0 and bot.can_reach(bot.senses.point_in(cell)):
            return (yield from go_to(bot, bot.senses.point_in(cell), within=0.5, limit=_ROOM_LIMIT))
    return failed("there is no room")


def flee(bot: Bot, whom: Sequence[int], ticks: int, sprint: bool = True) -> Skill:
    """Run from the nearest of some players: in zig-zags, and aside when one comes near."""
    end, side = bot.tick + ticks, bot.pick((-1.0, 1.0))
    while bot.tick < end:
        goal = _refuge(bot, whom, side)
        leg = min(end - bot.tick, bot.integer(_LEG // 2, _LEG))
        began = bot.tick
        walk = go_to(bot, goal, within=1.5, limit=leg, sprint=sprint)
        far = True
        for _ in range(leg):
            near = min(bot.distance(bot.feet_of(other)) for other in whom) < _ALARM
            if near and not far and bot.tick - began > 20:
                break
            far = not near
            try:
                action = next(walk)
            except StopIteration:
                break
            yield action
        walk.close()
        side = -side
        if bot.tick == began:
            yield IDLE
    return SUCCESS


def _refuge(bot: Bot, whom: Sequence[int], side: float) -> Vector:
    """A place to run to: away from the nearest pursuer, to one side, where one can stand."""
    nearest = min(whom, key=lambda other: (bot.distance(bot.feet_of(other)), other))
    away = towards(bot.feet_of(nearest), bot.feet)
    lean = side * bot.uniform(10.0, 45.0)
    up, senses = unit(bot.feet), bot.senses
    scores: dict[str, float] = {}
    places: dict[str, Vector] = {}
    for aside in _TURNS:
        ahead = walked(bot.feet, turned(up, towards_level(bot, away), lean + aside), _FAR)
        cell = senses.footing(ahead, 8)
        if cell < 0:
            continue
        name = f"{lean + aside:.0f}"
        places[name] = senses.point_in(cell)
        climb = abs((cell & 63) - bot.layer)
        scores[name] = 1.0 - abs(aside) / 180.0 - 0.1 * climb
    if not places:
        return walked(bot.feet, towards_level(bot, away), 4.0)
    return places[bot.choose("refuge", scores)]


def towards_level(bot: Bot, direction: Vector) -> Vector:
    """A direction made level where the bot stands."""
    x, y, z = bot.feet
    return towards(bot.feet, (x + direction[0], y + direction[1], z + direction[2]))


def orbit(
    bot: Bot,
    centre: Vector,
    *,
    stops: int = 8,
    clockwise: bool = True,
    look: Target | None = None,
    hold: int = 20,
    limit: int = 200,
) -> Skill:
    """Walk around a place from stop to stop, and look at something at each.

    Args:
        bot: Who walks.
        centre: The middle of the circle; its radius is how far away the bot is.
        stops: How many, evenly spaced; the first is where the bot stands.
        clockwise: Which way around, seen from above.
        look: What to look at; by default the centre.
        hold: Ticks to rest at each stop.
        limit: Ticks for the walk to each stop.

    Returns:
        Success if all stops were reached, partial if half of them.
    """
    up, first = unit(centre), towards(centre, bot.feet)
    radius, reached = bot.ground_distance(centre), 0
    for k in range(stops):
        angle = 360.0 / stops * k * (1.0 if clockwise else -1.0)
        stops_there = [
            walked(centre, turned(up, first, angle + aside), share * radius)
            for share in _RADII
            for aside in _ASIDE
        ]
        stop = next((place for place in stops_there if bot.can_reach(place)), stops_there[0])
        outcome = yield from go_to(bot, stop, within=1.5, limit=limit)
        if outcome.status == "failed":
            outcome = yield from go_through(bot, stop, within=1.5, limit=limit)
        reached += bot.ground_distance(stop) <= _AT_STOP
        yield from look_at(bot, look or raised(centre, 1.0), QUICK)
        yield from watch(bot, look or raised(centre, 1.0), hold)
    if reached == stops:
        return SUCCESS
    reason = f"came to {reached} of {stops} stops"
    return partial(reason) if 2 * reached >= stops else failed(reason)


def random_walk(bot: Bot, away: bool = False, back: bool = True) -> Skill:
    """Walk a few metres with some of the four buttons, perhaps jump, and come back.

    Success if at least half as far as meant, else partial.

    Args:
        bot: Who walks.
        away: Whether to turn to somewhere behind first, and turn back in the end.
        back: Whether to come back.
    """
    start, heading = bot.feet, bot.heading
    if away:
        yield from turn(bot, 0.0, short_way(180.0 + bot.uniform(-90.0, 90.0)), NORMAL)
    keys = bot.pick(OCTANTS)
    pace = bot.pick((0, 0, 0, SPRINT if keys & FORWARD else 0, SNEAK))
    metres = bot.uniform(3.0, 4.0) * (0.4 if pace == SNEAK else 1.0)
    yield from press_until(bot, keys | pace, lambda: bot.distance(start) >= metres)
    went = bot.ground_distance(start)
    yield from _perhaps_jump(bot)
    if back:
        flip = away and bot.chance(0.5)
        if flip:
            yield from turn(bot, 0.0, 180.0, NORMAL)
        nearest = [1e9]

        def home() -> bool:
            left = bot.ground_distance(start)
            nearest[0] = min(nearest[0], left)
            return left < 1.0 or left > nearest[0] + 0.3

        yield from press_until(bot, (keys if flip else opposite(keys)) | pace, home)
        yield from _perhaps_jump(bot)
    if away:
        _, yaw = bearing(bot.feet, bot.heading, walked(bot.feet, heading, 5.0))
        yield from turn(bot, 0.0, short_way(yaw), NORMAL)
    return SUCCESS if 2.0 * went >= metres else partial("something is in the way")


def opposite(keys: int) -> int:
    """The walking buttons that lead back."""
    return OCTANTS[(OCTANTS.index(keys) + 4) % 8]


def press_until(bot: Bot, keys: int, done: Callable[[], bool], limit: int = 100) -> Skill:
    """Hold walking buttons, hop over what is in the way, until something is so.

    Returns:
        Success if it came to be so, else failed.
    """
    stopped, before = 0, bot.feet
    for tick in range(limit):
        if done():
            return SUCCESS
        stopped = stopped + 1 if bot.distance(before) < _CRAWL and tick > 3 else 0
        before = bot.feet
        if stopped > _STOPPED:
            break
        hop = stopped % _HOP in (2, 3, 4) or bot.in_water or _meets_step(bot, keys)
        yield Action(keys | (JUMP if hop else 0))
    return failed("did not get there")


def _meets_step(bot: Bot, keys: int) -> bool:
    """Whether one who stands runs into a step if it goes on with these buttons."""
    if not bot.on_ground:
        return False
    way = turned(bot.up, bot.heading, 45.0 * OCTANTS.index(keys & _FEET))
    return bot.senses.solid(bot.senses.cell_of(walked(bot.feet, way, _TOE)))


def _perhaps_jump(bot: Bot) -> Skill:
    """Now and then hop on the spot for a while; else pause."""
    if bot.chance(0.25):
        for tick in range(bot.integer(20, 60)):
            yield Action(JUMP if tick % 10 < 5 else 0)
    return (yield from wait(bot, bot.integer(4, 10)))
