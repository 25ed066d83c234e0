"""From sections and quads to pixels: the middle of the software renderer's first pass.

Sections come nearest first.  Lists of faces that look away from the eye are skipped, and so are
sections hidden behind what has been drawn (`hiding`).  The rest wait in a queue until there is a
batch of them (`outlines`); then each is drawn by its outline (`raster`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.pages import lazy_zeros
from mpgenie.envs.planet.blocks import TORCH

from .baking import RECORD
from .detail import FIRST, GLASS, LEVEL, OPAQUE, SECTION, list_sections
from .hiding import facing, hidden, look_from
from .mesh import CORNER, SEE_THROUGH
from .outlines import (
    BATCH,
    CUT,
    LOWER,
    PLAIN,
    ROW,
    ROWS,
    TASK,
    UPPER,
    UX,
    UY,
    UZ,
    VX,
    VY,
    VZ,
    X,
    Y,
    Z,
    corner_of,
    gather,
    outline,
    turn_chunk,
)
from .raster import QUAD, WEATHER, draw_quad, fill, new_canvas
from .shade import ACROSS, LINE, LINE_SIZE

QUEUE = BATCH + 3072
"""Room for faces that wait to be drawn: less than a batch, and the longest list."""


class RasterWork(NamedTuple):
    """Scratch of one drawing thread, for pictures of one size."""

    solid: NDArray[np.float32]
    """What each pixel sees of opaque faces, a canvas; see `raster`."""
    veil: NDArray[np.float32]
    """The nearest water or glass, likewise."""
    hand: NDArray[np.float32]
    """The own hand, likewise; nothing is drawn on it between two views."""
    ray_length: NDArray[np.float32]
    """(pixels,) length of each pixel's ray per metre of depth."""
    slot: NDArray[np.int32]
    """(chunks,) where the turned corners of a chunk are kept, -1 = not yet."""
    turned: NDArray[np.float32]
    """(slots * 243,) the 9 x 9 corner directions in view axes: x of all of them, y, then z."""
    batch: NDArray[np.float32]
    """(ROWS * BATCH,) faces in the making; see `outlines`."""
    single: NDArray[np.float32]
    """(ROWS * BATCH,) the same for one quad."""
    index: NDArray[np.int32]  # type: ignore[assignment]  # hides `tuple.index`
    """(QUEUE,) faces waiting to be drawn: their places in the pool."""
    section: NDArray[np.int32]
    """(QUEUE,) and their sections."""
    used: NDArray[np.int32]
    """(slots,) the chunks that have a slot."""
    source: NDArray[np.int32]
    """(places, 2) what was drawn: index in the pool of faces or quads, and section or `QUAD`."""
    corner: NDArray[np.float32]
    """(places, 9) its first corner and two edges in view axes."""
    record: NDArray[np.float32]
    """(places, RECORD) see `baking`."""
    what: NDArray[np.int64]
    """(places, 4) texture, crack stage, segmentation number, entity id; filled with `record`."""
    line: NDArray[np.float32]
    """(LINE_SIZE,) a row of pixels in the making; see `shade`."""
    runs: NDArray[np.int32]
    """(LINE,) where its runs of pixels begin; see `colours`."""
    poly: NDArray[np.float64]
    """(2, 8, 3) scratch of `raster.draw_quad`."""
    home: NDArray[np.float64]
    """(4, 3) an eye at the origin, and axes of its own: for what is given in view axes."""
    turn: NDArray[np.float64]
    """(6,) the eye in view axes, and in the axes of the cube's face (normal, a, b)."""
    reach: NDArray[np.float64]
    """(2,) see `hiding.look_from`."""


def new_raster_work(
    width: int, height: int, focal: float, chunks: int, places: int = 16384
) -> RasterWork:
    """Scratch for pictures of `height` x `width` pixels."""
    x = (np.arange(width) + (0.5 - width * 0.5)) / focal
    y = (np.arange(height) + (0.5 - height * 0.5)) / focal
    length = np.sqrt(1.0 + x[None, :] * x[None, :] + y[:, None] * y[:, None])
    line = np.ones(LINE_SIZE, np.float32)
    line[int(ACROSS) : int(ACROSS) + LINE] = np.arange(LINE)
    return RasterWork(
        solid=new_canvas(width * height),
        veil=new_canvas(width * height),
        hand=new_canvas(width * height),
        ray_length=length.astype(np.float32).ravel(),
        slot=np.full(chunks, -1, np.int32),
        turned=lazy_zeros((chunks * 243,), np.float32),
        batch=np.ones(ROWS * BATCH, np.float32),
        single=np.ones(ROWS * BATCH, np.float32),
        index=np.zeros(QUEUE, np.int32),
        section=np.zeros(QUEUE, np.int32),
        used=np.zeros(chunks, np.int32),
        source=lazy_zeros((places, 2), np.int32),
        corner=lazy_zeros((places, 9), np.float32),
        record=lazy_zeros((places, RECORD), np.float32),
        what=lazy_zeros((places, 4), np.int64),
        line=line,
        runs=np.zeros(LINE, np.int32),
        poly=np.zeros((2, 8, 3)),
        home=np.concatenate([np.zeros((1, 3)), np.eye(3)]),
        turn=np.zeros(6),
        reach=np.zeros(2),
    )


