"""Harvest: fruit grows back only where some is left, so what one takes is missing to all.

Trees stand around the players, and fruit (red) lies in the ground around each tree.  Treading on
a fruit picks it: one point, and bare soil is left.  Once a second each bare spot may ripen again,
with the chance `regrowth` for each fruit that lies within `near` metres of it: a patch grows
fastest when half of it is left, and one that was picked bare stays bare for good.  For one in a
hurry it pays to take everything; together all get far more by leaving enough, the longer the
episode the more.  The idea is that of Melting Pot's commons harvest (Leibo et al., 2021).

Players may hit each other: the blow throws its victim back, and for `daze` ticks the dazed one (in
grey, with the role `dazed`) picks nothing.  Nobody is hurt, and no hostile mobs come.  What is dug
out of an orchard or put onto it comes back or goes at once.

With `teams` of 2 to 4 the players wear the colours of their teams, and a part `shared` of each
fruit's worth goes to all of the picker's team, in equal shares.  With `unequal` above 0 some
patches are on rich land and others on poor (sand, under birches): fruit grows from 1 + `unequal`
down to 1 - `unequal` times as fast.

Rewards, each tick:
    picked    +`picked` for each fruit that the player picks; with teams 1 - `shared` of it
    team      with teams, the player's part of what is shared of its team's fruit
    approach  shaping: `approach` for each metre that the nearest fruit is nearer than a tick ago,
              for whatever reason, and as much less for each metre farther; so there is nothing to
              be had by going round in circles

Endings: the episode ends when no fruit is left anywhere, for then none will grow.

Marks: the trees, `ripe` while more than half of the fruit is there, then `thin`, `last` with the
last one; no mark where all is bare.  Roles: `picker`, `dazed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import AIR
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.edits import set_block
from mpgenie.envs.planet.exact import draw_bits
from mpgenie.envs.planet.geometry import LAYERS, Geometry
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, HIT
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import KIND, NOBODYS, TEAM, Scenario, ScenarioConfig, slot_of
from .orchard import (
    FRUIT,
    POOR_SOIL,
    SOIL,
    fruit_under,
    grow,
    lay_orchard,
    middles_of,
    nearest_fruit,
    spot_of,
    spots_of,
)
from .places import cell_middle
from .teams import check_teams, deal_teams

PICKER, DAZED = range(2)
RIPE, THIN, LAST = range(1, 4)
GREY = (110, 110, 110)
"""Colour of the dazed."""
MOST_PATCHES = 8
_FRUIT_EACH = 12
"""Fruits for each player, at least, where the size of patches is left open."""
_PURPOSE = 7303


@dataclass(frozen=True, kw_only=True)
class Harvest(ScenarioConfig):
    """How the harvest goes."""

    name: ClassVar[str] = "harvest"
    part_names: ClassVar[tuple[str, ...]] = ("picked", "team", "approach")
    shaping: ClassVar[tuple[str, ...]] = ("approach",)
    roles: ClassVar[tuple[str, ...]] = ("picker", "dazed")
    marks: ClassVar[tuple[str, ...]] = ("ripe", "thin", "last")
    game_rules: ClassVar[Mapping[str, Any]] = {"player_damage": False, "hostile_mobs": False}
    patches: int | None = None
    """Trees, 1 to 8, fewer where the land has no room; None is one more than players, at most 8."""
    size: int | None = None
    """Steps from a tree to its farthest fruit, 1 to 6: 2 * size * (size + 1) spots; None is the
    least (but 2) with which there are 12 fruits for each player."""
    regrowth: float = 0.025
    """Chance that a bare spot ripens within a second, for each fruit near it."""
    near: float = 2.0
    """Metres within which fruit counts as near a spot, of the same patch."""
    unequal: float = 0.0
    """How unequally patches grow, 0 to 1."""
    daze: int = 40
    """Ticks for which a blow keeps its victim from picking; 0 = blows only throw."""
    teams: int = 0
    """How many teams play, 2 to 4; 0 = everybody for himself."""
    shared: float = 0.5
    """With teams, the part of a fruit's worth that goes to all of the team, 0 to 1."""
    picked: float = 1.0
    approach: float = 0.02

    def __post_init__(self) -> None:
        if self.patches is not None and not 1 <= self.patches <= MOST_PATCHES:
            raise ConfigError(f"patches must lie between 1 and 8, or be None, got {self.patches}")
        if self.size is not None and not 1 <= self.size <= 6:
            raise ConfigError(f"size must lie between 1 and 6 steps, or be None, got {self.size}")
        for name in ("regrowth", "unequal", "shared"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ConfigError(f"{name} must lie between 0 and 1, got {getattr(self, name)}")
        if not 0.0 < self.near <= 8.0:
            raise ConfigError(f"near must be a distance up to 8 m, got {self.near}")
        if not 0 <= self.daze <= 10_000:
            raise ConfigError(f"daze must lie between 0 and 10000 ticks, got {self.daze}")
        if self.teams:
            check_teams(self.teams)

    def mark_count(self, players: int) -> int:
        """One for each tree."""
        return min(MOST_PATCHES, players + 1) if self.patches is None else self.patches

    def patch_size(self, players: int) -> int:
        """Steps from a tree to its farthest fruit, among so many players."""
        if self.size is not None:
            return self.size
        wanted = _FRUIT_EACH * players
        fits = [size for size in range(2, 7) if self.mark_count(players) * spots_of(size) >= wanted]
        return fits[0] if fits else 6

    def make(self, simulation: Simulation) -> "HarvestRules":
        """The rules for the players of a simulation."""
        return HarvestRules(self, simulation)


class HarvestRules(Scenario):
    """Where fruit lies, and who is dazed."""

    def __init__(self, config: Harvest, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players = self.worlds, self.players
        patches = config.mark_count(players)
        self.size = config.patch_size(players)
        shape = (worlds, patches, spots_of(self.size))
        self.spots = np.full(shape, -1, np.int64)
        self.at = np.zeros((*shape, 3))
        self.ripe = np.zeros(shape, np.int64)
        self.rates = np.ones((worlds, patches))
        self.dazed = np.zeros((worlds, players), np.int64)
        self.colour = np.zeros((worlds, players, 3), np.int64)
        self.distance = np.full((worlds, players), -1.0)
        self.state |= {
            "spots": self.spots, "at": self.at, "ripe": self.ripe, "rates": self.rates,
            "dazed": self.dazed, "colour": self.colour, "distance": self.distance,
        }  # fmt: skip
        self._take_up()

    def _take_up(self) -> None:
        """Hand the kernels the arrays that there are now."""
        state, config = self.simulation.state, self.config
        records = records_of(state)
        self._cells = state.cells
        self._game = Bundle(
            Game(
                records.players, records.clock, records.event, records.event_count, state.cells,
                self.simulation.geometry, self.spots, self.at, self.ripe, self.rates, self.dazed,
                self.colour, self.distance, self.role, self.marks, np.zeros(self.players, np.int64),
                self.parts, self.ended, config.daze, config.regrowth, config.near, config.picked,
                config.shared if config.teams else 0.0, config.approach,
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Deal the teams, plant the trees and lay ripe fruit around them."""
        simulation, config = self.simulation, self.config
        players, key = simulation.state.players, simulation.state.clock.key[w]
        if config.teams:
            deal_teams(simulation, w, config.teams)
        patches = self.rates.shape[1]
        order = sorted(range(patches), key=lambda k: int(draw_bits(key, 0, _PURPOSE, k)))
        for rank, k in enumerate(order):
            share = 2.0 * rank / (patches - 1) - 1.0 if patches > 1 else 0.0
            self.rates[w, k] = 1.0 + config.unequal * share
        trees = np.zeros(patches, np.int64)
        lay_orchard(simulation, w, self.size, self.rates[w], self.spots[w], trees)
        middles_of(simulation, self.spots[w], self.at[w])
        self.ripe[w] = self.spots[w] >= 0
        self.marks[w] = 0.0
        for k in np.flatnonzero(trees >= 0).tolist():
            cell = int(trees[k])
            self.marks[w, k, :KIND] = cell_middle(
                simulation.geometry, cell // LAYERS, cell % LAYERS - 0.5
            )
            self.marks[w, k, TEAM] = NOBODYS
        self.role[w], self.dazed[w] = PICKER, 0
        self.colour[w] = players.colour[w]
        players.hotbar_item[w], players.hotbar_count[w] = 0, 0
        _look_around(self._game, w)

    def step(self, first: int, last: int) -> None:
        """Let fruit be picked and grow."""
        if self.simulation.state.cells is not self._cells:
            self._take_up()
        self.simulation.keep_room(_judge(self._game, first, last))


class Game(NamedTuple):
    """What the kernels of the harvest read and change."""

    players: NDArray[np.void]
    clock: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    cells: Cells
    geometry: Geometry
    spots: NDArray[np.int64]
    at: NDArray[np.float64]
    ripe: NDArray[np.int64]
    rates: NDArray[np.float64]
    dazed: NDArray[np.int64]
    colour: NDArray[np.int64]
    distance: NDArray[np.float64]
    role: NDArray[np.int64]
    marks: NDArray[np.float64]
    picked: NDArray[np.int64]
    """(P,) work space: fruit picked in this tick."""
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    daze: int
    regrowth: float
    near: float
    per_fruit: float
    shared: float
    per_metre: float


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`; the most edits that one has listed."""
    game = opened(bundle)
    edits = 0
    for w in range(first, last):
        for p in range(game.picked.shape[0]):
            if game.dazed[w, p] > 0:
                game.dazed[w, p] -= 1
                if game.dazed[w, p] == 0:
                    _change(game, w, p, PICKER)
        for k in range(min(game.event_count[w], game.event.shape[1])):
            _heed(bundle, w, game.event[w, k])
        _pick(bundle, w)
        tick, key = game.clock[w].tick - 1, game.clock[w].key
        grow(
            game.cells, game.geometry, w, tick, key, game.spots[w], game.at[w], game.ripe[w],
            game.rates[w], game.regrowth, game.near,
        )  # fmt: skip
        _pay(bundle, w)
        edits = max(edits, game.cells.edit_count[w])
    return edits


@kernel
def _heed(bundle, w, event):  # type: ignore[no-untyped-def]
    """Daze who was hit, and keep the orchards as they are."""
    game = opened(bundle)
    if event[1] == HIT and game.daze > 0:
        victim = slot_of(game.players, w, event[3])
        if victim >= 0:
            game.dazed[w, victim] = game.daze
            _change(game, w, victim, DAZED)
    elif event[1] == DIG_DONE:
        k, i = spot_of(game.spots[w], event[4])
        if k >= 0:
            soil = SOIL if game.rates[w, k] >= 1.0 else POOR_SOIL
            block = FRUIT if game.ripe[w, k, i] else soil
            set_block(game.cells, game.geometry, w, event[4], block)
    elif event[1] == BLOCK_PLACE:
        k, _ = spot_of(game.spots[w], event[4] - 1)
        if k >= 0:
            set_block(game.cells, game.geometry, w, event[4], AIR)


@inlined
def _change(game, w, p, role):  # type: ignore[no-untyped-def]
    """Let a player be dazed, in grey, or a picker, in its own colour."""
    game.role[w, p] = role
    for axis in range(3):
        game.players[w, p].colour[axis] = GREY[axis] if role == DAZED else game.colour[w, p, axis]


@kernel
def _pick(bundle, w):  # type: ignore[no-untyped-def]
    """Let everybody who treads on fruit pick it."""
    game = opened(bundle)
    for p in range(game.picked.shape[0]):
        player = game.players[w, p]
        game.picked[p] = 0
        if not player.active or not player.alive or game.dazed[w, p] > 0:
            continue
        cell = fruit_under(game.geometry, game.cells.blocks[w], player.position)
        if cell < 0:
            continue
        k, i = spot_of(game.spots[w], cell)
        if k < 0 or not game.ripe[w, k, i]:
            continue
        soil = SOIL if game.rates[w, k] >= 1.0 else POOR_SOIL
        if set_block(game.cells, game.geometry, w, cell, soil):
            game.ripe[w, k, i] = 0
            game.picked[p] = 1


@kernel
def _count(bundle, w):  # type: ignore[no-untyped-def]
    """Mark each tree with how much fruit is left, and return how much there is in all."""
    game = opened(bundle)
    left = 0
    for k in range(game.ripe.shape[1]):
        ripe, spots = 0, 0
        for i in range(game.ripe.shape[2]):
            ripe += game.ripe[w, k, i]
            spots += game.spots[w, k, i] >= 0
        kind = RIPE if 2 * ripe > spots else THIN
        if ripe <= 1:
            kind = LAST if ripe == 1 else 0
        game.marks[w, k, KIND] = kind
        left += ripe
    return left


@kernel
def _look_around(bundle, w):  # type: ignore[no-untyped-def]
    """Note for each player how far the nearest fruit is (-1 = nobody looks, or none is left)."""
    game = opened(bundle)
    _count(bundle, w)
    for p in range(game.picked.shape[0]):
        player = game.players[w, p]
        game.distance[w, p] = -1.0
        if player.active and player.alive:
            game.distance[w, p] = nearest_fruit(game.at[w], game.ripe[w], player.position)


@kernel
def _pay(bundle, w):  # type: ignore[no-untyped-def]
    """Fill the parts of everybody's reward, and see whether it is over."""
    game = opened(bundle)
    for p in range(game.picked.shape[0]):
        player = game.players[w, p]
        before, now = game.distance[w, p], -1.0
        if player.active and player.alive:
            now = nearest_fruit(game.at[w], game.ripe[w], player.position)
        game.distance[w, p] = now
        known = before >= 0.0 and now >= 0.0
        game.parts[w, p, 0] = game.per_fruit * game.picked[p] * (1.0 - game.shared)
        game.parts[w, p, 1] = 0.0
        game.parts[w, p, 2] = game.per_metre * (before - now) if known else 0.0
    if game.shared > 0.0:
        for p in range(game.picked.shape[0]):
            if game.picked[p]:
                _share(game, w, p)
    game.ended[w] = _count(bundle, w) == 0


@inlined
def _share(game, w, p):  # type: ignore[no-untyped-def]
    """Give a team its part of a fruit that one of it has picked."""
    members = 0
    for q in range(game.picked.shape[0]):
        members += game.players[w, q].team == game.players[w, p].team
    worth = game.per_fruit * game.shared / members
    for q in range(game.picked.shape[0]):
        if game.players[w, q].team == game.players[w, p].team:
            game.parts[w, q, 1] += worth
