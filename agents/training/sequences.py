"""Decisions that follow from each other: what a player with a memory learns from at once.

A sequence is of one row, in one episode, without gaps, and not longer than gradients go back.  It
begins with the memory that the player had when it decided, as it was then.

Shapes: T decisions of N rows; n decisions, row after row; S sequences.
"""

from typing import NamedTuple, Self

from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor  # noqa: E402


def begins_of(counts: Tensor, whose: Tensor, longest: int) -> Tensor:
    """Where sequences begin.

    Args:
        counts: (T, N) bool; whatever does not count lies between two sequences.
        whose: (T, N) which network decided: a sequence is of one.
        longest: Decisions of a sequence.

    Returns:
        (n,) bool, of those that count.
    """
    first = torch.ones_like(counts)
    first[1:] = ~counts[:-1] | (whose[1:] != whose[:-1])
    begins = first.T[counts.T]
    places = torch.arange(len(begins))
    since = places - torch.where(begins, places, 0).cummax(0).values
    return begins | (since % longest == 0)


class Sequences(NamedTuple):
    """Where sequences lie among decisions."""

    starts: Tensor
    """(S,) int64."""
    lengths: Tensor
    """(S,) int64."""

    @classmethod
    def of(cls, begins: Tensor) -> Self:
        """Those that begin where (n,) is true."""
        starts = begins.nonzero().squeeze(1)
        ends = torch.cat([starts[1:], torch.tensor([len(begins)])])
        return cls(starts, ends - starts)

    def packed(self, some: Tensor) -> tuple[Tensor, list[int]]:
        """The decisions of some sequences in the order of `cores.Core.follow`.

        Args:
            some: (k,) of which.

        Returns:
            (m,) places of their decisions, and how many sequences have a first one, a second one
            and so on; the first decision of each sequence comes first.
        """
        lengths, order = self.lengths[some].sort(descending=True, stable=True)
        steps = torch.arange(int(lengths[0]))
        there = steps[:, None] < lengths  # (longest, k)
        places = self.starts[some][order] + steps[:, None]
        return places[there], there.sum(1).tolist()
