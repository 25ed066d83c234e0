"""A file for the HDF5 library that fails once, and in one place.

When a disk is full the library cannot close what it has begun: it tries again at every object,
until the process ends.  This file keeps the first refusal and takes everything after it in silence,
so that the library can finish; then the refusal is raised.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Sink:
    """What h5py writes to; every use of it belongs into `refusals`.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        self._at = self._size = 0
        self._error: OSError | None = None
        self._closed = False

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Raises what the disk refused in the block, whatever the library made of it.

        Raises:
            OSError: The first refusal.
        """
        try:
            yield
        except Exception as error:
            if self._error is not None:
                raise self._error from error
            raise
        if self._error is not None:
            raise self._error

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it."""
        view = memoryview(data).cast("B")
        count = len(view)
        while view and self._error is None:
            try:
                done = os.pwrite(self._descriptor, view, self._at)
            except OSError as error:
                self._error = error
                break
            self._at += done
            view = view[done:]
        self._at += len(view)
        self._size = max(self._size, self._at)
        return count

    def read(self, count: int) -> bytes:
        """Some bytes; zeros where nothing was written."""
        found = bytearray(count)
        self.readinto(found)
        return bytes(found)

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill the buffer; with zeros where nothing was written."""
        view = memoryview(buffer).cast("B")
        found = os.pread(self._descriptor, len(view), self._at)
        view[:] = found + bytes(len(view) - len(found))
        self._at += len(view)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Make the file this long."""
        self._size = self._at if size is None else size
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            self._error = self._error or error
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Let go of the file."""
        if not self._closed:
            os.close(self._descriptor)
            self._closed = True
