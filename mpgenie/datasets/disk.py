"""The only door through which a dataset changes the disk: tests let any step of it fail."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpgenie.errors import StorageError

_PIECE = 2**20


class Disk:
    """Steps of a commit; each may raise `StorageError`, which names the path and what to do."""

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it; it may be there already."""
        with _refusals("make the folder", path):
            path.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        """Write a new file, and wait until it is on the disk."""
        with _refusals(f"write {len(data)} bytes to", path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                left = memoryview(data)
                while left:
                    left = left[self.put(descriptor, left[:_PIECE]) :]
                self.sync(descriptor)
            finally:
                os.close(descriptor)

    def put(self, descriptor: int, data: memoryview) -> int:
        """Write some bytes; returns how many went."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Wait until a file or folder is on the disk."""
        os.fsync(descriptor)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk."""
        with _refusals("sync", path):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                self.sync(descriptor)
            finally:
                os.close(descriptor)

    def move(self, source: Path, target: Path) -> None:
        """Give a file or folder another name; a folder that is not empty is never replaced."""
        with _refusals(f"move {source} to", target):
            os.rename(source, target)

    def claim(self, source: Path, target: Path) -> bool:
        """Give a file a second name, unless another file has it: then say False."""
        try:
            with _refusals(f"link {source} to", target):
                os.link(source, target)
        except StorageError as error:
            if isinstance(error.__cause__, FileExistsError):
                return False
            raise
        return True

    def remove(self, path: Path) -> None:
        """Remove a file or a folder with all that is in it, if it is there."""
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _refusals(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot {doing} {path}: {error.strerror or error}. Episodes finished before are safe; "
            "make room or allow writing there, and run again to go on"
        ) from error
