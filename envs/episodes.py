"""Which episode comes next: its seed and its planet, the planet made ahead of time if it can be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from mpgenie.envs.planet.planet import Planet
from mpgenie.errors import ConfigError

from .planets import Maker

OPTIONS = ("planet_seed",)
"""What `reset(options=...)` understands."""
_MOST = 2**63 - 1


class Episode(NamedTuple):
    """What an episode follows from, together with the config and the actions."""

    seed: int
    planet_seed: int


class Seeds:
    """Seeds of one episode after the other, from the caller or from a stream that goes on.

    Args:
        root: Where the stream starts if the first call names no seed; None draws it.
    """

    def __init__(self, root: int | None) -> None:
        self.root = root
        self.count = 0
        """Episodes since the root was set."""

    def next_seed(self, seed: int | None) -> int:
        """The seed of the episode that begins now.

        Raises:
            ConfigError: If it is not a whole number from 0 to 2**63 - 1; nothing changes then.
        """
        if seed is not None:
            self.root, self.count = whole_seed("seed", seed), 0
        elif self.root is None:
            self.root = int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) & _MOST
        self.count += 1
        return self._seed(self.count)

    def _seed(self, count: int) -> int:
        assert self.root is not None
        if count == 1:
            return self.root
        branch = np.random.SeedSequence(self.root, spawn_key=(count,))
        return int(branch.generate_state(1, np.uint64)[0]) & _MOST


class Episodes(Seeds):
    """Episodes one after the other, and their planets.

    Args:
        maker: Who makes the planets.
        planets: Play on so many planets only; None = a new one each time.
        seed: As `root` of `Seeds`.
    """

    def __init__(self, maker: Maker, planets: int | None, seed: int | None) -> None:
        super().__init__(seed)
        self.planets, self.maker = planets, maker

    def next(self, seed: int | None, options: Mapping[str, Any]) -> Episode:
        """The episode that begins now.

        Raises:
            ConfigError: If a seed is not a whole number from 0 to 2**63 - 1; nothing changes then.
        """
        planet_seed = options.get("planet_seed")
        if planet_seed is not None:
            planet_seed = whole_seed("planet_seed", planet_seed)
        drawn = self.next_seed(seed)
        return Episode(drawn, self._planet_seed(drawn) if planet_seed is None else planet_seed)

    def planet(self, episode: Episode) -> Planet:
        """The planet of an episode."""
        return self.maker.get(episode.planet_seed)

    def look_ahead(self) -> None:
        """Start to make the planet of the next episode, should nobody name another seed."""
        self.maker.prepare(self._planet_seed(self._seed(self.count + 1)))

    def _planet_seed(self, seed: int) -> int:
        return seed % self.planets if self.planets else seed


def whole_seed(name: str, seed: object) -> int:
    if isinstance(seed, (bool, np.bool_)) or not isinstance(seed, (int, np.integer)):
        raise ConfigError(f"{name} must be a whole number, got {seed!r}")
    if not 0 <= seed <= _MOST:
        raise ConfigError(f"{name} must lie between 0 and 2**63 - 1, got {seed}")
    return int(seed)
