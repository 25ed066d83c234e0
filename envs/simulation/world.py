"""The game without pictures: a batch of worlds that advance together, tick by tick."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.blocks import ITEM, TABLE
from mpgenie.envs.planet.edits import revert_edits, with_room
from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.errors import ConfigError, SnapshotError, StateError

from .bodies import freed
from .crowd import Crowd, new_crowd
from .events import JOIN, LEAVE, read_events
from .movement import PLAYER_HALF, PLAYER_HEIGHT
from .pursuit import Search, new_search
from .rules import Rules
from .snapshot import Words, apply, hash_row, hash_state, pack, unpack
from .state import HOTBAR, STACK, new_state, records_of, words_of
from .tick import tick

HOTBAR_AT_START: tuple[tuple[str, int], ...] = (
    ("stone", 64), ("diamond_pickaxe", 1), ("diamond_shovel", 1), ("diamond_axe", 1),
    ("torch", 16),
)  # fmt: skip
"""What a player carries at first, slot by slot."""
COLOURS: tuple[tuple[int, int, int], ...] = (
    (222, 66, 58), (58, 124, 222), (236, 184, 52), (74, 172, 88),
    (160, 92, 208), (242, 134, 48), (60, 190, 190), (224, 120, 172),
)  # fmt: skip
"""Shirts of the players, slot by slot, over and over."""
_PLANETS_KEPT = 4
_TERRAIN, _MOBS, _WORLD, _PLAYERS, _SPAWN = range(5)
"""Branches of a world's tree of random keys."""
_EDITS_A_TICK = 2  # of one player: one block mined and one placed


class Work(NamedTuple):
    """Work space for kernels; nothing in it outlives a tick."""

    crowd: Crowd
    search: Search


