"""Which sections a view can see, nearest first.

Sight floods from the section of the eye through the sides that sections join (`Mesh.joined`), and
goes no further than the view distance, the sides of the picture and the horizon.  Any straight
line of sight passes through sections that all satisfy these conditions, so nothing visible is
lost; `tests/envs/rendering` compares pictures with and without.  Sections are meshed on the way.

The horizon: bedrock is opaque and unbreakable, so a ball of its radius hides what the tangent
from the eye to that ball passes by.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.geometry import column_at, locate

from .mesh import mesh_section

FRUSTUM, HORIZON, OCCLUSION, FACING = 1, 2, 4, 8
"""Bits that switch each kind of culling on; together `CULL_ALL`."""
CULL_ALL = FRUSTUM | HORIZON | OCCLUSION | FACING
NO_ROOM = -1
"""What `visible_sections` returns when the mesh needs a larger pool."""


class CullingWork(NamedTuple):
    """Scratch of one view in the making."""

    entered: NDArray[np.uint8]
    """(sections,) sides through which sight came in, as bits."""
    left: NDArray[np.uint8]
    """(sections,) sides through which it went on."""
    queue: NDArray[np.int32]
    gap: NDArray[np.float64]
    """(sections,) metres from the eye."""
    lens: NDArray[np.float64]
    """(8,) what `_gap` needs of the view."""
    order: NDArray[np.int64]
    """(sections,) what was found: distance * 2**32 + section."""


def new_culling(sections: int) -> CullingWork:
    """Scratch for planets with so many sections."""
    return CullingWork(
        entered=np.zeros(sections, np.uint8),
        left=np.zeros(sections, np.uint8),
        queue=np.zeros(sections * 6 + 1, np.int32),
        gap=np.zeros(sections),
        lens=np.zeros(8),
        order=np.zeros(sections, np.int64),
    )


@inlined
def _gap(bounds, section, eye, axes, lens, distance, cull):  # type: ignore[no-untyped-def]
    """Metres from the eye to the ball around a section, or -1 where it cannot be seen.

    Args:
        lens: Tangent and secant of half the field of view across, and along; then the square of
            the eye's distance from the core, the same less the horizon's, and its cone's cosine
            and sine.
    """
    radius = float(bounds[section, 3])
    dx = bounds[section, 0] - eye[0]
    dy = bounds[section, 1] - eye[1]
    dz = bounds[section, 2] - eye[2]
    square = dx * dx + dy * dy + dz * dz
    if square > (distance + radius) * (distance + radius):
        return -1.0
    if square <= radius * radius:
        return 0.0
    if cull & 1:
        ahead = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        aside = abs(axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz)
        above = abs(axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz)
        if (
            (ahead < -radius)
            | (aside - ahead * lens[0] > radius * lens[1])
            | (above - ahead * lens[2] > radius * lens[3])
        ):
            return -1.0
    if cull & 2 and lens[5] > 0.0:
        # Beyond the horizon: the ball lies inside the shadow cone that bedrock casts from the eye.
        past = -(eye[0] * dx + eye[1] * dy + eye[2] * dz)
        if past - lens[5] > radius * np.sqrt(lens[4]):
            down = past / np.sqrt(lens[4])
            off_axis = np.sqrt(max(0.0, square - down * down))
            if down * lens[7] - off_axis * lens[6] > radius:
                return -1.0
    return np.sqrt(square) - radius


@kernel
def _sort(order, count):  # type: ignore[no-untyped-def]
    """Shell sort: short lists, no allocation, the same everywhere."""
    for gap in (301, 132, 57, 23, 10, 4, 1):
        for i in range(gap, count):
            value = order[i]
            j = i
            while j >= gap and order[j - gap] > value:
                order[j] = order[j - gap]
                j -= gap
            order[j] = value


@kernel
def visible_sections(  # type: ignore[no-untyped-def]
    geometry, sections, cells, mesh, tables, mesh_work, work,
    w, eye, axes, tan_x, tan_y, distance, cull,
):  # fmt: skip
    """Find what a view sees.

    Args:
        tan_x, tan_y: Tangents of half the field of view.
        distance: View distance in metres.
        cull: Bits `FRUSTUM`, `HORIZON`, `OCCLUSION`.

    Returns:
        The number of sections in `work.order`, nearest first, each `quarter metres << 32 |
        section`, or `NO_ROOM`: enlarge the mesh (`mesh.roomier`) and ask again.
    """
    bounds, total = sections.bound, sections.bound.shape[0]
    seen, changed, joined, room = mesh.seen[w], cells.changed[w], mesh.joined[w], mesh.room[w]
    entered, left, gaps = work.entered, work.left, work.gap
    lens = work.lens
    lens[0], lens[1] = tan_x, np.sqrt(1.0 + tan_x * tan_x)
    lens[2], lens[3] = tan_y, np.sqrt(1.0 + tan_y * tan_y)
    lens[4] = eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]
    lens[5] = lens[4] - (geometry.bottom + 1.0) * (geometry.bottom + 1.0)
    lens[6] = np.sqrt(max(0.0, lens[5] / lens[4]))
    lens[7] = (geometry.bottom + 1.0) / np.sqrt(lens[4])
    face, a, b, layer = locate(geometry, eye[0], eye[1], eye[2])
    flood = cull & 4 and 0.0 <= layer < 64.0
    if flood:
        column = column_at(geometry, face, a, b)
        flood = not tables.opaque[cells.blocks[w, column, int(layer)]]
    count = 0
    if not flood:
        for section in range(total):
            gap = _gap(bounds, section, eye, axes, lens, distance, cull)
            if gap >= 0.0:
                if mesh.seen[w, section] != cells.changed[w, section]:
                    if not mesh_section(sections, cells, mesh, tables, mesh_work, w, section):
                        return -1
                work.order[count] = (np.int64(gap * 4.0) << 32) | section
                count += 1
        _sort(work.order, count)
        return count
    for section in range(total):
        entered[section] = 0
        left[section] = 0
    size = geometry.size
    at_a, at_b = column // size % size, column % size
    chunk = (face * sections.per_edge + (at_a >> 3)) * sections.per_edge + (at_b >> 3)
    start = chunk * 8 + (int(layer) >> 3)
    entered[start] = 64
    gaps[start] = 0.0
    work.queue[0] = start
    head, tail = 0, 1
    while head < tail:
        section = work.queue[head]
        head += 1
        ways = np.int64(entered[section])
        if not ways & 128:
            entered[section] = ways | 128
            if seen[section] != changed[section]:
                if not mesh_section(sections, cells, mesh, tables, mesh_work, w, section):
                    return -1
            if room[section] > 0:
                work.order[count] = (np.int64(gaps[section] * 4.0) << 32) | section
                count += 1
        exits = 63 if ways & 64 else 0
        for side in range(6):
            if ways >> side & 1:
                exits |= np.int64(joined[section, side])
        exits &= ~np.int64(left[section])
        left[section] |= exits
        chunk, level = section >> 3, section & 7
        for side in range(6):
            if not exits >> side & 1:
                continue
            for t in range(2):
                if side >= 4:
                    after = section + (1 if side == 4 else -1)
                    enter = side ^ 1
                    if t == 1 or (side == 4 and level == 7) or (side == 5 and level == 0):
                        continue
                else:
                    if sections.beside[chunk, side, t] < 0:
                        continue
                    after = sections.beside[chunk, side, t] * 8 + level
                    enter = sections.entry[chunk, side]
                known = np.int64(entered[after])
                if known >> enter & 1:
                    continue
                if known == 0:
                    gap = _gap(bounds, after, eye, axes, lens, distance, cull)
                    if gap < 0.0:
                        entered[after] = 63  # it came from everywhere: nobody asks again
                        continue
                    gaps[after] = gap
                entered[after] = known | (1 << enter)
                work.queue[tail] = after
                tail += 1
    _sort(work.order, count)
    return count
