"""What OpenGL draws from: for every view a list of faces and quads in one array, filled here.

A record is one or four texels of four 32-bit words; `shaders/face_vertex.glsl` and
`quad_vertex.glsl` say what is in them.  The faces are those of the sections that `culling` finds,
list by list; figures and weather come relative to the eye.  Lengths are in metres.
Where OpenGL runs on the processor the lists are sifted (`sifting.py`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .culling import visible_sections
from .detail import FIRST, GLASS, LEVEL, OPAQUE, SECTION, list_sections
from .figures import HAND_QUADS
from .hiding import facing, look_from
from .mesh import SEE_THROUGH
from .raster import QUAD
from .record_texels import (
    add_faces,
    add_hand,
    add_stars,
    add_thing,
    add_torch,
    crack_in,
    is_torch,
    place_of,
)
from .sifting import PLAIN, QUADS, TEXTURED, VEIL, sift
from .sky import SKY_SIZE, fill_sky
from .weather_quads import weather_quads

ROW = 2048
"""Texels in a row of the data texture."""
VIEW_WORDS = 64
"""32-bit words in the uniform block of a view (`shaders/view.glsl`), padded to 256 bytes."""
DONE, MESH_FULL, DATA_FULL = range(3)
"""What `fill_records` returns."""
FIRST_QUAD, HAND = 4, 6
"""More columns of `Records.span`; see `sifting` for the rest."""


class Records(NamedTuple):
    """A batch of views, ready to be handed to OpenGL."""

    data: NDArray[np.uint32]
    """(texels, 4)."""
    block: NDArray[np.uint32]
    """(V, VIEW_WORDS) the uniform blocks."""
    sky: NDArray[np.float32]
    """(V, SKY_SIZE) see `sky.SKY`."""
    span: NDArray[np.int64]
    """(V, 7) first face, opaque faces, more of them whose texture has faded, faces of water and
    glass, first texel of quads, quads, and the quads of the own hand.  The lists of faces follow
    each other, and so do those of quads."""
    tile: NDArray[np.int64]
    """(V, 2) column and row of the atlas where the view's tile begins."""
    used: NDArray[np.int64]
    """(3,) texels in use, first record of sky, stars."""
    scratch: NDArray[np.float64]
    """(8,) what `hiding.look_from` fills: the eye (6), and how high it stands (2)."""
    part: NDArray[np.uint8]
    """(places,) what `sifting.sift` says of each place."""


def new_records(views: int, texels: int, places: int = 1) -> Records:
    """Room for so many views, texels (a multiple of `ROW`), and places to sift."""
    return Records(
        data=np.zeros((texels, 4), np.uint32),
        block=np.zeros((views, VIEW_WORDS), np.uint32),
        sky=np.zeros((views, SKY_SIZE), np.float32),
        span=np.zeros((views, 7), np.int64),
        tile=np.zeros((views, 2), np.int64),
        used=np.zeros(3, np.int64),
        scratch=np.zeros(8),
        part=np.zeros(places, np.uint8),
    )


@kernel
def _fill_view(geometry, view, sky, eye, axes, lens, guard, distance):  # type: ignore[no-untyped-def]
    """Fill a view's uniform block, as float32 numbers; see `shaders/view.glsl`.

    Args:
        lens: (focal length, width, height) in pixels.
    """
    focal, width, height = lens
    for axis in range(3):
        for k in range(3):
            view[axis * 4 + k] = axes[axis, k]
    scale = 2.0 * focal / guard
    view[3], view[7], view[11] = scale / width, scale / height, focal
    for k in range(3):
        view[12 + k] = eye[k]
        # The sun from view axes back to planet axes.
        view[16 + k] = sky[3] * axes[0, k] + sky[4] * axes[1, k] + sky[5] * axes[2, k]
        view[24 + k] = sky[29 + k] * np.float32(1.0 / 255.0)
    view[15] = geometry.bottom
    view[19] = sky[36]
    view[20], view[21] = sky[27], sky[28]
    view[27] = distance


