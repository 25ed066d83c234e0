"""What there is to draw: the mesh of every world and the figures in it, for any renderer.

A `Scene` follows one `WorldState`.  `update` rebuilds the figures once per tick; the mesh grows
by itself as views look around, through `find_sections`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import Geometry, locate
from mpgenie.envs.simulation.state import WorldState, records_of

from .appearance import Appearance
from .camera import new_views
from .culling import CullingWork, new_culling
from .figures import Quads, Sight, build_quads, new_quads
from .mesh import Mesh, MeshTables, MeshWork, mesh_tables, new_mesh, new_work, roomier
from .sections import Sections, sections_of
from .sky import light_row
from .textures import texture_array

EVERYTHING = Sight(new_views(0), 0.0, 0.0, 0.0)
"""No view: every figure."""


class Look(NamedTuple):
    """An `Appearance` as arrays, for kernels."""

    texel: NDArray[np.uint8]
    """(T, 16, 16, 4) red, green, blue, and the stage of mining beyond which the texel is cracked,
    1 to 10; 11 = never."""
    word: NDArray[np.float32]
    """(T * 256,) the same memory, 32 bits for each texel."""
    mean: NDArray[np.float32]
    """(T, 3)."""
    light: NDArray[np.float32]
    """See `sky.LIGHT`."""
    bright: NDArray[np.int32]
    """(16,) brightness of each light level, 0 to 255."""


def look_of(appearance: Appearance) -> Look:
    """The arrays of one appearance."""
    texels = texture_array(appearance)
    mean = np.array([[int(t[..., c].astype(np.int64).sum()) for c in range(3)] for t in texels])
    texel = np.empty((len(texels), 16, 16, 4), np.uint8)
    texel[..., :3], texel[..., 3] = texels, crack_pattern()
    return Look(
        texel=texel,
        word=texel.view(np.float32).ravel(),
        mean=(mean / 256.0).astype(np.float32),
        light=light_row(appearance),
        bright=mesh_tables(appearance).bright,
    )


def crack_pattern() -> NDArray[np.uint8]:
    """(16, 16) the stage of mining from which on each texel is part of a crack; 11 = never."""
    pattern = np.full((16, 16), 11, np.uint8)
    for branch, (down, right) in enumerate(((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, -1))):
        row, column = 7, 8
        for step in range(9):
            bend = (step * 7 + branch * 5) % 3 - 1
            row += down + (bend if right and not down else 0)
            column += right + (bend if down and not right else 0)
            if 0 <= row < 16 and 0 <= column < 16:
                pattern[row, column] = min(int(pattern[row, column]), step)
    return pattern


@kernel
def _mark_bodies(geometry, per_edge, bodies, near, w, stamp):  # type: ignore[no-untyped-def]
    """Stamp the sections in or next to which active bodies of world w stand."""
    for slot in range(bodies.shape[1]):
        body = bodies[w, slot]
        if not body.active:
            continue
        face, a, b, layer = locate(geometry, body.position[0], body.position[1], body.position[2])
        for da in (-1.5, 1.5):
            for db in (-1.5, 1.5):
                for dk in (-1.5, 3.0):
                    i = min(geometry.size - 1, max(0, int(a + da))) >> 3
                    j = min(geometry.size - 1, max(0, int(b + db))) >> 3
                    k = min(63, max(0, int(layer + dk))) >> 3
                    near[w, ((face * per_edge + i) * per_edge + j) * 8 + k] = stamp


@kernel
def _update(bundle, stamp):  # type: ignore[no-untyped-def]
    """Build the wanted figures of every world, and stamp the sections around bodies."""
    records, cells, geometry, quads, sight, near, per_edge = opened(bundle)
    for w in range(near.shape[0]):
        build_quads(records, cells, geometry, quads, w, sight)
        _mark_bodies(geometry, per_edge, records.players, near, w, stamp)
        _mark_bodies(geometry, per_edge, records.mobs, near, w, stamp)


class Scene:
    """Everything visible in a batch of worlds."""

    def __init__(self, geometry: Geometry, state: WorldState, appearance: Appearance | None = None):
        self.geometry = geometry
        self.state = state
        self.appearance = appearance or Appearance()
        self.look: Look = look_of(self.appearance)
        self.sections: Sections = sections_of(geometry.size)
        self.tables: MeshTables = mesh_tables(self.appearance)
        worlds, players = state.players.active.shape
        count = state.cells.changed.shape[1]
        self.mesh: Mesh = new_mesh(worlds, count)
        self.mesh_work: MeshWork = new_work()
        self.culling: CullingWork = new_culling(count)
        self.quads: Quads = new_quads(
            worlds, players, state.mobs.active.shape[1], state.items.active.shape[1]
        )
        self.stamp = 0
        """Counts the calls of `update`."""
        self._bundle_up(EVERYTHING)

    def update(self, sight: Sight = EVERYTHING) -> None:
        """Take in what the last tick moved.

        Args:
            sight: Figures that it leaves out are missing until the next call.
        """
        if self._bundled[0] is not self.state or self._bundled[1] is not sight:
            self._bundle_up(sight)
        self.stamp += 1
        _update(self._bundle, self.stamp)

    def _bundle_up(self, sight: Sight) -> None:
        self._bundled = (self.state, sight)
        self._bundle = Bundle(
            (
                records_of(self.state),
                self.state.cells,
                self.geometry,
                self.quads,
                sight,
                self.mesh.near,
                self.sections.per_edge,
            )
        )

    def make_room(self) -> None:
        """Enlarge the mesh; for renderers whose kernel ran out of it."""
        self.mesh = roomier(self.mesh)
