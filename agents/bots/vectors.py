"""Points and directions as plain triples: what a bot needs of geometry each tick.

Everything is in metres with the core as origin; *up* is away from it.  Angles are in degrees, yaw
right positive, pitch down positive.
"""

from math import sqrt
from typing import TypeAlias

from mpgenie.envs.planet.exact import PI, atan2, sincos

Vector: TypeAlias = tuple[float, float, float] | list[float]
DEGREES = 180.0 / PI


def length(v: Vector) -> float:
    """How long a vector is."""
    x, y, z = v
    return sqrt(x * x + y * y + z * z)


def unit(v: Vector) -> Vector:
    """The same direction with length 1; 0 stays 0."""
    x, y, z = v
    size = sqrt(x * x + y * y + z * z)
    return (x / size, y / size, z / size) if size > 0.0 else (0.0, 0.0, 0.0)


def raised(v: Vector, metres: float) -> Vector:
    """A point some metres further from the core."""
    x, y, z = v
    grow = 1.0 + metres / sqrt(x * x + y * y + z * z)
    return x * grow, y * grow, z * grow


def apart(a: Vector, b: Vector) -> float:
    """Metres between two points, straight."""
    x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    return sqrt(x * x + y * y + z * z)


def along_ground(a: Vector, b: Vector) -> float:
    """Metres between two points, leaving their difference in height out."""
    size_a, size_b = length(a), length(b)
    scale = size_a / size_b
    return apart(a, (b[0] * scale, b[1] * scale, b[2] * scale))


def cross(a: Vector, b: Vector) -> Vector:
    """The cross product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def dot(a: Vector, b: Vector) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def bearing(eye: Vector, heading: Vector, point: Vector) -> tuple[float, float]:
    """Where a point lies, seen from an eye that faces `heading`: (pitch, yaw) in degrees.

    The pitch is counted from the horizon, the yaw from the heading.
    """
    ux, uy, uz = unit(eye)
    hx, hy, hz = heading
    dx, dy, dz = point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]
    rise = dx * ux + dy * uy + dz * uz
    ahead = dx * hx + dy * hy + dz * hz
    right = (
        dx * (hy * uz - hz * uy) + dy * (hz * ux - hx * uz) + dz * (hx * uy - hy * ux)
    )  # fmt: skip
    level = sqrt(ahead * ahead + right * right)
    return -atan2(rise, level) * DEGREES, atan2(right, ahead) * DEGREES


def turned(up: Vector, heading: Vector, degrees: float) -> Vector:
    """A heading after a turn to the right."""
    s, c = sincos(degrees / DEGREES)
    right = cross(heading, up)
    return (
        c * heading[0] + s * right[0], c * heading[1] + s * right[1], c * heading[2] + s * right[2]
    )  # fmt: skip


def towards(here: Vector, there: Vector) -> Vector:
    """The heading at a point of the great circle to another; north-ish where they coincide."""
    up = unit(here)
    way = (there[0] - here[0], there[1] - here[1], there[2] - here[2])
    for ahead in (way, (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)):
        lean = dot(ahead, up)
        level = (ahead[0] - lean * up[0], ahead[1] - lean * up[1], ahead[2] - lean * up[2])
        if length(level) > 1e-6:
            return unit(level)
    raise AssertionError("two of three axes cannot both point up")


def walked(here: Vector, heading: Vector, metres: float) -> Vector:
    """The point some metres along the great circle, at the same height."""
    radius = length(here)
    up = unit(here)
    s, c = sincos(metres / radius)
    return (
        radius * (c * up[0] + s * heading[0]),
        radius * (c * up[1] + s * heading[1]),
        radius * (c * up[2] + s * heading[2]),
    )


def middle(points: list[Vector]) -> Vector:
    """The point between points: their mean direction at their mean height."""
    count = len(points)
    total = (sum(p[0] for p in points), sum(p[1] for p in points), sum(p[2] for p in points))
    height = sum(length(p) for p in points) / count
    up = unit(total)
    return up[0] * height, up[1] * height, up[2] * height
