"""What members came to in the same worlds: evidence that one is worse, by what it gets.

Ratings count who won.  Here counts by how much: of two members who met in a world on different
sides, the difference of their scores there, so that whatever both met with (the planet, the light,
the other players) cancels.  The chance that one is worse is the share of the bootstrap's means that
lie below zero.

Drawn are n - 1 of n differences: the spread of their mean is then that of the mean of n.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .member import Member

LEAST = 12
"""Games before anything is said; fewer are below zero by chance too often."""
RECENT = 64
"""Of a pair are remembered: older ones tell of who they were."""
DRAWS = 2000
"""Of the bootstrap."""


def chance_below_zero(differences: ArrayLike, rng: np.random.Generator) -> float:
    """The chance that the mean of what some differences are drawn from is below zero.

    Args:
        differences: (n,); fewer than `LEAST` say nothing.
        rng: Of the bootstrap.

    Returns:
        0 to 1; 0.5 if nothing is known.
    """
    values = np.asarray(differences, np.float64)
    if len(values) < LEAST:
        return 0.5
    means = rng.choice(values, (DRAWS, len(values) - 1)).mean(1)
    return float((means < 0.0).mean() + 0.5 * (means == 0.0).mean())


class Meetings:
    """The games that each two members played against each other since either last changed."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], tuple[tuple[int, int], list[float]]] = {}

    def add(self, one: Member, other: Member, difference: float) -> None:
        """A game of two members has passed.

        Args:
            one: Who came to so much more.
            other: Than this one.
            difference: Of their scores.
        """
        if one.name > other.name:
            one, other, difference = other, one, -difference
        since = one.cloned, other.cloned
        self._pairs[one.name, other.name] = since, [*self.of(one, other), difference][-RECENT:]

    def worse(self, one: Member, other: Member, rng: np.random.Generator) -> float:
        """The chance that one gets less than the other; 0.5 if they have hardly met."""
        return chance_below_zero(self.of(one, other), rng)

    def of(self, one: Member, other: Member) -> list[float]:
        """By how much more one came to than the other, game by game."""
        if one.name > other.name:
            return [-difference for difference in self.of(other, one)]
        since, found = self._pairs.get((one.name, other.name), ((-1, -1), []))
        return list(found) if since == (one.cloned, other.cloned) else []

    def plain(self) -> list[Any]:
        """As JSON takes it."""
        return [[*names, *since, found] for names, (since, found) in sorted(self._pairs.items())]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Self:
        """From what `plain` gave."""
        made = cls()
        for one, other, one_since, other_since, found in plain:
            made._pairs[one, other] = (one_since, other_since), found
        return made
