"""Actions as numbers to learn from, and numbers back as actions.

A button is 0 or 1.  A turn of the camera lies between two of VPT's eleven steps, and its target
gives each of them a share, so that the mean of a prediction says how far the camera turned, and not
only the nearest step.  Shares are linear on the mu-law scale on which the steps are even.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_BINS, STILL

BITS = len(BUTTONS)
STEPS = len(CAMERA_BINS)
MOST = CAMERA_BINS[-1]
"""Degrees of the outermost step."""
STRIDE = 0.2
"""Metres that count as one: about a tick's walk."""
MU = 10.0
LOG_MOST = float(np.log1p(MU))


def buttons_down(fields: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    """(..., 20) which buttons are down in bit fields (...)."""
    down: NDArray[np.bool_] = (fields[..., None] >> np.arange(BITS, dtype=np.uint32)) & 1 == 1
    return down


def bit_fields(down: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """The opposite of `buttons_down`."""
    fields = (down.astype(np.uint32) << np.arange(BITS, dtype=np.uint32)).sum(-1)
    return np.asarray(fields, np.uint32)


def squeezed(degrees: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turns on the mu-law scale, on which steps are 1 apart and `STILL` does not turn."""
    share = np.minimum(np.abs(degrees), MOST) / MOST
    scaled = np.log1p(MU * share) / LOG_MOST * STILL
    return np.asarray(STILL + np.sign(degrees) * scaled, np.float64)


def stretched(place: NDArray[np.floating]) -> NDArray[np.float64]:
    """Degrees from the mu-law scale: the opposite of `squeezed`."""
    away = np.asarray(place, np.float64) - STILL
    size = np.expm1(np.abs(away) / STILL * LOG_MOST) / MU * MOST
    return np.asarray(np.sign(away) * size, np.float64)


def step_shares(degrees: NDArray[np.floating]) -> NDArray[np.float32]:
    """(..., 11) the share of each step in turns (...); the two next to a turn add up to 1."""
    place = squeezed(degrees)
    shares = np.maximum(0.0, 1.0 - np.abs(place[..., None] - np.arange(STEPS)))
    return shares.astype(np.float32)


def turn_of(shares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Degrees (...) that shares (..., 11) stand for, on average."""
    return stretched((shares * np.arange(STEPS)).sum(-1))


def mirrored(
    down: NDArray[np.bool_], camera: NDArray[np.floating]
) -> tuple[NDArray[np.bool_], NDArray[np.floating]]:
    """What was done, had the pictures been seen in a mirror: left is right, yaw is turned."""
    order = np.arange(BITS)
    left, right = BUTTONS.index("left"), BUTTONS.index("right")
    order[[left, right]] = right, left
    return down[..., order], camera * np.array([1.0, -1.0], camera.dtype)
