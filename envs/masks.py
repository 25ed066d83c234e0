"""Which actions would do anything at all, as masks that `space.sample(mask)` understands.

A masked choice does no more than doing nothing: every choice of a dead player; `drop` with an
empty hand; `use` with nothing in hand that can be placed; the hotbar slot that is already in hand.
The simulation only remembers that the button was down (`buttons`, `camera`, `use_wait`).

Discrete: a tuple of one int8 array per component, 1 = worth trying.  Raw: a dictionary of `buttons`
(int8, 2 = free, 0 = without effect), `camera` (None: free) and, with messages, `message` (int8).
Masks are made once, shared and read-only.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS, FIRST_HOTBAR_BIT, NO_OP, NVEC

DEAD, EMPTY, TOOL, BLOCK = range(4)
"""What decides a mask: nobody lives there, or what the living hold."""
_USE, _DROP, _HOTBAR = 5, 6, 7

Mask = tuple[NDArray[np.int8], ...] | dict[str, NDArray[np.int8] | None]


@cache
def discrete_mask(grip: int, held: int, messages: int) -> tuple[NDArray[np.int8], ...]:
    """The mask of a discrete action."""
    counts = [*NVEC, messages + 1] if messages else [*NVEC]
    masks = [np.ones(count, np.int8) for count in counts]
    if grip == DEAD:
        for component, mask in enumerate(masks):
            mask[:] = 0
            mask[NO_OP[component] if component < len(NO_OP) else 0] = 1
    if grip in (EMPTY, TOOL):
        masks[_USE][1] = 0
    if grip == EMPTY:
        masks[_DROP][1] = 0
    masks[_HOTBAR][held + 1] = 0
    return tuple(_fixed(mask) for mask in masks)


@cache
def raw_mask(grip: int, held: int, messages: int) -> dict[str, NDArray[np.int8] | None]:
    """The mask of a raw action."""
    buttons = np.full(len(BUTTONS), 0 if grip == DEAD else 2, np.int8)
    if grip in (EMPTY, TOOL):
        buttons[BUTTONS.index("use")] = 0
    if grip == EMPTY:
        buttons[BUTTONS.index("drop")] = 0
    buttons[BUTTONS.index("inventory")] = 0
    buttons[FIRST_HOTBAR_BIT + held] = 0
    mask: dict[str, NDArray[np.int8] | None] = {"buttons": _fixed(buttons), "camera": None}
    if messages:
        words = np.ones(messages + 1, np.int8)
        words[1:] = 0 if grip == DEAD else 1
        mask["message"] = _fixed(words)
    return mask


def _fixed(mask: NDArray[np.int8]) -> NDArray[np.int8]:
    mask.setflags(write=False)
    return mask
