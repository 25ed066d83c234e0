"""Which faces of a section one can see.

A section is meshed when a view first needs it and again after an edit in or next to it; such a
section is never merged.  The format of a face is described in `mesh`; how bright its corners are,
in `corners`.

Cells are looked at by columns, as numbers with a bit for each layer: what is opaque here and open
next door shows a face.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BEDROCK

from .corners import light_corners
from .merging import merge_faces
from .mesh import GLASSY, LEVELS, LISTS, LOWEST, OPAQUE, OUT, SEE_THROUGH, THIN, WATERY

NOTHING = np.uint64(0)
"""Eight layers of air, or of darkness."""
ROCK = np.uint64(BEDROCK * 0x0101010101010101)
DAYLIGHT = np.uint64(0xF0F0F0F0F0F0F0F0)
BESIDE = OUT[:, 0] * 10 + OUT[:, 1]
"""(6,) the step to the column that a face looks into, by direction."""
PAST = np.array([n.bit_length() for n in range(256)])
"""(256,) the place past the highest bit set in a byte."""
MOST = 3072
"""Faces of a section, at most."""


@kernel
def _copy_cells(source, columns, level, outside, above, copy):  # type: ignore[no-untyped-def]
    """Copy a section, and the sections below and above, with a rim of one column.

    Args:
        source: (columns, 8) eight layers in a word.
        columns: (10, 10) the columns wanted; -1 is outside.
        outside, above: Eight layers beside or below the planet's cells, and above them.
        copy: (300,) three words for each column.
    """
    n = 0
    for i in range(10):
        for j in range(10):
            column = columns[i, j]
            copy[n] = copy[n + 1] = copy[n + 2] = outside
            if column >= 0:
                if level > 0:
                    copy[n] = source[column, level - 1]
                copy[n + 1] = source[column, level]
                copy[n + 2] = source[column, level + 1] if level < 7 else above
            n += 3


@kernel
def _all_air(words, wide, deep):  # type: ignore[no-untyped-def]
    """Whether the section itself holds nothing, whatever the rim holds."""
    anything = NOTHING
    for i in range(1, 1 + wide):
        for j in range(1, 1 + deep):
            anything |= words[30 * i + 3 * j + 1]
    return anything == NOTHING


@kernel
def _sort_cells(block, kind, mask):  # type: ignore[no-untyped-def]
    """Fill the masks.  Returns whether every cell is opaque, in the rim too."""
    shut = 1023
    for column in range(100):
        bits = np.int64(0)
        for layer in range(10):
            bits |= kind[block[24 * column + 7 + layer]] << layer
        mask[column] = bits
        shut &= bits >> OPAQUE
    return shut == 1023


@kernel
def _gather(sections, cells, tables, work, w, section, wide, deep):  # type: ignore[no-untyped-def]
    """Copy a section and its rim.  Returns whether there may be a face in it."""
    columns, level = sections.column[section >> 3], section & 7
    blocks, light = cells.blocks[w].view(np.uint64), cells.light[w].view(np.uint64)
    _copy_cells(blocks, columns, level, ROCK, NOTHING, work.block_word)
    if _all_air(work.block_word, wide, deep) or _sort_cells(work.block, tables.kind, work.mask):
        return False
    _copy_cells(light, columns, level, NOTHING, DAYLIGHT, work.light_word)
    return True


@kernel
def _visible(here, there, direction, see_through):  # type: ignore[no-untyped-def]
    """Eight bits: of which cells of a column one sees a face.

    Args:
        here, there: Masks of the column and of the cells that it looks at, shifted to match.
        see_through: Faces of water and glass, otherwise of what is opaque, and of torches.
    """
    if see_through:
        water = (here >> WATERY) & ~(there >> WATERY)
        glass = (here >> GLASSY) & ~(there >> GLASSY) & ~(there >> WATERY)
        return (water | glass) & ~(there >> OPAQUE) & 255
    seen = (here >> OPAQUE) & ~(there >> OPAQUE)
    if direction < 5:
        seen |= here >> THIN
    return seen & 255


@kernel
def _find_faces(work, texture, direction, see_through, wide, deep, n):  # type: ignore[no-untyped-def]
    """List the faces that look in one direction from place `n` of level 0 on.

    Returns:
        The end of the list.
    """
    block, mask, face = work.block, work.mask, work.face[0]
    shift = 1 + OUT[direction, 2]
    for i in range(wide):
        for j in range(deep):
            column = 10 * i + j + 11
            there = mask[column + BESIDE[direction]] >> shift
            seen = _visible(mask[column] >> 1, there, direction, see_through)
            while seen:
                k = LOWEST[seen]
                seen &= seen - 1
                here = np.int64(block[24 * column + 8 + k])
                shown = np.int64(texture[here, direction])
                face[n, 0] = i | j << 3 | k << 6 | direction << 9 | here << 16 | shown << 24
                n += 1
    return n


@kernel
def _single_faces(work, tables, wide, deep):  # type: ignore[no-untyped-def]
    """Level 0: every face one can see, list by list.  Returns how many there are."""
    n = 0
    for direction in range(6):
        end = _find_faces(work, tables.texture, direction, False, wide, deep, n)
        work.count[0, direction], n = end - n, end
    begin, clear = n, np.int64(0)
    for column in range(100):
        clear |= (work.mask[column] >> WATERY) | (work.mask[column] >> GLASSY)
    if clear & 1023:
        for direction in range(6):
            n = _find_faces(work, tables.texture, direction, True, wide, deep, n)
    work.count[0, SEE_THROUGH] = n - begin
    return n


@inlined
def _enclose(box, a, b, layer):  # type: ignore[no-untyped-def]
    """Write the box around places given as bits along each axis; 8 to 0 if there are none."""
    box[0], box[2], box[4] = LOWEST[a], LOWEST[b], LOWEST[layer]
    box[1], box[3], box[5] = PAST[a], PAST[b], PAST[layer]


@kernel
def _measure_extent(work, extent):  # type: ignore[no-untyped-def]
    """Note the boxes around the opaque faces of each direction, and around all of them.

    Args:
        extent: (7, 6), see `Mesh`.
    """
    face = work.face[0]
    any_a = any_b = any_layer = n = 0
    for direction in range(6):
        a = b = layer = 0
        for at in range(n, n + work.count[0, direction]):
            word = np.int64(face[at, 0])
            a |= 1 << (word & 7)
            b |= 1 << ((word >> 3) & 7)
            layer |= 1 << ((word >> 6) & 7)
        n += work.count[0, direction]
        _enclose(extent[direction], a, b, layer)
        any_a, any_b, any_layer = any_a | a, any_b | b, any_layer | layer
    _enclose(extent[6], any_a, any_b, any_layer)


@kernel
def _keep(mesh, work, w, section, merged):  # type: ignore[no-untyped-def]
    """Put what `work` holds into the pool, where the section lay if there is room enough."""
    first, counts, pool = mesh.first[w, section], mesh.count[w, section], mesh.face[w].reshape(-1)
    levels = LEVELS if merged else 1
    need = 0
    for level in range(levels):
        for kind in range(LISTS):
            need += work.count[level, kind]
    if need > mesh.room[w, section]:
        first[0] = mesh.used[w]
        mesh.room[w, section] = need + need // 8
        mesh.used[w] += mesh.room[w, section]
    at = np.int64(first[0])
    for level in range(LEVELS):
        source = min(level, levels - 1)
        first[level] = at if level < levels else first[0]
        words = 0
        for kind in range(LISTS):
            counts[level, kind] = work.count[source, kind]
            words += 3 * work.count[source, kind]
        if level < levels:
            face = work.face[level].reshape(-1)
            for n in range(words):
                pool[3 * at + n] = face[n]
            at += words // 3


@kernel
def mesh_section(sections, cells, mesh, tables, work, w, section):  # type: ignore[no-untyped-def]
    """Mesh one section anew.  False, with nothing changed, when the pool has no room left."""
    if mesh.used[w] + LEVELS * MOST > mesh.face.shape[1]:
        return False
    # Fewer columns than 8 x 8 at the rim of a face whose size 8 does not divide.
    size, per_edge, chunk = sections.plane.shape[0] - 1, sections.per_edge, section >> 3
    wide = min(8, size - chunk // per_edge % per_edge * 8)
    deep = min(8, size - chunk % per_edge * 8)
    for level in range(LEVELS):
        for kind in range(LISTS):
            work.count[level, kind] = 0
    merged = cells.edited[w, section] == 0
    if _gather(sections, cells, tables, work, w, section, wide, deep):
        count = _single_faces(work, tables, wide, deep)
        light_corners(work, tables, count)
        if merged:
            merge_faces(work)
    _measure_extent(work, mesh.extent[w, section])
    _keep(mesh, work, w, section, merged)
    mesh.seen[w, section] = cells.changed[w, section]
    return True