@kernel
def _add_sections(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, culling, records, views, v, found, detail, stamp, cull, at
):  # fmt: skip
    """Write the faces of the sections in view; return the next free texel, or -1: no room.

    Torches, which are thinner than their cells, are written as quads by `_add_torches`.
    """
    data, turn = records.data, records.scratch
    reach = turn[6:8]
    w, slot, eye = views.world[v], views.slot[v], views.eye[v]
    size, per_edge = geometry.size, sections.per_edge
    faces, counts, extents = mesh.face[w], mesh.count[w], mesh.extent[w]
    cracked, within, crack = crack_in(state, geometry, sections, w, slot)
    start = at
    veiled = 0
    list_sections(mesh, culling, w, found, detail, stamp)
    for n in range(found):
        row = culling.listed[n]
        section, total = np.int64(row[SECTION]), row[OPAQUE]
        if row[GLASS]:
            culling.queue[veiled] = section
            veiled += 1
        if total == 0:
            continue
        if at + total > data.shape[0]:
            return -1
        chunk, low = section >> 3, geometry.bottom + (section & 7) * 8
        look_from(geometry, sections, section, eye, turn, reach)
        begin = np.int64(row[FIRST])
        place = place_of(section, per_edge)
        cell = within if section == cracked else -1
        for direction in range(6):
            count = np.int64(counts[section, row[LEVEL], direction])
            anything = 255
            if cull & 8:
                _, anything = facing(
                    sections.plane, per_edge, chunk, low, extents[section, direction], direction,
                    turn, size, reach,
                )  # fmt: skip
            if count and anything:
                at = add_faces(faces, data, at, begin, count, place, cell, crack)
            begin += count
    span = records.span[v]
    span[0], span[TEXTURED], span[PLAIN] = start, at - start, 0
    start = at
    for n in range(veiled):
        section = np.int64(culling.queue[n])
        begin = np.int64(mesh.first[w, section, 0])
        for direction in range(SEE_THROUGH):
            begin += counts[section, 0, direction]
        count = np.int64(counts[section, 0, SEE_THROUGH])
        if at + count > data.shape[0]:
            return -1
        cell = within if section == cracked else -1
        at = add_faces(faces, data, at, begin, count, place_of(section, per_edge), cell, crack)
    span[VEIL] = at - start
    return at


@kernel
def _add_torches(geometry, sections, mesh, records, bits, w, eye, found, culling, light, at, spare):  # type: ignore[no-untyped-def]
    """Write the torches of all sections in view; return the next free texel, or -1: no room."""
    faces = mesh.face[w]
    for n in range(found):
        section = int(culling.order[n] & 0xFFFFFFFF)
        begin = np.int64(mesh.first[w, section, 0])
        total = np.int64(0)
        for direction in range(SEE_THROUGH):
            total += mesh.count[w, section, 0, direction]
        for index in range(begin, begin + total):
            if is_torch(faces[index, 0]):
                if at + 4 > records.data.shape[0]:
                    return -1
                at = add_torch(
                    geometry, sections, faces, index, section, records, bits, eye, light, at, spare
                )
    return at


@kernel
def _add_things(quads, bright, row, hidden, eye, axes, distance, records, bits, at, spare):  # type: ignore[no-untyped-def]
    """Write the quads of a row that may be seen; return the next free texel, or -1: no room."""
    far = distance * distance
    for index in range(quads.count[row]):
        if hidden != 0 and quads.entity[row, index] == hidden:
            continue
        corner = quads.corner[row, index, 0]
        x, y, z = corner[0] - eye[0], corner[1] - eye[1], corner[2] - eye[2]
        if x * x + y * y + z * z > far:
            continue
        if axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z < -2.0:
            continue
        if at + 4 > records.data.shape[0]:
            return -1
        at = add_thing(quads, bright, row, index, eye, records.data, bits, at, spare)
    return at


@kernel
def _add_winners(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, quads, look, work, records, bits, views, v, opaque, total,
    at, spare,
):  # fmt: skip
    """Write the faces and things that `sift` found; return the next free texel, or -1: no room."""
    data, source, span, part = records.data, work.source, records.span[v], records.part
    if at + 4 * total + 4 > data.shape[0]:
        return -1
    w, slot, eye = views.world[v], views.slot[v], views.eye[v]
    faces = mesh.face[w]
    cracked, within, crack = crack_in(state, geometry, sections, w, slot)
    span[0] = at
    last, where, cell = np.int64(-1), np.int64(0), np.int64(-1)
    for which in (TEXTURED, PLAIN, VEIL):
        start = at
        for place in range(total):
            if part[place] != which:
                continue
            index, section = np.int64(source[place, 0]), np.int64(source[place, 1])
            if section != last:
                last, where = section, place_of(section, sections.per_edge)
                cell = within if section == cracked else -1
            at = add_faces(faces, data, at, index, 1, where, cell, crack)
        span[which] = at - start
    at = (at + 3) & ~3
    span[FIRST_QUAD] = at
    for place in range(opaque):
        if part[place] != QUADS:
            continue
        index, section = np.int64(source[place, 0]), np.int64(source[place, 1])
        if section == QUAD:
            at = add_thing(quads, look.bright, w, index, eye, data, bits, at, spare)
        else:
            at = add_torch(
                geometry, sections, faces, index, section, records, bits, eye, look.light, at, spare
            )
    return at


