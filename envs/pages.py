"""Arrays of zeros that take memory only where they are written.

`numpy.zeros` promises as much, but once a process has freed a large array, its allocator hands out
the next ones from memory in use, and clears them by writing.
"""

import math
import mmap
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def lazy_zeros(shape: int | tuple[int, ...], dtype: type[Scalar]) -> NDArray[Scalar]:
    """Zeros in pages of their own, each taken from the system when it is first written.

    After a fork, as with any other array, neither process sees what the other writes.
    """
    count = math.prod((shape,) if isinstance(shape, int) else shape)
    size = max(count * np.dtype(dtype).itemsize, 1)
    pages: Any = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.frombuffer(pages, dtype, count).reshape(shape)
