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


BUCKETS = 2048
"""Quarter metres told apart; what is farther away than 512 m comes in any order."""


class CullingWork(NamedTuple):
    """Scratch of one view in the making."""

    queue: NDArray[np.int32]
    """(sections,) chunks in view; later sections with water or glass, for `faces.draw_veil`."""
    lens: NDArray[np.float64]
    """(12,) what the tests below need of the view."""
    flag: NDArray[np.uint8]
    """(chunks,) whether a chunk may be in view."""
    ball: NDArray[np.float32]
    """(4, sections) the `Sections.bound` of the sections of the chunks in `queue`."""
    gap: NDArray[np.float64]
    """(sections,) metres to each of those sections, or -1 if it is not in view."""
    found: NDArray[np.int64]
    """(sections,) as `order`, but by section."""
    start: NDArray[np.int32]
    """(BUCKETS + 1,) where the sections at each distance begin in `order`; zeros between views."""
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
        flag=np.zeros(sections // 8, np.uint8),
        ball=np.zeros((4, sections), np.float32),
        gap=np.zeros(sections),
        found=np.zeros(sections, np.int64),
        start=np.zeros(BUCKETS + 1, np.int32),
        order=np.zeros(sections, np.int64),
        listed=np.zeros((sections, 5), np.int32),
        box=np.zeros((sections, 6), np.uint8),
    )


@inlined
def _note_view(lens, eye, axes, bottom, tan_x, tan_y):  # type: ignore[no-untyped-def]
    """Fill `lens`: tangent and secant of half the field of view across, and along; the square of
    the eye's distance from the core, the same less the horizon's, and its cone's cosine and sine;
    then how far the core lies within each side of the picture."""
    lens[0], lens[1] = tan_x, np.sqrt(1.0 + tan_x * tan_x)
    lens[2], lens[3] = tan_y, np.sqrt(1.0 + tan_y * tan_y)
    lens[4] = eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]
    lens[5] = lens[4] - (bottom + 1.0) * (bottom + 1.0)
    lens[6] = np.sqrt(max(0.0, lens[5] / lens[4]))
    lens[7] = (bottom + 1.0) / np.sqrt(lens[4])
    ahead = axes[2, 0] * eye[0] + axes[2, 1] * eye[1] + axes[2, 2] * eye[2]
    aside = axes[0, 0] * eye[0] + axes[0, 1] * eye[1] + axes[0, 2] * eye[2]
    above = axes[1, 0] * eye[0] + axes[1, 1] * eye[1] + axes[1, 2] * eye[2]
    lens[8], lens[9] = ahead * tan_x + aside, ahead * tan_x - aside
    lens[10], lens[11] = ahead * tan_y + above, ahead * tan_y - above


@inlined
def _beyond(toward, least, slack, bottom, top):  # type: ignore[no-untyped-def]
    """Whether a stretch of a ray from the core lies beyond one side of the picture."""
    return max(bottom * toward, top * toward) - least < -slack


@kernel
def _near_chunks(towards, flag, queue, lens, eye, axes, bottom, distance, everywhere):  # type: ignore[no-untyped-def]
    """List the chunks of which a section may be in view; return how many there are.

    A chunk lies within half its width of a stretch of the ray from the core through its middle, so
    the nearest point of that ray to the eye and the ends of the stretch are all that needs a look.

    Args:
        everywhere: Whether also what lies beside the picture counts.
    """
    xs, ys, zs, widths = towards[0], towards[1], towards[2], towards[3]
    ex, ey, ez = eye[0], eye[1], eye[2]
    rx, ry, rz = axes[0, 0], axes[0, 1], axes[0, 2]
    dx, dy, dz = axes[1, 0], axes[1, 1], axes[1, 2]
    fx, fy, fz = axes[2, 0], axes[2, 1], axes[2, 2]
    tan_x, secant_x, tan_y, secant_y, square = lens[0], lens[1], lens[2], lens[3], lens[4]
    left, right, over, under = lens[8], lens[9], lens[10], lens[11]
    top, zero = bottom + 64.0, 0.0
    for chunk in range(np.uint64(flag.shape[0])):
        # Nothing here may branch: the processor would guess wrong every few chunks.
        x, y, z = float(xs[chunk]), float(ys[chunk]), float(zs[chunk])
        room = top * widths[chunk]
        along = max(zero, ex * x + ey * y + ez * z)
        reach = distance + room
        ahead = fx * x + fy * y + fz * z
        aside = rx * x + ry * y + rz * z
        above = dx * x + dy * y + dz * z
        beside = (
            _beyond(ahead * tan_x + aside, left, room * secant_x, bottom, top)
            | _beyond(ahead * tan_x - aside, right, room * secant_x, bottom, top)
            | _beyond(ahead * tan_y + above, over, room * secant_y, bottom, top)
            | _beyond(ahead * tan_y - above, under, room * secant_y, bottom, top)
        )
        flag[chunk] = (square - along * along <= reach * reach) & (everywhere | (not beside))
    count = np.uint64(0)
    for chunk in range(np.uint64(flag.shape[0])):
        queue[count] = chunk
        count += np.uint64(flag[chunk])
    return np.int64(count)


