"""Sine, cosine, tangent, arctangent, exponential and random draws with the same bits everywhere.

Libm and numpy pick other code on other processors and differ in the last bit.  These polynomials
use only + - x / and sqrt in a fixed order, which IEEE 754 rounds one way.  They agree with libm to
about 1e-15 (1e-13 for the tangent near its pole).  Angles are in radians.

Random numbers are counter-based: `draw(key, tick, purpose, index)` hashes its arguments and keeps
no state, so what one player draws does not depend on who else is there.
The mixing function is SplitMix64's (Steele, Lea and Flood, OOPSLA 2014).
"""

import numpy as np

from mpgenie.envs.kernels import kernel

PI = 3.141592653589793
_TWO_OVER_PI = 0.6366197723675814
_HALF_PI_HIGH = 1.5707963267948966
_HALF_PI_LOW = 6.123233995736766e-17
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238
_LN2_LOW = 1.9082149292705877e-10

_U30, _U27, _U31 = np.uint64(30), np.uint64(27), np.uint64(31)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


@kernel
def _sin_small(x: float) -> float:
    s = x * x
    p = -7.647163731819816e-13 + s * 2.8114572543455206e-15
    p = 1.6059043836821613e-10 + s * p
    p = -2.505210838544172e-08 + s * p
    p = 2.7557319223985893e-06 + s * p
    p = -0.0001984126984126984 + s * p
    p = 0.008333333333333333 + s * p
    p = -0.16666666666666666 + s * p
    return x + x * s * p


@kernel
def _cos_small(x: float) -> float:
    s = x * x
    p = 4.779477332387385e-14
    p = -1.1470745597729725e-11 + s * p
    p = 2.08767569878681e-09 + s * p
    p = -2.755731922398589e-07 + s * p
    p = 2.48015873015873e-05 + s * p
    p = -0.001388888888888889 + s * p
    p = 0.041666666666666664 + s * p
    p = -0.5 + s * p
    return 1.0 + s * p


@kernel
def sincos(x: float) -> tuple[float, float]:
    """Sine and cosine of an angle of moderate size (below about 1e6)."""
    turns = np.floor(x * _TWO_OVER_PI + 0.5)
    small = (x - turns * _HALF_PI_HIGH) - turns * _HALF_PI_LOW
    quadrant = int(turns) & 3
    s, c = _sin_small(small), _cos_small(small)
    if quadrant == 0:
        return s, c
    if quadrant == 1:
        return c, -s
    if quadrant == 2:
        return -s, -c
    return -c, s


@kernel
def sin(x: float) -> float:
    """Sine."""
    return sincos(x)[0]


@kernel
def cos(x: float) -> float:
    """Cosine."""
    return sincos(x)[1]


@kernel
def tan(x: float) -> float:
    """Tangent; infinite where the cosine is 0."""
    s, c = sincos(x)
    return s / c


@kernel
def _atan_small(x: float) -> float:
    # Valid for |x| <= 0.125: the Taylor series to x**19.
    s = x * x
    p = 1.0 / 17.0 - s * (1.0 / 19.0)
    p = 1.0 / 15.0 - s * p
    p = 1.0 / 13.0 - s * p
    p = 1.0 / 11.0 - s * p
    p = 1.0 / 9.0 - s * p
    p = 1.0 / 7.0 - s * p
    p = 1.0 / 5.0 - s * p
    p = 1.0 / 3.0 - s * p
    return x - x * s * p


@kernel
def atan(x: float) -> float:
    """Arctangent, in (-pi/2, pi/2)."""
    a = abs(x)
    base = 0.0
    if a > 1.0:
        base = -1.0
        a = 1.0 / a
    # Subtract atan(0), atan(1/4), atan(1/2), atan(3/4) or atan(1) by the addition theorem.
    step = int(a * 4.0 + 0.5)
    centre = step * 0.25
    shift = 0.0
    if step == 1:
        shift = 0.24497866312686414
    elif step == 2:
        shift = 0.4636476090008061
    elif step == 3:
        shift = 0.6435011087932844
    elif step == 4:
        shift = 0.7853981633974483
    angle = shift + _atan_small((a - centre) / (1.0 + a * centre))
    if base < 0.0:
        angle = _HALF_PI_HIGH - angle
    return angle if x >= 0.0 else -angle


@kernel
def atan2(y: float, x: float) -> float:
    """The angle of the point (x, y), in [-pi, pi]; 0 at the origin."""
    if x == 0.0 and y == 0.0:
        return 0.0
    if abs(x) >= abs(y):
        angle = atan(y / x)
        if x < 0.0:
            angle = angle + PI if y >= 0.0 else angle - PI
        return angle
    angle = _HALF_PI_HIGH - atan(x / y)
    return angle if y > 0.0 else angle - PI


@kernel
def acos(x: float) -> float:
    """Arccosine; arguments beyond -1 and 1 count as -1 and 1."""
    x = min(1.0, max(-1.0, x))
    return atan2(np.sqrt((1.0 - x) * (1.0 + x)), x)


@kernel
def exp(x: float) -> float:
    """Exponential, for arguments between -700 and 700."""
    power = np.floor(x * _LOG2_E + 0.5)
    small = (x - power * _LN2_HIGH) - power * _LN2_LOW
    p = 1.0
    for k in range(13, 0, -1):
        p = 1.0 + small / k * p
    scale = 2.0 if power >= 0.0 else 0.5
    count = int(abs(power))
    while count > 0:
        if count & 1:
            p *= scale
        scale *= scale
        count >>= 1
    return p


@kernel
def mix(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser: a bijection of 64-bit words that scatters every bit."""
    x = np.uint64(x)
    x = (x ^ (x >> _U30)) * _MIX_A
    x = (x ^ (x >> _U27)) * _MIX_B
    return x ^ (x >> _U31)


@kernel
def draw_bits(key: np.uint64, tick: int, purpose: int, index: int) -> np.uint64:
    """64 random bits for one purpose at one tick, from a key and nothing else."""
    word = mix(np.uint64(key) + _GOLDEN * (np.uint64(tick) + np.uint64(1)))
    word = mix(word ^ (np.uint64(purpose) * _MIX_A + np.uint64(index) * _GOLDEN))
    return word


@kernel
def draw(key: np.uint64, tick: int, purpose: int, index: int) -> float:
    """A number in [0, 1), from a key and nothing else; see `draw_bits`."""
    return float(draw_bits(key, tick, purpose, index) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
