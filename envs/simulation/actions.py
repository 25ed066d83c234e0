"""What a player may do in one tick: twenty buttons, a turn of the camera, and a word.

The *raw* action is a bit field of VPT's twenty button names, a camera turn (pitch, yaw) in degrees
(pitch down positive, yaw right positive) and a message token (0 = none).  The *discrete* action is
a row of small integers (`NVEC`) in which contradicting buttons share a component and the camera
takes VPT's eleven mu-law steps; every row means exactly one raw action.

Names and camera steps after Baker et al., "Video PreTraining" (2022), section B.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

BUTTONS: tuple[str, ...] = (
    "attack", "back", "forward", "jump", "left", "right", "sneak", "sprint", "use", "drop",
    "inventory", *(f"hotbar.{slot}" for slot in range(1, 10)),
)  # fmt: skip
"""The names of the buttons; the number of a name is its bit."""

BIT: dict[str, int] = {name: 1 << bit for bit, name in enumerate(BUTTONS)}
"""The mask of each button."""
ATTACK, BACK, FORWARD, JUMP, LEFT, RIGHT, SNEAK, SPRINT, USE, DROP, INVENTORY = (
    1 << bit for bit in range(11)
)
FIRST_HOTBAR_BIT = 11
ALL_BUTTONS = (1 << len(BUTTONS)) - 1
"""The mask of all buttons; a bit above it is not an action."""

CAMERA_CAP = 8.594
"""The most degrees that the camera turns in a tick, on each axis (171.887 degrees a second)."""

CAMERA_BINS = (
    -10.0, -5.8094831275, -3.2153691331, -1.6094986353, -0.6153942662, 0.0,
    0.6153942662, 1.6094986353, 3.2153691331, 5.8094831275, 10.0,
)  # fmt: skip
"""Degrees of each camera step: 11**(k / 5) - 1 for k up to 5, and their negatives."""
STILL = 5
"""The camera step that does not turn."""
# Half way between two steps on the mu-law scale: 11**((k + 0.5) / 5) - 1.
_LIMITS = (0.2709816152, 1.0531364137, 2.3166247904, 4.3576566695, 7.6547278642)

NVEC: tuple[int, ...] = (3, 3, 2, 3, 2, 2, 2, 10, 11, 11)
"""Choices of the discrete action: forward/back, left/right, jump, sneak/sprint, attack, use, drop,
hotbar (0 = keep), pitch step, yaw step.  With messages there is one more component."""

# For each of the first seven components, the button behind each choice.
_CHOICES: tuple[tuple[int, ...], ...] = (
    (0, FORWARD, BACK),
    (0, LEFT, RIGHT),
    (0, JUMP),
    (0, SNEAK, SPRINT),
    (0, ATTACK),
    (0, USE),
    (0, DROP),
)
NO_OP: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 0, 0, STILL, STILL)
"""The discrete action that does nothing."""


def pack_buttons(names: Iterable[str]) -> int:
    """The bit field with these buttons down.

    Raises:
        ValueError: If a name is not one of `BUTTONS`.
    """
    field = 0
    for name in names:
        if name not in BIT:
            raise ValueError(f"no button is called {name!r}; the buttons are {', '.join(BUTTONS)}")
        field |= BIT[name]
    return field


def unpack_buttons(field: int) -> tuple[str, ...]:
    """The names of the buttons that are down in a bit field."""
    return tuple(name for name in BUTTONS if field & BIT[name])


def camera_to_bin(degrees: float) -> int:
    """The camera step nearest to a turn on the mu-law scale (mu = 10, at most 10 degrees)."""
    size = sum(abs(degrees) > limit for limit in _LIMITS)
    return STILL + size if degrees > 0.0 else STILL - size


def bin_to_camera(step: int) -> float:
    """The degrees that a camera step asks for (the two outermost are then cut to `CAMERA_CAP`)."""
    return CAMERA_BINS[step]


_CAMERA_TABLE = np.array(CAMERA_BINS, np.float32)


def discrete_to_raw(
    row: NDArray[np.integer] | tuple[int, ...],
) -> tuple[int, NDArray[np.float32]]:
    """The raw action behind a discrete one; a message component is left to the caller.

    Args:
        row: Ten (or more) integers, each below its entry of `NVEC`.

    Returns:
        The bit field of buttons, and the camera turn (pitch, yaw) in degrees.
    """
    field = 0
    for component, choices in enumerate(_CHOICES):
        field |= choices[int(row[component])]
    slot = int(row[7])
    if slot:
        field |= 1 << (FIRST_HOTBAR_BIT + slot - 1)
    return field, np.array([CAMERA_BINS[int(row[8])], CAMERA_BINS[int(row[9])]], np.float32)


def raw_to_discrete(buttons: int, camera: NDArray[np.floating] | tuple[float, float]) -> list[int]:
    """The discrete action nearest to a raw one.

    Opposite buttons cancel, sneaking wins over sprinting, the lowest hotbar button counts and
    `inventory` is lost: what the game itself makes of them.
    """
    row = list(NO_OP)
    for component, choices in enumerate(_CHOICES):
        down = [choice for choice, mask in enumerate(choices) if buttons & mask]
        cancelled = component < 2 and len(down) == 2
        row[component] = 0 if cancelled or not down else down[0]
    for slot in range(9, 0, -1):
        if buttons & (1 << (FIRST_HOTBAR_BIT + slot - 1)):
            row[7] = slot
    row[8], row[9] = camera_to_bin(float(camera[0])), camera_to_bin(float(camera[1]))
    return row


def discrete_table() -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The mapping as arrays, for turning whole batches: (8, 11) masks and (11,) degrees."""
    masks = np.zeros((8, 11), np.uint32)
    for component, choices in enumerate(_CHOICES):
        masks[component, : len(choices)] = choices
    masks[7, 1:10] = [1 << (FIRST_HOTBAR_BIT + slot) for slot in range(9)]
    return masks, _CAMERA_TABLE.copy()
