"""The faces one can see of each section, made when a view first needs them.

A face is three 32-bit words.  The first packs where it is and what it shows:

    bits 0-2 a, 3-5 b, 6-8 layer within the section; 9-11 direction it looks in;
    12-13 and 14-15 log2 of its extent along u and v; 16-23 block; 24-31 texture.

The second and third hold the brightness at its corners, a byte each, from the sky and from lamps,
with ambient occlusion already in it.  Corners stand at (u, v) = (0, 0), (1, 0), (1, 1), (0, 1);
seen from the front u runs right and v runs down (the lattice row of each direction is `CORNER`).

Each section is meshed at three levels of detail: single faces, and faces of one block, plane and
brightness merged into rectangles of up to 2 x 2 and 4 x 4.  A section with an edit in or next to
it is never merged.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import BLOCKS, TORCH, WATER

from .appearance import Appearance
from .textures import TEXTURES

LEVELS = 3
"""Levels of detail."""
LISTS = 7
"""Lists of faces per level: one per direction, and one of water and glass."""
SEE_THROUGH = 6
"""The list of water and glass."""

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

    opaque: NDArray[np.bool_]
    texture: NDArray[np.uint8]
    """(256, 6) texture of each block in each direction."""
    bright: NDArray[np.int32]
    """(16,) brightness of each light level, 0 to 255."""
    occlusion: NDArray[np.int32]
    """(4,) share of 256 left between 0 to 3 neighbours."""


class MeshWork(NamedTuple):
    """Scratch of one meshing thread."""

    block: NDArray[np.uint8]
    light: NDArray[np.uint8]
    face: NDArray[np.uint32]
    """(3, 3200, 3) faces of the section in hand, by level."""
    count: NDArray[np.int32]  # type: ignore[assignment]  # hides `tuple.count`
    """(3, 7)"""
    grid: NDArray[np.int32]
    """(8, 8) the faces of one plane."""


def new_mesh(worlds: int, sections: int, room: int = 8192) -> Mesh:
    """A mesh in which nothing has been meshed yet."""
    return Mesh(
        face=np.zeros((worlds, room, 3), np.uint32),
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
    return MeshWork(
        block=np.zeros((10, 10, 10), np.uint8),
        light=np.zeros((10, 10, 10), np.uint8),
        face=np.zeros((LEVELS, 3200, 3), np.uint32),
        count=np.zeros((LEVELS, LISTS), np.int32),
        grid=np.zeros((8, 8), np.int32),
    )


def mesh_tables(appearance: Appearance) -> MeshTables:
    """The tables of one look."""
    texture = np.zeros((256, 6), np.uint8)
    opaque = np.zeros(256, np.bool_)
    for number, block in enumerate(BLOCKS):
        opaque[number] = block.opaque
        top, side, bottom = block.texture or (block.name,) * 3
        if block.name != "air":
            texture[number] = [TEXTURES[side]] * 4 + [TEXTURES[top], TEXTURES[bottom]]
    bright, level = np.zeros(16, np.int32), 1.0
    for step in range(15, 0, -1):
        bright[step] = int(level * 255.0 + 0.5)
        level *= appearance.light_falloff
    occlusion = np.array([int(share * 256.0 + 0.5) for share in appearance.occlusion], np.int32)
    return MeshTables(opaque, texture, bright, occlusion)


@kernel
def _gather(sections, cells, tables, work, w, chunk, level):  # type: ignore[no-untyped-def]
    """Copy the section and a rim of one cell.

    Returns:
        Whether there is anything to mesh (it is not all air or all opaque), and how many columns
        the chunk has along a and b: fewer than 8 at the rim of a face whose size 8 does not divide.
    """
    low = level * 8 - 1
    size, per_edge = sections.plane.shape[0] - 1, sections.per_edge
    wide = min(8, size - chunk // per_edge % per_edge * 8)
    deep = min(8, size - chunk % per_edge * 8)
    air = True
    opaque = True
    for i in range(10):
        for j in range(10):
            column = sections.column[chunk, i, j]
            for k in range(10):
                layer = low + k
                block, light = 1, 0
                if column >= 0 and layer >= 0:
                    block = 0
                    light = 240
                    if layer < 64:
                        block = cells.blocks[w, column, layer]
                        light = cells.light[w, column, layer]
                work.block[i, j, k] = block
                work.light[i, j, k] = light
                if 0 < i <= wide and 0 < j <= deep and 0 < k < 9:
                    air = air and block == 0
                opaque = opaque and tables.opaque[block]
    return not (air or opaque), wide, deep


@kernel
def _corner_light(work, tables, i, j, k, ui, uj, uk, vi, vj, vk):  # type: ignore[no-untyped-def]
    """Brightness at one corner of the front cell (i, j, k), towards (u) and (v): sky, lamp."""
    block, light, opaque = work.block, work.light, tables.opaque
    first = opaque[block[i + ui, j + uj, k + uk]]
    second = opaque[block[i + vi, j + vj, k + vk]]
    third = opaque[block[i + ui + vi, j + uj + vj, k + uk + vk]]
    value = light[i, j, k]
    sky, lamp, count = tables.bright[value >> 4], tables.bright[value & 15], 1
    if not first:
        value = light[i + ui, j + uj, k + uk]
        sky, lamp, count = (
            sky + tables.bright[value >> 4],
            lamp + tables.bright[value & 15],
            count + 1,
        )
    if not second:
        value = light[i + vi, j + vj, k + vk]
        sky, lamp, count = (
            sky + tables.bright[value >> 4],
            lamp + tables.bright[value & 15],
            count + 1,
        )
    if not third and not (first and second):
        value = light[i + ui + vi, j + uj + vj, k + uk + vk]
        sky, lamp, count = (
            sky + tables.bright[value >> 4],
            lamp + tables.bright[value & 15],
            count + 1,
        )
    closed = 3 if first and second else int(first) + int(second) + int(third)
    share = tables.occlusion[closed]
    return (sky // count * share) >> 8, (lamp // count * share) >> 8


@kernel
def _add_face(work, tables, kind, i, j, k, direction, block):  # type: ignore[no-untyped-def]
    """Append the single face of inner cell (i, j, k) (0 to 7) to list `kind` of level 0."""
    fi, fj, fk = i + 1 + OUT[direction, 0], j + 1 + OUT[direction, 1], k + 1 + OUT[direction, 2]
    du, dv = CORNER[direction, 3], CORNER[direction, 4]
    sky = lamp = np.uint32(0)
    for corner in range(4):
        su = 1 if corner == 1 or corner == 2 else -1
        sv = 1 if corner >= 2 else -1
        s, t = _corner_light(
            work, tables, fi, fj, fk,
            su * du[0], su * du[1], su * du[2], sv * dv[0], sv * dv[1], sv * dv[2],
        )  # fmt: skip
        sky |= np.uint32(s) << np.uint32(8 * corner)
        lamp |= np.uint32(t) << np.uint32(8 * corner)
    n = 0
    for before in range(kind + 1):
        n += work.count[0, before]
    texture = tables.texture[block, direction]
    work.face[0, n, 0] = np.uint32(
        i | (j << 3) | (k << 6) | (direction << 9) | (int(block) << 16) | (int(texture) << 24)
    )
    work.face[0, n, 1] = sky
    work.face[0, n, 2] = lamp
    work.count[0, kind] += 1


@kernel
def _single_faces(work, tables, wide, deep):  # type: ignore[no-untyped-def]
    """Level 0: every face between an opaque and an open cell, list by list."""
    block, opaque = work.block, tables.opaque
    for direction in range(6):
        oi, oj, ok = OUT[direction, 0], OUT[direction, 1], OUT[direction, 2]
        for i in range(wide):
            for j in range(deep):
                for k in range(8):
                    here = block[i + 1, j + 1, k + 1]
                    if here == 0:
                        continue
                    if opaque[here]:
                        if not opaque[block[i + 1 + oi, j + 1 + oj, k + 1 + ok]]:
                            _add_face(work, tables, direction, i, j, k, direction, here)
                    elif here == TORCH and direction < 5:
                        _add_face(work, tables, direction, i, j, k, direction, here)
    for direction in range(6):
        oi, oj, ok = OUT[direction, 0], OUT[direction, 1], OUT[direction, 2]
        for i in range(wide):
            for j in range(deep):
                for k in range(8):
                    here = block[i + 1, j + 1, k + 1]
                    if here == 0 or opaque[here] or here == TORCH:
                        continue
                    there = block[i + 1 + oi, j + 1 + oj, k + 1 + ok]
                    if (
                        not opaque[there]
                        and there != here
                        and not (here != WATER and there == WATER)
                    ):
                        _add_face(work, tables, SEE_THROUGH, i, j, k, direction, here)


@kernel
def _even(work, wide, deep, i, j, tolerance):  # type: ignore[no-untyped-def]
    """Whether the faces in a rectangle of the grid are all there, alike and evenly lit."""
    first = work.grid[i, j]
    word = work.face[0, first, 0] >> np.uint32(16)
    low_sky = low_lamp = 255
    high_sky = high_lamp = 0
    for di in range(wide):
        for dj in range(deep):
            n = work.grid[i + di, j + dj]
            if n < 0 or work.face[0, n, 0] >> np.uint32(16) != word:
                return False
            sky, lamp = work.face[0, n, 1], work.face[0, n, 2]
            for corner in range(4):
                s = int((sky >> np.uint32(8 * corner)) & np.uint32(255))
                t = int((lamp >> np.uint32(8 * corner)) & np.uint32(255))
                low_sky, high_sky = min(low_sky, s), max(high_sky, s)
                low_lamp, high_lamp = min(low_lamp, t), max(high_lamp, t)
            if high_sky - low_sky > tolerance or high_lamp - low_lamp > tolerance:
                return False
    return True


@kernel
def _corner_byte(work, grid_i, grid_j, word, corner):  # type: ignore[no-untyped-def]
    n = work.grid[grid_i, grid_j]
    return ((work.face[0, n, word] >> np.uint32(8 * corner)) & np.uint32(255)) << np.uint32(
        8 * corner
    )


@kernel
def _merge_plane(work, level, direction, out):  # type: ignore[no-untyped-def]
    """Cover the faces in `work.grid` by rectangles; return the new end of the level's list."""
    largest = 1 << level
    tolerance = 64 if level == 1 else 160
    for i in range(8):
        for j in range(8):
            n = work.grid[i, j]
            if n < 0:
                continue
            wide = deep = 1
            while (
                wide < largest
                and i + 2 * wide <= 8
                and _even(work, 2 * wide, deep, i, j, tolerance)
            ):
                wide *= 2
            while (
                deep < largest
                and j + 2 * deep <= 8
                and _even(work, wide, 2 * deep, i, j, tolerance)
            ):
                deep *= 2
            # Which of the grid's axes is u: the grid is (a, b), (a, layer) or (b, layer).
            log_i = 0 if wide == 1 else 1 if wide == 2 else 2
            log_j = 0 if deep == 1 else 1 if deep == 2 else 2
            swap = direction == 4
            log_u, log_v = (log_j, log_i) if swap else (log_i, log_j)
            word = work.face[0, n, 0] | np.uint32((log_u << 12) | (log_v << 14))
            sky = lamp = np.uint32(0)
            du, dv = CORNER[direction, 3], CORNER[direction, 4]
            axis = 1 if direction < 2 else 0
            last = 1 if direction >= 4 else 2
            for corner in range(4):
                u = 1 if corner == 1 or corner == 2 else 0
                v = 1 if corner >= 2 else 0
                # The member at this corner: move along i and j where u or v grows with them.
                along_i = (
                    (u if du[axis] > 0 else 1 - u)
                    if du[axis] != 0
                    else (v if dv[axis] > 0 else 1 - v)
                )
                along_j = (
                    (u if du[last] > 0 else 1 - u)
                    if du[last] != 0
                    else (v if dv[last] > 0 else 1 - v)
                )
                gi, gj = i + along_i * (wide - 1), j + along_j * (deep - 1)
                sky |= _corner_byte(work, gi, gj, 1, corner)
                lamp |= _corner_byte(work, gi, gj, 2, corner)
            for di in range(wide):
                for dj in range(deep):
                    if di or dj:
                        work.grid[i + di, j + dj] = -1
            work.grid[i, j] = -1
            work.face[level, out, 0] = word
            work.face[level, out, 1] = sky
            work.face[level, out, 2] = lamp
            out += 1
    return out


