"""Free play: a planet, and nothing to win.

Rewards are always 0 and have no parts; nothing but time (`max_cycles`) ends an episode, and with
`death="remove"` a player's death ends its own.  Everybody starts with the simulation's hotbar.
"""

from dataclasses import dataclass
from typing import ClassVar

from mpgenie.envs.simulation.world import Simulation

from .base import Scenario, ScenarioConfig


@dataclass(frozen=True, kw_only=True)
class FreePlay(ScenarioConfig):
    """There is nothing to choose."""

    name: ClassVar[str] = "free_play"
    players: ClassVar[tuple[int, int]] = (1, 1024)

    def make(self, simulation: Simulation) -> Scenario:
        """The rules of doing as one likes."""
        return Scenario(self, simulation)
