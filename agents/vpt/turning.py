"""Clips in which the camera turned otherwise: frames seen from where it would have looked.

What a frame shows of the world does not change when the camera only turns, but for its edges, so a
frame can be seen as from a camera that looks elsewhere.  Each view drifts on a path of its own, and
what it turned by is added to what was done: the same scenes teach turns that nobody made, in which
habits (to turn right at a tree, to look down before digging) are of no help.  Where somebody goes
is then no longer what the buttons say, who go by where they look: those do not count there.

The frames are those of a lens of `FOV` degrees; with another lens turns are off by its share.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel
from mpgenie.envs.rendering.appearance import Appearance
from mpgenie.envs.rendering.camera import focal_length
from mpgenie.envs.simulation.actions import CAMERA_CAP

from .corpus import Clip

FOV = Appearance().fov
FARTHEST = 12.0
"""Degrees that a view may be turned by on each axis: at most a fifth of it then shows no world."""
_KEPT = 0.6
"""How often a drift goes on as in the tick before."""
_IDLE = 0.4
"""How often an axis does not drift."""
Floats = NDArray[np.float64]


def turned(clip: Clip, rng: np.random.Generator, scale: float, before: int) -> Clip:
    """The clip with turns added to those that were made.

    Args:
        clip: Frames, pitches and turns are looked at.
        rng: Draws.
        scale: Degrees a tick that a drift has on average.
        before: Frames in the clip before that of its first tick.
    """
    drift = _drift(clip, rng, scale, before)
    frames = clip.frames.copy()
    for f, n in np.argwhere(np.any(drift, -1)):
        frames[f, n] = turned_view(clip.frames[f, n], float(clip.pitch[f, n]), *drift[f, n])
    ticks = len(clip.camera)
    added = np.diff(drift, axis=0)[before : before + ticks]
    if len(added) < ticks:  # without frames after, the last turn is not seen
        added = np.concatenate([added, np.zeros((1, *added.shape[1:]))])
    return clip._replace(
        frames=frames,
        camera=(clip.camera + added).astype(np.float32),
        asked=np.zeros_like(clip.asked),
    )


def turned_view(
    frame: NDArray[np.uint8], pitch: float, down: float, right: float
) -> NDArray[np.uint8]:
    """What the camera of a frame would show, had it turned.

    Args:
        frame: (H, W, 3).
        pitch: Degrees that it looks down by.
        down: Degrees to turn down by, about an axis through its sides.
        right: Degrees to turn right by, about the upright.

    Returns:
        (H, W, 3); where the frame does not reach, its edge goes on.
    """
    height, width = frame.shape[:2]
    focal = focal_length(FOV, height)
    middle = np.array([[focal, 0, 0.5 * (width - 1)], [0, focal, 0.5 * (height - 1)], [0, 0, 1.0]])
    turn = _tilt(pitch).T @ _around(right) @ _tilt(pitch + down)
    out = np.empty_like(frame)
    _look(frame, (middle @ turn @ np.linalg.inv(middle)).astype(np.float32), out)
    return out


def _drift(clip: Clip, rng: np.random.Generator, scale: float, before: int) -> Floats:
    """(F, N, 2) degrees that each frame is turned by, pitch and yaw; nothing half way through."""
    count, players = clip.frames.shape[:2]
    steps = np.empty((count - 1, players, 2))
    for k in range(count - 1):
        fresh = rng.laplace(scale=scale, size=(players, 2)) * (rng.random((players, 2)) > _IDLE)
        steps[k] = np.where(rng.random((players, 2)) < _KEPT, steps[k - 1] if k else fresh, fresh)
    made = np.zeros_like(steps)
    ticks = min(len(clip.camera), count - 1 - before)
    made[before : before + ticks] = clip.camera[:ticks]
    steps = np.clip(made + steps, -CAMERA_CAP, CAMERA_CAP) - np.clip(made, -CAMERA_CAP, CAMERA_CAP)
    path = np.concatenate([np.zeros((1, players, 2)), steps.cumsum(0)])
    return np.asarray(np.clip(path - path[count // 2], -FARTHEST, FARTHEST))


def _tilt(degrees: float) -> Floats:
    """From a camera that looks down by so much (x right, y down, z ahead) to one that is level."""
    c, s = np.cos(degrees * pi / 180.0), np.sin(degrees * pi / 180.0)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def _around(degrees: float) -> Floats:
    """From a level camera that turned right by so much to one that did not."""
    c, s = np.cos(degrees * pi / 180.0), np.sin(degrees * pi / 180.0)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


@kernel
def _look(frame, lens, out):  # type: ignore[no-untyped-def]
    """Read each pixel of `out` between four of `frame`, where `lens` (3, 3) takes it: (column, row,
    1) to the same times depth."""
    height, width = frame.shape[:2]
    half = np.float32(0.5)
    for y in range(height):
        for x in range(width):
            px, py = np.float32(x), np.float32(y)
            depth = lens[2, 0] * px + lens[2, 1] * py + lens[2, 2]
            column = (lens[0, 0] * px + lens[0, 1] * py + lens[0, 2]) / depth
            row = (lens[1, 0] * px + lens[1, 1] * py + lens[1, 2]) / depth
            column = min(max(column, np.float32(0.0)), np.float32(width - 1))
            row = min(max(row, np.float32(0.0)), np.float32(height - 1))
            left, top = int(column), int(row)
            right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
            across, along = column - np.float32(left), row - np.float32(top)
            for c in range(3):
                upper = frame[top, left, c] + across * (
                    np.float32(frame[top, right, c]) - np.float32(frame[top, left, c])
                )
                lower = frame[bottom, left, c] + across * (
                    np.float32(frame[bottom, right, c]) - np.float32(frame[bottom, left, c])
                )
                out[y, x, c] = np.uint8(upper + along * (lower - upper) + half)