@kernel
def _copy_face(work, n, level, out):  # type: ignore[no-untyped-def]
    for word in range(3):
        work.face[level, out, word] = work.face[0, n, word]


@kernel
def _merge_direction(work, level, direction, begin, end, out):  # type: ignore[no-untyped-def]
    """Merge the faces `begin` to `end` of level 0, all of one direction; return the new end."""
    axis = direction >> 1
    for plane in range(8):
        any_here = False
        for cell in range(64):
            work.grid[cell >> 3, cell & 7] = -1
        for n in range(begin, end):
            word = np.int64(work.face[0, n, 0])
            if (word >> (3 * axis)) & 7 != plane:
                continue
            if (word >> 16) & 255 == TORCH:
                _copy_face(work, n, level, out)
                out += 1
                continue
            any_here = True
            a, b, k = word & 7, (word >> 3) & 7, (word >> 6) & 7
            if axis == 0:
                work.grid[b, k] = n
            elif axis == 1:
                work.grid[a, k] = n
            else:
                work.grid[a, b] = n
        if any_here:
            out = _merge_plane(work, level, direction, out)
    return out


@kernel
def _merged_faces(work, level):  # type: ignore[no-untyped-def]
    """Levels 1 and 2: the faces of level 0 merged, but for torches."""
    start = out = 0
    for direction in range(6):
        begin, end = out, start + work.count[0, direction]
        out = _merge_direction(work, level, direction, start, end, out)
        work.count[level, direction] = out - begin
        start = end
    begin, last = out, start + work.count[0, SEE_THROUGH]
    while start < last:
        direction = np.int64(work.face[0, start, 0] >> np.uint32(9)) & 7
        end = start
        while end < last and np.int64(work.face[0, end, 0] >> np.uint32(9)) & 7 == direction:
            end += 1
        out = _merge_direction(work, level, direction, start, end, out)
        start = end
    work.count[level, SEE_THROUGH] = out - begin


