"""Arrays of which nobody knows the length yet: a row is added with each tick."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .schema import Array

_AT_FIRST = 256


class Growing:
    """An array that doubles its room whenever it is full.

    Rows are copied into place one by one: stacking a list of records in the end, numpy would
    compare the types of all of them, which took longer than recording them.

    Args:
        dtype: Of its elements.
        shape: Of one row.
    """

    def __init__(self, dtype: DTypeLike, *shape: int) -> None:
        self._data: Array = np.empty((_AT_FIRST, *shape), dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, row: Any) -> None:
        """Copy a row to the end; anything that can be broadcast to one."""
        if self._count == len(self._data):
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        self._data[self._count] = row
        self._count += 1

    @property
    def rows(self) -> Array:
        """All rows so far: a view until the next one is added."""
        return self._data[: self._count]
