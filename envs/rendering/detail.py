"""At which level of detail each section is drawn, and where its faces are.

Near sections are drawn face by face, farther ones with faces merged by twos and by fours (`mesh`),
but never one in which a body stands.
"""

import numpy as np

from mpgenie.envs.kernels import inlined

from .mesh import SEE_THROUGH

SECTION, LEVEL, FIRST, OPAQUE, GLASS = range(5)
"""Columns of `CullingWork.listed`: the section, its level of detail, where the faces of that level
begin in the pool, and how many of them are opaque, and how many water or glass."""


@inlined
def list_sections(mesh, work, w, found, detail, stamp):  # type: ignore[no-untyped-def]
    """Fill `listed` and `box` of a `CullingWork` for the sections in its `order`.

    The numbers of a section lie far from those of the next.  This loop does little else than fetch
    them, so that the processor waits for those of several sections at once.

    Args:
        found: How many sections there are.
        detail: Metres beyond which faces are merged by twos, and by fours; infinite = never.
        stamp: Of this frame: sections with `mesh.near` equal to it are not merged.
    """
    first, counts, extents, near = mesh.first[w], mesh.count[w], mesh.extent[w], mesh.near[w]
    for n in range(found):
        section = np.int64(work.order[n] & 0xFFFFFFFF)
        gap, level = (work.order[n] >> 32) * 0.25, 0
        if gap > detail[0] and near[section] != stamp:
            level = 2 if gap > detail[1] else 1
        opaque = 0
        for direction in range(6):
            opaque += counts[section, level, direction]
        row = work.listed[n]
        row[SECTION], row[LEVEL], row[FIRST] = section, level, first[section, level]
        row[OPAQUE], row[GLASS] = opaque, counts[section, level, SEE_THROUGH]
        for k in range(6):
            work.box[n, k] = extents[section, 6, k]
