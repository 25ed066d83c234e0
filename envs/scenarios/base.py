"""What a scenario is: a config, rules that look at one tick at a time, and a little state.

A scenario sets the stage when an episode starts, and after each tick turns the events and the
state of the simulation into parts of a reward for each player, and says which worlds' episodes have
ended.  It reads the simulation and never a picture, judges all worlds of a batch in one kernel, and
keeps all it remembers in arrays with a leading axis of worlds, so that snapshots can carry them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError, SnapshotError

WORLD = 0
"""The world that an environment plays on: it is a batch of one."""
Event = dict[str, Any]
"""One thing that happened in a tick, as `Simulation.events` tells it."""


@dataclass(frozen=True, kw_only=True)
class ScenarioConfig:
    """What may be chosen about a scenario."""

    name: ClassVar[str]
    """As in `parallel_env(scenario=...)`."""
    version: ClassVar[int] = 0
    """Part of the scenario's ids; goes up when its rules, rewards or looks change."""
    part_names: ClassVar[tuple[str, ...]] = ()
    """What a reward is the sum of: K names."""
    shaping: ClassVar[tuple[str, ...]] = ()
    """Those of them that only show the way: no match is decided by them."""
    players: ClassVar[tuple[int, int]] = (1, 32)
    """The fewest and the most players it is for."""
    roles: ClassVar[tuple[str, ...]] = ("player",)
    """What a player may be at a time; everybody sees what everybody is."""
    marks: ClassVar[tuple[str, ...]] = ()
    """Kinds of landmark that everybody knows of."""
    game_rules: ClassVar[Mapping[str, Any]] = {}
    """Fields of the simulation's `Rules` that the scenario needs otherwise than they are."""

    @classmethod
    def title(cls) -> str:
        """Name and version, as in `metadata["name"]`."""
        return f"{cls.name}_v{cls.version}"

    def check_players(self, players: int) -> None:
        """Refuse a number of players for which the scenario is not.

        Raises:
            ConfigError: If there are too few or too many.
        """
        least, most = self.players
        if not least <= players <= most:
            raise ConfigError(f"{self.name} is for {least} to {most} players, got {players}")

    def mark_count(self, players: int) -> int:
        """How many landmarks there are at most, among so many players."""
        return 0

    def make(self, simulation: Simulation) -> "Scenario":
        """The rules for the worlds and the players of a simulation."""
        raise NotImplementedError


X, Y, Z, KIND, TEAM = range(5)
"""Columns of `Scenario.marks`."""
NOBODYS = -1
"""The team of a mark that is nobody's."""


class Scenario:
    """The rules of a game in which nothing is rewarded and nothing ends; others build on it.

    Args:
        config: What was chosen.
        simulation: What is played on: W worlds of P players.
    """

    def __init__(self, config: ScenarioConfig, simulation: Simulation) -> None:
        self.simulation = simulation
        self.worlds, self.players = simulation.worlds, simulation.players
        self.parts = np.zeros((self.worlds, self.players, len(config.part_names)))
        """(W, P, K) what the last tick was worth to each player slot, part by part."""
        self.ended = np.zeros(self.worlds, np.bool_)
        """(W,) whether the rules ended the world's episode in the last tick."""
        self.role = np.zeros((self.worlds, self.players), np.int64)
        """(W, P) what each player is: an index into the config's `roles`."""
        self.marks = np.zeros((self.worlds, config.mark_count(self.players), 5))
        """(W, M, 5) the landmarks: x, y, z in metres, kind (0 = not there now, else 1 + an index
        into the config's `marks`), team (`NOBODYS` = -1)."""
        self.state: dict[str, NDArray[np.generic]] = {"role": self.role, "marks": self.marks}
        """All that the rules remember from tick to tick; arrays (W, ...).  Rules add their own to
        these two: `self.state |= {...}`."""

    def reset(self, w: int) -> None:
        """Set the stage in world `w`: its players have just been put on a fresh planet."""

    def step(self, first: int, last: int) -> None:
        """Judge the tick that has just passed in worlds `first` up to `last`: parts and ended."""

    def snapshot(self, w: int) -> dict[str, list[Any]]:
        """The state of a world as plain lists."""
        return {name: array[w].tolist() for name, array in self.state.items()}

    def read(self, saved: Mapping[str, list[Any]]) -> dict[str, NDArray[np.generic]]:
        """The arrays of a world's state from `snapshot`, checked but not yet taken up.

        Raises:
            SnapshotError: If it is not one of this scenario with as many players.
        """
        arrays = {}
        for name, array in self.state.items():
            arrays[name] = np.array(saved.get(name, []), array.dtype)
            if array[0].size == arrays[name].size == 0:
                arrays[name] = arrays[name].reshape(array.shape[1:])
            if arrays[name].shape != array.shape[1:]:
                raise SnapshotError(
                    f"the snapshot's {name!r} has the shape {arrays[name].shape}, "
                    f"this scenario's {array.shape[1:]}: restore it in the scenario that it is from"
                )
        return arrays

    def take(self, w: int, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Take up a state from `read` in world `w`."""
        for name, array in self.state.items():
            array[w] = arrays[name]

    def state_hash(self, w: int) -> int:
        """64 bits that change with any bit of a world's state."""
        digest = hashlib.blake2b(digest_size=8)
        for array in self.state.values():
            digest.update(array[w].tobytes())
        return int.from_bytes(digest.digest(), "little")


@kernel
def add_up(parts, rewards, first, last):  # type: ignore[no-untyped-def]
    """Fill rewards (W, P) of worlds `first` up to `last` with the sums of their parts, in order."""
    for w in range(first, last):
        for p in range(parts.shape[1]):
            total = 0.0
            for k in range(parts.shape[2]):
                total += parts[w, p, k]
            rewards[w, p] = total


@kernel
def slot_of(players, w, entity):  # type: ignore[no-untyped-def]
    """The slot of the player with an entity id; -1 = it is nobody's."""
    for p in range(players.shape[1]):
        if players[w, p].active and players[w, p].id == entity:
            return p
    return -1
