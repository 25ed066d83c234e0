"""A file or folder that appears whole or not at all.

.out.part/lock       held while somebody writes
.out.part/result     grows, and gets the name `out` by a rename
.out.part/replaced   what was at `out` before, for the moment between two renames
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpgenie.errors import ConfigError, StorageError


@contextmanager
def staged(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A path to write a file or a folder at; it becomes `out` when the block ends without error.

    What a run that was killed left behind is removed by the next one.

    Args:
        out: Where the result shall appear.
        overwrite: Whether something that is there may be replaced; it stays until then.

    Raises:
        ConfigError: If something is there, or another process is writing to the same place.
        StorageError: If the disk refuses; nothing has appeared then.
    """
    place = out.absolute().parent / f".{out.name}.part"
    result, replaced = place / "result", place / "replaced"
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = os.open(place / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            _claim(lock, out)
            if replaced.exists() and not out.exists():
                replaced.rename(out)
            _remove(replaced)
            _remove(result)
            if out.exists() and not overwrite:
                raise ConfigError(
                    f"{out} is there already: name another, or say --overwrite (overwrite=True)"
                )
            yield result
            _sync(result)
            if out.exists():
                out.rename(replaced)
            result.rename(out)
            _sync_one(out.absolute().parent)
        finally:
            if _holds(lock):
                _remove(result)
                if out.exists() or not replaced.exists():
                    shutil.rmtree(place, ignore_errors=True)
            os.close(lock)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"cannot write {out}: {error.strerror or error}. Nothing was changed there; make room "
            "or allow writing, and run again"
        ) from error


def _claim(lock: int, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError(
            f"another process is writing {out}: wait for it, or name another"
        ) from error


def _holds(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file, or a folder with all that is in it, is on the disk."""
    if path.is_dir():
        for folder, _, files in os.walk(path):
            for name in files:
                _sync_one(Path(folder) / name)
            _sync_one(Path(folder))
    else:
        _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