@kernel
def _torch_corner(turned, slot, radius, a, b, layer, ca, cb, ck):  # type: ignore[no-untyped-def]
    """A corner of the little post that is a torch, as radius and direction."""
    s = 0.5625 if ca else 0.4375
    t = 0.5625 if cb else 0.4375
    x = y = z = 0.0
    for i in range(2):
        for j in range(2):
            share = (s if i else 1.0 - s) * (t if j else 1.0 - t)
            at = slot * 243 + (a + i) * 9 + b + j
            x += share * turned[at]
            y += share * turned[at + 81]
            z += share * turned[at + 162]
    r = radius + layer + (0.625 if ck else 0.0)
    return r * x, r * y, r * z


@kernel
def draw_batch(  # type: ignore[no-untyped-def]
    faces, slots, turned, batch, single, canvas, poly, source, corner, index, section,
    bottom, turn, first, count, width, height, focal, place, two_sided,
):  # fmt: skip
    """Draw up to `BATCH` faces of the queue on `canvas`; return the next place.

    Args:
        faces: (n, 3) uint32 pool of faces.
        slots, turned, batch, single, poly, source, corner, index, section, turn: Of the
            `RasterWork`.
        bottom: Radius of the planet's lowest layer.
        first, count: Which of the queue.
        place: The next place in the order of drawing.
    """
    ex, ey, ez = turn[0], turn[1], turn[2]
    gather(faces, index, section, first, count, slots, turned, bottom, batch)
    outline(
        batch, count, np.float32(ex), np.float32(ey), np.float32(ez), np.float32(focal),
        np.float32(width), np.float32(height), two_sided,
    )  # fmt: skip
    for n in range(count):
        i = np.uint64(n)
        face = index[first + n]
        word = np.int64(faces[face, 0])
        task = np.int64(batch[TASK + i])
        if (word >> 16) & 255 == TORCH:
            stack = section[first + n]
            won = _draw_torch(
                word, turned, batch, single, canvas, poly, i, ex, ey, ez, slots[stack >> 3],
                bottom + (stack & 7) * 8, width, height, focal, place,
            )  # fmt: skip
        elif task == PLAIN:
            won = fill(canvas, width, place, batch, i)
        elif task == CUT:
            won = _draw_cut(
                batch, single, canvas, poly, i, ex, ey, ez, width, height, focal, place, two_sided
            )
        else:
            continue
        if won:
            source[place, 0], source[place, 1] = face, section[first + n]
            for k in range(9):
                corner[place, k] = batch[X + ROW * np.uint64(k) + i]
            place += 1
    return place


@kernel
def _draw_cut(  # type: ignore[no-untyped-def]
    batch, single, canvas, poly, i, ex, ey, ez, width, height, focal, place, two_sided
):  # fmt: skip
    """Draw a face that crosses the near plane or is seen from behind."""
    upper, lower = float(batch[UPPER + i]), float(batch[LOWER + i])
    x0, y0, z0 = corner_of(batch, 0, upper, i, ex, ey, ez)
    x1, y1, z1 = corner_of(batch, 1, upper, i, ex, ey, ez)
    x2, y2, z2 = corner_of(batch, 2, lower, i, ex, ey, ez)
    x3, y3, z3 = corner_of(batch, 3, lower, i, ex, ey, ez)
    return draw_quad(
        canvas, single, width, height, focal, place, two_sided, poly,
        x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
    )  # fmt: skip


