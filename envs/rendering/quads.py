"""Quads of figures, things, the weather and the own hand, drawn one by one."""

from mpgenie.envs.kernels import inlined, kernel

from .raster import WEATHER, draw_quad


@inlined
def _in_view(axes, eye, corner, k):  # type: ignore[no-untyped-def]
    """Row k of some corners in view axes."""
    dx, dy, dz = corner[k, 0] - eye[0], corner[k, 1] - eye[1], corner[k, 2] - eye[2]
    return (
        axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz,
        axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz,
        axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz,
    )


@inlined
def _keep_corner(corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3):  # type: ignore[no-untyped-def]
    corner[place, 0], corner[place, 1], corner[place, 2] = x0, y0, z0
    corner[place, 3], corner[place, 4], corner[place, 5] = x1 - x0, y1 - y0, z1 - z0
    corner[place, 6], corner[place, 7], corner[place, 8] = x3 - x0, y3 - y0, z3 - z0


@kernel
def draw_quads(  # type: ignore[no-untyped-def]
    kind, canvas, quads, work, w, eye, axes, hidden_entity, distance, width, height, focal, place
):  # fmt: skip
    """Draw row w of some quads on `canvas`; return the next place in the order of drawing.

    Args:
        kind: `QUAD`, `WEATHER` or `HAND`, to be kept with each.
        eye, axes: Of the view, in the axes that the quads are given in.
        hidden_entity: Id of the entity that is left out, 0 = none.
        distance: Metres beyond which quads are left out.
    """
    far = distance * distance
    for index in range(quads.count[w]):
        if quads.entity[w, index] == hidden_entity and hidden_entity != 0:
            continue
        corner = quads.corner[w, index]
        dx, dy, dz = corner[0, 0] - eye[0], corner[0, 1] - eye[1], corner[0, 2] - eye[2]
        if dx * dx + dy * dy + dz * dz > far:
            continue
        x0, y0, z0 = _in_view(axes, eye, corner, 0)
        if z0 < -2.0:
            continue
        x1, y1, z1 = _in_view(axes, eye, corner, 1)
        x2, y2, z2 = _in_view(axes, eye, corner, 2)
        x3, y3, z3 = _in_view(axes, eye, corner, 3)
        won = draw_quad(
            canvas, work.single, width, height, focal, place, kind == WEATHER, work.poly,
            x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3,
        )  # fmt: skip
        if won and place < work.source.shape[0] - 1:
            work.source[place, 0], work.source[place, 1] = index, kind
            _keep_corner(work.corner, place, x0, y0, z0, x1, y1, z1, x3, y3, z3)
            place += 1
    return place
