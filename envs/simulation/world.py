"""The game without pictures: a batch of worlds that advance together, tick by tick."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.planet.blocks import BLOCK, ITEM, TABLE
from mpgenie.envs.planet.edits import revert_edits, set_block, with_room
from mpgenie.envs.planet.geometry import LAYERS, geometry_of
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.planet.spawn import spawn_points
from mpgenie.errors import ConfigError, SnapshotError, StateError

from .bodies import freed
from .crowd import new_crowd
from .entrance import (
    COLOURS,
    HOTBAR_AT_START,
    MOBS_KEY,
    PLAYERS_KEY,
    SPAWN_KEY,
    TERRAIN_KEY,
    WORLD_KEY,
    first_heading,
    key_of,
    stacks,
)
from .events import JOIN, LEAVE, read_events
from .health import FULL_HEALTH
from .instinct import add_mob
from .items import take
from .mobs import MOBS
from .movement import PLAYER_HALF, PLAYER_HEIGHT, set_heading
from .pursuit import new_search
from .rules import Rules
from .snapshot import Content, Words, apply, hash_row, hash_state, pack, unpack
from .state import Timeline, new_state, records_of, words_of
from .tick import Game, tick

_PLANETS_KEPT = 4
_EDITS_A_TICK = 2  # of one player: one block mined and one placed


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
        mobs = min(256, max(12, 6 * players))
        events = 256 + 16 * players
        self.state = new_state(self.geometry, worlds, players, mobs, items, events)
        self.planets: list[Planet | None] = [None] * worlds  # without their cells
        """The planet that each world was laid from."""
        self.seeds = [0] * worlds
        """The seed of each world's last reset."""
        self._records = records_of(self.state)
        rows = self._records
        self._words = Words(words_of(rows.players), words_of(rows.mobs), words_of(rows.items))
        self._clock_words = words_of(rows.clock)
        self._crowd, self._search = new_crowd(worlds, players + mobs), new_search(worlds)
        self._game = self._bundle()
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
        carried = stacks(hotbar)
        if not isinstance(planet, Planet):
            planet = self.planet(key_of(seed, TERRAIN_KEY) % 2**32 if planet is None else planet)
        if planet.config != self.config:
            raise ConfigError(f"this simulation has planets of {self.config}, not {planet.config}")
        if spawn is None and count:
            spawn = self._places(planet, key_of(seed, SPAWN_KEY), count, separation, line_of_sight)
        self._lay(w, planet)
        for rows in (self._records.players, self._records.mobs, self._records.items):
            rows[w] = np.zeros((), rows.dtype)
        clock = self.state.clock
        clock.tick[w] = 0
        clock.day_offset[w] = self.rules.day // 4 if time is None else time
        clock.raining[w] = False
        clock.weather_until[w] = 0
        clock.next_id[w] = 1
        clock.key[w] = key_of(seed, WORLD_KEY)
        clock.event_count[w] = 0
        self.seeds[w] = seed
        self._pending = [entry for entry in self._pending if entry[0] != w]
        self._hotbar, self._teams = carried, list(teams or [])
        for slot in range(count):
            assert spawn is not None
            self._enter(w, slot, np.asarray(spawn[slot], np.float64))
        return planet

    def _lay(self, w: int, planet: Planet) -> None:
        laid = self.planets[w]
        if laid is not None and laid.seed == planet.seed:
            revert_edits(self.state.cells, self.geometry, w)
        else:
            planet.lay(self.state.cells, w)
            self.planets[w] = planet.without_cells()

    def _places(
        self,
        planet: Planet,
        key: int,
        count: int,
        separation: tuple[float, float],
        line_of_sight: bool,
    ) -> NDArray[np.float64]:
        points = spawn_points(
            planet, np.uint64(key), count, separation=separation, line_of_sight=line_of_sight
        )
        return np.asarray(points, np.float64)

    def _enter(self, w: int, slot: int, feet: NDArray[np.float64]) -> None:
        players, clock = self.state.players, self.state.clock
        self._records.players[w, slot] = np.zeros((), self._records.players.dtype)
        players.id[w, slot] = clock.next_id[w]
        clock.next_id[w] += 1
        feet = self._freed(w, feet)
        players.position[w, slot] = players.spawn[w, slot] = feet
        others = players.position[w, players.active[w]]
        players.heading[w, slot] = players.spawn_heading[w, slot] = first_heading(feet, others)
        players.active[w, slot] = players.alive[w, slot] = True
        players.health[w, slot] = FULL_HEALTH
        players.dig_cell[w, slot] = -1
        players.hotbar_item[w, slot], players.hotbar_count[w, slot] = self._hotbar
        players.team[w, slot] = self._teams[slot] if slot < len(self._teams) else 0
        players.colour[w, slot] = COLOURS[slot % len(COLOURS)]
        players.key[w, slot] = key_of(self.seeds[w], PLAYERS_KEY, slot)

    def _freed(self, w: int, feet: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y, z = feet.tolist()
        return np.array(
            freed(
                self.state.cells.blocks[w], TABLE.solid, self.geometry, x, y, z,
                PLAYER_HALF, PLAYER_HEIGHT,
            )
        )  # fmt: skip

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
        last = self.worlds if last is None else last
        self.keep_room(tick(self._game, buttons, camera, message, first, last))
        if self._pending:
            self._note_pending(first, last)

    def _bundle(self) -> Bundle[Game]:
        players, mobs, items, row, event, event_count = self._records
        clock = Timeline(row, event, event_count)
        return Bundle(
            Game(
                players, mobs, items, clock, self.state.cells, self.geometry, TABLE, self.rules,
                self._crowd, self._search,
            )
        )  # fmt: skip

    def keep_room(self, edits: int) -> None:
        """See to it that the next tick's edits find room in the lists of edits.

        Args:
            edits: The most that a world has listed; what changes blocks between ticks tells it.
        """
        if edits + _EDITS_A_TICK * self.players >= self.state.cells.edit_cell.shape[1]:
            missing = max(0, edits - int(self.state.cells.edit_count.max()))
            cells = with_room(self.state.cells, missing + 2 * _EDITS_A_TICK * self.players + 1)
            self.state = self.state._replace(cells=cells)
            self._game = self._bundle()

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
            key = key_of(self.seeds[w], SPAWN_KEY, slot, int(self.state.clock.tick[w]))
            feet = self._places(planet, key, 1, (0.0, 1e9), False)[0]
        self._enter(w, slot, np.asarray(feet, np.float64))
        self._pending.append((w, JOIN, int(self.state.players.id[w, slot])))
        return slot

    def leave(self, w: int, slot: int) -> None:
        """Take a player out of world `w`, with everything carried.

        Raises:
            StateError: If nobody is in the slot.
        """
        self._check_player(w, slot)
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

    # ------------------------------------------------------------------ arranging

    def set_block(self, w: int, cell: int, block: str) -> None:
        """Change one block of world `w`, as a scenario may; nothing is dropped or used up."""
        self._planet_of(w)
        if block not in BLOCK:
            raise ConfigError(f"no block is called {block!r}; there are {', '.join(BLOCK)}")
        if not 0 <= cell < self.geometry.neighbour.shape[0] * LAYERS:
            raise ConfigError(f"there is no cell {cell} on a planet of size {self.config.size}")
        set_block(self.state.cells, self.geometry, w, cell, BLOCK[block])
        self.keep_room(int(self.state.cells.edit_count[w]))

    def teleport(
        self,
        w: int,
        slot: int,
        feet: NDArray[np.float64],
        heading: NDArray[np.float64] | None = None,
    ) -> None:
        """Move a player's feet to a point, at rest, and turn the player to a tangent vector."""
        self._check_player(w, slot)
        players = self.state.players
        players.position[w, slot] = feet = self._freed(w, np.asarray(feet, np.float64))
        players.velocity[w, slot], players.fall[w, slot] = 0.0, 0.0
        players.on_ground[w, slot] = False
        x, y, z = feet.tolist()
        scale = 1.0 / float(np.sqrt(x * x + y * y + z * z))
        ahead = players.heading[w, slot] if heading is None else np.asarray(heading, np.float64)
        hx, hy, hz = ahead.tolist()
        set_heading(players.heading[w, slot], hx, hy, hz, x * scale, y * scale, z * scale)

    def give(self, w: int, slot: int, item: str, count: int = 1) -> int:
        """Put things into a player's hotbar, and return how many fitted."""
        self._check_player(w, slot)
        if item not in ITEM:
            raise ConfigError(f"no item is called {item!r}; there are {', '.join(ITEM)}")
        return int(take(self._records.players, w, slot, ITEM[item], count))

    def spawn_mob(self, w: int, kind: str, feet: NDArray[np.float64]) -> int:
        """Bring a mob into world `w`, at a point or right beside or above it; returns its slot.

        Raises:
            ConfigError: If there is no such kind or no free slot.
        """
        self._planet_of(w)
        kinds = [mob.name for mob in MOBS]
        if kind not in kinds:
            raise ConfigError(f"no mob is called {kind!r}; there are {', '.join(kinds)}")
        free = np.flatnonzero(~self.state.mobs.active[w])
        if not free.size:
            raise ConfigError(f"all {self.state.mobs.active.shape[1]} mob slots are taken")
        slot = int(free[-1])
        tick_now = int(self.state.clock.tick[w])
        key = np.uint64(key_of(self.seeds[w], MOBS_KEY, slot, tick_now))
        number = kinds.index(kind)
        x, y, z = np.asarray(feet, np.float64).tolist()
        x, y, z = freed(
            self.state.cells.blocks[w], TABLE.solid, self.geometry, x, y, z,
            MOBS[number].half, MOBS[number].height,
        )  # fmt: skip
        add_mob(self._game, w, slot, number, x, y, z, key)
        return slot

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
        self.take_up(w, self.read(data))

    def read(self, data: bytes) -> Content:
        """What a snapshot says, checked, for `take_up`; raises as `restore`."""
        return unpack(data, self.config, self._records)

    def take_up(self, w: int, content: Content) -> None:
        """Put world `w` into the state of a snapshot that was read; raises as `restore`."""
        self._check_world(w)
        planet = self.planets[w]
        if planet is None or planet.seed != content.planet_seed:
            planet = self.planet(content.planet_seed)
            if planet.hash != content.planet_hash:
                raise SnapshotError("the planet of this snapshot is generated differently here")
            self._lay(w, planet)
        elif planet.hash != content.planet_hash:
            raise SnapshotError("the planet of this snapshot is generated differently here")
        self.keep_room(int(self.state.cells.edit_count[w]) + len(content.cells))
        apply(content, self._records, self.state.cells, self.geometry, w)
        self.seeds[w] = content.seed
        self._pending = [entry for entry in self._pending if entry[0] != w]

    # ------------------------------------------------------------------ checks

    def _check_world(self, w: int) -> None:
        if not 0 <= w < self.worlds:
            raise StateError(f"there are worlds 0 to {self.worlds - 1}, but none is number {w}")

    def _check_player(self, w: int, slot: int) -> None:
        self._planet_of(w)
        if not 0 <= slot < self.players or not self.state.players.active[w, slot]:
            raise StateError(f"nobody is in slot {slot} of world {w}")

    def _planet_of(self, w: int) -> Planet:
        self._check_world(w)
        planet = self.planets[w]
        if planet is None:
            raise StateError(f"world {w} has no planet yet: call `reset` first")
        return planet
