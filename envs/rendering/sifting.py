"""Which faces a view sees in the end, for an OpenGL that runs on the processor.

There a face costs more than it costs the software renderer's first pass (`faces.py`) to find out
that nobody sees it, so only faces that hold a pixel at the end of that pass are handed on, a
twentieth of them.  Those so far away that their texture has faded are told apart: they need
neither texture nor light pixel by pixel.
"""

import numpy as np

from mpgenie.envs.kernels import kernel

from .faces import draw_sections, draw_veil
from .quads import draw_quads
from .raster import OWNER, QUAD
from .record_texels import is_torch
from .software import forget_slots

TEXTURED, PLAIN, VEIL, QUADS = 1, 2, 3, 5
"""What something is drawn as, and the column of `Records.span` that counts it."""


@kernel
def sift(  # type: ignore[no-untyped-def]
    geometry, sections, mesh, culling, quads, work, part, views, v, found, lens, distance, detail,
    stamp, cull,
):  # fmt: skip
    """Find the faces and things that a view sees.

    Args:
        work: Scratch of the software renderer; `source` will say what was drawn at each place.
        part: (places,) uint8: what each of them is to be drawn as will go here, 0 = not at all.
        lens: (focal length, width, height) in pixels.

    Returns:
        The number of places of opaque faces and things, and that of all places.
    """
    focal, width, height = lens[0], int(lens[1]), int(lens[2])
    w, eye, axes = views.world[v], views.eye[v], views.axes[v]
    for at in range(width * height):
        work.solid[at] = 0.0
    forget_slots(work)
    place, veiled = draw_sections(
        geometry, sections, mesh, culling, work, w, found, eye, axes,
        width, height, focal, detail, stamp, cull, 0,
    )  # fmt: skip
    place = draw_quads(
        QUAD, work.solid, quads, work, w, eye, axes, views.hidden[v], distance, width, height,
        focal, place,
    )  # fmt: skip
    opaque = place
    if veiled:
        for at in range(width * height):
            work.veil[at] = 0.0
        place = draw_veil(geometry, mesh, culling, work, w, veiled, width, height, focal, place)
    _sort_out(mesh, work, part, w, focal, width * height, opaque, place)
    return opaque, place


@kernel
def _sort_out(mesh, work, part, w, focal, pixels, opaque, total):  # type: ignore[no-untyped-def]
    """Say of each place as what it is to be drawn: what nobody sees in the end, not at all."""
    solid, veil, source = work.solid, work.veil, work.source
    for place in range(total):
        part[place] = 0
    for at in range(np.uint64(pixels)):
        if solid[at] > 0.0:
            part[np.int64(solid[OWNER + at])] = TEXTURED
    if total > opaque:
        for at in range(np.uint64(pixels)):
            if veil[at] > solid[at]:
                part[np.int64(veil[OWNER + at])] = VEIL
    faces = mesh.face[w]
    for place in range(opaque):
        if part[place]:
            word = faces[source[place, 0], 0]
            if source[place, 1] == QUAD or is_torch(word):
                part[place] = QUADS
            elif is_plain(work.corner[place], np.int64(word), focal):
                part[place] = PLAIN


@kernel
def is_plain(corner, word, focal):  # type: ignore[no-untyped-def]
    """Whether a face shows two texels a pixel or more all over, so that its texture has faded.

    Args:
        corner: (9,) corner o, edge e and edge f in view axes, metres.
        word: Its first word.
        focal: In pixels.
    """
    ox, oy, oz = float(corner[0]), float(corner[1]), float(corner[2])
    ex, ey, ez = float(corner[3]), float(corner[4]), float(corner[5])
    fx, fy, fz = float(corner[6]), float(corner[7]), float(corner[8])
    nearest = max(0.0, oz + min(0.0, ez) + min(0.0, fz))
    nx, ny, nz = ey * fz - ez * fy, ez * fx - ex * fz, ex * fy - ey * fx
    mx, my, mz = ox + 0.5 * (ex + fx), oy + 0.5 * (ey + fy), oz + 0.5 * (ez + fz)
    slant = nx * mx + ny * my + nz * mz
    # The density of `baking.bake_faces` to the fourth power, so as to take no roots.
    blocks = float((1 << ((word >> 12) & 3)) << ((word >> 14) & 3))
    texels = 8.0 * nearest / focal
    texels = texels * texels * blocks
    texels *= texels
    return (texels * (mx * mx + my * my + mz * mz) >= slant * slant) & (
        texels >= 0.05**4 * (nx * nx + ny * ny + nz * nz)
    )