class Simulation:
    """A batch of worlds of one kind and size.

    Args:
        config: Which planets.
        worlds: How many worlds; they share a geometry and nothing else.
        players: Player slots in each world, 1 to 1,024.
        items: Slots for things lying on the ground.
        **rules: Fields of `Rules`, such as `mobs`, `day`, `keep_hotbar`.

    Raises:
        ConfigError: If a number is absurd or a rule unknown.
    """

    def __init__(
        self,
        config: PlanetConfig | None = None,
        *,
        worlds: int = 1,
        players: int = 2,
        items: int = 128,
        **rules: Any,
    ) -> None:
        if not 1 <= worlds <= 4096:
            raise ConfigError(f"worlds must lie between 1 and 4096, got {worlds}")
        if not 1 <= players <= 1024:
            raise ConfigError(f"players must lie between 1 and 1024, got {players}")
        if not 1 <= items <= 65_536:
            raise ConfigError(f"items must lie between 1 and 65536, got {items}")
        unknown = sorted(set(rules) - set(Rules._fields))
        if unknown:
            raise ConfigError(f"no rule is called {unknown[0]!r}; rules are {list(Rules._fields)}")
        self.config = config or PlanetConfig()
        self.rules = Rules(**rules)
        if self.rules.day < 2:
            raise ConfigError(f"day must be at least 2 ticks, got {self.rules.day}")
        self.worlds, self.players = worlds, players
        self.geometry = geometry_of(self.config.size)
        mobs = min(256, max(12, 6 * players)) if self.rules.mobs else 1
        events = 256 + 16 * players
        self.state = new_state(self.geometry, worlds, players, mobs, items, events)
        self.planets: list[Planet | None] = [None] * worlds
        """The planet that each world was laid from."""
        self.seeds = [0] * worlds
        """The seed of each world's last reset."""
        self._records = records_of(self.state)
        rows = self._records
        self._words = Words(words_of(rows.players), words_of(rows.mobs), words_of(rows.items))
        self._clock_words = words_of(rows.clock)
        self._work = Work(crowd=new_crowd(worlds, players + mobs), search=new_search(worlds))
        self._made: dict[int, Planet] = {}
        self._pending: list[tuple[int, int, int]] = []

    # ------------------------------------------------------------------ beginning

    def planet(self, seed: int) -> Planet:
        """The planet of a seed, from memory where this simulation made it lately."""
        if seed not in self._made:
            while len(self._made) >= _PLANETS_KEPT:
                del self._made[next(iter(self._made))]
            self._made[seed] = make_planet(self.config, seed)
        return self._made[seed]

    def reset(
        self,
        w: int = 0,
        seed: int = 0,
        *,
        planet: Planet | int | None = None,
        players: int | None = None,
        spawn: NDArray[np.float64] | None = None,
        separation: tuple[float, float] = (6.0, 12.0),
        line_of_sight: bool = False,
        hotbar: Sequence[tuple[str, int]] = HOTBAR_AT_START,
        teams: Sequence[int] | None = None,
        time: int | None = None,
    ) -> Planet:
        """Begin world `w` anew.

        Args:
            w: Which world.
            seed: Everything random in it follows from this number.
            planet: A planet, or the seed of one; by default drawn from `seed`.
            players: How many join at once; by default as many as there are slots.
            spawn: (players, 3) where their feet are at first; by default chosen on dry land.
            separation: Metres between players who are chosen a place.
            line_of_sight: Whether they shall see each other.
            hotbar: (item, count) for the first slots of each hotbar.
            teams: The team of each slot; 0 = none.
            time: Ticks since sunrise where longitude is 0; by default a quarter of a day.

        Returns:
            The planet that the world now has.
        """
        count = self.players if players is None else players
        self._check_world(w)
        if not 0 <= count <= self.players:
            raise ConfigError(f"players must lie between 0 and {self.players}, got {count}")
        stacks = _stacks(hotbar)
        if not isinstance(planet, Planet):
            planet = self.planet(_number(seed, _TERRAIN) % 2**32 if planet is None else planet)
        if planet.config != self.config:
            raise ConfigError(f"this simulation has planets of {self.config}, not {planet.config}")
        if spawn is None and count:
            spawn = self._places(planet, _number(seed, _SPAWN), count, separation, line_of_sight)
        self._lay(w, planet)
        for rows in (self._records.players, self._records.mobs, self._records.items):
            rows[w] = np.zeros((), rows.dtype)
        clock = self.state.clock
        clock.tick[w] = 0
        clock.day_offset[w] = self.rules.day // 4 if time is None else time
        clock.raining[w] = False
        clock.weather_until[w] = 0
        clock.next_id[w] = 1
        clock.key[w] = _number(seed, _WORLD)
        clock.event_count[w] = 0
        self.seeds[w] = seed
        self._pending = [entry for entry in self._pending if entry[0] != w]
        self._hotbar, self._teams = stacks, list(teams or [])
        for slot in range(count):
            assert spawn is not None
            self._enter(w, slot, np.asarray(spawn[slot], np.float64))
        return planet

    def _lay(self, w: int, planet: Planet) -> None:
        if self.planets[w] is planet:
            revert_edits(self.state.cells, self.geometry, w)
        else:
            planet.lay(self.state.cells, w)
            self.planets[w] = planet

    def _places(
        self,
        planet: Planet,
        key: int,
        count: int,
        separation: tuple[float, float],
        line_of_sight: bool,
    ) -> NDArray[np.float64]:
        from mpgenie.envs.planet.spawn import spawn_points

        points = spawn_points(
            planet, np.uint64(key), count, separation=separation, line_of_sight=line_of_sight
        )
        return np.asarray(points, np.float64)

    def _enter(self, w: int, slot: int, feet: NDArray[np.float64]) -> None:
        players, clock = self.state.players, self.state.clock
        self._records.players[w, slot] = np.zeros((), self._records.players.dtype)
        players.active[w, slot] = players.alive[w, slot] = True
        players.id[w, slot] = clock.next_id[w]
        clock.next_id[w] += 1
        feet = np.array(
            freed(
                self.state.cells.blocks[w], TABLE.solid, self.geometry,
                *feet.tolist(), PLAYER_HALF, PLAYER_HEIGHT,
            )
        )  # fmt: skip
        players.position[w, slot] = players.spawn[w, slot] = feet
        heading = self._heading(w, slot, feet)
        players.heading[w, slot] = players.spawn_heading[w, slot] = heading
        players.health[w, slot] = 20
        players.dig_cell[w, slot] = -1
        players.hotbar_item[w, slot], players.hotbar_count[w, slot] = self._hotbar
        players.team[w, slot] = self._teams[slot] if slot < len(self._teams) else 0
        players.colour[w, slot] = COLOURS[slot % len(COLOURS)]
        players.key[w, slot] = _number(self.seeds[w], _PLAYERS, slot)

    def _heading(self, w: int, slot: int, feet: NDArray[np.float64]) -> NDArray[np.float64]:
        """Towards the first other player, else north."""
        players = self.state.players
        x, y, z = feet
        up = feet / np.sqrt(x * x + y * y + z * z)
        there = np.array([0.0, 0.0, 1.0]) if abs(up[2]) < 0.99 else np.array([1.0, 0.0, 0.0])
        for other in range(self.players):
            if players.active[w, other] and other != slot:
                there = players.position[w, other] - feet
                break
        ahead = there - (there[0] * up[0] + there[1] * up[1] + there[2] * up[2]) * up
        length = np.sqrt(ahead[0] * ahead[0] + ahead[1] * ahead[1] + ahead[2] * ahead[2])
        return np.asarray(ahead / length, np.float64) if length > 1e-6 else _north(up)

    # ------------------------------------------------------------------ going on

    def step(
        self,
        buttons: NDArray[np.uint32],
        camera: NDArray[np.float32],
        message: NDArray[np.uint8],
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Advance worlds `first` to `last` (all by default) by one tick.

        Args:
            buttons: (W, P) uint32 bit fields of `actions.BUTTONS`.
            camera: (W, P, 2) float32 turns (pitch, yaw) in degrees; they must be finite.
            message: (W, P) uint8 tokens, 0 = none.
            first: The first world to advance.
            last: The world before which to stop.
        """
        tick_count = tick(
            self._records, self.state.cells, self.geometry, TABLE, self.rules, self._work,
            buttons, camera, message, first, self.worlds if last is None else last,
        )  # fmt: skip
        if tick_count + _EDITS_A_TICK * self.players > self.state.cells.edit_cell.shape[1]:
            self._make_room()
        if self._pending:
            self._note_pending(first, self.worlds if last is None else last)

    def _make_room(self) -> None:
        cells = with_room(self.state.cells, 2 * _EDITS_A_TICK * self.players)
        self.state = self.state._replace(cells=cells)

    def join(self, w: int, near: NDArray[np.float64] | None = None) -> int:
        """Let one more player into world `w`, and return the slot.

        Args:
            w: Which world.
            near: (3,) where the feet shall be; by default a place on dry land.

        Raises:
            StateError: If every slot is taken or the world was never reset.
        """
        planet = self._planet_of(w)
        free = np.flatnonzero(~self.state.players.active[w])
        if not free.size:
            raise StateError(f"all {self.players} player slots of world {w} are taken")
        slot = int(free[0])
        feet = near
        if feet is None:
            key = _number(self.seeds[w], _SPAWN, slot, int(self.state.clock.tick[w]))
            feet = self._places(planet, key, 1, (0.0, 1e9), False)[0]
        self._enter(w, slot, np.asarray(feet, np.float64))
        self._pending.append((w, JOIN, int(self.state.players.id[w, slot])))
        return slot

    def leave(self, w: int, slot: int) -> None:
        """Take a player out of world `w`, with everything carried.

        Raises:
            StateError: If nobody is in the slot.
        """
        self._planet_of(w)
        if not 0 <= slot < self.players or not self.state.players.active[w, slot]:
            raise StateError(f"nobody is in slot {slot} of world {w}")
        self._pending.append((w, LEAVE, int(self.state.players.id[w, slot])))
        self._records.players[w, slot] = np.zeros((), self._records.players.dtype)

    def events(self, w: int = 0) -> list[dict[str, Any]]:
        """What happened in world `w` in its last tick; joining and leaving since the one before."""
        return read_events(self.state, w)

    def _note_pending(self, first: int, last: int) -> None:
        clock = self.state.clock
        for w, kind, who in self._pending:
            k = int(clock.event_count[w])
            if first <= w < last and k < clock.event.shape[1]:
                clock.event[w, k] = (clock.tick[w] - 1, kind, who, 0, -1, 0)
                clock.event_count[w] = k + 1
        self._pending = [entry for entry in self._pending if not first <= entry[0] < last]

    # ------------------------------------------------------------------ identity

    def state_hash(self, w: int = 0) -> int:
        """64 bits that differ between any two states of a world, but for chance."""
        return int(hash_state(self._words, self._clock_words, self.state.cells.hash, w))

    def player_hash(self, w: int, slot: int) -> int:
        """64 bits for the state of one player."""
        return int(hash_row(self._words.players, w, slot))

    def snapshot(self, w: int = 0) -> bytes:
        """World `w` as bytes, for `restore` on the same kind of planet."""
        return pack(self._planet_of(w), self.seeds[w], self._records, self.state.cells, w)

    def restore(self, w: int, data: bytes) -> None:
        """Put world `w` into the state of a snapshot.

        Raises:
            SnapshotError: If these bytes are no snapshot, or one of another planet, version or
                number of slots; nothing has changed then.
        """
        self._check_world(w)
        content = unpack(data, self.config, self._records)
        planet = self.planets[w]
        if planet is None or planet.seed != content.planet_seed:
            planet = self.planet(content.planet_seed)
            if planet.hash != content.planet_hash:
                raise SnapshotError("the planet of this snapshot is generated differently here")
            self._lay(w, planet)
        elif planet.hash != content.planet_hash:
            raise SnapshotError("the planet of this snapshot is generated differently here")
        room = with_room(self.state.cells, len(content.cells) + 2 * _EDITS_A_TICK * self.players)
        if room is not self.state.cells:
            self.state = self.state._replace(cells=room)
        apply(content, self._records, room, self.geometry, w)
        self.seeds[w] = content.seed
        self._pending = [entry for entry in self._pending if entry[0] != w]

    # ------------------------------------------------------------------ checks

    def _check_world(self, w: int) -> None:
        if not 0 <= w < self.worlds:
            raise StateError(f"there are worlds 0 to {self.worlds - 1}, but none is number {w}")

    def _planet_of(self, w: int) -> Planet:
        self._check_world(w)
        planet = self.planets[w]
        if planet is None:
            raise StateError(f"world {w} has no planet yet: call `reset` first")
        return planet


def _number(seed: int, *branch: int) -> int:
    """64 bits from the branch of a seed's tree of random keys."""
    return int(np.random.SeedSequence(seed, spawn_key=branch).generate_state(1, np.uint64)[0])


def _north(up: NDArray[np.float64]) -> NDArray[np.float64]:
    from mpgenie.envs.planet.geometry import tangent_axes

    return np.array(tangent_axes(*up.tolist())[6:9])


def _stacks(hotbar: Sequence[tuple[str, int]]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    if len(hotbar) > HOTBAR:
        raise ConfigError(f"a hotbar has {HOTBAR} slots, got {len(hotbar)} stacks")
    item, number = np.zeros(HOTBAR, np.uint8), np.zeros(HOTBAR, np.uint8)
    for slot, (name, count) in enumerate(hotbar):
        if name not in ITEM:
            raise ConfigError(f"no item is called {name!r}; there are {', '.join(ITEM)}")
        if not 1 <= count <= STACK:
            raise ConfigError(f"a stack holds 1 to {STACK}, got {count} of {name}")
        item[slot], number[slot] = ITEM[name], count
    return item, number
