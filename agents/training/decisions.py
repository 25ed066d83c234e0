"""What somebody did tick by tick, as the decisions of a player who learns.

A decision is a choice in each component of the discrete action, played for `repeat` ticks; only
some choices are allowed (`PPOConfig.allowed`).  Raw actions of as many ticks become the decision
that comes nearest to them:

    walking, sneaking, sprinting   what was held for at least half of the ticks
    all other buttons              what was down in any of them, as most are taps
    camera                         the allowed step nearest to the mean turn, on the mu-law scale
    what is not allowed            stays idle

Opposite buttons cancel, sneaking wins over sprinting and the lowest hotbar button counts, as in the
game.  A decision of allowed choices, played for `repeat` ticks, comes back as it was.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mpgenie.agents.vpt.targets import buttons_down, squeezed
from mpgenie.envs.simulation.actions import (
    BACK,
    BIT,
    CAMERA_BINS,
    CAMERA_CAP,
    FORWARD,
    LEFT,
    NO_OP,
    RIGHT,
    SNEAK,
    SPRINT,
    discrete_table,
)

_HELD = np.array(
    [bool(bit & (FORWARD | BACK | LEFT | RIGHT | SNEAK | SPRINT)) for bit in BIT.values()]
)
_PLACES = squeezed(np.array(CAMERA_BINS))
_CAMERA = 8  # the first component after those of buttons


def decisions_of(
    buttons: NDArray[np.uint32],
    camera: NDArray[np.floating],
    allowed: Sequence[NDArray[np.bool_]],
    repeat: int = 1,
) -> NDArray[np.int64]:
    """The decision nearest to what was done from each tick on.

    Args:
        buttons: (T, P) bit fields.
        camera: (T, P, 2) degrees in each tick, pitch and yaw.
        allowed: For each of C components, which choices are.
        repeat: Ticks of a decision.

    Returns:
        (T - repeat + 1, P, C) choices; none if there are fewer ticks.
    """
    ticks, players = buttons.shape
    count = max(0, ticks - repeat + 1)
    choices = np.zeros((count, players, len(allowed)), np.int64)
    choices[..., : len(NO_OP)] = NO_OP
    if not count:
        return choices
    down = _windows(buttons_down(np.asarray(buttons, np.uint32)), repeat).sum(-1)  # (count, P, 20)
    pressed = np.where(_HELD, 2 * down >= repeat, True) & (down > 0)
    masks, _ = discrete_table()
    for component in range(_CAMERA):
        rows = _pressed(pressed, masks[component], component)
        choices[..., component] = np.where(allowed[component][rows], rows, 0)
    turned = _windows(np.clip(camera, -CAMERA_CAP, CAMERA_CAP), repeat).mean(-1)
    for axis in range(2):
        steps = np.flatnonzero(allowed[_CAMERA + axis])
        away = np.abs(squeezed(turned[..., axis])[..., None] - _PLACES[steps])
        choices[..., _CAMERA + axis] = steps[away.argmin(-1)]
    return choices


def _pressed(
    pressed: NDArray[np.bool_], masks: NDArray[np.uint32], component: int
) -> NDArray[np.int64]:
    """(...) the choice of a component, from which buttons (..., 20) are down."""
    bits = [int(mask).bit_length() - 1 for mask in masks if mask]
    down = pressed[..., bits]
    choice = np.where(down.any(-1), down.argmax(-1) + 1, 0)
    opposite = component < 2  # forward and back, left and right
    return np.where(down.all(-1), 0, choice) if opposite else choice


def _windows(array: NDArray[np.generic], length: int) -> NDArray[np.generic]:
    """(T - length + 1, ..., length) of (T, ...)."""
    return sliding_window_view(array, length, axis=0)
