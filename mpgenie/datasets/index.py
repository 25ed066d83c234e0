"""Tables of episodes and players for SQL, kept as Parquet and made from the manifests alone.

The index is a copy: it can be deleted, and it is made again when it is missing, damaged or older
than the shards.
"""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError, DatasetError
from mpgenie.extras import require

from .disk import Disk
from .manifest import MANIFEST, read_sealed_json, sealed_json, sha256
from .reading import Dataset, Entry, shard_folders
from .side_tables import side_tables

if TYPE_CHECKING:
    import pyarrow

INDEX = "index"
TABLES = ("episodes", "players")


def tables(dataset: Dataset) -> dict[str, "pyarrow.Table"]:
    """The tables of a dataset: one row for each episode, and one for each player of each."""
    pa = require("pyarrow", extra="data")
    episodes = [_episode_row(entry) for entry in dataset.episodes]
    players = [
        {"unit": entry.unit, "content_hash": entry.content_hash, **each}
        for entry in dataset.episodes
        for each in entry.row["each"]
    ]
    return {
        "episodes": pa.Table.from_pylist(episodes) if episodes else pa.table({"unit": []}),
        "players": pa.Table.from_pylist(players) if players else pa.table({"unit": []}),
    }


def _episode_row(entry: Entry) -> dict[str, Any]:
    row = {name: value for name, value in entry.row.items() if name not in ("each", "events")}
    counts = {f"n_{kind}": 0 for kind in _kinds()} | {
        f"n_{kind}": count for kind, count in entry.row["events"].items()
    }
    streams = sorted(entry.streams)
    return {**row, "shard": entry.folder.name, "bytes": entry.bytes, "streams": streams, **counts}


def _kinds() -> tuple[str, ...]:
    from mpgenie.envs.simulation.events import KIND_NAMES

    return KIND_NAMES


def write_index(dataset: Dataset, disk: Disk | None = None) -> list[Path]:
    """Write the tables as `index/*.parquet`, each whole or not at all; returns their paths."""
    pa, parquet = require("pyarrow", extra="data"), require("pyarrow.parquet", extra="data")
    files = {}
    for name, table in tables(dataset).items():
        sink = pa.BufferOutputStream()
        parquet.write_table(table, sink)
        files[f"{name}.parquet"] = sink.getvalue().to_pybytes()
    hashes = {name: sha256(data) for name, data in files.items()}
    shards = sorted(entry.folder.name for entry in dataset.episodes)
    files[MANIFEST] = sealed_json({"files": hashes, "shards": shards})
    disk = disk or Disk()
    folder = dataset.root / INDEX
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


def read_index(root: Path) -> dict[str, "pyarrow.Table"]:
    """The tables on disk.

    Raises:
        DatasetError: If they are missing, damaged, or of other shards than there are now:
            `write_index` makes them again.
    """
    pa, parquet = require("pyarrow", extra="data"), require("pyarrow.parquet", extra="data")
    about = read_sealed_json(root / INDEX / MANIFEST)
    if about["shards"] != [folder.name for folder in shard_folders(root)]:
        raise DatasetError(f"{root / INDEX} is of other shards than there are now")
    found = {}
    for name in TABLES:
        path = root / INDEX / f"{name}.parquet"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
        if sha256(data) != about["files"].get(path.name):
            raise DatasetError(f"{path} is damaged: its SHA-256 is not the one noted")
        found[name] = parquet.read_table(pa.BufferReader(data))
    return found


def current_index(root: Path) -> dict[str, "pyarrow.Table"]:
    """The tables of a dataset: from the index where it is current, else made and written now.

    With those that were written beside it: findings, annotations and captions, where there are any.
    """
    try:
        found = read_index(root)
    except DatasetError:
        dataset = Dataset(root)
        write_index(dataset)
        found = tables(dataset)
    return {**side_tables(root), **found}


def query(found: Mapping[str, "pyarrow.Table"], sql: str) -> "pyarrow.Table":
    """Ask tables in SQL (DuckDB's); nothing outside them can be reached.

    Raises:
        ConfigError: If DuckDB refuses the question.
    """
    duckdb = require("duckdb", extra="data")
    with duckdb.connect() as connection:
        for name, table in found.items():
            connection.register(f"_{name}", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM _{name}")
            connection.unregister(f"_{name}")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        try:
            relation = connection.sql(sql)
            if relation is None:
                raise ConfigError(f"this is no question: {sql}")
            return relation.to_arrow_table()
        except duckdb.Error as error:
            raise ConfigError(f"this question cannot be answered: {error}") from error
