"""A small arena: one flat planet, its players, and plain words for what they do."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mpgenie.envs.planet.blocks import BLOCKS, TABLE
from mpgenie.envs.planet.geometry import column_at, position_of
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.simulation.actions import pack_buttons
from mpgenie.envs.simulation.footprint import overlaps
from mpgenie.envs.simulation.mobs import MOB_HALF, MOB_HEIGHT
from mpgenie.envs.simulation.movement import PLAYER_HALF, PLAYER_HEIGHT
from mpgenie.envs.simulation.world import Simulation

SLOW = os.environ.get("NUMBA_DISABLE_JIT") == "1"
"""Whether kernels run as plain Python: laws then look at fewer ticks."""
QUIET: dict[str, Any] = {"mobs": False, "weather": False}
_planets: dict[tuple[str, int], Planet] = {}


def planet_of(kind: str, size: int) -> Planet:
    if (kind, size) not in _planets:
        _planets[kind, size] = make_planet(PlanetConfig(kind=kind, size=size), 5)  # type: ignore[arg-type]
    return _planets[kind, size]


class Arena:
    """World 0 of a simulation on a small planet."""

    def __init__(
        self, players: int = 2, kind: str = "flat", size: int = 8, seed: int = 1, **rules: Any
    ) -> None:
        self.planet = planet = planet_of(kind, size)
        self.sim = Simulation(planet.config, players=players, **{**QUIET, **rules})
        self.geometry = self.sim.geometry
        middle = size / 2
        spawn = np.array(
            [self.spot(planet.blocks, k % 6, middle + k // 6, middle) for k in range(players)]
        )
        self.sim.reset(0, seed, planet=planet, spawn=spawn)
        self.buttons = np.zeros((1, players), np.uint32)
        self.camera = np.zeros((1, players, 2), np.float32)
        self.message = np.zeros((1, players), np.uint8)
        self.events: list[dict[str, Any]] = []

    @property
    def state(self) -> Any:
        return self.sim.state

    @property
    def blocks(self) -> NDArray[np.uint8]:
        blocks: NDArray[np.uint8] = self.sim.state.cells.blocks[0]
        return blocks

    def spot(
        self, blocks: NDArray[np.uint8], face: int, a: float, b: float, above: float = 0.0
    ) -> tuple[float, float, float]:
        """The point on the ground of a place of a face, or some metres above it."""
        column = column_at(self.geometry, face, a, b)
        ground = int(np.flatnonzero(TABLE.solid[blocks[column]])[-1]) + 1
        return position_of(self.geometry, face, a, b, ground + above)  # type: ignore[no-any-return]

    def put(
        self, slot: int, face: int, a: float, b: float, above: float = 0.0, ahead: str = "a"
    ) -> None:
        """Stand a player on the ground, looking along axis a or b of the face."""
        feet = np.array(self.spot(self.blocks, face, a, b, above))
        axis = self.geometry.axes[face, 1 if ahead == "a" else 2]
        self.sim.teleport(0, slot, feet, axis)
        self.state.players.pitch[0, slot] = 0.0

    def cell(self, face: int, a: float, b: float, above: int = 0) -> int:
        """The cell on the ground of a place, or some layers above it."""
        column = column_at(self.geometry, face, a, b)
        ground = int(np.flatnonzero(TABLE.solid[self.blocks[column]])[-1]) + 1
        return int(column) * 64 + ground + above

    def build(self, cell: int, block: str = "stone") -> None:
        self.sim.set_block(0, cell, block)

    def block(self, cell: int) -> str:
        return str(BLOCKS[self.blocks[cell // 64, cell % 64]].name)

    def look(self, slot: int, pitch: float) -> None:
        """Tilt a player's head at once."""
        self.state.players.pitch[0, slot] = pitch

    def tick(self, ticks: int = 1, **names: Any) -> list[dict[str, Any]]:
        """Go on with the buttons of some players, `p0="forward jump"`; returns the events."""
        self.buttons[:] = 0
        for who, buttons in names.items():
            self.buttons[0, int(who[1:])] = pack_buttons(buttons.split())
        events = []
        for _ in range(ticks):
            self.sim.step(self.buttons, self.camera, self.message)
            events += self.sim.events(0)
        self.events += events
        return events

    def settle(self) -> None:
        """Let everybody stand."""
        self.tick(12)

    def height(self, slot: int = 0) -> float:
        return float(np.linalg.norm(self.state.players.position[0, slot])) - self.geometry.bottom

    def position(self, slot: int = 0) -> NDArray[np.float64]:
        return self.state.players.position[0, slot].copy()  # type: ignore[no-any-return]

    def hotbar(self, slot: int = 0) -> dict[int, int]:
        """How many of each item a player carries."""
        players, counts = self.state.players, dict[int, int]()
        pairs = zip(players.hotbar_item[0, slot], players.hotbar_count[0, slot], strict=True)
        for item, count in pairs:
            if count:
                counts[int(item)] = counts.get(int(item), 0) + int(count)
        return counts

    def stuck(self) -> list[str]:
        """The bodies that share space with a solid cell: there must be none.

        Things do not count: a block may be put onto one, and it moves out in the next tick.
        """
        found = []
        players, mobs = self.state.players, self.state.mobs
        bodies = [
            (f"player {p}", players.position[0, p], PLAYER_HALF, PLAYER_HEIGHT)
            for p in np.flatnonzero(players.active[0] & players.alive[0])
        ]
        for m in np.flatnonzero(mobs.active[0]):
            kind = mobs.kind[0, m]
            bodies.append((f"mob {m}", mobs.position[0, m], MOB_HALF[kind], MOB_HEIGHT[kind]))
        for name, feet, half, height in bodies:
            x, y, z = feet.tolist()
            if overlaps(self.blocks, TABLE.solid, self.geometry, x, y, z, half, height):
                found.append(name)
        return found


@pytest.fixture(scope="session")
def arena() -> Callable[..., Arena]:
    """Makes arenas."""
    return Arena


@pytest.fixture(scope="session")
def ticks() -> Callable[[int], int]:
    """How many ticks a law looks at: an eighth of them without the JIT."""
    return lambda number: max(30, number // 8) if SLOW else number
