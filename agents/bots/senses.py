"""What bots see, hear and feel of one world, read once a tick as plain numbers."""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.blocks import BLOCKS, TABLE
from mpgenie.envs.planet.geometry import column_of
from mpgenie.envs.planet.paths import Path, PathWork, can_stand, find_path, new_path_work
from mpgenie.envs.planet.raycast import cast, sees
from mpgenie.envs.simulation.mobs import MOBS
from mpgenie.envs.simulation.world import Simulation

from .coordination import Clock
from .vectors import Vector, length, unit

PATH_LIMIT = 2_500
"""Cells that a search for a way looks at before it gives up."""


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
        self._work: PathWork | None = None
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

    @property
    def blocks(self) -> NDArray[np.uint8]:
        """(columns, 64) block numbers."""
        blocks: NDArray[np.uint8] = self.sim.state.cells.blocks[self.w]
        return blocks

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
        x, y, z = point
        column = int(column_of(self.sim.geometry, x, y, z))
        return column * 64 + min(63, max(0, floor(self.layer_of(point) + 1e-4)))

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
        cell = self.cell_of(point)
        blocks, layer = self.blocks, cell & 63
        for column in (cell >> 6, *self.sim.geometry.neighbour[cell >> 6].tolist()):
            for k in range(2 * reach + 1):
                at = layer + (-(k // 2) if k % 2 == 0 else k // 2 + 1)
                if 0 < at < 64 and can_stand(blocks, column, at):
                    return int(column) * 64 + at
        return -1

    def path(self, start: int, goal: int, max_drop: int = 12) -> Path:
        """A cheapest way on foot between two cells of the feet."""
        self._work = self._work or new_path_work(PATH_LIMIT)
        return find_path(
            self.blocks, self.sim.geometry, start, goal, max_drop=max_drop, work=self._work
        )

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
        cell, side, away = cast(self.blocks, self.sim.geometry, x, y, z, dx, dy, dz, reach, True)
        return int(cell), int(side), float(away)

    def clear_between(self, a: Vector, b: Vector) -> bool:
        """Whether nothing opaque lies between two points."""
        return bool(sees(self.blocks, self.sim.geometry, *a, *b))
