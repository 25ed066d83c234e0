"""Hide and seek: hiders keep out of the sight of seekers, behind walls, in pits, wherever they can.

While an episode's first `preparation` ticks pass the seekers stand in huts of bedrock without doors
or windows; then the huts vanish.  Hiders carry some blocks, everybody a pickaxe and a shovel, so a
hider may wall itself in and a seeker may dig it out.  Where the ground is open, walls stand about,
drawn from the seed; on flat planets that is everywhere.

A hider is seen while its eye or its feet are in the square picture of some seeker: less than
`field_of_view` wide, not farther than `sight`, and no opaque block between.  Who seeks is drawn
from the seed.  Hiders (team 1) are blue, yellow while they are seen; seekers (team 2) are red, grey
in their huts.  With `caught_by_touch` a hit by a seeker, with whatever it holds, makes a seeker of
a hider.  Nobody is hurt, and there are no mobs.

Rewards, each tick after the preparation; they add up to 0 over all players:
    hidden   +`pace` for a hider whom nobody sees; the seekers pay for all of these together
    seen     -`pace` for a hider who is seen; the seekers get it together
    caught   +`catch` for a seeker who touches a hider, -`catch` for that hider

Endings: none but time; with `caught_by_touch` every episode ends when nobody hides any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCK, ITEM, TABLE
from mpgenie.envs.planet.exact import PI, draw_bits, tan
from mpgenie.envs.planet.geometry import Geometry, column_of
from mpgenie.envs.planet.raycast import sees
from mpgenie.envs.simulation.events import HIT
from mpgenie.envs.simulation.hands import eye_of
from mpgenie.envs.simulation.movement import eye_height
from mpgenie.envs.simulation.state import STACK, records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import Scenario, ScenarioConfig, slot_of
from .places import feet_on, players_middle, put_player, standing_place
from .shelters import HUT, lay_shelters, open_up, shut_in

HIDER, SEEN_HIDER, SEEKER, FROZEN_SEEKER = range(4)
COLOURS = np.array([(48, 104, 224), (240, 200, 40), (214, 44, 40), (128, 128, 132)], np.uint8)
"""Shirts by role."""
HIDERS, SEEKERS = 1, 2
"""The teams."""
HIDDEN, SEEN, CAUGHT = range(3)
_PURPOSE = 7300
_FOOT = 0.3  # metres above the ground of the lower of the two points that are looked for


@dataclass(frozen=True, kw_only=True)
class HideAndSeek(ScenarioConfig):
    """How hide and seek is played."""

    name: ClassVar[str] = "hide_and_seek"
    part_names: ClassVar[tuple[str, ...]] = ("hidden", "seen", "caught")
    players: ClassVar[tuple[int, int]] = (2, 32)
    roles: ClassVar[tuple[str, ...]] = ("hider", "seen hider", "seeker", "frozen seeker")
    game_rules: ClassVar[Mapping[str, Any]] = {
        "keep_hotbar": True, "player_damage": False, "fall_damage": False, "mobs": False,
    }  # fmt: skip
    seekers: int | None = None
    """How many seek at first; None = a quarter of the players.  At least one player hides."""
    preparation: int = 200
    """Ticks for which the seekers are shut in."""
    caught_by_touch: bool = False
    """Whether a hider who is touched by a seeker becomes one."""
    blocks: int = 12
    """How many blocks a hider carries, 0 to 64."""
    block: str = "planks"
    """What they are."""
    shelters: int = 8
    """Walls for two players, where the ground is open; for P players sqrt(P / 2) times as many."""
    ring: tuple[float, float] = (4.0, 12.0)
    """How near to and how far from the middle of the players they stand, in metres, for two
    players; for P players sqrt(P / 2) times as far."""
    field_of_view: float = 70.0
    """Degrees from one side of a seeker's square picture to the other."""
    sight: float = 32.0
    """Metres that a seeker sees."""
    pace: float = 0.02
    catch: float = 1.0

    def __post_init__(self) -> None:
        solid = [name for name, number in BLOCK.items() if TABLE.solid[number]]
        check_known("block", self.block, solid)
        for name, low, high in (
            ("preparation", 0, 100_000), ("blocks", 0, STACK), ("shelters", 0, 64),
            ("field_of_view", 10.0, 150.0), ("sight", 2.0, 256.0),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} must lie between {low} and {high}, got {getattr(self, name)}"
                )
        if self.seekers is not None and not 1 <= self.seekers <= 31:
            raise ConfigError(f"seekers must lie between 1 and 31, or be None, got {self.seekers}")
        if not 2.0 <= self.ring[0] < self.ring[1] <= 48.0:
            raise ConfigError(f"ring must be two distances between 2 and 48 m, got {self.ring}")

    def seeker_count(self, players: int) -> int:
        """How many of so many players seek at first."""
        wanted = players // 4 if self.seekers is None else self.seekers
        return min(max(1, wanted), players - 1)

    def make(self, simulation: Simulation) -> "HideAndSeekRules":
        """The rules for the players of a simulation."""
        return HideAndSeekRules(self, simulation)


