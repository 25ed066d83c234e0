"""Named arrays as the bytes of an HDF5 file, and back, trusting nothing.

Files are made and opened in memory, so a reader checks the bytes' hash before the HDF5 library sees
any of them.  What it then opens may still have been made by somebody else: only plain datasets
behind hard links are read, of types and shapes that the schema allows, and nothing is allocated
before that is known.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from math import prod
from typing import Any, Self

import numpy as np

from mpgenie.errors import DatasetError
from mpgenie.extras import require

from .schema import Array

FROM_BYTES = 4096
"""Arrays of at least so many bytes are compressed."""
ROWS_A_CHUNK = 256
MOST_BYTES = 2**30
"""The most that one array may hold."""
MOST_CHUNK_BYTES = 2**27
_FILTERS = {1, 2, 3}  # gzip, shuffle, fletcher32
MOST_ARRAYS = 512
_VERSIONS = ("v108", "v110")
_numbers = count()


def _new_name() -> str:
    """HDF5 takes two files in memory for one when they have the same name."""
    return f"episode {next(_numbers)}"


def pack_arrays(arrays: Mapping[str, Array], attributes: Mapping[str, str]) -> bytes:
    """The bytes of an HDF5 file with these datasets, and attributes of its root."""
    h5py = require("h5py", extra="data")
    with h5py.File(_new_name(), "w", driver="core", backing_store=False, libver=_VERSIONS) as file:
        for name in sorted(arrays):
            array = arrays[name]
            options: dict[str, Any] = {}
            if array.nbytes >= FROM_BYTES:
                rows = min(len(array), ROWS_A_CHUNK if array.ndim > 1 else 2**16)
                options = {
                    "chunks": (rows, *array.shape[1:]),
                    "shuffle": True,
                    "compression": "gzip",
                    "compression_opts": 1,
                }
            file.create_dataset(name, data=array, track_times=False, **options)
        for name, text in attributes.items():
            file[name] = np.frombuffer(text.encode(), "u1")
        file.flush()
        image: bytes = file.id.get_file_image()
    return image


class ArrayFile:
    """The arrays in the bytes of an HDF5 file, read one by one when they are asked for.

    Args:
        data: The file.
        where: Its path, for messages.

    Raises:
        DatasetError: If it is no HDF5 file, or holds anything but plain arrays.
    """

    def __init__(self, data: bytes, where: str) -> None:
        h5py = require("h5py", extra="data")
        self._h5py, self._where = h5py, where
        try:
            access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
            access.set_fapl_core(backing_store=False)
            access.set_file_image(data)
            self._file = h5py.File(
                h5py.h5f.open(_new_name().encode(), h5py.h5f.ACC_RDONLY, fapl=access), "r"
            )
            self._sets = dict(self._walk(self._file, ""))
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, DatasetError):
                raise
            raise DatasetError(f"{where} is no HDF5 file that can be read: {error}") from error

    def _walk(self, group: Any, prefix: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
        h5py = self._h5py
        if depth > 4 or len(group) > MOST_ARRAYS:
            raise DatasetError(f"{self._where} is nested or filled beyond reason at {prefix!r}")
        for name in group:
            full = f"{prefix}{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise DatasetError(f"{self._where} has a link at {full!r}, which is refused")
            item = group[name]
            if isinstance(item, h5py.Group):
                yield from self._walk(item, f"{full}/", depth + 1)
            elif isinstance(item, h5py.Dataset):
                self._check(full, item)
                yield full, item
            else:
                raise DatasetError(f"{self._where} has no array at {full!r}")

    def _check(self, name: str, item: Any) -> None:
        if item.external or item.is_virtual:
            raise DatasetError(f"{self._where} keeps {name!r} outside itself, which is refused")
        if item.dtype.hasobject or item.shape is None or len(item.shape) > 8:
            raise DatasetError(f"{self._where} has no plain numbers in {name!r}: {item.dtype}")
        for shape, most in ((item.shape, MOST_BYTES), (item.chunks or (), MOST_CHUNK_BYTES)):
            size = prod(int(edge) for edge in shape) * item.dtype.itemsize
            if size > most:
                raise DatasetError(
                    f"{self._where} claims {size} bytes for {name!r} of shape {shape}; "
                    f"at most {most} are allowed"
                )
        filters = item.id.get_create_plist()
        names = {filters.get_filter(n)[0] for n in range(filters.get_nfilters())}
        if names - _FILTERS:
            raise DatasetError(f"{self._where} packs {name!r} with filters {names}, unlike ours")

    def shapes(self) -> dict[str, tuple[np.dtype[np.generic], tuple[int, ...]]]:
        """The type and shape of each array."""
        return {name: (item.dtype, item.shape) for name, item in self._sets.items()}

    def read(self, name: str) -> Array:
        """One array.

        Raises:
            DatasetError: If there is none of that name, or it cannot be read.
        """
        if name not in self._sets:
            raise DatasetError(f"{self._where} has no array {name!r}")
        try:
            array: Array = np.asarray(self._sets[name][()])
        except (OSError, RuntimeError, ValueError) as error:
            raise DatasetError(f"{self._where}: {name!r} cannot be read: {error}") from error
        return array

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
