"""Build: put up the structure whose outline lies on the ground, together, block by block.

A site near the players is level; dark plates edged with another block lie where the structure will
stand, and a finished model stands behind them.  What it is (a wall, a tower, an arch, a hut) is
drawn from the seed; it grows with the number of builders (`blueprints.py`).  Players start around
the site, looking at it, with blocks of each kind needed in the first slots of the hotbar; what they
use comes back at once, and so they never run out.

Only right blocks in the cells of one's own structure stay, and only they can be mined.  Whatever
else is put or mined is undone in the same tick, and what lies about is taken away.  No hostile mobs
come, and nobody is hurt by others.

With `teams` of 2 to 4 each team has a site of its own, edged in its colour, with the same structure
on it: the first to complete it wins.

Rewards, each tick:
    placed    +`placed` to whoever puts the right block into a cell, -`placed` to whoever mines it:
              putting and mining over and over pays nothing
    wrong     -`wrong` to whoever puts another block there
    complete  +`complete` to everybody of a team whose structure is complete; all others pay for it
              in equal shares
    approach  shaping: `approach` for each metre that the player's eye is nearer to a cell that can
              be filled now than a tick ago, down to 2.5 m
    aim       shaping: `aim` times how well the eye is on such a cell within 5 m, half of it while
              the hand holds another kind of block, less what it was a tick ago

Both shapings add up to what they were at first less what they are at last: no way to go round pays.

Endings: the episode ends when a structure is complete.

Marks: up to 8 cells of each team that can be filled now, the lowest first, each with the kind of
block asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BLOCK
from mpgenie.envs.planet.cells import Cells
from mpgenie.envs.planet.compass import column_aside
from mpgenie.envs.planet.exact import draw_bits
from mpgenie.envs.planet.geometry import LAYERS, Geometry
from mpgenie.envs.simulation.state import HOTBAR, records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import Scenario, ScenarioConfig
from .blueprints import MATERIALS, SHAPES, Plan
from .building import aim_at, keep_hands_full, refresh, settle
from .places import cell_middle, keep_hour, players_middle
from .site import find_site, gather_around, lay_site
from .teams import check_teams, deal_teams

MARKS = 8
"""Cells of each team that are marked at a time."""
EDGING = ("cobblestone", "red_wool", "blue_wool", "gold_ore", "pine_leaves")
"""What lies around the plates: of all players, and of each team."""
_AWAY = 14
"""Steps of the lattice from the players' middle to the sites of teams."""
_PURPOSE = 7402


