"""Gather: mine the gold that lies around and carry it to the base.

The base is a lamp in the ground amid the players' spawn points.  Boulders of gold ore, two blocks
high, stand around it, one of them in front of each player.  Everybody starts with a diamond pickaxe
in hand, looking at its first boulder; eight slots hold a pickaxe, which comes back when it is
thrown, the ninth is for ore.  Ore that is mined drops and is picked up by walking over it; all that
a player carries is delivered when it stands within `radius` of the base.

Rewards, each tick:
    mined      +`mined` for each block of a boulder mined (12 ticks of `attack`), not for ore that
               somebody placed
    delivered  +`delivered` for each ore brought to the base
    digging    shaping: +`digging` spread over the ticks of mining an ore block, kept if it is given
               up; endless starting over pays a quarter of finishing
    approach   shaping: +`approach` for each metre nearer to the nearest ore (block or dropped), or,
               with ore in the hotbar, nearer to the base; as much less for each metre away.
               Nothing is paid at the moment in which the aim changes.

Endings: every episode ends when as much ore has been delivered as there was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import WORLD, Event, Outcome, Scenario, ScenarioConfig
from .boulders import HEIGHT, lay_base, lay_boulders, take_stock


@dataclass(frozen=True, kw_only=True)
class Gather(ScenarioConfig):
    """How gathering is played."""

    name: ClassVar[str] = "gather"
    game_rules: ClassVar[Mapping[str, Any]] = {"keep_hotbar": True, "player_damage": False}
    ores: int = 8
    """Boulders for each player."""
    ring: tuple[float, float] = (2.0, 6.0)
    """How near to and how far from the base they stand, in metres; for P players sqrt(P) times as
    far."""
    radius: float = 3.0
    """How near to the base ore counts as delivered."""
    mined: float = 1.0
    delivered: float = 2.0
    digging: float = 0.3
    approach: float = 0.05

    def __post_init__(self) -> None:
        if not 1 <= self.ores <= 16:
            raise ConfigError(f"ores must lie between 1 and 16 for each player, got {self.ores}")
        if not 1.0 <= self.ring[0] < self.ring[1] <= 24.0:
            raise ConfigError(f"ring must be two distances between 1 and 24 m, got {self.ring}")

    def make(self, players: int) -> "GatherRules":
        """The rules for so many players."""
        return GatherRules(self, players)


class GatherRules(Scenario):
    """Where the ore was laid, and what has been done about it."""

    def __init__(self, config: Gather, players: int) -> None:
        super().__init__(players)
        self.config = config
        self.base = np.zeros(3)
        self.ores = np.zeros((players * config.ores * HEIGHT, 4))
        self.left = np.zeros(1, np.int64)
        self.distance = np.zeros(players)
        self.aiming = np.zeros(players, np.int64)
        self.digging = np.zeros(players)
        self.brought = np.zeros(players, np.int64)
        self._before = (self.distance.copy(), self.aiming.copy(), self.digging.copy())
        self.state = {
            "base": self.base,
            "ores": self.ores,
            "left": self.left,
            "distance": self.distance,
            "aiming": self.aiming,
            "digging": self.digging,
        }

    def reset(self, simulation: Simulation) -> None:
        """Lay the base and the boulders, and put a pickaxe into every hand."""
        players = simulation.state.players
        lay_base(simulation, self.base)
        near, far = (float(distance * np.sqrt(self.players)) for distance in self.config.ring)
        self.left[0] = lay_boulders(simulation, self.base, self.ores, near, far)
        players.hotbar_item[WORLD] = 0
        players.hotbar_count[WORLD] = 0
        players.held[WORLD] = 0
        self._take_stock(simulation)

    def step(self, simulation: Simulation, events: Sequence[Event]) -> Outcome:
        """Pay for what was mined, brought and begun."""
        distance, aiming, digging = self._before
        distance[:], aiming[:], digging[:] = self.distance, self.aiming, self.digging
        self._take_stock(simulation)
        mined = [0] * self.players
        for event in events:
            if event["kind"] == "block_dig_done" and self._was_laid(event["cell"]):
                ids = simulation.state.players.id[WORLD].tolist()[: self.players]
                if event["actor"] in ids:
                    mined[ids.index(event["actor"])] += 1
        self.left[0] = max(0, self.left[0] - int(self.brought.sum()))
        return Outcome(
            parts=[self._parts(p, mined[p]) for p in range(self.players)],
            ended=[not self.left[0]] * self.players,
        )

    def _was_laid(self, cell: int) -> bool:
        """Whether this is the first time that a block of a boulder is mined."""
        rows = np.flatnonzero(self.ores[:, 0] == cell)
        self.ores[rows, 0] = -1.0
        return bool(rows.size)

    def _take_stock(self, simulation: Simulation) -> None:
        records = records_of(simulation.state)
        take_stock(
            records.players,
            records.items,
            simulation.state.cells.blocks[WORLD].reshape(-1),
            self.ores,
            self.base,
            self.config.radius,
            self.distance,
            self.aiming,
            self.digging,
            self.brought,
        )

    def _parts(self, p: int, mined: int) -> dict[str, float]:
        config, (distance, aiming, digging) = self.config, self._before
        nearer = float(distance[p] - self.distance[p]) if aiming[p] == self.aiming[p] != 0 else 0.0
        progress = max(0.0, float(self.digging[p] - digging[p]))
        if mined:  # the last stroke completed the block
            progress, nearer = max(0.0, 1.0 - float(digging[p])), 0.0
        return {
            "mined": config.mined * mined,
            "delivered": config.delivered * int(self.brought[p]),
            "digging": config.digging * progress,
            "approach": config.approach * nearer,
        }
