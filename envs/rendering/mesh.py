"""The faces one can see of each section: how they are packed, and the pool that holds them.

A face is three 32-bit words.  The first packs where it is and what it shows:

    bits 0-2 a, 3-5 b, 6-8 layer within the section; 9-11 direction it looks in;
    12-13 and 14-15 log2 of its extent along u and v; 16-23 block; 24-31 texture.

The second and third hold the brightness at its corners, a byte each, from the sky and from lamps,
with ambient occlusion already in it.  Corners stand at (u, v) = (0, 0), (1, 0), (1, 1), (0, 1);
seen from the front u runs right and v runs down (the lattice row of each direction is `CORNER`).

Each section has three levels of detail: single faces (`meshing`), and faces merged into rectangles
of up to 2 x 2 and 4 x 4 (`merging`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.pages import lazy_zeros
from mpgenie.envs.planet.blocks import AIR, BLOCKS, TORCH, WATER

from .appearance import Appearance
from .textures import TEXTURES

LEVELS = 3
"""Levels of detail."""
LISTS = 7
"""Lists of faces per level: one per direction, and one of water and glass."""
SEE_THROUGH = 6
"""The list of water and glass."""
OPAQUE, WATERY, GLASSY, THIN = 0, 16, 32, 48
"""Kinds of block: where ten bits for ten layers of them begin in `MeshWork.mask`.  Thin is what
stands free within its cell, a torch; glassy is whatever else one can see through, but for air."""

CORNER = np.array(
    [
        # base a, b, layer (+ w, + h)       du            dv
        [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, -1]],
        [[0, 0, 0], [0, 1, 0], [0, 0, 1], [0, -1, 0], [0, 0, -1]],
        [[0, 1, 0], [1, 0, 0], [0, 0, 1], [-1, 0, 0], [0, 0, -1]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, -1]],
        [[0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 1, 0], [1, 0, 0]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]],
    ],
    dtype=np.int32,
)
"""(6, 5, 3) lattice offsets by direction: corner 0 = rows 0 + width * 1 + height * 2; u; v."""
OUT = np.array(
    [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.int32
)
"""(6, 3) the lattice step of each direction."""

LOWEST = np.array([8] + [(n & -n).bit_length() - 1 for n in range(1, 256)])
"""(256,) the lowest bit set in a byte; 8 = none."""


class Mesh(NamedTuple):
    """The faces of a batch of planets of one size."""

    face: NDArray[np.uint32]
    """(W, room, 3) the pool of faces."""
    used: NDArray[np.int64]
    """(W,) words of the pool in use."""
    first: NDArray[np.int32]
    """(W, sections, 3) where each level of a section begins in the pool."""
    count: NDArray[np.uint16]  # type: ignore[assignment]  # hides `tuple.count`
    """(W, sections, 3, 7) faces in each list, one list after the other."""
    room: NDArray[np.int32]
    """(W, sections) faces that fit where the section now lies."""
    seen: NDArray[np.uint32]
    """(W, sections) the `changed` count at which the section was meshed."""
    extent: NDArray[np.uint8]
    """(W, sections, 7, 6) the box of each direction's faces, and of all: least and greatest corner
    along a, b and layer within the section, 0 to 8."""
    near: NDArray[np.int64]
    """(W, sections) stamp of the last frame in which a body stood in or next to the section."""


class MeshTables(NamedTuple):
    """What meshing needs to know about blocks and light."""

    kind: NDArray[np.int64]
    """(256,) one bit: which of `OPAQUE`, `WATERY`, `GLASSY` and `THIN` a block is; 0 for air."""
    texture: NDArray[np.uint8]
    """(256, 6) texture of each block in each direction."""
    bright: NDArray[np.int32]
    """(16,) brightness of each light level, 0 to 255."""
    glow: NDArray[np.int32]
    """(256,) what an open cell adds to a corner, by its light: 1024 + brightness from the sky, and
    65536 times the same from lamps."""
    corner: NDArray[np.uint8]
    """(5 * 1024,) brightness of a corner by the sum of `glow` around it; see `corners`."""


class MeshWork(NamedTuple):
    """Scratch of one meshing thread.

    Cells stand in 10 x 10 columns, the section's and a rim of one, of 24 layers: the section's in
    the middle, the section below and that above.
    """

    block: NDArray[np.uint8]
    """(2400,)"""
    light: NDArray[np.uint8]
    """(2400,)"""
    block_word: NDArray[np.uint64]
    """(300,) the same memory, eight layers in a word."""
    light_word: NDArray[np.uint64]
    """(300,) likewise."""
    mask: NDArray[np.int64]
    """(100,) bits by kind of block and layer, -1 to 8; see `OPAQUE`."""
    face: NDArray[np.uint32]
    """(3, 3200, 3) faces of the section in hand, by level."""
    count: NDArray[np.int32]  # type: ignore[assignment]  # hides `tuple.count`
    """(3, 7)"""
    row: NDArray[np.uint8]
    """(3, 64) what is left to merge in each level: rows of 8 planes, a bit for each face; empty
    between two sections."""
    place: NDArray[np.int32]
    """(512,) the faces of one direction, by plane, row and bit."""
    tone: NDArray[np.int64]
    """(512,) what they look like: bits 0-7 the darkest and 8-15 the brightest corner from the sky,
    16-23 and 24-31 from lamps, 32-47 block and texture."""
    end: NDArray[np.int64]
    """(3,) how many faces have been merged into each level."""


def new_mesh(worlds: int, sections: int, room: int = 8192) -> Mesh:
    """A mesh in which nothing has been meshed yet."""
    return Mesh(
        face=lazy_zeros((worlds, room, 3), np.uint32),
        used=np.zeros(worlds, np.int64),
        first=np.zeros((worlds, sections, LEVELS), np.int32),
        count=np.zeros((worlds, sections, LEVELS, LISTS), np.uint16),
        room=np.zeros((worlds, sections), np.int32),
        seen=np.zeros((worlds, sections), np.uint32),
        extent=np.zeros((worlds, sections, 7, 6), np.uint8),
        near=np.full((worlds, sections), -1, np.int64),
    )


def new_work() -> MeshWork:
    """Scratch for `mesh_section`."""
    block, light = np.zeros(2400, np.uint8), np.zeros(2400, np.uint8)
    return MeshWork(
        block=block,
        light=light,
        block_word=block.view(np.uint64),
        light_word=light.view(np.uint64),
        mask=np.zeros(100, np.int64),
        face=np.zeros((LEVELS, 3200, 3), np.uint32),
        count=np.zeros((LEVELS, LISTS), np.int32),
        row=np.zeros((LEVELS, 64), np.uint8),
        place=np.zeros(512, np.int32),
        tone=np.zeros(512, np.int64),
        end=np.zeros(LEVELS, np.int64),
    )


def mesh_tables(appearance: Appearance) -> MeshTables:
    """The tables of one look."""
    texture, kind = np.zeros((256, 6), np.uint8), np.full(256, 1 << GLASSY, np.int64)
    for number, block in enumerate(BLOCKS):
        if block.opaque:
            kind[number] = 1 << OPAQUE
        top, side, bottom = block.texture or (block.name,) * 3
        if number != AIR:
            texture[number] = [TEXTURES[side]] * 4 + [TEXTURES[top], TEXTURES[bottom]]
    kind[AIR], kind[WATER], kind[TORCH] = 0, 1 << WATERY, 1 << THIN
    bright, level = np.zeros(16, np.int32), 1.0
    for step in range(15, 0, -1):
        bright[step] = int(level * 255.0 + 0.5)
        level *= appearance.light_falloff
    light = np.arange(256)
    glow = (1024 + bright[light >> 4]) | ((1024 + bright[light & 15]) << 16)
    return MeshTables(kind, texture, bright, glow.astype(np.int32), _corner_table(appearance))


def _corner_table(appearance: Appearance) -> NDArray[np.uint8]:
    """The mean over the open cells, less what the others shut out."""
    corner = np.zeros((5, 1024), np.uint8)
    for cells in range(1, 5):
        share = int(appearance.occlusion[4 - cells] * 256.0 + 0.5)
        corner[cells] = np.minimum(np.arange(1024) // cells * share >> 8, 255)
    return corner.ravel()


def roomier(mesh: Mesh) -> Mesh:
    """The same mesh with a larger pool, its sections moved together."""
    worlds = mesh.face.shape[0]
    live = mesh.room.sum(axis=1)
    room = max(int(live.max()) * 2, mesh.face.shape[1]) + 3 * 3072
    face = lazy_zeros((worlds, room, 3), np.uint32)
    for w in range(worlds):
        _pack(mesh.face[w], face[w], mesh.first[w], mesh.room[w], mesh.used[w : w + 1])
    return mesh._replace(face=face)


@kernel
def _pack(before, after, first, room, used):  # type: ignore[no-untyped-def]
    at = 0
    for section in range(room.shape[0]):
        start = first[section, 0]
        for f in range(room[section]):
            after[at + f, 0] = before[start + f, 0]
            after[at + f, 1] = before[start + f, 1]
            after[at + f, 2] = before[start + f, 2]
        for level in range(3):
            first[section, level] += at - start
        at += room[section]
    used[0] = at
