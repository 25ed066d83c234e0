"""Arrays and a line of JSON in one file: what checkpoints are made of.

An uncompressed npz that holds nothing that could run.  It is written beside its name, synced and
then renamed, so that whatever stops the machine leaves the old file or the new one whole; and it is
checked before anything of it is used.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import CheckpointError, StorageError

LARGEST = 2**33
"""Bytes of a file that we would open."""
Arrays = dict[str, NDArray[Any]]
_ABOUT = "about"


def write_arrays(path: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file whole or not at all.

    Args:
        path: The file; missing folders are made.
        about: What JSON takes.
        arrays: Of numbers, by name.

    Raises:
        StorageError: If the disk refuses.
    """
    line = np.frombuffer(json.dumps(about, allow_nan=False).encode(), np.uint8)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **{_ABOUT: line, **arrays})
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error}") from error


def read_arrays(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Read a file.

    Returns:
        What it says about itself, and its arrays.

    Raises:
        CheckpointError: If there is none, or it is damaged, or would unfold to more than it is.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CheckpointError(f"{path} has {size:,} bytes: that is no checkpoint of ours")
        with zipfile.ZipFile(path) as archive:
            inside = sum(entry.file_size for entry in archive.infolist())
            if inside > size:  # ours are not compressed
                raise CheckpointError(f"{path} would unfold to {inside:,} bytes: not opened")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        if not isinstance(about, dict):
            raise CheckpointError(f"{path} is no checkpoint: it says nothing about itself")
    except FileNotFoundError:
        raise CheckpointError(f"there is no file {path}") from None
    except CheckpointError:
        raise
    except Exception as error:  # there is no end to the ways in which a file can be broken
        raise CheckpointError(f"{path} is no checkpoint, or damaged: {error}") from error
    return about, arrays


def floats(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> Any:
    """A copy of an array, if it is finite float32 of a shape.

    Raises:
        ValueError: If it is not.
    """
    array = arrays[name]
    if array.dtype != np.float32 or array.shape != shape or not np.isfinite(array).all():
        raise ValueError(
            f"{name!r} must be finite float32 {shape}, got {array.dtype} {array.shape}"
        )
    return array.copy()
