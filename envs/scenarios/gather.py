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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.simulation.events import DIG_DONE
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import KIND, NOBODYS, Scenario, ScenarioConfig, slot_of
from .boulders import HEIGHT, NO_AIM, lay_base, lay_boulders, take_stock, was_laid


@dataclass(frozen=True, kw_only=True)
class Gather(ScenarioConfig):
    """How gathering is played."""

    name: ClassVar[str] = "gather"
    marks: ClassVar[tuple[str, ...]] = ("base",)
    part_names: ClassVar[tuple[str, ...]] = ("mined", "delivered", "digging", "approach")
    shaping: ClassVar[tuple[str, ...]] = ("digging", "approach")
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

    def mark_count(self, players: int) -> int:
        """One base for all."""
        return 1

    def make(self, simulation: Simulation) -> "GatherRules":
        """The rules for the players of a simulation."""
        return GatherRules(self, simulation)


class GatherRules(Scenario):
    """Where the ore was laid, and what has been done about it."""

    def __init__(self, config: Gather, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players = self.worlds, self.players
        self.base = self.marks[:, 0, :3]
        self.ores = np.zeros((worlds, players * config.ores * HEIGHT, 4))
        self.left = np.zeros((worlds, 1), np.int64)
        self.distance = np.zeros((worlds, players))
        self.aiming = np.zeros((worlds, players), np.int64)
        self.digging = np.zeros((worlds, players))
        self.state |= {
            "ores": self.ores,
            "left": self.left,
            "distance": self.distance,
            "aiming": self.aiming,
            "digging": self.digging,
        }
        records = records_of(simulation.state)
        self._game = Bundle(
            Game(
                records.players, records.items, records.event, records.event_count,
                simulation.state.cells.blocks, self.base, self.ores, self.left, self.distance,
                self.aiming, self.digging, np.zeros((3, players)), np.zeros((2, players), np.int64),
                self.parts, self.ended, float(config.radius), float(config.mined),
                float(config.delivered), float(config.digging), float(config.approach),
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Lay the base and the boulders, and put a pickaxe into every hand."""
        simulation, players = self.simulation, self.simulation.state.players
        lay_base(simulation, w, self.base[w])
        self.marks[w, 0, KIND:] = 1, NOBODYS
        near, far = (float(distance * np.sqrt(self.players)) for distance in self.config.ring)
        self.left[w] = lay_boulders(simulation, w, self.base[w], self.ores[w], near, far)
        players.hotbar_item[w] = 0
        players.hotbar_count[w] = 0
        players.held[w] = 0
        _look_around(self._game, w)

    def step(self, first: int, last: int) -> None:
        """Pay for what was mined, brought and begun."""
        _judge(self._game, first, last)


class Game(NamedTuple):
    """What the kernels of gathering read and change."""

    players: NDArray[np.void]
    items: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    blocks: NDArray[np.uint8]
    base: NDArray[np.float64]
    ores: NDArray[np.float64]
    left: NDArray[np.int64]
    distance: NDArray[np.float64]
    aiming: NDArray[np.int64]
    digging: NDArray[np.float64]
    before: NDArray[np.float64]
    """(3, P) work space: distance, aim and digging a tick ago."""
    counts: NDArray[np.int64]
    """(2, P) work space: ore brought, blocks mined."""
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    radius: float
    per_mined: float
    per_delivered: float
    per_digging: float
    per_metre: float


@kernel
def _look_around(bundle, w):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    take_stock(
        game.players, game.items, game.blocks, w, game.ores[w], game.base[w], game.radius,
        game.distance[w], game.aiming[w], game.digging[w], game.counts[0],
    )  # fmt: skip


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`."""
    game = opened(bundle)
    before, brought, mined = game.before, game.counts[0], game.counts[1]
    for w in range(first, last):
        for p in range(before.shape[1]):
            before[0, p], before[1, p] = game.distance[w, p], game.aiming[w, p]
            before[2, p] = game.digging[w, p]
            mined[p] = 0
        _look_around(bundle, w)
        for k in range(min(game.event_count[w], game.event.shape[1])):
            event = game.event[w, k]
            if event[1] == DIG_DONE and was_laid(game.ores[w], event[4]):
                miner = slot_of(game.players, w, event[2])
                if miner >= 0:
                    mined[miner] += 1
        for p in range(before.shape[1]):
            game.left[w, 0] = max(0, game.left[w, 0] - brought[p])
            _pay(game, w, p)
        game.ended[w] = game.left[w, 0] == 0


@inlined
def _pay(game, w, p):  # type: ignore[no-untyped-def]
    """Fill the parts of one player's reward."""
    before, brought, mined = game.before, game.counts[0, p], game.counts[1, p]
    nearer = 0.0
    if before[1, p] == game.aiming[w, p] and game.aiming[w, p] != NO_AIM:
        nearer = before[0, p] - game.distance[w, p]
    progress = max(0.0, game.digging[w, p] - before[2, p])
    if mined > 0:  # the last stroke completed the block
        progress, nearer = max(0.0, 1.0 - before[2, p]), 0.0
    game.parts[w, p, 0] = game.per_mined * mined
    game.parts[w, p, 1] = game.per_delivered * brought
    game.parts[w, p, 2] = game.per_digging * progress
    game.parts[w, p, 3] = game.per_metre * nearer
