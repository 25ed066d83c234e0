"""Rain and snow around one eye: thin quads that fall along -up wherever the sky is open.

Drops stand still in the planet's frame while they fall: each has a place in a cube of `REACH`
metres that repeats through space, drawn anew for every fall from a hash of the tick and its
number.  Where the ground below is snow or ice it snows instead.  Lengths are in metres.
"""

import numpy as np

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.blocks import BLOCKS
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import column_of

from .boxes import Quads, empty_quads
from .textures import TEXTURES

DROPS = 110
"""Drops around an eye."""
REACH = 10.0
"""Edge of the cube that they fill; its middle lies `AHEAD` of the eye."""
AHEAD = 3.0
RAIN_TICKS, SNOW_TICKS = 13, 70
"""Ticks that a drop and a flake take to fall through the cube."""

_SNOWY = np.array([block.name in ("snow", "snowy_grass", "ice") for block in BLOCKS])
_SOLID = np.array([block.solid or block.liquid for block in BLOCKS])
_PLAIN = TEXTURES["plain"]
_RAIN, _SNOW = (150, 178, 226), (250, 252, 255)
_KEY = np.uint64(0x7A1D)


def new_weather(views: int) -> Quads:
    """Room for the weather of so many views."""
    return empty_quads(views, DROPS)


@kernel
def _ground(blocks, column, layer):  # type: ignore[no-untyped-def]
    """The first block below a cell that is neither air nor a torch; bedrock at the latest."""
    while layer > 0 and not _SOLID[blocks[column, layer]]:
        layer -= 1
    return blocks[column, layer]


@kernel
def _near(eye, ahead, ux, uy, uz, tick, index, ticks):  # type: ignore[no-untyped-def]
    """Where drop `index` is, relative to the eye, in the cube around the point `ahead` of it."""
    # Each drop starts at a tick of its own; from fall to fall its place is drawn anew.
    age = tick + (index * ticks) // DROPS
    turn = age // ticks
    fall = (age - turn * ticks) * REACH / ticks
    x = draw(_KEY, turn, 0, index) * REACH - ux * fall - eye[0] - ahead[0]
    y = draw(_KEY, turn, 1, index) * REACH - uy * fall - eye[1] - ahead[1]
    z = draw(_KEY, turn, 2, index) * REACH - uz * fall - eye[2] - ahead[2]
    x -= REACH * np.floor(x / REACH + 0.5)
    y -= REACH * np.floor(y / REACH + 0.5)
    z -= REACH * np.floor(z / REACH + 0.5)
    return x + ahead[0], y + ahead[1], z + ahead[2]


@kernel
def _open_sky(state, geometry, w, x, y, z):  # type: ignore[no-untyped-def]
    """Whether rain reaches a point, the lamp light there, and whether the ground is snowy."""
    layer = int(np.floor(np.sqrt(x * x + y * y + z * z) - geometry.bottom))
    column = column_of(geometry, x, y, z)
    cell = min(63, max(0, layer))
    light = state.cells.light[w, column, cell]
    blocks = state.cells.blocks[w]
    reached = layer > 63 or (light >> 4 == 15 and not _SOLID[blocks[column, cell]])
    return reached, int(light & 15), _SNOWY[_ground(blocks, column, cell)]


@inlined
def weather_quads(state, geometry, views, v, quads, row):  # type: ignore[no-untyped-def]
    """Fill a row of `quads` with what falls around the eye of view v; none in dry weather."""
    quads.count[row] = 0
    w = views.world[v]
    if not state.clock.raining[w]:
        return
    eye, tick = views.eye[v], state.clock.tick[w]
    scale = 1.0 / np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    ux, uy, uz = eye[0] * scale, eye[1] * scale, eye[2] * scale
    n = 0
    forward = views.axes[v, 2]
    ahead = (forward[0] * AHEAD, forward[1] * AHEAD, forward[2] * AHEAD)
    for index in range(DROPS):
        x, y, z = _near(eye, ahead, ux, uy, uz, tick, index, RAIN_TICKS)
        open_sky, lamp, snowy = _open_sky(state, geometry, w, eye[0] + x, eye[1] + y, eye[2] + z)
        if snowy:
            x, y, z = _near(eye, ahead, ux, uy, uz, tick, index, SNOW_TICKS)
            open_sky, lamp, still = _open_sky(
                state, geometry, w, eye[0] + x, eye[1] + y, eye[2] + z
            )
            open_sky = open_sky and still
        distance = np.sqrt(x * x + y * y + z * z)
        if not open_sky or distance < 0.6 or distance > 0.75 * REACH:
            continue
        # Across: to the right of somebody at the eye who looks at the drop.
        ax, ay, az = y * uz - z * uy, z * ux - x * uz, x * uy - y * ux
        length = np.sqrt(ax * ax + ay * ay + az * az)
        if length < 0.05 * distance:
            continue
        half, tall = (0.04, 0.04) if snowy else (0.011, 0.34)
        ax, ay, az = ax / length * half, ay / length * half, az / length * half
        tx, ty, tz = ux * tall, uy * tall, uz * tall
        corner = quads.corner[row, n]
        x, y, z = eye[0] + x, eye[1] + y, eye[2] + z
        corner[0, 0], corner[0, 1], corner[0, 2] = x - ax + tx, y - ay + ty, z - az + tz
        corner[1, 0], corner[1, 1], corner[1, 2] = x + ax + tx, y + ay + ty, z + az + tz
        corner[2, 0], corner[2, 1], corner[2, 2] = x + ax - tx, y + ay - ty, z + az - tz
        corner[3, 0], corner[3, 1], corner[3, 2] = x - ax - tx, y - ay - ty, z - az - tz
        colour = _SNOW if snowy else _RAIN
        quads.colour[row, n, 0], quads.colour[row, n, 1] = colour[0], colour[1]
        quads.colour[row, n, 2] = colour[2]
        quads.texture[row, n], quads.entity[row, n] = _PLAIN, 0
        quads.light[row, n, 0], quads.light[row, n, 1] = 255, lamp * 17
        n += 1
    quads.count[row] = n
