"""Sun, sky, fog and daylight of a view, as one row of numbers that both renderers read.

The frame of reference turns with the planet, so the sun (and the stars, fixed to it) go round the
poles once a day: it is day here while it is night over there.  `SKY` says what stands where in a
row.  All colours are 0 to 255; directions are in the axes of the view.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import inlined, kernel
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import column_at, locate
from mpgenie.envs.simulation.weather import sun_direction

from .appearance import Appearance

SKY = {
    "up": 0,  # 3: up at the eye
    "sun": 3,  # 3: towards the sun
    "sun_across": 6,  # 3: one edge of the square sun
    "sun_along": 9,  # 3: the other
    "zenith": 12,  # 3
    "horizon": 15,  # 3
    "dusk": 18,  # 3
    "dusk_amount": 21,
    "sun_colour": 22,  # 3
    "sun_size": 25,
    "night": 26,  # brightness of the stars, 0 to 1
    "fog_start": 27,  # metres
    "fog_scale": 28,  # 1 / metres
    "fog": 29,  # 3
    "under_water": 32,  # 0 or 1
    "eye": 33,  # 3: the eye from the core, in metres
    "daylight": 36,  # 0 to 1: how much of the sun comes through the clouds
}
"""Where each number begins in a row of sky."""
SKY_SIZE = 40
STARS = 300

LIGHT = {
    "sun_tint": 0,  # 3, 0 to 1
    "moon_tint": 3,  # 3, already times moonlight
    "lamp_tint": 6,  # 3
    "ambient": 9,
    "face_shade": 10,  # 6
    "water": 16,  # 3, 0 to 255
    "water_opacity": 19,
    "glass_opacity": 20,
    "fog_start": 21,  # share of the view distance
    "underwater_distance": 22,
    "sun_size": 23,
    "zenith_day": 24,  # 3
    "horizon_day": 27,  # 3
    "zenith_night": 30,  # 3
    "horizon_night": 33,  # 3
    "dusk": 36,  # 3
    "sun": 39,  # 3
}
"""Where each number of an `Appearance` begins in its row of light."""
LIGHT_SIZE = 42


def light_row(appearance: Appearance) -> NDArray[np.float32]:
    """An `Appearance` as the row of numbers that kernels and shaders read."""
    row = np.zeros(LIGHT_SIZE, np.float32)

    def put(name: str, values: tuple[float, ...], scale: float = 1.0) -> None:
        for k, value in enumerate(values):
            row[LIGHT[name] + k] = value * scale

    put("sun_tint", appearance.sun_tint, 1 / 255)
    put("moon_tint", appearance.moon_tint, appearance.moonlight / 255)
    put("lamp_tint", appearance.lamp_tint, 1 / 255)
    put("ambient", (appearance.ambient,))
    put("face_shade", appearance.face_shade)
    put("water_opacity", (appearance.water_opacity,))
    put("glass_opacity", (appearance.glass_opacity,))
    put("fog_start", (appearance.fog_start,))
    put("underwater_distance", (appearance.underwater_distance,))
    put("sun_size", (appearance.sun_size,))
    for name in (
        "water", "zenith_day", "horizon_day", "zenith_night", "horizon_night", "dusk", "sun",
    ):  # fmt: skip
        put(name, getattr(appearance, name))
    return row


def star_directions() -> NDArray[np.float64]:
    """(STARS, 4) unit vectors of the stars, where the sun is at +x, and their brightness."""
    stars = np.empty((STARS, 4))
    key = np.uint64(2026)
    count = index = 0
    with np.errstate(over="ignore"):
        while count < STARS:
            x, y, z = (2.0 * draw(key, index, axis, 0) - 1.0 for axis in range(3))
            index += 1
            square = x * x + y * y + z * z
            if 0.01 < square < 1.0:
                scale = 1.0 / np.sqrt(square)
                stars[count] = x * scale, y * scale, z * scale, 0.35 + 0.65 * draw(key, index, 3, 0)
                count += 1
    return stars


@kernel
def day_angle(tick, day):  # type: ignore[no-untyped-def]
    """Cosine and sine of the longitude over which the sun stands; as the simulation has it."""
    c, s, _ = sun_direction(tick, day)
    return c, s


@kernel
def daylight(elevation):  # type: ignore[no-untyped-def]
    """Share of full daylight, 0 to 1, for the sine of the sun's elevation."""
    t = min(1.0, max(0.0, (elevation + 0.18) * 2.2222222222222223))
    return t * t * (3.0 - 2.0 * t)


@inlined
def fill_sky(state, geometry, light, views, v, day, distance, sky):  # type: ignore[no-untyped-def]
    """Fill row v of `sky` for view v.

    Args:
        light: `light_row` of the appearance.
        day: Ticks in a day.
        distance: View distance in metres.
        sky: (V, SKY_SIZE) float32.
    """
    w = views.world[v]
    eye, axes, row = views.eye[v], views.axes[v], sky[v]
    c, s = day_angle(state.clock.tick[w] + state.clock.day_offset[w], day)
    scale = 1.0 / np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    for k in range(3):
        x, y, z = axes[k, 0], axes[k, 1], axes[k, 2]
        row[33 + k] = x * eye[0] + y * eye[1] + z * eye[2]
        row[k] = (x * eye[0] + y * eye[1] + z * eye[2]) * scale
        row[3 + k] = x * c + y * s
        row[6 + k] = z
        row[9 + k] = y * c - x * s
    elevation = (eye[0] * c + eye[1] * s) * scale
    share = daylight(elevation)
    clouds = 0.72 if state.clock.raining[w] else 1.0
    row[36] = clouds
    grey = 0.55 if state.clock.raining[w] else 0.0
    low = max(0.0, 1.0 - abs(elevation) * 4.0)
    for k in range(3):
        zenith = light[30 + k] + (light[24 + k] - light[30 + k]) * share
        horizon = light[33 + k] + (light[27 + k] - light[33 + k]) * share
        cloud = 20.0 + 118.0 * share
        row[12 + k] = zenith + (cloud - zenith) * grey
        row[15 + k] = horizon + (cloud - horizon) * grey
        row[18 + k] = light[36 + k]
        row[22 + k] = light[39 + k]
        row[29 + k] = row[15 + k]
    row[21] = low * low * 0.85 * (1.0 - grey)
    row[25] = light[23] if grey == 0.0 else 0.0
    row[26] = (1.0 - share) * (1.0 - grey)
    start = distance * light[21]
    row[27] = start
    row[28] = 1.0 / (distance - start)
    face, a, b, layer = locate(geometry, eye[0], eye[1], eye[2])
    row[32] = 0.0
    if 0.0 <= layer < 64.0:
        column = column_at(geometry, face, a, b)
        if state.cells.blocks[w, column, int(layer)] == 14:
            row[32] = 1.0
            row[27] = 0.0
            row[28] = 1.0 / light[22]
            bright = 0.15 + 0.85 * share
            for k in range(3):
                row[29 + k] = light[16 + k] * bright * 0.8
