"""Which sections a view can see, nearest first.

A section is left out when it is farther than the view distance, beside the picture, or beyond the
horizon: bedrock is opaque and unbreakable, so a ball of its radius hides what the tangent from the
eye to that ball passes by.  What hides behind hills is found while drawing (`hiding.hidden`).
Nothing visible is lost; `tests/envs/rendering` compares pictures with and without.  Sections are
meshed on the way, so only what somebody has looked at ever is.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel

from .meshing import mesh_section

FRUSTUM, HORIZON, OCCLUSION, FACING = 1, 2, 4, 8
"""Bits that switch each kind of culling on; together `CULL_ALL`."""
CULL_ALL = FRUSTUM | HORIZON | OCCLUSION | FACING
NO_ROOM = -1
"""What `visible_sections` returns when the mesh needs a larger pool."""


class CullingWork(NamedTuple):
    """Scratch of one view in the making."""

    queue: NDArray[np.int32]
    """(sections,) those with water or glass, for `faces.draw_veil`."""
    lens: NDArray[np.float64]
    """(12,) what `_gap` and `_beside` need of the view."""
    order: NDArray[np.int64]
    """(sections,) what was found: quarter metres << 32 | section."""
    listed: NDArray[np.int32]
    """(sections, 5) the same sections at the level of detail they are drawn at; see `detail`."""
    box: NDArray[np.uint8]
    """(sections, 6) and the boxes around their opaque faces, as in `Mesh.extent`."""


def new_culling(sections: int) -> CullingWork:
    """Scratch for planets with so many sections."""
    return CullingWork(
        queue=np.zeros(sections, np.int32),
        lens=np.zeros(12),
        order=np.zeros(sections, np.int64),
        listed=np.zeros((sections, 5), np.int32),
        box=np.zeros((sections, 6), np.uint8),
    )


@inlined
def _gap(bounds, section, eye, axes, lens, distance, cull):  # type: ignore[no-untyped-def]
    """Metres from the eye to the ball around a section, or -1 where it cannot be seen.

    Args:
        lens: Tangent and secant of half the field of view across, and along; then the square of
            the eye's distance from the core, the same less the horizon's, and its cone's cosine
            and sine; then how far the core lies within each side of the picture, for `_beside`.
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


@inlined
def _beside(towards, chunk, along, axes, lens, bottom, top):  # type: ignore[no-untyped-def]
    """Whether the whole stack of a chunk lies beside the picture.

    It lies within its half width of a stretch of the ray from the core through its middle, so
    the ends of that stretch are all that needs a look.
    """
    x, y, z = towards[chunk, 0], towards[chunk, 1], towards[chunk, 2]
    ahead = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
    aside = axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z
    above = axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z
    room = top * towards[chunk, 3]
    for plane in range(4):
        toward = ahead * lens[0] + (aside if plane == 0 else -aside)
        least, slack = lens[8 + plane], room * lens[1]
        if plane >= 2:
            toward = ahead * lens[2] + (above if plane == 2 else -above)
            slack = room * lens[3]
        if max(bottom * toward, top * toward) - least < -slack:
            return True
    return False


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
        cull: Bits `FRUSTUM` and `HORIZON`.

    Returns:
        The number of sections with faces in `work.order`, nearest first; or `NO_ROOM`: enlarge the
        mesh (`mesh.roomier`) and ask again.
    """
    bounds, towards, order, lens = sections.bound, sections.towards, work.order, work.lens
    seen, changed, room = mesh.seen[w], cells.changed[w], mesh.room[w]
    lens[0], lens[1] = tan_x, np.sqrt(1.0 + tan_x * tan_x)
    lens[2], lens[3] = tan_y, np.sqrt(1.0 + tan_y * tan_y)
    lens[4] = eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]
    lens[5] = lens[4] - (geometry.bottom + 1.0) * (geometry.bottom + 1.0)
    lens[6] = np.sqrt(max(0.0, lens[5] / lens[4]))
    lens[7] = (geometry.bottom + 1.0) / np.sqrt(lens[4])
    ahead = axes[2, 0] * eye[0] + axes[2, 1] * eye[1] + axes[2, 2] * eye[2]
    aside = axes[0, 0] * eye[0] + axes[0, 1] * eye[1] + axes[0, 2] * eye[2]
    above = axes[1, 0] * eye[0] + axes[1, 1] * eye[1] + axes[1, 2] * eye[2]
    lens[8], lens[9] = ahead * tan_x + aside, ahead * tan_x - aside
    lens[10], lens[11] = ahead * tan_y + above, ahead * tan_y - above
    top = geometry.bottom + 64.0
    count = 0
    for chunk in range(towards.shape[0]):
        # The nearest point of the ray that is the chunk's middle line, and half the chunk's width.
        along = eye[0] * towards[chunk, 0] + eye[1] * towards[chunk, 1] + eye[2] * towards[chunk, 2]
        reach = distance + top * towards[chunk, 3]
        off = lens[4]
        if along > 0.0:
            off -= along * along
        if off > reach * reach:
            continue
        if cull & 1 and _beside(towards, chunk, along, axes, lens, geometry.bottom, top):
            continue
        for section in range(chunk * 8, chunk * 8 + 8):
            known = seen[section] == changed[section]
            if known and room[section] == 0:
                continue
            gap = _gap(bounds, section, eye, axes, lens, distance, cull)
            if gap < 0.0:
                continue
            if not known:
                if not mesh_section(sections, cells, mesh, tables, mesh_work, w, section):
                    return -1
                if room[section] == 0:
                    continue
            order[count] = (np.int64(gap * 4.0) << 32) | section
            count += 1
    _sort(order, count)
    return count
