"""Smooth random numbers in space, for terrain that meets itself all around the planet.

Gradient noise after Perlin, "Improving Noise", SIGGRAPH 2002, on the unit lattice of 3-D space.
The gradient at a lattice point comes from a hash of a key and the point, so there is no table to
shuffle, and another key is another noise.  Exact arithmetic only: the same bits everywhere.
"""

import numpy as np

from mpgenie.envs.kernels import kernel

from .exact import mix

_GRADIENT = np.array(
    [
        [1, 1, 0], [-1, 1, 0], [1, -1, 0], [-1, -1, 0], [1, 0, 1], [-1, 0, 1], [1, 0, -1],
        [-1, 0, -1], [0, 1, 1], [0, -1, 1], [0, 1, -1], [0, -1, -1], [1, 1, 0], [-1, 1, 0],
        [0, -1, 1], [0, -1, -1],
    ],
    dtype=np.float64,
)  # fmt: skip
_PRIME_X = np.uint64(0x9E3779B185EBCA87)
_PRIME_Y = np.uint64(0xC2B2AE3D27D4EB4F)
_PRIME_Z = np.uint64(0x165667B19E3779F9)
_FIFTEEN = np.uint64(15)
_OFFSET = 1 << 24  # keeps lattice coordinates positive


@kernel
def _corner(word, x, y, z):  # type: ignore[no-untyped-def]
    row = int(mix(word) & _FIFTEEN)
    return _GRADIENT[row, 0] * x + _GRADIENT[row, 1] * y + _GRADIENT[row, 2] * z


@kernel
def noise(key, x, y, z):  # type: ignore[no-untyped-def]
    """Gradient noise at a point: 0 at lattice points, mostly within +-0.7, always within +-1.1."""
    floor_x, floor_y, floor_z = np.floor(x), np.floor(y), np.floor(z)
    x, y, z = x - floor_x, y - floor_y, z - floor_z
    x0 = np.uint64(int(floor_x) + _OFFSET) * _PRIME_X
    y0 = np.uint64(int(floor_y) + _OFFSET) * _PRIME_Y
    z0 = (np.uint64(int(floor_z) + _OFFSET) * _PRIME_Z) ^ np.uint64(key)
    x1, y1 = x0 + _PRIME_X, y0 + _PRIME_Y
    z1 = (np.uint64(int(floor_z) + _OFFSET + 1) * _PRIME_Z) ^ np.uint64(key)
    u = x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
    v = y * y * y * (y * (y * 6.0 - 15.0) + 10.0)
    w = z * z * z * (z * (z * 6.0 - 15.0) + 10.0)
    xa, ya, za = x - 1.0, y - 1.0, z - 1.0
    n00 = _corner((x0 + y0) ^ z0, x, y, z)
    n00 += u * (_corner((x1 + y0) ^ z0, xa, y, z) - n00)
    n10 = _corner((x0 + y1) ^ z0, x, ya, z)
    n10 += u * (_corner((x1 + y1) ^ z0, xa, ya, z) - n10)
    n01 = _corner((x0 + y0) ^ z1, x, y, za)
    n01 += u * (_corner((x1 + y0) ^ z1, xa, y, za) - n01)
    n11 = _corner((x0 + y1) ^ z1, x, ya, za)
    n11 += u * (_corner((x1 + y1) ^ z1, xa, ya, za) - n11)
    near = n00 + v * (n10 - n00)
    far = n01 + v * (n11 - n01)
    return near + w * (far - near)


@kernel
def octaves(key, x, y, z, wavelength, count):  # type: ignore[no-untyped-def]
    """A sum of noises, each of half the wavelength (metres) and 0.45 of the height of the last."""
    scale = 1.0 / wavelength
    height = 1.0
    total = 0.0
    for octave in range(count):
        total += height * noise(np.uint64(key) + np.uint64(octave), x * scale, y * scale, z * scale)
        scale *= 2.03
        height *= 0.45
    return total


@kernel
def smooth(x):  # type: ignore[no-untyped-def]
    """0 below 0, 1 above 1, and a smooth slope between."""
    x = min(1.0, max(0.0, x))
    return x * x * (3.0 - 2.0 * x)