@kernel
def _draw_torch(  # type: ignore[no-untyped-def]
    word, turned, batch, single, canvas, poly, i, ex, ey, ez, slot, low, width, height, focal, place
):  # fmt: skip
    """Draw a face of the little post that is a torch, and note its corner and single."""
    a, b, k = word & 7, (word >> 3) & 7, (word >> 6) & 7
    base = CORNER[(word >> 9) & 7]
    ca, cb, ck = base[0, 0] + base[1, 0] + base[2, 0], base[0, 1] + base[1, 1] + base[2, 1], 0
    ck = base[0, 2] + base[1, 2] + base[2, 2]
    ua, ub, va, vb, vk = base[3, 0], base[3, 1], base[4, 0], base[4, 1], base[4, 2]
    x0, y0, z0 = _torch_corner(turned, slot, low, a, b, k, ca, cb, ck)
    x1, y1, z1 = _torch_corner(turned, slot, low, a, b, k, ca + ua, cb + ub, ck)
    x2, y2, z2 = _torch_corner(turned, slot, low, a, b, k, ca + ua + va, cb + ub + vb, ck + vk)
    x3, y3, z3 = _torch_corner(turned, slot, low, a, b, k, ca + va, cb + vb, ck + vk)
    batch[X + i], batch[Y + i], batch[Z + i] = x0 - ex, y0 - ey, z0 - ez
    batch[UX + i], batch[UY + i], batch[UZ + i] = x1 - x0, y1 - y0, z1 - z0
    batch[VX + i], batch[VY + i], batch[VZ + i] = x3 - x0, y3 - y0, z3 - z0
    return draw_quad(
        canvas, single, width, height, focal, place, False, poly,
        x0 - ex, y0 - ey, z0 - ez, x1 - ex, y1 - ey, z1 - ez,
        x2 - ex, y2 - ey, z2 - ez, x3 - ex, y3 - ey, z3 - ez,
    )  # fmt: skip


@inlined
def _keep_corner(corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3):  # type: ignore[no-untyped-def]
    corner[place, 0], corner[place, 1], corner[place, 2] = x0, y0, z0
    corner[place, 3], corner[place, 4], corner[place, 5] = x1 - x0, y1 - y0, z1 - z0
    corner[place, 6], corner[place, 7], corner[place, 8] = x3 - x0, y3 - y0, z3 - z0


@kernel
def draw_quads_as(  # type: ignore[no-untyped-def]
    kind, canvas, quads, work, w, eye, axes, hidden_entity, distance, width, height, focal, place
):  # fmt: skip
    """Draw row w of some quads on `canvas`; return the next place in the order of drawing.

    Args:
        kind: `QUAD`, `WEATHER` or `HAND`, to be kept with each.
        hidden_entity: Id of the entity that is left out, 0 = none.
    """
    far = distance * distance
    for index in range(quads.count[w]):
        if quads.entity[w, index] == hidden_entity and hidden_entity != 0:
            continue
        corner = quads.corner[w, index]
        dx, dy, dz = corner[0, 0] - eye[0], corner[0, 1] - eye[1], corner[0, 2] - eye[2]
        if dx * dx + dy * dy + dz * dz > far:
            continue
        x0 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y0 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z0 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        if z0 < -2.0:
            continue
        dx, dy, dz = corner[1, 0] - eye[0], corner[1, 1] - eye[1], corner[1, 2] - eye[2]
        x1 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y1 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z1 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        dx, dy, dz = corner[2, 0] - eye[0], corner[2, 1] - eye[1], corner[2, 2] - eye[2]
        x2 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y2 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z2 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        dx, dy, dz = corner[3, 0] - eye[0], corner[3, 1] - eye[1], corner[3, 2] - eye[2]
        x3 = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        y3 = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        z3 = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        won = draw_quad(
            canvas, work.single, width, height, focal, place, kind == WEATHER, work.poly,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
        )  # fmt: skip
        if won and place < work.source.shape[0] - 1:
            work.source[place, 0], work.source[place, 1] = index, kind
            _keep_corner(work.corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3)
            place += 1
    return place


@kernel
def draw_quads(  # type: ignore[no-untyped-def]
    quads, work, w, eye, axes, hidden_entity, distance, width, height, focal, place
):  # fmt: skip
    """Draw the figures and things of world w; return the next place in the order of drawing."""
    return draw_quads_as(
        QUAD,
        work.solid,
        quads,
        work,
        w,
        eye,
        axes,
        hidden_entity,
        distance,
        width,
        height,
        focal,
        place,
    )


@kernel
def _enqueue(faces, index, sections, section, begin, count, axis, sides, queued):  # type: ignore[no-untyped-def]
    """Add those faces of a list to the queue that may face the eye; return its new length.

    Args:
        axis: The lattice axis that the list looks along.
        sides: Eight bits, see `hiding.facing`; torches, thinner than their cells, always go in.
    """
    for face in range(begin, begin + count):
        word = np.int64(faces[face, 0])
        index[queued], sections[queued] = face, section
        torch = (word >> 16) & 255 == TORCH
        queued += ((sides >> ((word >> 3 * axis) & 7)) & 1) | torch
    return queued


