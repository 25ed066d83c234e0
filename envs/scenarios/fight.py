"""Duel and team fight: swords, until one side has knocked the others out often enough.

In a duel everybody is a side of its own, however many there are.  In a team fight the players are
dealt to two to four teams in turn, or to sides of the sizes that `sides` says, which may be unequal
(`sides=(1, 3)`: one against three); teams start some way apart, in the colour of their team.
Everybody has a sword in each slot of the hotbar, comes back after a knock-out where it started, and
friends cannot hurt each other.  There are no mobs, and falls do not hurt.

Rewards, each tick; but for the last part they add up to 0 over all players, and what a team earns
is shared out evenly among its players:
    dealt        +`damage` for each half heart taken from somebody of another side
    taken        -`damage` for each half heart lost to them
    knock_outs   +`knock_out` for somebody of another side knocked out
    knocked_out  -`knock_out` for being knocked out by them
    won          +`win` shared by the side that has won, as much taken from all others together
    approach     shaping, for each its own: +`approach` for each metre nearer to the nearest living
                 foe, as much less for each metre away; nothing nearer than a sword reaches, and
                 nothing in a tick in which anybody falls or comes back

Endings: a side with `points` knock-outs has won and ends the episode; where the dead do not come
back (`death="remove"`), it also ends as soon as no two sides are left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.planet.compass import LEFT
from mpgenie.envs.planet.geometry import column_of, step
from mpgenie.envs.simulation.combat import MELEE_REACH
from mpgenie.envs.simulation.events import DEATH, HURT
from mpgenie.envs.simulation.items import clear_item
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import Scenario, ScenarioConfig, slot_of
from .places import feet_on, players_middle, put_player, squared_distance, standing_place
from .teams import TEAM_COLOURS, check_team_players, check_teams

SWORDS = tuple(name for name in ITEM if name.endswith("_sword"))
FIGHTER, FALLEN = range(2)
DEALT, TAKEN, KNOCK_OUTS, KNOCKED_OUT, WON, APPROACH = range(6)
_SHARED = 4
"""The parts before this one are shared by a side."""
_FAR = 1e30


@dataclass(frozen=True, kw_only=True)
class Duel(ScenarioConfig):
    """How a fight of each against each is played."""

    name: ClassVar[str] = "duel"
    part_names: ClassVar[tuple[str, ...]] = (
        "dealt", "taken", "knock_outs", "knocked_out", "won", "approach",
    )  # fmt: skip
    shaping: ClassVar[tuple[str, ...]] = ("approach",)
    players: ClassVar[tuple[int, int]] = (2, 32)
    roles: ClassVar[tuple[str, ...]] = ("fighter", "fallen")
    game_rules: ClassVar[Mapping[str, Any]] = {
        "keep_hotbar": True, "team_damage": False, "fall_damage": False, "mobs": False,
    }  # fmt: skip
    points: int = 3
    """Knock-outs that win."""
    sword: str = "iron_sword"
    """What everybody fights with."""
    damage: float = 0.05
    knock_out: float = 1.0
    win: float = 1.0
    approach: float = 0.02

    def __post_init__(self) -> None:
        if not 1 <= self.points <= 1000:
            raise ConfigError(f"points must lie between 1 and 1000, got {self.points}")
        check_known("sword", self.sword, SWORDS)

    def side_of(self, players: int) -> list[int]:
        """The side of each player slot, counted from 0."""
        return list(range(players))

    def make(self, simulation: Simulation) -> "FightRules":
        """The rules for the players of a simulation."""
        return FightRules(self, simulation)


@dataclass(frozen=True, kw_only=True)
class TeamFight(Duel):
    """How a fight of teams is played."""

    name: ClassVar[str] = "team_fight"
    teams: int = 2
    """2 to 4; slot p is on team 1 + p % teams."""
    sides: tuple[int, ...] = ()
    """How many players each team has, in place of `teams`: the first slots are on team 1."""
    apart: int = 14
    """Columns, of about a metre, between the first of two teams when an episode starts."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "sides", tuple(self.sides))
        check_teams(len(self.sides) if self.sides else self.teams)
        if any(type(count) is not int or count < 1 for count in self.sides):
            raise ConfigError(f"each of sides must have at least one player, got {self.sides}")
        if not 4 <= self.apart <= 64:
            raise ConfigError(f"apart must lie between 4 and 64 m, got {self.apart}")

    def side_of(self, players: int) -> list[int]:
        """The side of each player slot, counted from 0.

        Raises:
            ConfigError: If the players cannot be dealt like that.
        """
        if self.sides:
            if sum(self.sides) != players:
                raise ConfigError(
                    f"sides={self.sides} are for {sum(self.sides)} players, got {players}"
                )
            return [side for side, count in enumerate(self.sides) for _ in range(count)]
        check_team_players(self.teams, players)
        return [p % self.teams for p in range(players)]


