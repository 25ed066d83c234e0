"""The stage of `bridge`: two walled platforms with a channel of water between them, and a gate.

A lane lies along one axis of the lattice of one face.  Its cells are counted `along` it from the
back of the near platform, and `aside`:

    along 0                      the near platform, as wide as the lane, with a plate in a corner
    along `near`                 the channel, three cells wide between walls, one cell deep
    along `near + gap`           the gate, three cells wide in a wall
    along `near + gap + 1`       the far platform, with another plate; the goal is from
    along `near + gap + 2` on

The floor is the layer that feet stand in; blocks of the ground are one below.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import LAYERS, locate
from mpgenie.envs.planet.spawn import ground_layer
from mpgenie.envs.simulation.world import Simulation

from .places import players_middle

NEAR, FAR = 6, 5
"""Cells along the two platforms."""
DOOR = 3
"""Cells across the channel and the gate."""
PLATE = 2
"""Cells along and across a plate."""
WALL = 2
"""Cells that walls and the gate are high."""
FACE, A, B, WAY, FLOOR = range(5)
"""Columns of a lane's numbers: face, lattice coordinates of its cell (0, 0), lattice direction in
which it goes (`A_UP` to `B_DOWN`), layer of the feet."""
_PURPOSE = 7401
_PLACES = 24
_CLEAR = 9  # layers over the floor from which everything goes


class Layout(NamedTuple):
    """How long and wide the parts of a lane are, in cells."""

    gap: int
    """From bank to bank."""
    wide: int
    """Across the platforms: an odd number."""

    @property
    def length(self) -> int:
        """All along."""
        return NEAR + self.gap + 1 + FAR

    @property
    def side(self) -> int:
        """The first of the channel's cells across."""
        return (self.wide - DOOR) // 2


@kernel
def column_in(size, lane, along, aside):  # type: ignore[no-untyped-def]
    """The column of a cell of a lane."""
    way = lane[WAY]
    forward = along if way & 1 == 0 else -along
    a = lane[A] + (forward if way < 2 else aside)
    b = lane[B] + (aside if way < 2 else forward)
    return (lane[FACE] * size + a) * size + b


@kernel
def cell_in(size, lane, column):  # type: ignore[no-untyped-def]
    """Where a column lies in a lane: (along, aside), far outside for those of other faces."""
    if column // (size * size) != lane[FACE]:
        return -LAYERS, -LAYERS
    a, b = column // size % size - lane[A], column % size - lane[B]
    forward, aside = (a, b) if lane[WAY] < 2 else (b, a)
    return forward if lane[WAY] & 1 == 0 else -forward, aside


@kernel
def point_in(geometry, lane, at):  # type: ignore[no-untyped-def]
    """Where a point lies in a lane: (along, aside, metres over the floor); cell k is from k on."""
    face, a, b, layer = locate(geometry, at[0], at[1], at[2])
    if face != lane[FACE]:
        return -1e3, -1e3, 0.0
    a, b = a - lane[A], b - lane[B]
    forward, aside = (a, b) if lane[WAY] < 2 else (b, a)
    return forward if lane[WAY] & 1 == 0 else 1.0 - forward, aside, layer - lane[FLOOR]


@kernel
def _surface(blocks, column):  # type: ignore[no-untyped-def]
    """The layer over the ground, or over the water where there is none."""
    layer = ground_layer(blocks, column)
    if layer >= 0:
        return layer
    for high in range(LAYERS - 1, 0, -1):
        if TABLE.liquid[blocks[column, high]]:
            return high + 1
    return 1


@kernel
def _survey(blocks, size, lane, length, wide, counts):  # type: ignore[no-untyped-def]
    """The layer in the middle of those of a lane's ground, and the layers up and down from it."""
    counts[:] = 0
    for along in range(-1, length + 1):
        for aside in range(-1, wide + 1):
            counts[_surface(blocks, column_in(size, lane, along, aside))] += 1
    half, middle = (length + 2) * (wide + 2) // 2, 0
    while counts[middle] <= half:
        half -= counts[middle]
        middle += 1
    work = 0
    for layer in range(counts.shape[0]):
        work += counts[layer] * abs(layer - middle)
    return middle, work


