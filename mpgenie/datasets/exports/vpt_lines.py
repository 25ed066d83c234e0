"""One tick in the words of VPT's recorder: a line of JSON, there and back.

Mouse movement is in pixels of 0.15 degrees, right and down positive; here it may be a fraction, so
that nothing is lost.  Keys are those held in the tick, `newKeys` those that were not held before.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mpgenie.envs.simulation.actions import ATTACK, BIT, BUTTONS, FIRST_HOTBAR_BIT, USE
from mpgenie.errors import DatasetError

DEGREES_A_PIXEL = 360.0 / 2400.0
SCREEN = (1280, 720)
MOUSE = {0: ATTACK, 1: USE}
"""VPT's mouse buttons and ours; its third, picking a block, has no counterpart."""
KEYS: Mapping[str, int] = {
    "key.keyboard.w": BIT["forward"],
    "key.keyboard.s": BIT["back"],
    "key.keyboard.a": BIT["left"],
    "key.keyboard.d": BIT["right"],
    "key.keyboard.space": BIT["jump"],
    "key.keyboard.left.shift": BIT["sneak"],
    "key.keyboard.left.control": BIT["sprint"],
    "key.keyboard.q": BIT["drop"],
    "key.keyboard.e": BIT["inventory"],
    **{f"key.keyboard.{slot}": BIT[f"hotbar.{slot}"] for slot in range(1, 10)},
}
assert sum(KEYS.values()) + ATTACK + USE == (1 << len(BUTTONS)) - 1


def line_of(buttons: int, before: int | None, camera: Sequence[float]) -> dict[str, Any]:
    """The mouse and the keyboard of a tick.

    Args:
        buttons: Bit field of what is held.
        before: The same of the tick before; None in the first, in which VPT's loader takes a new
            attack for a button that is stuck.
        camera: (pitch, yaw) in degrees, down and right positive.
    """
    new = buttons & ~before if before is not None else 0
    dy, dx = (float(turn) / DEGREES_A_PIXEL for turn in camera)
    return {
        "mouse": {
            "x": SCREEN[0] / 2,
            "y": SCREEN[1] / 2,
            "dx": dx,
            "dy": dy,
            "scaledX": dx,
            "scaledY": dy,
            "dwheel": 0.0,
            "buttons": [number for number, bit in MOUSE.items() if buttons & bit],
            "newButtons": [number for number, bit in MOUSE.items() if new & bit],
        },
        "keyboard": {
            "keys": [name for name, bit in KEYS.items() if buttons & bit],
            "newKeys": [name for name, bit in KEYS.items() if new & bit],
            "chars": "",
        },
        "isGuiOpen": False,
        "isGuiInventory": False,
    }


class LineReader:
    """Reads lines in their order, and mends what VPT's recorder is known to get wrong.

    An attack that is down from the first line on is stuck until it is pressed; a change of the
    hotbar without its key came from the mouse wheel.
    """

    def __init__(self) -> None:
        self._stuck = False
        self._hotbar: int | None = None

    def read(self, line: Mapping[str, Any]) -> tuple[int, tuple[float, float]]:
        """The bit field of buttons and the camera turn (pitch, yaw) in degrees.

        Raises:
            DatasetError: If it is no such line.
        """
        try:
            mouse, held = line["mouse"], line["keyboard"]["keys"]
            pressed = list(mouse.get("newButtons", []))
            turn = (float(mouse["dy"]) * DEGREES_A_PIXEL, float(mouse["dx"]) * DEGREES_A_PIXEL)
            buttons = 0
            for name in held:
                buttons |= KEYS.get(name, 0)
            for number in mouse["buttons"]:
                buttons |= MOUSE.get(int(number), 0)
            hotbar = int(line.get("hotbar", 0))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(f"this is no line of a VPT recording: {error!r}") from error
        if not np.isfinite(turn).all() or not 0 <= hotbar <= 8:
            raise DatasetError(f"a VPT line turns by {turn} degrees and holds slot {hotbar}")
        if self._hotbar is None:
            self._stuck = pressed == [0]
        elif 0 in pressed:
            self._stuck = False
        if self._stuck:
            buttons &= ~ATTACK
        if self._hotbar is not None and hotbar != self._hotbar:
            buttons |= 1 << (FIRST_HOTBAR_BIT + hotbar)
        self._hotbar = hotbar
        return buttons, turn
