"""What a player did in a tick, as the numbers that a world model takes.

One fixed vector for each tick and player, whatever form the action came in: twenty buttons, 0 or 1
in the order of the simulation's `BUTTONS`, then the camera's pitch and yaw as shares of the most
that it turns in a tick, -1 to 1.  It is what the game applied, so a larger turn is cut as the game
cuts it.  Words said to others are no part of it.

A vector for tick t belongs to the frame after it: frame t + 1 is the first to show what was done.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mpgenie.envs.simulation.actions import (
    ALL_BUTTONS,
    BUTTONS,
    CAMERA_CAP,
    NVEC,
    discrete_table,
)
from mpgenie.errors import ActionError

CONTROLS = len(BUTTONS) + 2
"""Numbers in a vector."""
Controls = NDArray[np.float32]


def from_fields(buttons: ArrayLike, camera: ArrayLike) -> Controls:
    """From bit fields and degrees, as datasets hold them.

    Args:
        buttons: (...) bit fields of `BUTTONS`.
        camera: (..., 2) degrees, pitch and yaw.

    Returns:
        (..., 22) float32.

    Raises:
        ActionError: If a bit is no button's, or a turn is no number.
    """
    fields = np.asarray(buttons).astype(np.int64)
    if ((fields < 0) | (fields > ALL_BUTTONS)).any():
        raise ActionError(f"there are {len(BUTTONS)} buttons, got bit fields beyond them")
    return from_raw(unpacked(fields), camera)


def unpacked(fields: NDArray[np.integer]) -> NDArray[np.int8]:
    """(..., 20) 1 for each button of bit fields (...) that is down."""
    return (fields[..., None] >> np.arange(len(BUTTONS)) & 1).astype(np.int8)


def from_raw(buttons: ArrayLike, camera: ArrayLike) -> Controls:
    """From what `action_mode="raw"` takes.

    Args:
        buttons: (..., 20) 0 or 1.
        camera: (..., 2) degrees, pitch and yaw.

    Returns:
        (..., 22) float32.

    Raises:
        ActionError: If a button is neither 0 nor 1, or a turn is no number.
    """
    down, turn = np.asarray(buttons), np.asarray(camera, np.float32)
    if down.shape[-1:] != (len(BUTTONS),) or turn.shape != (*down.shape[:-1], 2):
        raise ActionError(
            f"an action has {len(BUTTONS)} buttons and 2 turns, got shapes {down.shape} and "
            f"{turn.shape}"
        )
    if not np.isin(down, (0, 1)).all() or not np.isfinite(turn).all():
        raise ActionError("buttons are 0 or 1 and turns are finite degrees")
    share = (turn / np.float32(CAMERA_CAP)).clip(-1.0, 1.0)
    return np.concatenate([down, share], -1, dtype=np.float32)


def from_discrete(rows: ArrayLike) -> Controls:
    """From the rows of `action_mode="discrete"`; a word at the end is passed over.

    Args:
        rows: (..., 10) or (..., 11) integers, each below its entry of `NVEC`.

    Returns:
        (..., 22) float32.

    Raises:
        ActionError: If they are no such rows.
    """
    given = np.asarray(rows)
    if given.dtype.kind not in "iu" or given.shape[-1:] not in ((len(NVEC),), (len(NVEC) + 1,)):
        raise ActionError(
            f"discrete actions are rows of {len(NVEC)} integers, or one more with messages, got "
            f"{given.dtype} of shape {given.shape}"
        )
    chosen = given[..., : len(NVEC)].astype(np.int64)
    if ((chosen < 0) | (chosen >= np.array(NVEC))).any():
        raise ActionError(f"choices lie in 0..n - 1 for n of {NVEC}, got others")
    masks, degrees = discrete_table()
    parts = masks[np.arange(len(masks)), chosen[..., : len(masks)]]  # (..., 8) bit fields
    return from_fields(np.bitwise_or.reduce(parts, -1), degrees[chosen[..., len(masks) :]])