class FightRules(Scenario):
    """How often each side has knocked others out, and how near everybody is to a foe."""

    def __init__(self, config: Duel, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        shape = (self.worlds, self.players)
        self.side = np.array(config.side_of(self.players), np.int64)
        """(P,) the side of each slot, counted from 0."""
        self.score = np.zeros(shape, np.int64)
        """(W, P) knock-outs by side."""
        self.near = np.zeros(shape)
        """(W, P) metres to the nearest living foe; -1 where there is none, or no life."""
        self.state |= {"score": self.score, "near": self.near}
        records = records_of(simulation.state)
        self._game = Bundle(
            Game(
                records.players, records.items, records.event, records.event_count, self.side,
                np.bincount(self.side, minlength=self.players), self.score, self.role, self.near,
                np.zeros((_SHARED, self.players)), self.parts, self.ended, config.points,
                ITEM[config.sword], simulation.rules.respawn_wait >= 0, float(config.damage),
                float(config.knock_out), float(config.win), float(config.approach),
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Put everybody in place, sword in hand, eyes on the middle."""
        simulation, players = self.simulation, self.simulation.state.players
        teams = self.side + 1
        players.team[w] = np.where(players.active[w], teams, 0)
        middle = players_middle(simulation, w)
        point = feet_on(simulation, *standing_place(simulation, w, middle))
        for p in range(self.players):
            if isinstance(self.config, TeamFight):
                players.colour[w, p] = TEAM_COLOURS[self.side[p]]
                column = self._post(middle, p, self.config.apart)
            else:
                column = int(column_of(simulation.geometry, *players.position[w, p]))
            put_player(simulation, w, p, column, point)
        players.held[w] = 0
        self.score[w] = 0
        _begin(self._game, w)

    def _post(self, middle: int, p: int, apart: int) -> int:
        """The column where a player of a team starts: each team lines up on a side of its own."""
        geometry, side = self.simulation.geometry, int(self.side[p])
        abreast = int((self.side[:p] == side).sum())
        column, direction = middle, side  # 0 and 1 are opposite directions, as are 2 and 3
        for _ in range(apart // 2):
            column, direction = step(geometry, column, direction)
        left = LEFT[direction]
        direction = left if abreast % 2 else left ^ 1
        for _ in range(2 * ((abreast + 1) // 2)):
            column, direction = step(geometry, column, direction)
        return int(column)

    def step(self, first: int, last: int) -> None:
        """Pay for blows, knock-outs and coming near."""
        _judge(self._game, first, last)


class Game(NamedTuple):
    """What the kernels of fights read and change."""

    players: NDArray[np.void]
    items: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    side: NDArray[np.int64]
    size: NDArray[np.int64]
    """(P,) players of each side."""
    score: NDArray[np.int64]
    role: NDArray[np.int64]
    near: NDArray[np.float64]
    earned: NDArray[np.float64]
    """(4, P) work space: what each side earned, part by part."""
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    points: int
    sword: int
    return_: int
    """Whether the fallen come back."""
    per_damage: float
    per_knock_out: float
    per_win: float
    per_metre: float


@kernel
def _begin(bundle, w):  # type: ignore[no-untyped-def]
    game = opened(bundle)
    _arm(game.players, game.items, w, game.sword)
    for p in range(game.side.shape[0]):
        game.role[w, p] = FIGHTER
        game.near[w, p] = _nearest_foe(game.players, game.side, w, p)


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`."""
    game = opened(bundle)
    for w in range(first, last):
        _arm(game.players, game.items, w, game.sword)
        _count_blows(bundle, w)
        for p in range(game.side.shape[0]):
            side = game.side[p]
            for k in range(_SHARED):
                game.parts[w, p, k] = game.earned[k, side] / game.size[side]
        _crown(bundle, w)
        _draw_near(bundle, w)


@kernel
def _arm(players, items, w, sword):  # type: ignore[no-untyped-def]
    """Put a sword into every slot, and let none lie about."""
    for i in range(items.shape[1]):
        if items[w, i].active and items[w, i]["item"] == sword:
            clear_item(items, w, i)
    for p in range(players.shape[1]):
        player = players[w, p]
        if player.active:
            for k in range(player.hotbar_item.shape[0]):
                player.hotbar_item[k] = sword
                player.hotbar_count[k] = 1


@kernel
def _count_blows(bundle, w):  # type: ignore[no-untyped-def]
    """Fill `earned`, and count knock-outs."""
    game = opened(bundle)
    earned = game.earned
    for k in range(_SHARED):
        for side in range(earned.shape[1]):
            earned[k, side] = 0.0
    for k in range(min(game.event_count[w], game.event.shape[1])):
        event = game.event[w, k]
        if event[1] != HURT and event[1] != DEATH:
            continue
        victim, attacker = slot_of(game.players, w, event[2]), slot_of(game.players, w, event[3])
        if victim < 0 or attacker < 0 or game.side[victim] == game.side[attacker]:
            continue
        loser, winner = game.side[victim], game.side[attacker]
        if event[1] == HURT:
            earned[DEALT, winner] += game.per_damage * event[5]
            earned[TAKEN, loser] -= game.per_damage * event[5]
        else:
            earned[KNOCK_OUTS, winner] += game.per_knock_out
            earned[KNOCKED_OUT, loser] -= game.per_knock_out
            game.score[w, winner] += 1


@kernel
def _crown(bundle, w):  # type: ignore[no-untyped-def]
    """See whether the fight is over, and pay the side that has won, if one alone has."""
    game = opened(bundle)
    best, winners, standing = 0, 0, 0
    for side in range(game.score.shape[1]):
        if game.score[w, side] >= game.points:
            winners += 1
            best = side
    for p in range(game.side.shape[0]):
        for q in range(game.side.shape[0]):
            alive = _stands(game.players, w, p) and _stands(game.players, w, q)
            if alive and game.side[p] != game.side[q]:
                standing = 1
    players = game.side.shape[0]
    for p in range(players):
        won = 0.0
        if winners == 1:
            if game.side[p] == best:
                won = game.per_win / game.size[best]
            else:
                won = -game.per_win / (players - game.size[best])
        game.parts[w, p, WON] = won
    game.ended[w] = winners > 0 or (not game.return_ and not standing)


@kernel
def _stands(players, w, p):  # type: ignore[no-untyped-def]
    return players[w, p].active and players[w, p].alive


@kernel
def _nearest_foe(players, side, w, p):  # type: ignore[no-untyped-def]
    """Metres to the nearest living foe; -1 if there is none or the player itself does not live."""
    nearest = _FAR
    if _stands(players, w, p):
        at = players[w, p].position
        for q in range(players.shape[1]):
            if side[q] != side[p] and _stands(players, w, q):
                there = players[w, q].position
                nearest = min(nearest, squared_distance(at, there[0], there[1], there[2]))
    return np.sqrt(nearest) if nearest < _FAR else -1.0


@kernel
def _draw_near(bundle, w):  # type: ignore[no-untyped-def]
    """Pay for metres, and note who lies on the ground."""
    game = opened(bundle)
    changed = False
    for p in range(game.side.shape[0]):
        role = FIGHTER if _stands(game.players, w, p) else FALLEN
        changed = changed or role != game.role[w, p]
        game.role[w, p] = role
    for p in range(game.side.shape[0]):
        before, now = game.near[w, p], _nearest_foe(game.players, game.side, w, p)
        nearer = 0.0
        if not changed and before >= 0.0 and now >= 0.0:
            nearer = max(before, MELEE_REACH) - max(now, MELEE_REACH)
        game.parts[w, p, APPROACH] = game.per_metre * nearer
        game.near[w, p] = now
