"""What a scenario is: a config, rules that look at one tick at a time, and a little state.

A scenario sets the stage when an episode starts, and after each tick turns the events and the
state of the simulation into parts of a reward for each player, and says whose episode has ended.
It reads the simulation and never a picture, and keeps all it remembers in arrays, so that a
snapshot of the environment can carry them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import SnapshotError

WORLD = 0
"""The world that an environment plays on: it is a batch of one."""
Event = dict[str, Any]
"""One thing that happened in a tick, as `Simulation.events` tells it."""


class Outcome(NamedTuple):
    """What a tick was worth."""

    parts: Sequence[Mapping[str, float]]
    """For each player slot, the parts that its reward is the sum of."""
    ended: Sequence[bool]
    """For each player slot, whether its episode has ended by the rules."""


@dataclass(frozen=True, kw_only=True)
class ScenarioConfig:
    """What may be chosen about a scenario."""

    name: ClassVar[str]
    """As in `parallel_env(scenario=...)`."""
    players: ClassVar[tuple[int, int]] = (1, 32)
    """The fewest and the most players it is for."""
    game_rules: ClassVar[Mapping[str, Any]] = {}
    """Fields of the simulation's `Rules` that the scenario needs otherwise than they are."""

    def make(self, players: int) -> "Scenario":
        """The rules for so many players."""
        raise NotImplementedError


class Scenario:
    """The rules of a game in which nothing is rewarded and nothing ends; others build on it."""

    def __init__(self, players: int) -> None:
        self.players = players
        self.state: dict[str, NDArray[np.generic]] = {}
        """All that the rules remember from tick to tick."""
        self._nothing = Outcome(parts=[{}] * players, ended=[False] * players)

    def reset(self, simulation: Simulation) -> None:
        """Set the stage: the players have just been put on a fresh planet."""

    def step(self, simulation: Simulation, events: Sequence[Event]) -> Outcome:
        """Judge the tick that has just passed."""
        return self._nothing

    def snapshot(self) -> dict[str, list[Any]]:
        """The state as plain lists."""
        return {name: array.tolist() for name, array in self.state.items()}

    def read(self, saved: Mapping[str, list[Any]]) -> dict[str, NDArray[np.generic]]:
        """The arrays of a state from `snapshot`, checked but not yet taken up.

        Raises:
            SnapshotError: If it is not one of this scenario with as many players.
        """
        arrays = {}
        for name, array in self.state.items():
            arrays[name] = np.array(saved.get(name, []), array.dtype)
            if arrays[name].shape != array.shape:
                raise SnapshotError(
                    f"the snapshot's {name!r} has the shape {arrays[name].shape}, "
                    f"this scenario's {array.shape}: restore it in the scenario that it is from"
                )
        return arrays

    def take(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Take up a state from `read`."""
        for name, array in self.state.items():
            array[...] = arrays[name]

    def state_hash(self) -> int:
        """64 bits that change with any bit of the state."""
        if not self.state:
            return 0
        digest = hashlib.blake2b(digest_size=8)
        for array in self.state.values():
            digest.update(array.tobytes())
        return int.from_bytes(digest.digest(), "little")
