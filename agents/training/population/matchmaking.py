"""Who plays whom: the more even the odds, the likelier a match.

After Jaderberg et al., "Human-level performance in 3D multiplayer games with population-based
reinforcement learning" (2019): who is to learn is given, and the others are drawn with weights that
are normal in the chance of winning, around even odds.  All of a match are drawn at once, so that
teams may be of any sizes.

Now and then a side is one of the past, any of it as likely: the odds would bring back only what was
good lately, and what is met no more can be lost to again.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import NamedTuple

import numpy as np

from .ratings import Rating, chance

SPREAD = 1.0 / 6.0
"""Deviation of the weights, in chances of winning."""


class Entrant(NamedTuple):
    """Somebody who may play."""

    name: str
    rating: Rating


Sides = list[list[Entrant]]


def weight(odds: float) -> float:
    """How likely a match is: 1 at even odds, exp(-4.5) if it is decided."""
    return math.exp(-0.5 * ((odds - 0.5) / SPREAD) ** 2)


def sizes_of(players: int, members: int) -> list[int]:
    """How many seats each side of a match without teams has: everybody is one.

    Where there are more seats than members, each member has several.
    """
    sides = min(players, members)
    return [len(range(side, players, sides)) for side in range(sides)]


def sides_of_seats(sizes: Sequence[int]) -> tuple[int, ...]:
    """The side of each seat: sides take turns, as long as they have seats left."""
    turns = range(max(sizes))
    return tuple(side for turn in turns for side, size in enumerate(sizes) if turn < size)


def line_up(
    focal: Entrant,
    members: Sequence[Entrant],
    past: Sequence[Entrant],
    sizes: Sequence[int],
    past_share: float,
    rng: np.random.Generator,
) -> Sides:
    """Draw who plays on each side.

    Args:
        focal: Who plays in any case.
        members: Who else may, the focal one among them; nobody is on two sides.
        past: Members as they once were.
        sizes: Slots of each side.
        past_share: The chance that a side is one of the past, if there is any.
        rng: What draws.

    Returns:
        For each side one or more different entrants, at most one for each slot.
    """
    most = max(1, len(members) // len(sizes))
    counts = [min(size, most) for size in sizes]
    from_past = {
        k: [past[j] for j in rng.permutation(len(past))[: counts[k]]]
        for k in range(1, len(sizes))
        if past and rng.random() < past_share
    }
    while True:
        sides = _drawn(focal, members, from_past, counts, rng)
        own, *others = [[each.rating for each in side] for side in sides]
        weights = [
            weight(chance(own, each)) for k, each in enumerate(others, 1) if k not in from_past
        ]
        if not weights or rng.random() < sum(weights) / len(weights):
            return [sides[k] for k in _shuffled(sides, sizes, rng)]


def seated(sides: Sides, sizes: Sequence[int]) -> list[str]:
    """The name of who has each seat: the entrants of a side take turns on those of it."""
    turns = [cycle(side) for side in sides]
    return [next(turns[side]).name for side in sides_of_seats(sizes)]


def _drawn(
    focal: Entrant,
    members: Sequence[Entrant],
    from_past: Mapping[int, list[Entrant]],
    counts: Sequence[int],
    rng: np.random.Generator,
) -> Sides:
    """Any sides of so many entrants, with the focal one on the first."""
    others = [each for each in members if each.name != focal.name]
    others = [others[k] for k in rng.permutation(len(others))]
    sides: Sides = []
    for k, count in enumerate(counts):
        if k in from_past:
            sides.append(from_past[k])
        else:
            own = [focal] if k == 0 else []
            taken = count - len(own)
            sides.append(own + others[:taken])
            others = others[taken:]
    return sides


def _shuffled(sides: Sides, sizes: Sequence[int], rng: np.random.Generator) -> list[int]:
    """An order of the sides, in which those of one size change places."""
    order = list(range(len(sides)))
    for size in sorted(set(sizes)):
        places = [k for k, each in enumerate(sizes) if each == size]
        for place, k in zip(places, rng.permutation(places).tolist(), strict=True):
            order[place] = k
    return order
