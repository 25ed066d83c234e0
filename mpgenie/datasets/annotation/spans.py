"""A stretch of an episode with a name, and how such stretches are found in rows of yes and no."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.schema import Array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One annotation: something that was so from one frame to another."""

    first: int
    """The first frame."""
    last: int
    """The last frame; the same for what happens at once."""
    kind: str
    """"intent", "activity", "interaction", "formation", "cooperation", "key_moment" or "policy"."""
    label: str
    player: int = -1
    """The slot; -1 = all, or nobody in particular."""
    other: int = -1
    """The slot of the second player of an interaction."""
    value: float = 0.0
    """How much, in the label's own measure."""
    note: str = ""


def stretches(true: Array, least: int = 1, gap: int = 0) -> Iterator[tuple[int, int]]:
    """Where a row is true.

    Args:
        true: (n,) yes or no.
        least: Shorter stretches are left out.
        gap: Up to so many rows of no between two stretches are overlooked.

    Yields:
        The first and the last row of each.
    """
    edges = np.diff(np.concatenate([[False], np.asarray(true, bool), [False]]).astype(np.int8))
    spans: list[list[int]] = []
    starts, ends = np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()
    for start, end in zip(starts, ends, strict=True):
        if spans and start - spans[-1][1] <= gap:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    for first, end in spans:
        if end - first >= least:
            yield first, end - 1


def slots_of(episode: Recorded) -> dict[int, int]:
    """The slot of every id that a player had in an episode."""
    ids = episode["state/id"]
    return {int(i): p for p in range(ids.shape[1]) for i in np.unique(ids[:, p]).tolist() if i}
