"""How eyes move: turns with a run-up and a run-out, in steps of a mouse.

A planned turn follows a trapezoid: a fifth of its time it gains speed, three fifths it keeps it, a
fifth it slows down, so its mean speed is 0.8 of the peak; both axes finish together.  Eyes that
follow a moving thing or a path (`Gaze`) obey the same limits tick by tick.  Angles are in degrees
(pitch down, yaw right positive), speeds in degrees a second.
"""

from collections.abc import Callable, Iterator
from math import ceil, floor, sqrt

STEP = 0.15
"""Degrees in a step of the mouse; every turn is a whole number of them."""
MOST_STEPS = 57
"""The most steps in a tick: 8.55 degrees, below the game's cap of 8.594."""
NORMAL, QUICK, FASTEST = 60.0, 90.0, 171.0
_RAMP = 0.2
_RUN_UP = 4  # ticks in which a gaze gains its speed


def in_steps(degrees: float) -> int:
    """The nearest whole number of mouse steps."""
    return floor(degrees / STEP + 0.5)


def short_way(degrees: float) -> float:
    """The same turn between -180 and 180 degrees."""
    return degrees - 360.0 * floor((degrees + 180.0) / 360.0)


def share_turned(time: float) -> float:
    """The share of a turn that is done after a share of its time (0 to 1)."""
    peak = 1.0 / (1.0 - _RAMP)
    if time < _RAMP:
        return peak * time * time / (2.0 * _RAMP)
    if time <= 1.0 - _RAMP:
        return peak * (time - 0.5 * _RAMP)
    return 1.0 - peak * (1.0 - time) * (1.0 - time) / (2.0 * _RAMP)


def planned_turn(
    pitch: float, yaw: float, speed: float, linear: bool = False
) -> Iterator[tuple[float, float]]:
    """The (pitch, yaw) of each tick of a turn.

    Args:
        pitch: How far to turn down.
        yaw: How far to turn right.
        speed: The peak.
        linear: Whether to keep that speed from the first tick to the last, each axis by itself.
    """
    goal = in_steps(pitch), in_steps(yaw)
    if linear:
        most = max(1, min(MOST_STEPS, floor(speed / 20.0 / STEP)))
        ticks = ceil(max(abs(goal[0]), abs(goal[1])) / most)
    else:
        most = MOST_STEPS
        ticks = ceil(max(abs(pitch), abs(yaw)) / ((1.0 - _RAMP) * speed) * 20.0)
    done, tick = [0, 0], 0
    while done[0] != goal[0] or done[1] != goal[1]:
        tick += 1
        share = 1.0 if linear or tick >= ticks else share_turned(tick / ticks)
        moved = [0, 0]
        for axis in range(2):
            wanted = floor(goal[axis] * share + 0.5) - done[axis]
            moved[axis] = max(-most, min(most, wanted))
            done[axis] += moved[axis]
        yield moved[0] * STEP, moved[1] * STEP


class Gaze:
    """Eyes that follow something: each axis speeds up, keeps to a limit and slows down in time.

    Args:
        draw_speed: Asked for a new limit whenever a turn begins.
    """

    def __init__(self, draw_speed: Callable[[], float]) -> None:
        self._draw_speed = draw_speed
        self._limit = 0.0  # degrees per tick
        self._speed = [0.0, 0.0]
        self._rest = [0.0, 0.0]

    def turn(self, pitch: float, yaw: float) -> tuple[float, float]:
        """The turn of this tick towards something that lies `pitch` down and `yaw` right."""
        still = self._speed[0] == 0.0 and self._speed[1] == 0.0
        if still and max(abs(pitch), abs(yaw)) < 2.0 * STEP:
            return 0.0, 0.0
        if still:
            self._limit = self._draw_speed() / 20.0
        return self._axis(0, pitch), self._axis(1, yaw)

    def _axis(self, axis: int, left: float) -> float:
        gain = self._limit / _RUN_UP
        wanted = min(self._limit, sqrt(2.0 * gain * abs(left)), abs(left))
        wanted = wanted if left > 0.0 else -wanted
        speed = max(self._speed[axis] - gain, min(self._speed[axis] + gain, wanted))
        if abs(left) < STEP and abs(speed) <= gain:
            self._speed[axis] = self._rest[axis] = 0.0
            return 0.0
        self._speed[axis] = speed
        exact = speed + self._rest[axis]
        steps = max(-MOST_STEPS, min(MOST_STEPS, in_steps(exact)))
        self._rest[axis] = max(-STEP, min(STEP, exact - steps * STEP))
        return steps * STEP
