"""Where a picture is taken from.

A view is an eye and three axes in planet coordinates: right, down and forward, the axes of OpenCV
(x right, y down, z forward).  The field of view is vertical; pixel (i, j), row i from the top,
looks along
`forward + right * (j + 0.5 - width / 2) / focal + down * (i + 0.5 - height / 2) / focal`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import PI, sincos, tan
from mpgenie.envs.planet.geometry import Geometry, geometry_of
from mpgenie.envs.planet.raycast import cast

EYE_HEIGHT = 1.62
"""Metres from the feet to the eye."""
EYE_HEIGHT_SNEAKING = 1.54
FIRST, THIRD, TOP = range(3)
"""Kinds of view that follow a player: through its eyes, from behind, from above."""


class Views(NamedTuple):
    """A batch of V views."""

    world: NDArray[np.int32]
    """(V,) which world of the batch."""
    slot: NDArray[np.int32]
    """(V,) the player slot whose eyes these are, -1 for a free camera."""
    hidden: NDArray[np.int64]
    """(V,) entity id that is not drawn (the viewer's own figure), 0 = draw all."""
    eye: NDArray[np.float64]
    """(V, 3) in metres."""
    axes: NDArray[np.float64]
    """(V, 3, 3) rows right, down, forward."""


def new_views(count: int) -> Views:
    """Views that look at nothing yet."""
    return Views(
        world=np.zeros(count, np.int32),
        slot=np.full(count, -1, np.int32),
        hidden=np.zeros(count, np.int64),
        eye=np.zeros((count, 3)),
        axes=np.zeros((count, 3, 3)),
    )


def focal_length(fov: float, height: int) -> float:
    """Pixels per unit of tangent for a vertical field of view in degrees."""
    return 0.5 * height / tan(fov * PI / 360.0)


@kernel
def look(views, v, x, y, z, hx, hy, hz, pitch):  # type: ignore[no-untyped-def]
    """Point view v from (x, y, z) along a heading (unit tangent) pitched down by degrees."""
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    ux, uy, uz = x * scale, y * scale, z * scale
    s, c = sincos(pitch * (PI / 180.0))
    axes = views.axes[v]
    # right = heading x up; forward = heading * cos - up * sin; down = -(up * cos + heading * sin).
    axes[0, 0] = hy * uz - hz * uy
    axes[0, 1] = hz * ux - hx * uz
    axes[0, 2] = hx * uy - hy * ux
    axes[1, 0] = -(ux * c + hx * s)
    axes[1, 1] = -(uy * c + hy * s)
    axes[1, 2] = -(uz * c + hz * s)
    axes[2, 0] = hx * c - ux * s
    axes[2, 1] = hy * c - uy * s
    axes[2, 2] = hz * c - uz * s
    views.eye[v, 0], views.eye[v, 1], views.eye[v, 2] = x, y, z


@kernel
def first_person(state, views, v, w, p):  # type: ignore[no-untyped-def]
    """Put view v behind the eyes of player p of world w."""
    players = state.players
    x, y, z = players.position[w, p, 0], players.position[w, p, 1], players.position[w, p, 2]
    height = EYE_HEIGHT_SNEAKING if players.sneaking[w, p] else EYE_HEIGHT
    scale = 1.0 + height / np.sqrt(x * x + y * y + z * z)
    heading = players.heading[w, p]
    pitch = players.pitch[w, p]
    look(views, v, x * scale, y * scale, z * scale, heading[0], heading[1], heading[2], pitch)
    views.world[v] = w
    views.slot[v] = p
    views.hidden[v] = players.id[w, p]


@kernel
def first_person_views(state, views):  # type: ignore[no-untyped-def]
    """One view for every player slot of every world, row = world * players + player."""
    worlds, players = state.players.active.shape
    for w in range(worlds):
        for p in range(players):
            first_person(state, views, w * players + p, w, p)


def follow(state: Any, views: Views, v: int, w: int, p: int, kind: int, back: float = 4.0) -> None:
    """Put view v behind (`THIRD`) or high above (`TOP`) player p of world w.

    The third-person camera stops short of opaque blocks, at least 0.3 m from the head.
    """
    first_person(state, views, v, w, p)
    views.slot[v] = -1
    views.hidden[v] = 0
    eye = views.eye[v].copy()
    if kind == TOP:
        up = eye * (1.0 / np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]))
        hx, hy, hz = state.players.heading[w, p]
        x, y, z = eye + up * back * 4.0
        look(views, v, x, y, z, hx, hy, hz, 89.9)
        return
    raise_by = 0.35 * back
    forward, down = views.axes[v, 2].copy(), views.axes[v, 1].copy()
    ray = -(forward * back + down * raise_by)
    length = float(np.sqrt(ray[0] * ray[0] + ray[1] * ray[1] + ray[2] * ray[2]))
    x, y, z = eye
    dx, dy, dz = ray / length
    geometry = state_geometry(state)
    _, _, distance = cast(state.cells.blocks[w], geometry, x, y, z, dx, dy, dz, length, True)
    views.eye[v] = eye + ray * (max(0.3, min(length, distance) - 0.25) / length)


def state_geometry(state: Any) -> Geometry:
    """The lattice of a state's planets, found by their number of columns."""
    columns = state.cells.blocks.shape[1]
    return geometry_of(round((columns // 6) ** 0.5))
