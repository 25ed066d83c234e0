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

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.geometry import Geometry, column_at, locate

from .mesh import Mesh, mesh_section

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
    order: NDArray[np.int64]
    """(sections,) what was found: distance * 2**32 + section."""


def new_culling(sections: int) -> CullingWork:
    """Scratch for planets with so many sections."""
    return CullingWork(
        entered=np.zeros(sections, np.uint8),
        left=np.zeros(sections, np.uint8),
        queue=np.zeros(sections * 6 + 1, np.int32),
        order=np.zeros(sections, np.int64),
    )


@kernel
def _gap(sections, section, eye, axes, tan_x, tan_y, distance, horizon, cull):  # type: ignore[no-untyped-def]
    """Metres from the eye to the ball around a section, or -1 where it cannot be seen."""
    bound = sections.bound[section]
    radius = float(bound[3])
    dx, dy, dz = bound[0] - eye[0], bound[1] - eye[1], bound[2] - eye[2]
    square = dx * dx + dy * dy + dz * dz
    if square > (distance + radius) * (distance + radius):
        return -1.0
    if cull & 1 and square > radius * radius:
        ahead = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
        if ahead < -radius:
            return -1.0
        aside = abs(axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz)
        if (aside - ahead * tan_x) > radius * np.sqrt(1.0 + tan_x * tan_x):
            return -1.0
        above = abs(axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz)
        if (above - ahead * tan_y) > radius * np.sqrt(1.0 + tan_y * tan_y):
            return -1.0
    length = np.sqrt(square)
    if cull & 2 and length > radius:
        # Beyond the horizon: the ball lies inside the shadow cone that bedrock casts from the eye.
        eye_square = eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]
        tangent = eye_square - horizon * horizon
        if tangent > 0.0:
            down = -(eye[0] * dx + eye[1] * dy + eye[2] * dz) / np.sqrt(eye_square)
            past = down * np.sqrt(eye_square) - tangent
            # Distance from the axis of the cone to its wall at this depth, less the ball.
            cosine = np.sqrt(tangent / eye_square)
            sine = horizon / np.sqrt(eye_square)
            off_axis = np.sqrt(max(0.0, square - down * down))
            inside = down * sine - off_axis * cosine
            if past > radius * np.sqrt(eye_square) and inside > radius:
                return -1.0
    return max(0.0, length - radius)


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
        The number of sections in `work.order`, nearest first, each `quarter metres << 32 | section`;
        or `NO_ROOM`: enlarge the mesh (`mesh.roomier`) and ask again.
    """
    total = sections.bound.shape[0]
    horizon = geometry.bottom + 1.0
    face, a, b, layer = locate(geometry, eye[0], eye[1], eye[2])
    flood = cull & 4 and 0.0 <= layer < 64.0
    if flood:
        column = column_at(geometry, face, a, b)
        flood = not tables.opaque[cells.blocks[w, column, int(layer)]]
    count = 0
    if not flood:
        for section in range(total):
            gap = _gap(sections, section, eye, axes, tan_x, tan_y, distance, horizon, cull)
            if gap >= 0.0:
                if mesh.seen[w, section] != cells.changed[w, section]:
                    if not mesh_section(sections, cells, mesh, tables, mesh_work, w, section):
                        return -1
                work.order[count] = (np.int64(gap * 4.0) << 32) | section
                count += 1
        _sort(work.order, count)
        return count
    for section in range(total):
        work.entered[section] = 0
        work.left[section] = 0
    size = geometry.size
    at_a, at_b = column // size % size, column % size
    chunk = (face * sections.per_edge + (at_a >> 3)) * sections.per_edge + (at_b >> 3)
    start = chunk * 8 + (int(layer) >> 3)
    work.entered[start] = 64
    work.queue[0] = start
    head, tail = 0, 1
    while head < tail:
        section = work.queue[head]
        head += 1
        if mesh.seen[w, section] != cells.changed[w, section]:
            if not mesh_section(sections, cells, mesh, tables, mesh_work, w, section):
                return -1
        if not work.entered[section] & 128:
            work.entered[section] |= 128
            gap = 0.0
            if section != start:
                gap = _gap(sections, section, eye, axes, tan_x, tan_y, distance, horizon, cull)
            work.order[count] = (np.int64(gap * 4.0) << 32) | section
            count += 1
        exits = 0
        if section == start:
            exits = 63
        for side in range(6):
            if work.entered[section] >> side & 1:
                exits |= mesh.joined[w, section, side]
        exits &= ~work.left[section]
        work.left[section] |= exits
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
                known = work.entered[after]
                if known >> enter & 1:
                    continue
                if known == 0:
                    if _gap(sections, after, eye, axes, tan_x, tan_y, distance, horizon, cull) < 0.0:
                        work.entered[after] = 63
                        continue
                work.entered[after] |= 1 << enter
                work.queue[tail] = after
                tail += 1
    _sort(work.order, count)
    return count