@kernel
def _measure_gaps(bounds, balls, gaps, queue, chunks, lens, eye, axes, distance, cull):  # type: ignore[no-untyped-def]
    """Fill `gap` for the sections of so many chunks in `queue`."""
    eight = np.uint64(8)
    for row in range(4):
        bound, ball = bounds[row], balls[row]
        for n in range(np.uint64(chunks)):
            first, to = np.uint64(queue[n]) * eight, n * eight
            for k in range(eight):
                ball[to + k] = bound[first + k]
    xs, ys, zs, radii = balls[0], balls[1], balls[2], balls[3]
    ex, ey, ez = eye[0], eye[1], eye[2]
    rx, ry, rz = axes[0, 0], axes[0, 1], axes[0, 2]
    dx, dy, dz = axes[1, 0], axes[1, 1], axes[1, 2]
    fx, fy, fz = axes[2, 0], axes[2, 1], axes[2, 2]
    tan_x, secant_x, tan_y, secant_y = lens[0], lens[1], lens[2], lens[3]
    height, beyond, cosine, sine = np.sqrt(lens[4]), lens[5], lens[6], lens[7]
    frustum, horizon = cull & FRUSTUM != 0, (cull & HORIZON != 0) & (beyond > 0.0)
    zero = 0.0
    for at in range(np.uint64(chunks) * eight):
        radius = float(radii[at])
        x, y, z = xs[at] - ex, ys[at] - ey, zs[at] - ez
        square = x * x + y * y + z * z
        ahead = fx * x + fy * y + fz * z
        aside = abs(rx * x + ry * y + rz * z)
        above = abs(dx * x + dy * y + dz * z)
        outside = frustum & (
            (ahead < -radius)
            | (aside - ahead * tan_x > radius * secant_x)
            | (above - ahead * tan_y > radius * secant_y)
        )
        # Beyond the horizon: the ball lies in the shadow cone that bedrock casts from the eye.
        past = -(ex * x + ey * y + ez * z)
        down = past / height
        off_axis = np.sqrt(max(zero, square - down * down))
        behind = (
            horizon & (past - beyond > radius * height) & (down * sine - off_axis * cosine > radius)
        )
        far = square > (distance + radius) * (distance + radius)
        inside = square <= radius * radius
        gap = zero if inside else np.sqrt(square) - radius
        gaps[at] = -1.0 if far | ((outside | behind) & (not inside)) else gap


@kernel
def _find(work, chunks, seen, changed, room):  # type: ignore[no-untyped-def]
    """List the sections in view that hold faces, or may: they are not meshed yet."""
    count = np.uint64(0)
    for at in range(np.uint64(chunks) * np.uint64(8)):
        section = np.int64(work.queue[at >> np.uint64(3)]) * 8 + np.int64(at & np.uint64(7))
        gap = work.gap[at]
        work.found[count] = (np.int64(gap * 4.0) << 32) | section
        empty = (seen[section] == changed[section]) & (room[section] == 0)
        count += np.uint64((gap >= 0.0) & (not empty))
    return np.int64(count)


@kernel
def _sort(work, count):  # type: ignore[no-untyped-def]
    """Put `found`, which goes by section, into `order`, by distance and then by section."""
    start, found, order = work.start, work.found, work.order
    last = 0
    for n in range(count):
        bucket = min(found[n] >> 32, BUCKETS - 1)
        start[bucket] += 1
        last = max(last, bucket)
    place = np.int32(0)
    for bucket in range(last + 1):
        here = start[bucket]
        start[bucket] = place
        place += here
    for n in range(count):
        bucket = min(found[n] >> 32, BUCKETS - 1)
        order[start[bucket]] = found[n]
        start[bucket] += 1
    for bucket in range(last + 1):
        start[bucket] = 0


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
    seen, changed, room, lens = mesh.seen[w], cells.changed[w], mesh.room[w], work.lens
    _note_view(lens, eye, axes, geometry.bottom, tan_x, tan_y)
    chunks = _near_chunks(
        sections.towards, work.flag, work.queue, lens, eye, axes, geometry.bottom, distance,
        cull & FRUSTUM == 0,
    )  # fmt: skip
    _measure_gaps(
        sections.bound, work.ball, work.gap, work.queue, chunks, lens, eye, axes, distance, cull
    )
    count = 0
    for n in range(_find(work, chunks, seen, changed, room)):
        place = work.found[n]
        section = place & 0xFFFFFFFF
        if seen[section] != changed[section] and not mesh_section(
            sections, cells, mesh, tables, mesh_work, w, section
        ):
            return -1
        work.found[count] = place
        count += room[section] > 0
    _sort(work, count)
    return count
