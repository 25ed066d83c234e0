"""Tables of episodes and players for SQL, kept as Parquet and made from the manifests alone.

The index is a copy: it can be deleted, and it is made again when it is missing, damaged or older
than the shards.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError, DatasetError
from mpgenie.extras import require

from .disk import Disk
from .manifest import MANIFEST, read_sealed_json
from .reading import Dataset, Entry, shard_folders
from .side_tables import read_side_table, side_tables, write_tables

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
    shards = sorted(entry.folder.name for entry in dataset.episodes)
    return write_tables(dataset.root / INDEX, tables(dataset), {"shards": shards}, disk)


def read_index(root: Path) -> dict[str, "pyarrow.Table"]:
    """The tables on disk.

    Raises:
        DatasetError: If they are missing, damaged, or of other shards than there are now:
            `write_index` makes them again.
    """
    about = read_sealed_json(root / INDEX / MANIFEST)
    if about["shards"] != [folder.name for folder in shard_folders(root)]:
        raise DatasetError(f"{root / INDEX} is of other shards than there are now")
    return {name: read_side_table(root / INDEX, name) for name in TABLES}


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
