"""Which arrays an episode holds, their types and their shapes.

`F` counts frames, `T` ticks (`F == T + 1`), `P` players; `N` is any number.  Row `t` of an array
with F rows is what held when frame `t` was seen; row `t` of one with T rows belongs to the action
chosen on seeing frame `t`, whose effect first shows in frame `t + 1`.  Metres, degrees and ticks
of 50 ms.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mpgenie.errors import DatasetError

SCHEMA_VERSION = 1
"""Goes up by one whenever files written before can no longer be read as they are."""

Array = NDArray[Any]
Shape = tuple[int | str, ...]

EVENT = np.dtype([(name, "<i8") for name in ("tick", "kind", "actor", "target", "cell", "value")])
"""What happened in a tick, as `mpgenie.envs.simulation.events` numbers it; ticks of the episode."""
BLOCK_CHANGE = np.dtype(
    [("tick", "<i8"), ("cell", "<i8"), ("before", "u1"), ("after", "u1"), ("actor", "<i8")]
)
"""A cell that another block took; actor 0 = nobody in particular.  Tick -1: before frame 0."""
SPAWN = np.dtype([("tick", "<i8"), ("kind", "<i8"), ("x", "<f8"), ("y", "<f8"), ("z", "<f8")])
"""A mob that was brought in before the action of a tick passed, and where its feet were to be."""


class Column(NamedTuple):
    """The type and the shape of one array."""

    dtype: np.dtype[np.generic]
    shape: Shape


def _column(dtype: DTypeLike, *shape: int | str) -> Column:
    return Column(np.dtype(dtype).newbyteorder("<"), shape)


COLUMNS: Mapping[str, Column] = {
    "actions/requested_buttons": _column("u4", "T", "P"),
    "actions/requested_camera": _column("f4", "T", "P", 2),
    "actions/buttons": _column("u4", "T", "P"),
    "actions/camera": _column("f4", "T", "P", 2),
    "actions/message": _column("u1", "T", "P"),
    "outcome/reward": _column("f8", "T", "P"),
    "outcome/terminated": _column("?", "T", "P"),
    "outcome/truncated": _column("?", "T", "P"),
    "state/active": _column("?", "F", "P"),
    "state/alive": _column("?", "F", "P"),
    "state/id": _column("i8", "F", "P"),
    "state/team": _column("i4", "F", "P"),
    "state/position": _column("f8", "F", "P", 3),
    "state/velocity": _column("f8", "F", "P", 3),
    "state/heading": _column("f8", "F", "P", 3),
    "state/pitch": _column("f8", "F", "P"),
    "state/on_ground": _column("?", "F", "P"),
    "state/in_water": _column("?", "F", "P"),
    "state/sneaking": _column("?", "F", "P"),
    "state/sprinting": _column("?", "F", "P"),
    "state/health": _column("i4", "F", "P"),
    "state/hotbar_item": _column("u1", "F", "P", 9),
    "state/hotbar_count": _column("u1", "F", "P", 9),
    "state/held": _column("u1", "F", "P"),
    "state/visible": _column("i4", "F", "P", "P"),
    "world/hash": _column("u8", "F"),
    "world/tick": _column("i8", "F"),
    "world/time": _column("i8", "F"),
    "world/raining": _column("?", "F"),
    "events": Column(EVENT, ("N",)),
    "blocks": Column(BLOCK_CHANGE, ("N",)),
    "spawns": Column(SPAWN, ("N",)),
    "snapshots/tick": _column("i8", "N"),
    "snapshots/size": _column("i8", "N"),
    "snapshots/data": _column("u1", "N"),
    "log": _column("u1", "N"),
}
"""The arrays of every episode.  `state/visible[t, a, b]`: pixels of b in a's 64 x 64 view;
`snapshots`: the world at frame 0 and wherever it was rearranged from outside; `log`: JSON lines."""

FREE = {"policy/": "T", "objective/": "F"}
"""Prefixes of arrays that an episode may have besides, and the first letter of their shapes."""


def column_of(name: str) -> Column | None:
    """The column of a name; those under the prefixes of `FREE` have any type and shape."""
    return COLUMNS.get(name)


def check_array(
    name: str, dtype: np.dtype[np.generic], shape: tuple[int, ...], t: int, p: int
) -> None:
    """See whether an array is what the schema says.

    Args:
        name: Of the array.
        dtype: Its type.
        shape: Its shape.
        t: Ticks of the episode.
        p: Players of the episode.

    Raises:
        DatasetError: If it is not; the message says what was expected.
    """
    column = COLUMNS.get(name)
    letters = {"T": t, "F": t + 1, "P": p}
    if column is None:
        prefix = next((prefix for prefix in FREE if name.startswith(prefix)), None)
        if prefix is None:
            raise DatasetError(f"an episode has no array called {name!r}")
        if dtype.kind not in "biuf" or not shape or shape[0] != letters[FREE[prefix]]:
            raise DatasetError(
                f"{name} must hold numbers, {letters[FREE[prefix]]} rows of them, "
                f"got {dtype} of shape {shape}"
            )
        return
    expected = tuple(letters.get(str(axis), axis) for axis in column.shape)
    fits = len(shape) == len(expected) and all(
        have == want or want == "N" for have, want in zip(shape, expected, strict=True)
    )
    if dtype != column.dtype or not fits:
        raise DatasetError(
            f"{name} must be {column.dtype} of shape {expected}, got {dtype} of shape {shape}"
        )