@kernel
def _measure_extent(work, extent, w, section):  # type: ignore[no-untyped-def]
    """Note the boxes around the opaque faces of each direction, and around all of them."""
    for axis in range(6):
        extent[w, section, 6, axis] = 8 if axis % 2 == 0 else 0
    n = 0
    for direction in range(6):
        box = extent[w, section, direction]
        for axis in range(6):
            box[axis] = 8 if axis % 2 == 0 else 0
        for _ in range(work.count[0, direction]):
            word = np.int64(work.face[0, n, 0])
            for axis in range(3):
                at = (word >> (3 * axis)) & 7
                box[2 * axis] = min(np.int64(box[2 * axis]), at)
                box[2 * axis + 1] = max(np.int64(box[2 * axis + 1]), at + 1)
            n += 1
        for axis in range(3):
            whole = extent[w, section, 6]
            whole[2 * axis] = min(whole[2 * axis], box[2 * axis])
            whole[2 * axis + 1] = max(whole[2 * axis + 1], box[2 * axis + 1])


@kernel
def mesh_section(sections, cells, mesh, tables, work, w, section):  # type: ignore[no-untyped-def]
    """Mesh one section anew.  False, with nothing changed, when the pool has no room left."""
    if mesh.used[w] + 3 * 3072 > mesh.face.shape[1]:
        return False
    chunk, level = section >> 3, section & 7
    busy, wide, deep = _gather(sections, cells, tables, work, w, chunk, level)
    for kind in range(LISTS):
        work.count[0, kind] = 0
    if busy:
        _single_faces(work, tables, wide, deep)
    total = 0
    for kind in range(LISTS):
        total += work.count[0, kind]
    _measure_extent(work, mesh.extent, w, section)
    merge = cells.edited[w, section] == 0
    need = total
    if merge and total:
        for detail in range(1, LEVELS):
            _merged_faces(work, detail)
            for kind in range(LISTS):
                need += work.count[detail, kind]
    if need > mesh.room[w, section]:
        mesh.first[w, section, 0] = mesh.used[w]
        mesh.room[w, section] = need + need // 8
        mesh.used[w] += mesh.room[w, section]
    at = mesh.first[w, section, 0]
    for detail in range(LEVELS):
        source = detail if merge else 0
        if source or detail == 0:
            mesh.first[w, section, detail] = at
        else:
            mesh.first[w, section, detail] = mesh.first[w, section, 0]
        n = 0
        for kind in range(LISTS):
            mesh.count[w, section, detail, kind] = work.count[source, kind] if total else 0
            n += mesh.count[w, section, detail, kind]
        if source or detail == 0:
            for f in range(n):
                mesh.face[w, at + f, 0] = work.face[source, f, 0]
                mesh.face[w, at + f, 1] = work.face[source, f, 1]
                mesh.face[w, at + f, 2] = work.face[source, f, 2]
            at += n
    mesh.seen[w, section] = cells.changed[w, section]
    return True


def roomier(mesh: Mesh) -> Mesh:
    """The same mesh with a larger pool, its sections moved together."""
    worlds = mesh.face.shape[0]
    live = mesh.room.sum(axis=1)
    room = max(int(live.max()) * 2, mesh.face.shape[1]) + 3 * 3072
    face = np.zeros((worlds, room, 3), np.uint32)
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
