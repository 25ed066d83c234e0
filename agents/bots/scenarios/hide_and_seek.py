"""Hide and seek: hiders go behind something, or into the ground; seekers look them up.

Both know where the others are, as players do who observe the state.
"""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.fight import fight
from mpgenie.agents.bots.skills.hands import dig
from mpgenie.agents.bots.skills.look import look_at, wait, watch
from mpgenie.agents.bots.skills.mine import dig_down
from mpgenie.agents.bots.skills.travel import as_long_as, flee
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector, apart, raised, turned, walked
from mpgenie.envs.scenarios.hide_and_seek import (
    FROZEN_SEEKER,
    SEEKER,
    SEEN_HIDER,
    HideAndSeekRules,
)
from mpgenie.envs.simulation.movement import EYE

_OVER_A_HUT = 3.6  # metres over the feet from which one who is shut in will look about
_SAFE = 4.0  # metres from a seeker at which nobody hides
_AT_HAND = 3.5  # metres from a hider at which a seeker digs
_RADII = (1.5, 2.5, 4.0, 6.0, 8.0, 11.0, 14.0)  # metres at which one looks for a place
_LEG = 40  # ticks until one looks again


def hide_and_seek(bot: Bot, game: HideAndSeekRules) -> Skill:
    """Hide or seek, as long as that is one's part."""
    role, slot = game.role[bot.senses.w], bot.slot
    if role[slot] == FROZEN_SEEKER:
        return (yield from wait(bot, 1))
    seeks = role[slot] == SEEKER
    skill = _seek(bot, game) if seeks else _hide(bot, game)
    return (yield from as_long_as(skill, lambda: (role[slot] >= SEEKER) == seeks))


def _hide(bot: Bot, game: HideAndSeekRules) -> Skill:
    """Stay where no seeker can see one, or go there, or into a pit."""
    eyes = _eyes(bot, game)
    if not _is_exposed(bot, eyes, bot.feet):
        return (yield from wait(bot, 4))
    place = _hideout(bot, eyes)
    if place is not None:
        return (yield from go_to(bot, place, within=0.4, limit=_LEG, sprint=True))
    if game.left[bot.senses.w, 0] > 0 or min(apart(eye, bot.feet) for eye in eyes) > 3.0 * _SAFE:
        return (yield from dig_down(bot, 2))
    seekers = [p for p in bot.others if game.role[bot.senses.w, p] >= SEEKER]
    return (yield from flee(bot, seekers, _LEG))


def _eyes(bot: Bot, game: HideAndSeekRules) -> list[Vector]:
    """Where seekers look from, now or when they come out of their huts."""
    role = game.role[bot.senses.w]
    return [
        raised(bot.feet_of(p), _OVER_A_HUT if role[p] == FROZEN_SEEKER else EYE)
        for p in bot.others
        if role[p] >= SEEKER
    ]


def _is_exposed(bot: Bot, eyes: list[Vector], feet: Vector) -> bool:
    """Whether one who stands somewhere could be seen from any of some points."""
    clear = bot.senses.clear_between
    points = raised(feet, EYE), raised(feet, 0.3)
    return any(clear(eye, point) for eye in eyes for point in points)


def _hideout(bot: Bot, eyes: list[Vector]) -> Vector | None:
    """The nearest place around that cannot be seen."""
    senses, up, heading = bot.senses, bot.up, bot.heading
    for radius in _RADII:
        places = []
        for turn in range(0, 360, 24):
            cell = senses.footing(walked(bot.feet, turned(up, heading, float(turn)), radius), 4)
            if cell < 0:
                continue
            place = senses.point_in(cell)
            if min(apart(eye, place) for eye in eyes) > _SAFE and not _is_exposed(bot, eyes, place):
                places.append((-min(apart(eye, place) for eye in eyes), cell))
        for _, cell in sorted(places):
            if senses.reachable(bot.footing, cell):
                return senses.point_in(cell)
    return None


def _seek(bot: Bot, game: HideAndSeekRules) -> Skill:
    """Go where the nearest hider is in sight, of those whom no other seeker sees if there are."""
    role = game.role[bot.senses.w]
    hiders = [p for p in bot.others if role[p] < SEEKER and bot.senses.alive[p]]
    if not hiders:
        return (yield from wait(bot, 5))
    mine = {p: bot.has_in_view(p) for p in hiders}
    hider = min(
        hiders,
        key=lambda p: (role[p] == SEEN_HIDER and not mine[p], bot.distance(bot.feet_of(p)), p),
    )
    if game.config.caught_by_touch and bot.sees(hider):
        return (yield from fight(bot, lambda: bot.feet_of(hider), _LEG, sprint=True))
    away = bot.distance(bot.feet_of(hider))
    if bot.sees(hider) and away < 2.0 * _AT_HAND:
        return (yield from watch(bot, lambda: raised(bot.feet_of(hider), 1.0), 5, 170.0))
    if not bot.sees(hider) and away < _AT_HAND:
        yield from look_at(bot, raised(bot.feet_of(hider), 1.0), 170.0)
        cell, _, _ = bot.looks_at()
        if cell >= 0:
            yield from dig(bot, cell, limit=60)
    look = (lambda: raised(bot.feet_of(hider), 1.0)) if bot.sees(hider) else None
    return (
        yield from go_to(
            bot, lambda: bot.feet_of(hider), within=1.5, limit=15, sprint=True, look=look,
            refresh=15,
        )
    )  # fmt: skip
