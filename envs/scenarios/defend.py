"""Defend: it is night, and mobs come wave after wave for a core and for those who guard it.

The core is a pillar of wool with a lamp on top, on the most level ground near the players, who
stand around it with a sword in every slot of the hotbar (thrown ones come back).  Zombies,
skeletons, spiders and husks come out of the dark around it, `first` for each player in the first
wave and `more` for each in every further one; a wave comes `rest` ticks after the one before is
beaten.  Some of them, and all that see nobody, go for the core; those beside it strike it every
second.  With each third of its strength a block of the wool turns red; what is mined of it comes
back.  It stays midnight.

Mobs that lose sight of everybody and are gone, as all are when nobody lives, come again; so do all
that are left of a wave when no blow falls for `patience` ticks, for some may have lost their way.

Rewards, each tick:
    killed    +`killed` for the player who strikes a mob down
    wave      +`wave` for everybody when a wave is beaten
    core      -`core` for everybody, spread over the strength that the core loses
    died      -`died` for a player who dies
    struck    shaping: +`struck` for each half heart that a player takes from a mob
    approach  shaping: +`approach` for each metre by which a player's own steps lead nearer to the
              nearest mob, as much less for each metre away; nothing within two metres, and nothing
              at the moment in which another mob becomes the nearest
    facing    shaping: +`facing` times the cosine of the angle between a player's eyes and the
              nearest mob: the part by which its own turns have changed it

Endings: lost when the core's strength is gone, won when `waves` waves are beaten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.planet.blocks import BLOCKS, TABLE
from mpgenie.envs.planet.exact import PI, atan2, draw
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.pursuit import new_search
from mpgenie.envs.simulation.state import Timeline, records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import NOBODYS, Scenario, ScenarioConfig
from .places import cell_middle, feet_on, players_middle, put_player, standing_place
from .siege import Siege
from .sites import column_around, most_level
from .waves import (
    CALL,
    CALLED,
    DUE,
    PAUSE,
    PILLAR,
    REPAIR,
    SITE,
    STRENGTH,
    SWORD,
    TALLY,
    Game,
    Worth,
    core_block,
    judge,
)

KINDS = ("zombie", "skeleton", "spider", "husk")
"""What comes."""
LONG_DAY = 10**9
"""Ticks of a day: so many that it stays night."""
_SITE, _PLACE, _KIND = 7301, 7302, 7303
_TRIES = 8
_ROOM = 5.0  # metres from every player at least at which mobs come


@dataclass(frozen=True, kw_only=True)
class Defend(ScenarioConfig):
    """How the core is defended."""

    name: ClassVar[str] = "defend"
    roles: ClassVar[tuple[str, ...]] = ("guard",)
    marks: ClassVar[tuple[str, ...]] = ("core", "failing core")
    part_names: ClassVar[tuple[str, ...]] = (
        "killed", "wave", "core", "died", "struck", "approach", "facing",
    )  # fmt: skip
    shaping: ClassVar[tuple[str, ...]] = ("struck", "approach", "facing")
    game_rules: ClassVar[Mapping[str, Any]] = {
        "mobs": False, "keep_hotbar": True, "player_damage": False, "day": LONG_DAY,
    }  # fmt: skip
    waves: int = 3
    """How many come."""
    first: float = 1.5
    """Mobs of the first wave for each player."""
    more: float = 0.5
    """How many more for each player every further wave has."""
    rest: int = 40
    """Ticks from the end of a wave to the next one."""
    patience: int = 200
    """Ticks without a blow after which what is left of a wave comes anew from elsewhere."""
    ring: tuple[float, float] = (10.0, 15.0)
    """How near to and how far from the core they come, in metres."""
    siege: float = 0.5
    """The share of mobs that go for the core past players."""
    strength: int = 40
    """What mobs have to take from the core, in half hearts for each player."""
    killed: float = 1.0
    wave: float = 2.0
    core: float = 5.0
    died: float = 1.0
    struck: float = 0.05
    approach: float = 0.02
    facing: float = 0.1

    def __post_init__(self) -> None:
        for name, least, most in (
            ("waves", 1, 100), ("first", 0.1, 16.0), ("more", 0.0, 16.0), ("rest", 1, 10_000),
            ("patience", 40, 10_000), ("siege", 0.0, 1.0), ("strength", 1, 100_000),
        ):  # fmt: skip
            if not least <= (value := getattr(self, name)) <= most:
                raise ConfigError(f"{name} must lie between {least} and {most}, got {value}")
        if not 6.0 <= self.ring[0] < self.ring[1] <= 40.0:
            raise ConfigError(f"ring must be two distances between 6 and 40 m, got {self.ring}")

    def mark_count(self, players: int) -> int:
        """One core for all."""
        return 1

    def make(self, simulation: Simulation) -> "DefendRules":
        """The rules for the players of a simulation."""
        return DefendRules(self, simulation)


class DefendRules(Scenario):
    """Where the core is, how it stands, and which mobs are still to come."""

    def __init__(self, config: Defend, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players = self.worlds, self.players
        mobs = simulation.state.mobs.active.shape[1]
        self.core = self.marks[:, 0, :3]
        self.full = config.strength * players
        self.tally = np.zeros((worlds, TALLY), np.int64)
        self.doors = np.zeros((worlds, 4), np.int64)
        self.besieger = np.zeros((worlds, mobs), np.int64)
        self.way = np.zeros((worlds, mobs), np.int64)
        self.aim = np.zeros((worlds, players), np.int64)
        self.feet, self.look = np.zeros((2, worlds, players, 3))
        self.state |= {
            "tally": self.tally,
            "doors": self.doors,
            "besieger": self.besieger,
            "way": self.way,
            "aim": self.aim,
            "feet": self.feet,
            "look": self.look,
        }
        self._needs = np.zeros(worlds, np.int64)
        records, cells = records_of(simulation.state), simulation.state.cells
        siege = Siege(
            records.players, records.mobs, records.clock, cells.blocks, simulation.geometry, TABLE,
            new_search(worlds), self.core, self.doors, self.besieger, self.way, np.zeros(mobs),
        )  # fmt: skip
        worth = Worth(
            float(config.killed), float(config.wave), float(config.core) / self.full,
            float(config.died), float(config.struck), float(config.approach),
            float(config.facing),
        )  # fmt: skip
        events = Timeline(records.clock, records.event, records.event_count)
        self._game = Bundle(
            Game(
                siege, records.items, events, self.marks, self.tally, self.aim, self.feet,
                self.look, self.parts, self.ended, self._needs, worth, config.waves, config.rest,
                config.patience, self.full, float(config.first * players),
                float(config.more * players),
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Raise the core, put everybody around it, and turn the planet to midnight."""
        simulation, state = self.simulation, self.simulation.state
        site = most_level(simulation, w, players_middle(simulation, w), _SITE)
        site, layer = standing_place(simulation, w, site)
        self.tally[w] = 0
        self.tally[w, [SITE, STRENGTH, PAUSE]] = site * LAYERS + layer, self.full, self.config.rest
        self._raise_core(w)
        self.marks[w, 0] = *cell_middle(simulation.geometry, site, layer + 1), 1, NOBODYS
        for side, beside in enumerate(simulation.geometry.neighbour[site].tolist()):
            feet = int(ground_layer(state.cells.blocks[w], beside))
            self.doors[w, side] = beside * LAYERS + (feet if feet >= 0 else layer)
        self._post(w)
        self.besieger[w], self.way[w], self.aim[w], self.feet[w] = 0, -1, 0, 0.0
        self.look[w] = 0.0
        players = state.players
        players.hotbar_item[w], players.hotbar_count[w], players.held[w] = SWORD, 1, 0
        x, y, _ = self.core[w].tolist()
        turns = 0.75 - atan2(y, x) / (2.0 * PI)
        state.clock.day_offset[w] = int((turns - turns // 1.0) * LONG_DAY)

    def _post(self, w: int) -> None:
        """Put the players around the core, looking outwards."""
        core, geometry = self.core[w], self.simulation.geometry
        away = 3.0 + self.players / 12.0
        for p in range(self.players):
            turn = p / self.players
            ahead = geometry.centre[column_around(geometry, core, 2.0 * away, turn)]
            column = column_around(geometry, core, away, turn)
            put_player(self.simulation, w, p, column, ahead * np.sqrt(core @ core))

    def step(self, first: int, last: int) -> None:
        """Pay for what was struck, killed and lost, and bring in the mobs that are due."""
        if judge(self._game, first, last):
            for w in (first + np.flatnonzero(self._needs[first:last])).tolist():
                if self._needs[w] & REPAIR:
                    self._raise_core(w)
                if self._needs[w] & CALL:
                    self._call_mobs(w)

    def _raise_core(self, w: int) -> None:
        """Build the core as its strength will have it; what was mined of it comes back."""
        strength, cell = self.tally[w, STRENGTH], int(self.tally[w, SITE])
        for height in range(PILLAR):
            block = core_block(strength, self.full, height)
            self.simulation.set_block(w, cell + height, BLOCKS[block].name)

    def _call_mobs(self, w: int) -> None:
        """Bring in as many mobs as come at a time, while somebody lives."""
        if self.simulation.state.players.alive[w].any():
            for _ in range(min(int(self.tally[w, DUE]), -(-self.players // 4))):
                self._call_mob(w)

    def _call_mob(self, w: int) -> None:
        """Bring one mob of the wave to the ground somewhere around, if there is room."""
        simulation, state, tally = self.simulation, self.simulation.state, self.tally[w]
        if state.mobs.active[w].all():
            return
        near, far = self.config.ring
        key, players = state.clock.key[w], state.players.position[w]
        for _ in range(_TRIES):
            tally[CALLED] += 1
            number = int(tally[CALLED])
            away = near + (far - near) * float(draw(key, number, _PLACE, 0))
            turn = float(draw(key, number, _PLACE, 1))
            column = column_around(simulation.geometry, self.core[w], away, turn)
            layer = int(ground_layer(state.cells.blocks[w], column))
            feet = feet_on(simulation, column, layer)
            if layer < 0 or (((players - feet) ** 2).sum(axis=1) < _ROOM * _ROOM).any():
                continue
            kind = KINDS[int(draw(key, number, _KIND, 0) * len(KINDS))]
            slot = simulation.spawn_mob(w, kind, feet)
            if state.mobs.active[w, slot]:
                tally[DUE] -= 1
                self.besieger[w, slot] = draw(key, number, _KIND, 1) < self.config.siege
                self.way[w, slot] = -1
                return
