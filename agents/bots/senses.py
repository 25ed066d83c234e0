"""What bots see, hear and feel of one world, read once a tick as plain numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.planet.blocks import BLOCKS, TABLE
from mpgenie.envs.planet.land import cell_at, flood, footing_near, is_clear, is_noted, met, new_land
from mpgenie.envs.planet.paths import Path, PathWork, find_path, new_path_work
from mpgenie.envs.simulation.mobs import MOBS
from mpgenie.envs.simulation.world import Simulation

from .coordination import Clock
from .vectors import Vector, length, unit

PATH_LIMIT = 1_200
"""Cells that a search for a way looks at before it gives up."""
_PROBE = 160  # cells that one looks at before asking for all that can be reached
_FLOOD = 3_000  # cells noted as reachable
_DROP = 12
_PATHS_KEPT = 32


@dataclass(frozen=True, slots=True, order=True)
class Mob:
    """A mob as a bot sees it."""

    id: int
    kind: str
    hostile: bool
    feet: Vector
    health: int


class Senses(Clock):
    """One world as its bots know it; `refresh` after every tick.

    The lists are indexed by player slot: `feet` and `heading` hold three floats each, `pitch` is in
    degrees, `velocity` in metres a tick.

    Args:
        sim: The simulation.
        w: The world in it.
    """

    def __init__(self, sim: Simulation, w: int) -> None:
        self.sim, self.w = sim, w
        players = sim.state.players
        self._fields = [
            getattr(players, name)[w]
            for name in (
                "position", "heading", "pitch", "velocity", "on_ground", "in_water", "alive",
                "health",
            )
        ]  # fmt: skip
        self._clock = sim.state.clock.tick
        self.bottom = float(sim.geometry.bottom)
        self.blocks: NDArray[np.uint8] = sim.state.cells.blocks[w]
        """(columns, 64) block numbers."""
        self._land = Bundle(new_land(self.blocks, sim.geometry, _FLOOD))
        self._flooded: tuple[int, int] | None = None  # from where, and when by the blocks' hash
        self._work: dict[int, PathWork] = {}
        self._paths: dict[tuple[int, int, float, float], Path] = {}
        self._paths_hash = -1
        self.called: list[tuple[int, str, tuple[float, float, float]]] = []
        """(tick, kind, place) of each mob that a script brought in before that tick passed."""
        self.refresh()

    def refresh(self) -> None:
        """Read the state of this tick."""
        (
            self.feet, self.heading, self.pitch, self.velocity, self.on_ground, self.in_water,
            self.alive, self.health,
        ) = [field.tolist() for field in self._fields]  # fmt: skip
        self.tick = int(self._clock[self.w])
        self._mobs: list[Mob] | None = None

    def block(self, cell: int) -> int:
        """The number of the block in a cell."""
        return int(self.blocks[cell >> 6, cell & 63])

    def block_name(self, cell: int) -> str:
        """The name of the block in a cell."""
        return BLOCKS[self.block(cell)].name

    def solid(self, cell: int) -> bool:
        """Whether bodies stop at a cell."""
        return bool(TABLE.solid[self.block(cell)])

    @property
    def mobs(self) -> list[Mob]:
        """The mobs of the world, slot by slot."""
        if self._mobs is None:
            mobs, w = self.sim.state.mobs, self.w
            self._mobs = [
                Mob(
                    int(mobs.id[w, m]),
                    MOBS[mobs.kind[w, m]].name,
                    MOBS[mobs.kind[w, m]].hostile,
                    mobs.position[w, m].tolist(),
                    int(mobs.health[w, m]),
                )
                for m in np.flatnonzero(mobs.active[w]).tolist()
            ]
        return self._mobs

    def mob_at(self, id: int) -> Vector | None:
        """Where the mob with an id stands; None if there is no such mob any more."""
        return next((mob.feet for mob in self.mobs if mob.id == id), None)

    def call_mob(self, kind: str, feet: Vector) -> int:
        """Bring a mob into the world, as an episode may; returns its slot.

        No action does this, so a replay needs the list `called` besides the actions.
        """
        x, y, z = feet
        self.called.append((self.tick, kind, (x, y, z)))
        return self.sim.spawn_mob(self.w, kind, np.array(feet))

    # ------------------------------------------------------------------ places

    def layer_of(self, point: Vector) -> float:
        """The height of a point in layers."""
        return length(point) - self.bottom

    def cell_of(self, point: Vector) -> int:
        """The cell that a point lies in (the highest or lowest of its column beyond those)."""
        return int(cell_at(self._land, *point))

    def point_in(self, cell: int, above: float = 0.0) -> Vector:
        """The middle of a cell's floor, or a point so many metres above it."""
        x, y, z = self.sim.geometry.centre[cell >> 6].tolist()
        radius = self.bottom + (cell & 63) + above
        return x * radius, y * radius, z * radius

    def beside(self, cell: int, direction: int) -> int:
        """The cell next to a cell in one of the four level directions of the lattice."""
        return int(self.sim.geometry.neighbour[cell >> 6, direction]) * 64 + (cell & 63)

    def footing(self, point: Vector, reach: int = 24) -> int:
        """The cell nearest to a point's height, in its column or beside, where feet can stay.

        Returns:
            -1 if there is none within `reach` layers.
        """
        return int(footing_near(self._land, self.cell_of(point), reach))

    @property
    def blocks_hash(self) -> int:
        """A number that changes with every block."""
        return int(self.sim.state.cells.hash[self.w])

    def path(
        self, start: int, goal: int, *, dig_cost: float = 0.0, place_cost: float = 0.0,
        limit: int = PATH_LIMIT,
    ) -> Path:  # fmt: skip
        """A cheapest way on foot between two cells of the feet; see `find_path`."""
        if self._paths_hash != self.blocks_hash or len(self._paths) >= _PATHS_KEPT:
            self._paths.clear()
            self._paths_hash = self.blocks_hash
        key = start, goal, dig_cost, place_cost
        path = self._paths.get(key)
        if path is None:
            if limit not in self._work:
                self._work[limit] = new_path_work(limit)
            path = find_path(
                self.blocks, self.sim.geometry, start, goal, max_drop=_DROP, dig_cost=dig_cost,
                place_cost=place_cost, work=self._work[limit],
            )  # fmt: skip
            if path.arrived or limit == PATH_LIMIT:
                self._paths[key] = path
        return path

    def reachable(self, start: int, goal: int) -> bool:
        """Whether there is a way on foot between two cells of the feet.

        Near goals are found at once; for others all cells around the start are noted, for this
        question and the next ones.
        """
        at = start, self.blocks_hash
        if self._flooded != at:
            if self.path(start, goal, limit=_PROBE).arrived:
                return True
            flood(self._land, start, _DROP)
            self._flooded = at
        if is_noted(self._land, goal):
            return True
        return bool(self._land.content.counts[1]) and self.path(start, goal).arrived

    def points_of(self, cells: NDArray[np.int64]) -> list[Vector]:
        """The middles of the floors of cells."""
        radius = self.bottom + (cells & 63)
        points: list[Vector] = (self.sim.geometry.centre[cells >> 6] * radius[:, None]).tolist()
        return points

    # ------------------------------------------------------------------ lines of sight

    def looked_at(self, eye: Vector, point: Vector, reach: float) -> tuple[int, int, float]:
        """What an eye meets that looks towards a point: (cell or -1, its side, metres)."""
        x, y, z = eye
        dx, dy, dz = unit((point[0] - x, point[1] - y, point[2] - z))
        cell, side, away = met(self._land, x, y, z, dx, dy, dz, reach)
        return int(cell), int(side), float(away)

    def clear_between(self, a: Vector, b: Vector) -> bool:
        """Whether nothing opaque lies between two points."""
        return bool(is_clear(self._land, *a, *b))