class HideAndSeekRules(Scenario):
    """Who seeks, and for how long the seekers are still shut in."""

    def __init__(self, config: HideAndSeek, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        huts = (self.worlds, config.seeker_count(self.players), HUT)
        self.left = np.zeros((self.worlds, 1), np.int64)
        """(W, 1) ticks of preparation left."""
        self.hut = np.full(huts, -1, np.int64)
        """(W, S, 10) the cells of the huts; -1 = it has vanished."""
        self.before = np.zeros(huts, np.int64)
        """(W, S, 10) the blocks that are put back then."""
        self.state |= {"left": self.left, "hut": self.hut, "before": self.before}
        records = records_of(simulation.state)
        self._game = Bundle(
            Game(
                records.players, records.event, records.event_count,
                simulation.state.cells.blocks, simulation.geometry, self.left, self.role,
                self.parts, self.ended, float(tan(config.field_of_view * PI / 360.0)),
                float(config.sight), config.caught_by_touch, float(config.pace),
                float(config.catch),
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Set up walls, deal roles and things, and shut the seekers in."""
        simulation, config = self.simulation, self.config
        players, geometry = simulation.state.players, simulation.geometry
        middle, scale = players_middle(simulation, w), float(np.sqrt(self.players / 2.0))
        key = simulation.state.clock.key[w]
        order = sorted(range(self.players), key=lambda p: int(draw_bits(key, 0, _PURPOSE, p)))
        seekers = sorted(order[: config.seeker_count(self.players)])
        near, far = (scale * distance for distance in config.ring)
        lay_shelters(simulation, w, middle, round(scale * config.shelters), near, far)
        self.left[w], self.hut[w] = config.preparation, -1
        for p in range(self.players):
            seeks = p in seekers
            role = (FROZEN_SEEKER if config.preparation else SEEKER) if seeks else HIDER
            self._deal(w, p, role)
        ahead = feet_on(simulation, *standing_place(simulation, w, middle))
        for k, p in enumerate(seekers):
            column = int(column_of(geometry, *players.position[w, p]))
            put_player(simulation, w, p, column, ahead)
            if config.preparation:
                shut_in(simulation, w, p, self.hut[w, k], self.before[w, k])

    def _deal(self, w: int, p: int, role: int) -> None:
        """Give a player its role, its colour and its things."""
        players, config = self.simulation.state.players, self.config
        self.role[w, p] = role
        players.team[w, p] = SEEKERS if role >= SEEKER else HIDERS
        players.colour[w, p] = COLOURS[role]
        players.hotbar_item[w, p] = 0
        players.hotbar_count[w, p] = 0
        players.held[w, p] = 0
        for slot, item in enumerate(("diamond_pickaxe", "diamond_shovel")):
            players.hotbar_item[w, p, slot], players.hotbar_count[w, p, slot] = ITEM[item], 1
        if role == HIDER and config.blocks:
            players.hotbar_item[w, p, 2] = ITEM[config.block]
            players.hotbar_count[w, p, 2] = config.blocks

    def step(self, first: int, last: int) -> None:
        """Look who sees whom, and let the seekers out when it is time."""
        if _judge(self._game, first, last):
            for w in range(first, last):
                if self.left[w, 0] == 0 and self.hut[w, 0, 0] >= 0:
                    for k in reversed(range(self.hut.shape[1])):  # the last laid goes first
                        open_up(self.simulation, w, self.hut[w, k], self.before[w, k])


class Game(NamedTuple):
    """What the kernels of hide and seek read and change."""

    players: NDArray[np.void]
    event: NDArray[np.int64]
    event_count: NDArray[np.int64]
    blocks: NDArray[np.uint8]
    geometry: Geometry
    left: NDArray[np.int64]
    role: NDArray[np.int64]
    parts: NDArray[np.float64]
    ended: NDArray[np.bool_]
    slope: float
    """Half the width of a seeker's picture, one metre ahead of its eye."""
    sight: float
    touch: int
    pace: float
    catch: float


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`; in how many the preparation is over."""
    game = opened(bundle)
    opening = 0
    for w in range(first, last):
        for p in range(game.role.shape[1]):
            for k in range(game.parts.shape[2]):
                game.parts[w, p, k] = 0.0
        game.ended[w] = False
        if game.left[w, 0] > 0:
            game.left[w, 0] -= 1
            if game.left[w, 0] == 0:
                opening += 1
                for p in range(game.role.shape[1]):
                    if game.role[w, p] == FROZEN_SEEKER:
                        _become(game.players, game.role, w, p, SEEKER)
            continue
        if game.touch:
            _catch(bundle, w)
        _look(bundle, w)
    return opening


@kernel
def _become(players, role, w, p, new):  # type: ignore[no-untyped-def]
    """Change what a player is, and its shirt."""
    role[w, p] = new
    players[w, p].team = SEEKERS if new >= SEEKER else HIDERS
    for k in range(3):
        players[w, p].colour[k] = COLOURS[new, k]


@kernel
def _catch(bundle, w):  # type: ignore[no-untyped-def]
    """Make seekers of the hiders whom seekers hit in this tick; without hiders it is over."""
    game = opened(bundle)
    players, role = game.players, game.role
    for k in range(min(game.event_count[w], game.event.shape[1])):
        event = game.event[w, k]
        if event[1] != HIT:
            continue
        seeker, hider = slot_of(players, w, event[2]), slot_of(players, w, event[3])
        if seeker < 0 or hider < 0 or role[w, seeker] < SEEKER or role[w, hider] >= SEEKER:
            continue
        game.parts[w, seeker, CAUGHT] += game.catch
        game.parts[w, hider, CAUGHT] -= game.catch
        _become(players, role, w, hider, SEEKER)
    hiders = 0
    for p in range(role.shape[1]):
        hiders += role[w, p] < SEEKER
    game.ended[w] = hiders == 0


@kernel
def _look(bundle, w):  # type: ignore[no-untyped-def]
    """See who is seen, and pay both sides."""
    game = opened(bundle)
    players, role, parts = game.players, game.role, game.parts
    seekers, hidden, seen = 0, 0, 0
    for p in range(role.shape[1]):
        if role[w, p] >= SEEKER:
            seekers += 1
            continue
        if not players[w, p].active or not players[w, p].alive:
            continue
        now = HIDER
        for q in range(role.shape[1]):
            if role[w, q] == SEEKER and _in_sight(bundle, w, q, p):
                now = SEEN_HIDER
                break
        if now != role[w, p]:
            _become(players, role, w, p, now)
        if now == HIDER:
            parts[w, p, HIDDEN] = game.pace
            hidden += 1
        else:
            parts[w, p, SEEN] = -game.pace
            seen += 1
    for p in range(role.shape[1]):
        if role[w, p] >= SEEKER:
            parts[w, p, HIDDEN] = -game.pace * hidden / seekers
            parts[w, p, SEEN] = game.pace * seen / seekers


@kernel
def _in_sight(bundle, w, seeker, hider):  # type: ignore[no-untyped-def]
    """Whether a seeker sees a hider's eye or feet."""
    game = opened(bundle)
    me, other = game.players[w, seeker], game.players[w, hider]
    if not me.active or not me.alive:
        return False
    eye, look = eye_of(game.players, w, seeker)
    size = np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    ux, uy, uz = eye[0] / size, eye[1] / size, eye[2] / size
    heading, at = me.heading, other.position
    rx = heading[1] * uz - heading[2] * uy
    ry = heading[2] * ux - heading[0] * uz
    rz = heading[0] * uy - heading[1] * ux
    tx = ry * look[2] - rz * look[1]
    ty = rz * look[0] - rx * look[2]
    tz = rx * look[1] - ry * look[0]
    radius = np.sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2])
    for k in range(2):
        grow = 1.0 + (eye_height(other.sneaking) if k == 0 else _FOOT) / radius
        x, y, z = at[0] * grow, at[1] * grow, at[2] * grow
        dx, dy, dz = x - eye[0], y - eye[1], z - eye[2]
        if dx * dx + dy * dy + dz * dz > game.sight * game.sight:
            continue
        half = game.slope * (dx * look[0] + dy * look[1] + dz * look[2])
        if abs(dx * rx + dy * ry + dz * rz) > half or abs(dx * tx + dy * ty + dz * tz) > half:
            continue
        if sees(game.blocks[w], game.geometry, eye[0], eye[1], eye[2], x, y, z):
            return True
    return False
