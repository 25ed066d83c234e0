"""Tables beside the episodes of a dataset: findings and annotations, and the index of `index`.

Each kind has a folder of its own with Parquet files and a manifest of their hashes.  Sealed shards
are never touched, and every table can be deleted and made again.
"""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import DatasetError
from mpgenie.extras import require

from .disk import Disk
from .manifest import MANIFEST, read_sealed_json, sealed_json, sha256

if TYPE_CHECKING:
    import pyarrow

FOLDERS = ("quality", "annotations")
Columns = tuple[Mapping[str, Sequence[Any]], Mapping[str, Any]]
"""Values by column, and the type of each column: int, float or str."""


def write_side_table(
    folder: Path, columns: Mapping[str, Columns], about: Mapping[str, Any], disk: Disk | None = None
) -> None:
    """Write tables into their folder, each whole or not at all, the manifest last.

    Args:
        folder: Made if it is not there.
        columns: The columns of each table.
        about: Plain values that the manifest says besides.
        disk: How.
    """
    pa = require("pyarrow", extra="data")
    types = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    tables = {
        name: pa.table({column: pa.array(values[column], types[kinds[column]]) for column in kinds})
        for name, (values, kinds) in columns.items()
    }
    write_tables(folder, tables, about, disk)


def write_tables(
    folder: Path,
    tables: Mapping[str, "pyarrow.Table"],
    about: Mapping[str, Any],
    disk: Disk | None = None,
) -> list[Path]:
    """Write tables into a folder, each whole or not at all, the manifest last; returns their paths.

    Args:
        folder: Made if it is not there.
        tables: By name.
        about: Plain values that the manifest says besides the hashes.
        disk: How.
    """
    pa, parquet = require("pyarrow", extra="data"), require("pyarrow.parquet", extra="data")
    disk, files = disk or Disk(), {}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        parquet.write_table(table, sink)
        files[f"{name}.parquet"] = sink.getvalue().to_pybytes()
    hashes = {name: sha256(data) for name, data in files.items()}
    files[MANIFEST] = sealed_json({**about, "files": hashes})
    disk.make_folder(folder)
    for name, data in files.items():
        unfinished = folder / f".{name}.{uuid.uuid4().hex}"
        try:
            disk.write(unfinished, data)
            disk.move(unfinished, folder / name)
        finally:
            disk.remove(unfinished)
    disk.sync_folder(folder)
    return [folder / name for name in hashes]


def read_side_table(folder: Path, name: str) -> "pyarrow.Table":
    """One table of a folder.

    Raises:
        DatasetError: If it is missing or damaged.
    """
    pa, parquet = require("pyarrow", extra="data"), require("pyarrow.parquet", extra="data")
    about, path = read_sealed_json(folder / MANIFEST), folder / f"{name}.parquet"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
    if sha256(data) != about["files"].get(path.name):
        raise DatasetError(f"{path} is damaged: its SHA-256 is not the one noted")
    return parquet.read_table(pa.BufferReader(data))


def side_tables(root: Path) -> dict[str, "pyarrow.Table"]:
    """All such tables of a dataset, for SQL; those that are missing or damaged are left out."""
    found = {}
    for folder in FOLDERS:
        try:
            names = read_sealed_json(root / folder / MANIFEST)["files"]
            for name in sorted(names):
                table = name.removesuffix(".parquet")
                found[table] = read_side_table(root / folder, table)
        except (DatasetError, KeyError):
            continue
    return found