@kernel
def _add_everything(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, culling, quads, look, records, bits, views, v,
    found, distance, detail, stamp, cull, at, spare,
):  # fmt: skip
    """Write all faces of the sections in view, and all things; the next free texel, or -1."""
    w, eye, axes = views.world[v], views.eye[v], views.axes[v]
    at = _add_sections(
        state, geometry, sections, mesh, culling, records, views, v, found, detail, stamp, cull, at
    )
    if at < 0:
        return at
    at = (at + 3) & ~3
    records.span[v, FIRST_QUAD] = at
    at = _add_torches(
        geometry, sections, mesh, records, bits, w, eye, found, culling, look.light, at, spare
    )
    if at < 0:
        return at
    return _add_things(
        quads, look.bright, w, views.hidden[v], eye, axes, distance, records, bits, at, spare
    )


@kernel
def fill_records(  # type: ignore[no-untyped-def]
    state, geometry, sections, mesh, tables, mesh_work, culling, quads, weather, hand, look,
    stars, views, first, count, records, view_floats, bits, spare,
    work, sifted, lens, guard, columns, distance, day, detail, stamp, cull,
):  # fmt: skip
    """Write the records of views `first` to `first + count`, tile by tile of one atlas.

    Args:
        weather, hand: Quads row 0 of which is filled for one view after the other.
        records: Where they go.
        view_floats, bits: `records.block` and `records.data` seen as float32.
        spare: (4, 3) float64 scratch.
        work, sifted: Scratch of the software renderer, and whether to sift with it.
        lens: (focal length, width, height) in pixels.
        guard: The viewport of a view is so many times as large as its tile.
        columns: Views beside each other in the atlas.
        distance, day, detail, stamp, cull: As in `software.draw_views`.

    Returns:
        `DONE`, or what has no room: `MESH_FULL` or `DATA_FULL`.
    """
    focal, width, height = lens
    tan_x, tan_y = width * 0.5 / focal, height * 0.5 / focal
    wide, tall = int(width), int(height)
    at = 0
    for v in range(first, first + count):
        w, eye, axes = views.world[v], views.eye[v], views.axes[v]
        found = visible_sections(
            geometry, sections, state.cells, mesh, tables, mesh_work, culling,
            w, eye, axes, tan_x, tan_y, distance, cull,
        )  # fmt: skip
        if found < 0:
            return 1
        fill_sky(state, geometry, look.light, views, v, day, distance, records.sky)
        _fill_view(geometry, view_floats[v], records.sky[v], eye, axes, lens, guard, distance)
        if sifted:
            opaque, total = sift(
                geometry, sections, mesh, culling, quads, work, records.part, views, v, found,
                lens, distance, detail, stamp, cull,
            )  # fmt: skip
            at = _add_winners(
                state, geometry, sections, mesh, quads, look, work, records, bits, views, v,
                opaque, total, at, spare,
            )  # fmt: skip
        else:
            at = _add_everything(
                state, geometry, sections, mesh, culling, quads, look, records, bits, views, v,
                found, distance, detail, stamp, cull, at, spare,
            )  # fmt: skip
        if at >= 0 and state.clock.raining[w]:
            weather_quads(state, geometry, views, v, weather, 0)
            at = _add_things(
                weather, look.bright, 0, 0, eye, axes, distance, records, bits, at, spare
            )
        if at < 0 or at + 4 * HAND_QUADS > records.data.shape[0]:
            return 2
        span = records.span[v]
        span[QUADS] = (at - span[FIRST_QUAD]) // 4
        start = at
        if views.slot[v] >= 0:
            at = add_hand(
                state, geometry, hand, look.bright, w, views.slot[v], axes, records.data, bits, at,
                spare,
            )  # fmt: skip
        span[HAND] = (at - start) // 4
        base = records.block[v, 28:31]
        base[0], base[1] = np.uint32(span[0]), np.uint32(span[FIRST_QUAD])
        base[2] = np.uint32(span[QUADS])
    if at + count * (1 + stars.shape[0]) > records.data.shape[0]:
        return 2
    records.used[1] = at
    for v in range(first, first + count):
        tile = records.tile[v]
        tile[0], tile[1] = (v - first) % columns * wide, (v - first) // columns * tall
        records.data[at, 0] = np.uint32(tile[0] | (tile[1] << 16))
        records.data[at, 1] = np.uint32(wide | (tall << 16))
        records.data[at, 2], records.data[at, 3] = np.uint32(v), np.uint32(0)
        at += 1
    start = at
    for v in range(first, first + count):
        at = add_stars(
            state, records, stars, records.sky[v], views.axes[v], views.world[v], v, day, lens,
            records.tile[v, 0], records.tile[v, 1], at,
        )  # fmt: skip
    records.used[0], records.used[2] = at, at - start
    return 0