@kernel
def draw_queue(  # type: ignore[no-untyped-def]
    geometry, work, faces, canvas, queued, width, height, focal, place, all_of_it, two_sided
):  # fmt: skip
    """Draw full batches of the queue, or all of it, and move what is left to the front.

    Returns:
        The next place in the order of drawing, and how many faces are left.
    """
    index, section = work.index, work.section
    first = 0
    while queued - first >= BATCH or (all_of_it and queued > first):
        count = min(BATCH, queued - first)
        if place + count > work.source.shape[0]:
            return place, 0
        place = draw_batch(
            faces, work.slot, work.turned, work.batch, work.single, canvas, work.poly,
            work.source, work.corner, index, section, geometry.bottom, work.turn, first, count,
            width, height, focal, place, two_sided,
        )  # fmt: skip
        first += count
    for n in range(first, queued):
        index[n - first], section[n - first] = index[n], section[n]
    return place, queued - first


@kernel
def draw_sections(  # type: ignore[no-untyped-def]
    geometry, sections, mesh, culling, work, w, found, eye, axes,
    width, height, focal, detail, stamp, cull, place,
):  # fmt: skip
    """Draw the opaque faces of the sections in `culling.order`, nearest first.

    Those that hold water or glass go to `culling.queue`, as section << 2 | level of detail.

    Args:
        found: How many sections there are.
        detail: Metres beyond which faces are merged by twos, and by fours; infinite = never.
        stamp: Of this frame: sections with `mesh.near` equal to it are not merged.

    Returns:
        The next place in the order of drawing, and how many sections hold water or glass.
    """
    used = np.int32(0)
    veiled, queued, last_chunk = 0, 0, -1
    faces, extents, turn, counts = mesh.face[w], mesh.extent[w], work.turn, mesh.count[w]
    canvas, turned, reach = work.solid, work.turned, work.reach
    size, per_edge, corner = geometry.size, sections.per_edge, sections.corner.reshape(-1)
    for k in range(3):
        turn[k] = axes[k, 0] * eye[0] + axes[k, 1] * eye[1] + axes[k, 2] * eye[2]
    spread = 6.2 * 1.5707963267948966 / size
    round_up = 1.0 + spread * spread
    list_sections(mesh, culling, w, found, detail, stamp)
    for n in range(found):
        row = culling.listed[n]
        section, level = np.int64(row[SECTION]), np.int64(row[LEVEL])
        total, glass = row[OPAQUE], row[GLASS]
        if total == 0 and glass == 0:
            continue
        chunk = section >> 3
        slot, used = turn_chunk(corner, work.slot, turned, work.used, chunk, axes, used)
        low = geometry.bottom + (section & 7) * 8
        if glass:
            culling.queue[veiled] = section << 2 | level
            veiled += 1
        may_hide = cull & 4 and culling.order[n] >> 32 > 12
        if total == 0 or (
            may_hide
            and hidden(
                canvas, turned, turn, slot, low, culling.box[n], round_up, width, height, focal
            )
        ):
            continue
        if chunk != last_chunk:
            last_chunk = chunk
            look_from(geometry, sections, section, eye, turn, reach)
        begin = np.int64(row[FIRST])
        for direction in range(6):
            count = np.int64(counts[section, level, direction])
            sides = anything = 255
            box = extents[section, direction]
            if count and cull & 8:
                sides, anything = facing(
                    sections.plane, per_edge, chunk, low, box, direction, turn, size, reach
                )
            if (
                count
                and anything
                and not (
                    may_hide
                    and count > 15
                    and hidden(canvas, turned, turn, slot, low, box, round_up, width, height, focal)
                )
            ):
                queued = _enqueue(
                    faces, work.index, work.section, section, begin, count, direction >> 1, sides,
                    queued,
                )  # fmt: skip
                if queued >= BATCH:
                    place, queued = draw_queue(
                        geometry, work, faces, canvas, queued, width, height, focal, place, False,
                        False,
                    )  # fmt: skip
            begin += count
    place, queued = draw_queue(
        geometry, work, faces, canvas, queued, width, height, focal, place, True, False
    )
    return place, veiled


@kernel
def draw_veil(  # type: ignore[no-untyped-def]
    geometry, mesh, culling, work, w, veiled, width, height, focal, place
):  # fmt: skip
    """Draw water and glass of the sections in `culling.queue` on the veil."""
    faces, queued = mesh.face[w], 0
    for n in range(veiled):
        section, level = np.int64(culling.queue[n]) >> 2, culling.queue[n] & 3
        begin = np.int64(mesh.first[w, section, level])
        for direction in range(SEE_THROUGH):
            begin += mesh.count[w, section, level, direction]
        queued = _enqueue(
            faces, work.index, work.section, section, begin,
            np.int64(mesh.count[w, section, level, SEE_THROUGH]), 0, 255, queued,
        )  # fmt: skip
        if queued >= BATCH:
            place, queued = draw_queue(
                geometry, work, faces, work.veil, queued, width, height, focal, place, False, True
            )
    place, queued = draw_queue(
        geometry, work, faces, work.veil, queued, width, height, focal, place, True, True
    )
    return place