@dataclass(frozen=True, kw_only=True)
class Build(ScenarioConfig):
    """How building goes."""

    name: ClassVar[str] = "build"
    part_names: ClassVar[tuple[str, ...]] = ("placed", "wrong", "complete", "approach", "aim")
    shaping: ClassVar[tuple[str, ...]] = ("approach", "aim")
    roles: ClassVar[tuple[str, ...]] = ("builder",)
    marks: ClassVar[tuple[str, ...]] = MATERIALS
    game_rules: ClassVar[Mapping[str, Any]] = {
        "player_damage": False, "hostile_mobs": False, "keep_hotbar": True,
    }  # fmt: skip
    shapes: tuple[str, ...] = tuple(SHAPES)
    """What may have to be built; one of these is drawn for each episode."""
    teams: int = 0
    """How many teams race, 2 to 4; 0 = all build together."""
    placed: float = 1.0
    wrong: float = 0.1
    complete: float = 5.0
    approach: float = 0.05
    aim: float = 0.2

    def __post_init__(self) -> None:
        shapes = (self.shapes,) if isinstance(self.shapes, str) else tuple(self.shapes)
        object.__setattr__(self, "shapes", shapes)
        if not shapes:
            raise ConfigError(f"shapes must name at least one of {', '.join(SHAPES)}")
        for shape in shapes:
            check_known("shape", shape, SHAPES)
        if self.teams:
            check_teams(self.teams)

    def mark_count(self, players: int) -> int:
        """Eight for each team."""
        return MARKS * max(1, self.teams)

    def plan(self, shape: str, players: int) -> Plan:
        """What each team builds, among so many players."""
        return SHAPES[shape](-(-players // max(1, self.teams)))

    def make(self, simulation: Simulation) -> "BuildRules":
        """The rules for the players of a simulation."""
        return BuildRules(self, simulation)


class BuildRules(Scenario):
    """What shall stand where, and how far it is."""

    def __init__(self, config: Build, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players, teams = self.worlds, self.players, max(1, config.teams)
        most = max(len(config.plan(shape, players)) for shape in config.shapes)
        self.cells = np.full((worlds, teams, most), -1, np.int64)
        self.wanted = np.zeros((worlds, teams, most), np.int64)
        self.at = np.zeros((worlds, teams, most, 3))
        self.target = np.zeros((worlds, teams, most, 3))
        self.todo = np.zeros((worlds, teams, most), np.int64)
        self.left = np.zeros((worlds, teams), np.int64)
        self.distance = np.full((worlds, players), -1.0)
        self.aim = np.zeros((worlds, players))
        self.state |= {
            "cells": self.cells, "wanted": self.wanted, "at": self.at, "target": self.target,
            "todo": self.todo, "left": self.left, "distance": self.distance, "aim": self.aim,
        }  # fmt: skip
        self._hotbar = np.zeros(HOTBAR, np.uint8)
        self._hotbar[: len(MATERIALS)] = [BLOCK[name] for name in MATERIALS]
        self._take_up()

    def _take_up(self) -> None:
        """Hand the kernels the arrays that there are now."""
        state, config = self.simulation.state, self.config
        records = records_of(state)
        self._taken = state.cells
        self._game = Bundle(
            Game(
                records.players, records.items, records.event, records.event_count, state.cells,
                self.simulation.geometry, self._hotbar, self.cells, self.wanted, self.at,
                self.target, self.todo, self.left, self.distance, self.aim, self.marks,
                np.zeros((2, self.players)), self.parts, self.ended, config.teams, config.placed,
                config.wrong, config.complete, config.approach, config.aim,
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Lay out the sites, and put the players around them with full hands."""
        simulation, config = self.simulation, self.config
        players, key = simulation.state.players, simulation.state.clock.key[w]
        if config.teams:
            deal_teams(simulation, w, config.teams)
        shape = config.shapes[int(draw_bits(key, 0, _PURPOSE, 0) % np.uint64(len(config.shapes)))]
        plan = config.plan(shape, self.players)
        middle, taken = players_middle(simulation, w), set[int]()
        before = players.position[w, 0].copy()
        self.cells[w], self.wanted[w], self.at[w] = -1, 0, 0.0
        for team in range(max(1, config.teams)):
            near = self._corner(middle, team) if config.teams else middle
            site = find_site(simulation, w, plan, near, team, taken)
            taken.update(site.columns.ravel().tolist())
            lay_site(simulation, w, site, plan, EDGING[team + 1 if config.teams else 0])
            for row, (a, b, up, material) in enumerate(plan):
                cell = site.cell(a, b, up)
                self.cells[w, team, row] = cell
                self.wanted[w, team, row] = BLOCK[MATERIALS[material]]
                self.at[w, team, row] = cell_middle(
                    simulation.geometry, cell // LAYERS, cell % LAYERS
                )
            slots = np.flatnonzero(players.active[w] & (self._team_of(w) == team)).tolist()
            gather_around(simulation, w, site, plan, slots)
        keep_hour(simulation, w, before)
        players.held[w] = 0
        if simulation.state.cells is not self._taken:
            self._take_up()
        _begin(self._game, w)

    def _team_of(self, w: int) -> NDArray[np.int64]:
        """(P,) the row of each player's team."""
        teams: NDArray[np.int64] = self.simulation.state.players.team[w].astype(np.int64)
        return np.maximum(teams - 1, 0)

    def _corner(self, middle: int, team: int) -> int:
        """The column around which a team's site is looked for."""
        along, aside = ((_AWAY, 0), (-_AWAY, 0), (0, _AWAY), (0, -_AWAY))[team]
        return int(column_aside(self.simulation.geometry, middle, along, aside))

    def step(self, first: int, last: int) -> None:
        """See what was built and undone."""
        if self.simulation.state.cells is not self._taken:
            self._take_up()
        _judge(self._game, first, last)


class Game(NamedTuple):
    """What the kernels of building read and change."""

    players: NDArray[np.void]
    items: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    blocks_of: Cells
    """All cells of the worlds."""
    geometry: Geometry
    hotbar: NDArray[np.uint8]
    """(9,) what everybody carries."""
    cells: NDArray[np.int64]
    """(W, T, C) the cells of each team's structure, in the order of building; -1 = no more."""
    wanted: NDArray[np.int64]
    """(W, T, C) the blocks that shall be in them."""
    at: NDArray[np.float64]
    """(W, T, C, 3) their middles."""
    target: NDArray[np.float64]
    """(W, T, C, 3) where to look to fill them."""
    todo: NDArray[np.int64]
    """(W, T, C) 0 = done, 1 = nothing to build on yet, 2 = can be filled."""
    left: NDArray[np.int64]
    """(W, T) how many are not done."""
    distance: NDArray[np.float64]
    aim: NDArray[np.float64]
    marks: NDArray[np.float64]
    earned: NDArray[np.float64]
    """(2, P) work space: right blocks, wrong blocks."""
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    teams: int
    per_block: float
    per_wrong: float
    per_complete: float
    per_metre: float
    per_aim: float


@kernel
def _begin(bundle, w):  # type: ignore[no-untyped-def]
    """Fill what follows from the blocks and the players' places."""
    game = opened(bundle)
    keep_hands_full(game.players, game.items, game.hotbar, w)
    for team in range(game.cells.shape[1]):
        refresh(bundle, w, team)
    for p in range(game.distance.shape[1]):
        game.distance[w, p], game.aim[w, p] = aim_at(bundle, w, p)


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`."""
    game = opened(bundle)
    for w in range(first, last):
        settle(bundle, w)
        keep_hands_full(game.players, game.items, game.hotbar, w)
        winners, others = 0, 0
        for p in range(game.distance.shape[1]):
            if game.players[w, p].active:
                won = game.left[w, _row(game, w, p)] == 0
                winners, others = winners + won, others + (not won)
        game.ended[w] = winners > 0
        for p in range(game.distance.shape[1]):
            _pay(bundle, w, p, winners, others)


@inlined
def _row(game, w, p):  # type: ignore[no-untyped-def]
    """The row of a player's team."""
    return max(0, game.players[w, p].team - 1)


@kernel
def _pay(bundle, w, p, winners, others):  # type: ignore[no-untyped-def]
    """Fill the parts of one player's reward."""
    game = opened(bundle)
    before, aimed = game.distance[w, p], game.aim[w, p]
    now, aims = aim_at(bundle, w, p)
    game.distance[w, p], game.aim[w, p] = now, aims
    known = before >= 0.0 and now >= 0.0
    complete = 0.0
    if winners > 0 and game.players[w, p].active:
        won = game.left[w, _row(game, w, p)] == 0
        complete = game.per_complete if won else -game.per_complete * winners / others
    game.parts[w, p, 0] = game.per_block * game.earned[0, p]
    game.parts[w, p, 1] = 0.0 - game.per_wrong * game.earned[1, p]
    game.parts[w, p, 2] = complete
    game.parts[w, p, 3] = game.per_metre * (before - now) if known else 0.0
    game.parts[w, p, 4] = game.per_aim * (aims - aimed) if known else 0.0
