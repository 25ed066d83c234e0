"""An alarm that acts: when all play alike, everyone but the best learns by other numbers.

Nobody has learnt anything at first, and all play alike.  So the alarm is armed once members have
differed by more than its floor; it rings when they then differ by less, and has to be armed anew.
What members know stays theirs: only what they learn by is drawn anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .groups import check_inside
from .hypers import Ranges, drawn
from .member import Member
from .ratings import BETA, Rating


@dataclass
class Alarm:
    """Whether members still differ."""

    floor: float
    """The mean divergence below which they do not, 0 to 1; 0 = it never rings."""
    armed: bool = False

    def rings(self, divergence: float) -> bool:
        """Whether it does, now that they differ by so much."""
        collapsed = self.armed and divergence < self.floor
        self.armed = divergence >= self.floor or (self.armed and not collapsed)
        return collapsed


def reset(
    members: Sequence[Member], ranges_of: Callable[[str], Ranges], rng: np.random.Generator
) -> list[Member]:
    """Draw the numbers of everyone but the best of each group anew.

    Those have to be tried before they are compared again, like a clone.

    Args:
        members: All of them; they are changed.
        ranges_of: What the numbers of a group's members may be.
        rng: What draws.

    Returns:
        Whose numbers were drawn.
    """
    best: dict[str, Member] = {}
    for member in members:
        other = best.setdefault(member.group, member)
        if member.rating.mu > other.rating.mu:
            best[member.group] = member
    changed = [member for member in members if member is not best[member.group]]
    for member in changed:
        member.numbers = drawn(ranges_of(member.group), rng)
        check_inside(member.group, member.numbers)
        member.rating = Rating(member.rating.mu, max(member.rating.sigma, BETA))
        member.cloned = member.games
    return changed
