"""Who becomes whose clone, and what it then tries.

A member is replaced only on evidence: when it is worse than another of its group with a chance of
at least `evidence`, by their ratings or by what they came to where they met (see `meetings`).  Both
have to have played enough since they last changed (`burn_in`), so nobody clones a clone that was
never tried, and enough since either last took part in cloning (`cool_down`).  The clone takes all
from the donor, then its numbers are explored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mpgenie.errors import ConfigError

from .groups import check_inside
from .hypers import Ranges, crossed, explored
from .member import Member
from .ratings import BETA, Rating, worse


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When and how members change."""

    evidence: float = 0.95
    """How sure it has to be that a member is worse."""
    burn_in: int = 32
    """Games that anybody plays before it is compared."""
    cool_down: int = 16
    """Games that both play between two clonings."""
    resample: float = 0.25
    """The chance that a number is drawn anew rather than perturbed."""
    crossover: bool = False
    """Whether a clone's numbers are from either parent before they are explored."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.evidence <= 1.0 or not 0.0 <= self.resample <= 1.0:
            raise ConfigError(
                "evidence is a chance from 0.5 and resample one from 0, both up to 1, got "
                f"{self.evidence} and {self.resample}"
            )
        if min(self.burn_in, self.cool_down) < 0:
            raise ConfigError(
                f"burn_in and cool_down are games, got {self.burn_in} and {self.cool_down}"
            )


Evidence = Callable[[Member, Member], float]


class Cloning(NamedTuple):
    """Who took all from whom."""

    member: Member
    donor: Member


def evolve(
    members: Sequence[Member],
    ranges_of: Callable[[str], Ranges],
    schedule: Schedule,
    rng: np.random.Generator,
    is_worse: Evidence | None = None,
) -> list[Cloning]:
    """Replace members who are worse, and let the clones explore.

    Args:
        members: All of them; they are changed.
        ranges_of: What the numbers of a group's members may be.
        schedule: When and how.
        rng: What draws.
        is_worse: The chance that the first of two is worse; by default that of their ratings.

    Returns:
        What was done, in order.
    """
    is_worse = is_worse or by_rating
    done: list[Cloning] = []
    for member in members:
        if not _is_ready(member, schedule):
            continue
        donors = [
            other
            for other in members
            if other.group == member.group
            and _is_ready(other, schedule)
            and is_worse(member, other) >= schedule.evidence
        ]
        if donors:
            donor = donors[int(rng.integers(len(donors)))]
            _clone(member, donor, ranges_of(member.group), schedule, rng)
            done.append(Cloning(member, donor))
    return done


def by_rating(one: Member, other: Member) -> float:
    """The chance that one is worse than another by their ratings."""
    return worse(one.rating, other.rating)


def _is_ready(member: Member, schedule: Schedule) -> bool:
    """Whether it has played enough to be compared, and to take part in cloning again."""
    return member.games >= max(member.cloned + schedule.burn_in, member.rests)


def _clone(
    member: Member, donor: Member, ranges: Ranges, schedule: Schedule, rng: np.random.Generator
) -> None:
    """Let a member become like another, but for its numbers."""
    numbers = donor.numbers
    if schedule.crossover:
        numbers = crossed(member.numbers, numbers, rng)
    member.numbers = explored(numbers, ranges, rng, schedule.resample)
    check_inside(member.group, member.numbers)
    member.arrays = {name: array.copy() for name, array in donor.arrays.items()}
    member.rating = Rating(donor.rating.mu, max(donor.rating.sigma, BETA))
    member.parent, member.cloned = donor.name, member.games
    member.rests = member.games + schedule.cool_down
    donor.rests = donor.games + schedule.cool_down
