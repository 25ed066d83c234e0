"""Which faces of a section one can see, and how bright their corners are.

A section is meshed when a view first needs it and again after an edit in or next to it; such a
section is never merged.  The format of a face is described in `mesh`.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.blocks import TORCH, WATER

from .merging import merged_faces
from .mesh import CORNER, LEVELS, LISTS, OUT, SEE_THROUGH


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
            merged_faces(work, detail)
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