def choose_lane(simulation: Simulation, w: int, layout: Layout) -> NDArray[np.int64]:
    """The numbers of the lane on the most level ground near the players of a world."""
    geometry, state = simulation.geometry, simulation.state
    size, key, blocks = geometry.size, state.clock.key[w], state.cells.blocks[w]
    here = players_middle(simulation, w)
    face, at = here // (size * size), (here // size % size, here % size)
    best, found, counts = -1, np.zeros(5, np.int64), np.zeros(LAYERS + 1, np.int64)
    for place in range(_PLACES):
        way, off_a, off_b = (float(draw(key, 0, _PURPOSE, 3 * place + k)) for k in range(3))
        lane = np.zeros(5, np.int64)
        lane[FACE], lane[WAY] = face, int(way * 4.0)
        extent = (layout.length + 2, layout.wide + 2)
        for axis, off in ((0, off_a), (1, off_b)):
            cells = extent[axis if lane[WAY] < 2 else 1 - axis]
            first = min(size - cells, max(0, at[axis] - cells // 2 + int(17.0 * off) - 8))
            backwards = lane[WAY] & 1 == 1 and lane[WAY] >> 1 == axis
            lane[A + axis] = first + cells - 2 if backwards else first + 1
        floor, work = _survey(blocks, size, lane, layout.length, layout.wide, counts)
        lane[FLOOR] = min(LAYERS - _CLEAR, max(3, floor))
        if best < 0 or work < best:
            best, found = int(work), lane
    return found


def build_lane(simulation: Simulation, w: int, lane: NDArray[np.int64], layout: Layout) -> None:
    """Level the ground of a lane, and build its walls, channel, plates and goal; not the gate."""
    stage = _Stage(simulation, w, lane)
    end, side = layout.length, layout.side
    gate = NEAR + layout.gap
    for along in range(-1, end + 1):
        for aside in range(-1, layout.wide + 1):
            outside = along in (-1, end) or aside in (-1, layout.wide)
            middle = side <= aside < side + DOOR
            if NEAR <= along <= gate and not middle:
                if along in (NEAR, gate) or aside in (side - 1, side + DOOR):
                    stage.wall(along, aside, "bedrock" if along == gate else "bricks")
            elif outside:
                stage.wall(along, aside, "bricks")
            elif along < NEAR or along >= gate:
                stage.floor(along, aside, _floor_of(along, aside, gate))
            else:
                stage.channel(along, aside)


def _floor_of(along: int, aside: int, gate: int) -> str:
    """What the ground of a platform is made of; empty where anything will do."""
    if aside < PLATE and along in (*plate_rows(0), *plate_rows(gate)):
        return "blue_wool"
    return "sandstone" if along >= gate + 2 else ""


def plate_rows(gate: int) -> range:
    """The rows of the plate of the near (0) or the far platform (the row of the gate)."""
    first = gate + 3 if gate else 1
    return range(first, first + PLATE)


class _Stage:
    """Builds on the columns of a lane."""

    def __init__(self, simulation: Simulation, w: int, lane: NDArray[np.int64]) -> None:
        self.simulation, self.w, self.lane = simulation, w, lane
        self.blocks, self.base = simulation.state.cells.blocks[w], int(lane[FLOOR])

    def _set(self, along: int, aside: int, height: int, block: str) -> None:
        column = int(column_in(self.simulation.geometry.size, self.lane, along, aside))
        self.simulation.set_block(self.w, column * LAYERS + self.base + height, block)

    def _is_solid(self, along: int, aside: int, height: int) -> bool:
        column = int(column_in(self.simulation.geometry.size, self.lane, along, aside))
        return bool(TABLE.solid[self.blocks[column, self.base + height]])

    def _clear(self, along: int, aside: int) -> None:
        column = int(column_in(self.simulation.geometry.size, self.lane, along, aside))
        above = self.blocks[column, self.base : self.base + _CLEAR]
        for height in np.flatnonzero(above).tolist():
            self._set(along, aside, height, "air")

    def wall(self, along: int, aside: int, block: str) -> None:
        """A wall; where bricks would do, ground as high does."""
        for height in range(WALL):
            if block == "bedrock" or not self._is_solid(along, aside, height):
                self._set(along, aside, height, block)

    def floor(self, along: int, aside: int, block: str) -> None:
        """Ground to walk on, with nothing on it."""
        self._clear(along, aside)
        if block or not self._is_solid(along, aside, -1):
            self._set(along, aside, -1, block or "dirt")

    def channel(self, along: int, aside: int) -> None:
        """Water, and what blocks can be put on under it."""
        self._clear(along, aside)
        self._set(along, aside, -1, "water")
        self._set(along, aside, -2, "bedrock")
