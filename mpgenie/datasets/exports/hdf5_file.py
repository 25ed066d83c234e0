"""One HDF5 file: a group for each episode, in it one for each player.

    /                                    attributes: format, schema, alignment, buttons, stream
    /episodes/u00000042/                 attributes: type, seed, split, outcome, ...
        players/player_0/frames          (T + 1, H, W, 3) uint8
                         actions/...     (T, ...) buttons, camera, message; as applied and as asked
                         outcome/...     (T,) reward, terminated, truncated
                         state/...       (T + 1, ...) position, heading, health, ...
        world/...                        (T + 1,) hash, tick, time, raining
        events, blocks, log              what happened; see `mpgenie.datasets.schema`

Frame t is what the player saw when action t was chosen; its effect first shows in frame t + 1.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.datasets.pictures import CHUNK, StreamSpec
from mpgenie.datasets.reading import Dataset
from mpgenie.datasets.schema import COLUMNS
from mpgenie.datasets.shards import Shard, shard_name
from mpgenie.datasets.store import CONVENTIONS
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.errors import ConfigError
from mpgenie.extras import require

from .sink import Sink
from .takes import PIECE, Take, facts_of, takes

ROWS_A_CHUNK = 1024
COMPRESSIONS = ("gzip", "lzf", "none")


class Hdf5File:
    """Writes one HDF5 file.

    Args:
        target: The file.
        dataset: Unused: episodes come one by one.
        stream: Which pictures.
        spec: Of the stream.
        compression: "gzip" (small, read everywhere), "lzf" (fast, read by h5py) or "none".
    """

    def __init__(
        self,
        target: Path,
        dataset: Dataset,
        stream: str,
        spec: StreamSpec,
        *,
        compression: str = "gzip",
    ) -> None:
        if compression not in COMPRESSIONS:
            raise ConfigError(f"compression is one of {COMPRESSIONS}, got {compression!r}")
        h5py = require("h5py", extra="data")
        self.stream = stream
        self._packing: dict[str, Any] = {"shuffle": compression != "none"}
        if compression != "none":
            self._packing["compression"] = compression
        if compression == "gzip":
            self._packing["compression_opts"] = 1
        self._sink = Sink(target)
        self._file = h5py.File(self._sink, "w", libver=("v108", "v110"))
        self._file.attrs["format"] = "mpgenie episodes"
        self._file.attrs["stream"] = json.dumps({"name": stream, **spec.as_dict()})
        self._file.attrs["buttons"] = json.dumps(BUTTONS)
        for name, value in CONVENTIONS.items():
            self._file.attrs[name] = value if isinstance(value, (int, str)) else json.dumps(value)

    def add(self, shard: Shard) -> None:
        """Write one episode."""
        with self._sink.refusals():
            self._add(shard)

    def _add(self, shard: Shard) -> None:
        group = self._file.create_group(f"episodes/{shard_name(shard.header.unit)}")
        for name, value in facts_of(shard).items():
            group.attrs[name] = json.dumps(value) if isinstance(value, list) else str(value)
        group.attrs["header"] = shard.header.as_json()
        for take in takes(shard, self.stream):
            self._add_player(group.create_group(f"players/{take.label}"), take)
        for name in shard.names():
            one_player = name in COLUMNS and "P" in COLUMNS[name].shape
            if not one_player and not name.startswith("snapshots"):
                self._write(group, name, shard[name])
        self._file.flush()

    def _add_player(self, group: Any, take: Take) -> None:
        frames, shape = take.length + 1, take.pictures(0, 1).shape[1:]
        chunks = (min(CHUNK, frames), *shape)
        made = group.create_dataset(
            "frames", (frames, *shape), np.uint8, chunks=chunks, track_times=False, **self._packing
        )
        for number, piece in enumerate(take.pieces(frames)):
            made[number * PIECE : number * PIECE + len(piece)] = piece
        for name, column in COLUMNS.items():
            if "P" in column.shape:
                self._write(group, name, take[name])

    def _write(self, group: Any, name: str, array: Any) -> None:
        options: dict[str, Any] = {}
        if array.nbytes > 4096:
            rows = min(len(array), ROWS_A_CHUNK)
            options = {"chunks": (rows, *array.shape[1:]), **self._packing}
        group.create_dataset(name, data=array, track_times=False, **options)

    def finish(self) -> None:
        """Write the library's own tables."""
        with self._sink.refusals():
            self._file.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._sink.close()
