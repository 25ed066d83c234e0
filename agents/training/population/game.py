"""What a population plays and learns, as functions of what they are given.

Neither playing nor learning keeps anything: whoever runs them, in whatever order, gets the same.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import Arrays

from .hypers import Numbers
from .takes import Take


class Match(NamedTuple):
    """What is to be played: some worlds side by side, each with its line-up."""

    level: int
    """Of the curriculum."""
    seating: tuple[tuple[str, ...], ...]
    """For each world the name of who has each seat."""
    sides: tuple[int, ...]
    """The side of each seat, numbered from 0."""
    seed: int
    """Worlds and chance follow from it."""


class Outcome(NamedTuple):
    """How one game ended."""

    sides: tuple[tuple[str, ...], ...]
    """Who played on each side; everybody once."""
    scores: tuple[float, ...]
    """What each side came to; more is better."""

    @property
    def ranks(self) -> list[int]:
        """The place of each side: how many came to more."""
        return [sum(other > score for other in self.scores) for score in self.scores]


class Played(NamedTuple):
    """What came of a match."""

    outcomes: list[Outcome]
    lived: Mapping[str, Any]
    """What each of those who learn lived through."""
    takes: Mapping[int, Take] = {}
    """Games to be kept, by their worlds."""


class Game(Protocol):
    """Something to be played by some members and learnt by each."""

    def players(self, level: int) -> int:
        """How many play in one world of a level."""

    def teams(self, level: int) -> Sequence[int] | None:
        """How many players each team has on a level; None = everybody plays alone."""

    def newborn(self, seed: int) -> Arrays:
        """Somebody to begin with."""

    def play(
        self, match: Match, who: Mapping[str, Arrays], numbers: Mapping[str, Numbers]
    ) -> Played:
        """Play a match.

        Args:
            match: Which.
            who: All who play in it, by name.
            numbers: Of those among them who learn from it.
        """

    def learn(
        self, arrays: Arrays, numbers: Numbers, lived: Sequence[Any], seed: int
    ) -> tuple[Arrays, dict[str, float]]:
        """What somebody is after it has learnt from what it lived through, and figures of it."""

    def judge(self, arrays: Arrays, level: int) -> NDArray[np.float64]:
        """(S,) the score of somebody on each of the held-out seeds of a level."""

    def divergence(self, who: Mapping[str, Arrays], lived: Mapping[str, Any], seed: int) -> float:
        """How differently some decide on seeing the same, 0 to 1, on average over pairs.

        Args:
            who: By name.
            lived: What each of them lived through in some match, from which that is drawn.
            seed: Draws it.
        """

    def save(self, path: Path, arrays: Arrays, facts: Mapping[str, Any]) -> None:
        """Write the network (the arrays whose names begin with `net.`) as a file to play with."""

    def load(self, path: Path) -> Arrays:
        """Read what `save` wrote.

        Raises:
            CheckpointError: If the file is damaged or of another game.
        """

    def close(self) -> None:
        """Let go of what it holds."""
