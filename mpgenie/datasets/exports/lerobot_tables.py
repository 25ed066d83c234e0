"""The Parquet files of a LeRobot dataset, written an episode at a time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.datasets.schema import Array
from mpgenie.extras import require

from .lerobot_stats import Stats

EPISODES_A_GROUP = 256
FILES_A_CHUNK = 1000


class RowTable:
    """`data/`: a row for each tick; a row group for each episode, many of them in a file.

    Args:
        target: The folder of the dataset.
        megabytes: A new file is begun after so much.
    """

    def __init__(self, target: Path, megabytes: int) -> None:
        self.folder, self.most, self.number = target / "data", megabytes * 2**20, -1
        self._pa = require("pyarrow", extra="data")
        self._parquet = require("pyarrow.parquet", extra="data")
        self._writer: Any = None
        self._path = self.folder

    def write(self, columns: Mapping[str, Array]) -> int:
        """Append an episode; returns the number of its file."""
        table = self._pa.table({name: self._array(rows) for name, rows in columns.items()})
        if self._writer is not None and self._path.stat().st_size >= self.most:
            self.close()
        if self._writer is None:
            self.number += 1
            chunk, file = divmod(self.number, FILES_A_CHUNK)
            self._path = self.folder / f"chunk-{chunk:03d}" / f"file-{file:03d}.parquet"
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)
        return self.number

    def _array(self, rows: Array) -> Any:
        if rows.ndim == 1:
            return self._pa.array(rows)
        flat = self._pa.array(np.ascontiguousarray(rows).reshape(-1))
        return self._pa.FixedSizeListArray.from_arrays(flat, rows.shape[1])

    def close(self) -> None:
        """End the file that is open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class EpisodeTable:
    """`meta/episodes/`: a row for each episode, and its statistics.

    Args:
        target: The folder of the dataset.
    """

    def __init__(self, target: Path) -> None:
        self._path = target / "meta" / "episodes" / "chunk-000" / "file-000.parquet"
        self._pa = require("pyarrow", extra="data")
        self._parquet = require("pyarrow.parquet", extra="data")
        self._held: list[dict[str, Any]] = []
        self._writer: Any = None

    def add(self, row: Mapping[str, Any], stats: Mapping[str, Stats]) -> None:
        """Append an episode."""
        flat = {
            f"stats/{name}/{kind}": value.tolist()
            for name, found in stats.items()
            for kind, value in found.items()
        }
        place = {"meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0}
        self._held.append({**row, **place, **flat})
        if len(self._held) >= EPISODES_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        table = self._pa.Table.from_pylist(self._held)
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)
        self._held.clear()

    def finish(self) -> None:
        """Write what is left."""
        self._flush()
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def write_tasks(target: Path, tasks: Mapping[str, int]) -> None:
    """`meta/tasks.parquet`: the numbers of tasks, the tasks as pandas' index."""
    pa = require("pyarrow", extra="data")
    parquet = require("pyarrow.parquet", extra="data")
    table = pa.table({"task_index": pa.array([*tasks.values()], pa.int64()), "task": [*tasks]})
    kinds = {"task_index": ("int64", "int64"), "task": ("unicode", "object")}
    described = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [
            {"name": n, "field_name": n, "pandas_type": a, "numpy_type": b, "metadata": None}
            for n, (a, b) in kinds.items()
        ],
        "pandas_version": "2.0.0",
    }
    table = table.replace_schema_metadata({"pandas": json.dumps(described)})
    path = target / "meta" / "tasks.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)
