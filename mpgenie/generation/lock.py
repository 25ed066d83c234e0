"""One generator at a time: a lock on the dataset's folder that ends with the process holding it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpgenie.errors import ConfigError, StorageError

LOCK = "generate.lock"


@contextmanager
def sole_generator(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    The system lets go of it when the process ends, however that is; the file stays and means
    nothing by itself.

    Raises:
        ConfigError: If another process holds it.
    """
    try:
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise StorageError(f"cannot make {folder / LOCK}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 200, 0).decode(errors="replace").strip() or "another process"
            raise ConfigError(
                f"{folder} is being filled by {holder}: wait for it, or name another folder"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)
