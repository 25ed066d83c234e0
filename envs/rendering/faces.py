"""From sections to batches of faces: the middle of the software renderer's first pass.

Sections come nearest first.  Lists of faces that look away from the eye are skipped, and so are
sections hidden behind what has been drawn (`hiding`).  The rest wait in a queue until there is a
batch of them to draw (`batches`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.pages import lazy_zeros
from mpgenie.envs.planet.blocks import TORCH

from .baking import RECORD
from .batches import draw_batch
from .detail import FIRST, GLASS, LEVEL, OPAQUE, SECTION, list_sections
from .hiding import facing, hidden, look_from
from .mesh import SEE_THROUGH
from .outlines import BATCH, ROWS, turn_chunk
from .raster import new_canvas
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
