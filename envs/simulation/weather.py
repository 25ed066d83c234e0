"""Day and night, rain and snow.

The sun stands still and the planet turns under it, from west to east once a day; seen from the
planet the sun circles the z axis the other way.  So it is day here and night over there, and at
the poles it is dusk for ever.  It rains on a whole world at once; whether that is snow is a matter
of place.
"""

import numpy as np

from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import PI, draw, sincos

DRY_SPELL, WET_SPELL = (6_000, 18_000), (2_000, 6_000)
"""Ticks that dry and wet weather last, at least and at most."""
NONE, RAIN, SNOW = range(3)
SNOW_LATITUDE = 0.8
"""Beyond this |z| of a place's direction it snows rather than rains."""
SNOW_HEIGHT = 16.0
"""Metres above sea level from which it snows everywhere."""
_PURPOSE = 40


@kernel
def sun_direction(tick, day):  # type: ignore[no-untyped-def]
    """The unit vector from the core to the sun at a tick of the clock, `day` ticks long."""
    s, c = sincos(2.0 * PI * float(tick % day) / float(day) - 0.5 * PI)
    return c, -s, 0.0


@kernel
def daylight(x, y, z, sx, sy, sz):  # type: ignore[no-untyped-def]
    """How bright the sky is at a place: 0 at night, 1 by day, between the two at dusk."""
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    height = (x * sx + y * sy + z * sz) * scale
    return min(1.0, max(0.0, (height + 0.1) * 4.0))


@kernel
def weather_at(raining, geometry, x, y, z):  # type: ignore[no-untyped-def]
    """What falls from the sky at a place: `NONE`, `RAIN` or `SNOW`."""
    if not raining:
        return NONE
    r = np.sqrt(x * x + y * y + z * z)
    cold = abs(z) > SNOW_LATITUDE * r or r - geometry.bottom - geometry.below > SNOW_HEIGHT
    return SNOW if cold else RAIN


@kernel
def change_weather(clock, rules):  # type: ignore[no-untyped-def]
    """Draw the next spell of weather when one is over; the first of a world is dry."""
    now = clock.tick
    if now < clock.weather_until or not rules.weather:
        return
    wet = not clock.raining and now > 0
    shortest, longest = WET_SPELL if wet else DRY_SPELL
    share = draw(clock.key, now, _PURPOSE, 0)
    clock.raining = wet
    clock.weather_until = now + shortest + int(share * (longest - shortest))
