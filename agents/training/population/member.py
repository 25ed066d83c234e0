"""A member of a population: what it has learnt, by which numbers, how good it is, from whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Self

import numpy as np

from mpgenie.agents.arrays_file import Arrays

from .groups import check_inside
from .hypers import Numbers
from .ratings import Rating


@dataclass
class Member:
    """Somebody who learns."""

    name: str
    """Its place in the population, for ever; who is cloned into it takes the name."""
    group: str
    numbers: Numbers
    """What evolves: see `hypers`."""
    arrays: Arrays
    """Its network, by names that begin with `net.`, and what its optimiser remembers."""
    rating: Rating = field(default_factory=Rating)
    games: int = 0
    """How many it played."""
    cloned: int = 0
    """How many it had played when it was born, cloned from another or reset: see `alarm`."""
    rests: int = 0
    """How many it has to have played before it clones another or is cloned."""
    parent: str | None = None
    """Whose clone it last became."""

    def plain(self) -> dict[str, Any]:
        """All but the arrays, as JSON takes it."""
        hypers = {name: value for name, value in self.numbers.items() if "." not in name}
        rewards = {name: value for name, value in self.numbers.items() if "." in name}
        return {
            "name": self.name,
            "group": self.group,
            "hypers": hypers,
            "rewards": rewards,
            "rating": self.rating._asdict(),
            "games": self.games,
            "cloned": self.cloned,
            "rests": self.rests,
            "parent": self.parent,
            "hash": hash_of(self.arrays),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], arrays: Arrays) -> Self:
        """From what `plain` gave.

        Raises:
            ConfigError: If its rewards are not those of its group.
        """
        numbers = {**plain["hypers"], **plain["rewards"]}
        check_inside(plain["group"], numbers)
        return cls(
            plain["name"], plain["group"], numbers, arrays, Rating(**plain["rating"]),
            plain["games"], plain["cloned"], plain["rests"], plain["parent"],
        )  # fmt: skip


def hash_of(arrays: Arrays) -> str:
    """16 digits that change with any bit of any array."""
    digest = blake2b(digest_size=8)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
