"""A shard: one episode in one folder, sealed when it appears and never changed again.

    shards/u00000042/episode.h5             header, arrays, and where the frames lie
                     ego_64x64.frames       a lossless stream, or
                     ego_640x360.0.mp4      one file for each player
                     MANIFEST.json          every file's size and SHA-256, and the episode in a row

It is written under `.staging`, file by file with fsync, the manifest last, and gets its name by a
rename.  A folder of that name that is there already wins: the same unit is the same episode.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpgenie.errors import ConfigError, DatasetError, StorageError

from .disk import Disk
from .episode import Episode, Header
from .hdf5 import ArrayFile, pack_arrays
from .manifest import MANIFEST, read_sealed_json, sealed_json, sha256
from .pictures import CHUNK, CHUNK_PLACE, Stream, StreamSpec, file_name
from .schema import COLUMNS, FREE, SCHEMA_VERSION, Array, check_array
from .summary import row_of

ARRAYS = "episode.h5"
_HEADER, _STREAMS = "header", "streams"


def shard_name(unit: int) -> str:
    """The folder of a unit."""
    return f"u{unit:08d}"


def seal(disk: Disk, staging: Path, shards: Path, episode: Episode) -> bool:
    """Write an episode and let it appear.

    Args:
        disk: How.
        staging: An empty or missing folder on the same disk, of this writer alone.
        shards: Where it shall appear.
        episode: Checked here once more.

    Returns:
        False if the unit was there already; nothing has changed then.

    Raises:
        DatasetError: If the episode is not whole.
        StorageError: If the disk refuses.
    """
    episode.check()
    name = shard_name(episode.header.unit)
    if (shards / name).exists():
        return False
    disk.make_folder(staging)
    try:
        files = pack(episode)
        for file, data in files.items():
            disk.write(staging / file, data)
        disk.write(staging / MANIFEST, _manifest(episode, files))
        disk.sync_folder(staging)
        return _appear(disk, staging, shards / name)
    finally:
        disk.remove(staging)


def _appear(disk: Disk, staging: Path, target: Path) -> bool:
    try:
        disk.move(staging, target)
    except StorageError:
        if target.exists():
            return False  # another writer was faster with the same unit
        raise
    disk.sync_folder(target.parent)
    return True


def pack(episode: Episode) -> dict[str, bytes]:
    """The files of an episode."""
    files: dict[str, bytes] = {}
    arrays = dict(episode.arrays)
    specs = {}
    for name, stream in episode.streams.items():
        if stream.files is None:
            raise ConfigError(f"stream {name} is not in memory; record it, or read it first")
        files |= stream.files
        specs[name] = stream.spec.as_dict()
        if stream.spec.mode == "frames":
            arrays[f"{_STREAMS}/{name}"] = stream.places
    facts = {_HEADER: episode.header.as_json(), _STREAMS + ".json": json.dumps(specs)}
    return {ARRAYS: pack_arrays(arrays, facts), **files}


def _manifest(episode: Episode, files: Mapping[str, bytes]) -> bytes:
    listed = {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in files.items()}
    return sealed_json(
        {
            "schema": SCHEMA_VERSION,
            "unit": episode.header.unit,
            "episode": row_of(episode),
            "streams": {name: stream.spec.as_dict() for name, stream in episode.streams.items()},
            "files": listed,
        }
    )


def read_manifest(shard: Path) -> dict[str, Any]:
    """The manifest of a sealed shard.

    Raises:
        DatasetError: If it is damaged, or of another version or unit.
    """
    manifest = read_sealed_json(shard / MANIFEST)
    try:
        _check_manifest(shard, manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{shard / MANIFEST} is not like ours: {error!r}") from error
    return manifest


def _check_manifest(shard: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("schema") != SCHEMA_VERSION:
        raise DatasetError(
            f"{shard} has schema {manifest.get('schema')}, this mpgenie reads {SCHEMA_VERSION}"
        )
    if shard_name(int(manifest["unit"])) != shard.name:
        raise DatasetError(f"{shard} says that it is unit {manifest['unit']}")
    for name, claimed in manifest["files"].items():
        if not isinstance(claimed["bytes"], int) or not isinstance(claimed["sha256"], str):
            raise DatasetError(f"{shard} lists no size and hash for {name!r}")
        if Path(name).name != name or name in ("", ".", "..", MANIFEST):
            raise DatasetError(f"{shard} lists {name!r}, which is no file of a shard")


class Shard:
    """A sealed shard that is open for reading; a process must not share it with another.

    Args:
        folder: Of the shard.
        manifest: From `read_manifest`, when it is known already.

    Raises:
        DatasetError: If its arrays are not what the manifest says.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.manifest = manifest or read_manifest(folder)
        self._descriptors: dict[str, int] = {}
        self._whole: dict[str, bytes] = {}
        self._arrays: dict[str, Array] = {}
        self._file = ArrayFile(self.whole(ARRAYS), str(folder / ARRAYS))
        self.header = Header.from_json(self._file.read(_HEADER).tobytes())
        self._check()
        self.streams = self._read_streams()
        self._whole.clear()

    def _check(self) -> None:
        t, p = self.header.length, len(self.header.players)
        shapes = self._file.shapes()
        missing = sorted(set(COLUMNS) - set(shapes))
        if missing:
            raise DatasetError(f"{self.folder} lacks the arrays {missing}")
        for name, (dtype, shape) in shapes.items():
            if not name.startswith(_STREAMS) and name != _HEADER:
                check_array(name, dtype, shape, t, p)

    def _read_streams(self) -> dict[str, Stream]:
        try:
            specs = json.loads(self._file.read(_STREAMS + ".json").tobytes())
            return {name: self._stream(name, spec) for name, spec in specs.items()}
        except (ConfigError, KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, DatasetError):
                raise
            raise DatasetError(f"{self.folder} lists streams unlike ours: {error!r}") from error

    def _stream(self, name: str, values: Mapping[str, Any]) -> Stream:
        spec = StreamSpec(**values)
        frames, players = self.header.length + 1, len(self.header.players)
        if spec.mode == "mp4":
            return Stream(spec, frames, players, self._file.read("log")[:0], self.whole)
        places = self._file.read(f"{_STREAMS}/{name}")
        if places.dtype != CHUNK_PLACE or places.shape != (players, -(-frames // CHUNK)):
            raise DatasetError(f"{self.folder} has no whole table of frames for {name}")
        if self.manifest["files"].get(file_name(spec)) is None:
            raise DatasetError(f"{self.folder} has no file {file_name(spec)}")
        return Stream(spec, frames, players, places, self.fetch)

    def __getitem__(self, name: str) -> Array:
        if name not in self._arrays:
            self._arrays[name] = self._file.read(name)
        return self._arrays[name]

    def names(self) -> list[str]:
        """The names of its arrays."""
        free = tuple(FREE)
        return sorted(n for n in self._file.shapes() if n in COLUMNS or n.startswith(free))

    def episode(self, *, pictures: bool = False) -> Episode:
        """The whole episode in memory.

        Args:
            pictures: Whether the files of its streams are read, too, so that it can be sealed.
        """
        streams = self.streams
        if pictures:
            streams = {name: self._loaded(stream) for name, stream in streams.items()}
        return Episode(self.header, {name: self[name] for name in self.names()}, streams)

    def _loaded(self, stream: Stream) -> Stream:
        names = [n for n in self.manifest["files"] if n.startswith(stream.spec.name + ".")]
        files = {name: self.whole(name) for name in names}
        return Stream(stream.spec, stream.frames, stream.players, stream.places, self.fetch, files)

    def whole(self, name: str, offset: int = 0, size: int = -1) -> bytes:
        """All bytes of a file, checked against the manifest; a few are kept.

        Raises:
            DatasetError: If they are not what the manifest says.
        """
        if name not in self._whole:
            claimed = self.manifest["files"].get(name)
            if claimed is None:
                raise DatasetError(f"{self.folder} has no file {name}")
            path = self.folder / name
            try:
                if path.stat().st_size != claimed["bytes"]:
                    raise DatasetError(
                        f"{path} has {path.stat().st_size} bytes instead of {claimed['bytes']}"
                    )
                data = path.read_bytes()
            except OSError as error:
                raise DatasetError(f"{path} cannot be read: {error.strerror}") from error
            if sha256(data) != claimed["sha256"]:
                raise DatasetError(f"{path} is damaged: its SHA-256 is not the manifest's")
            self._whole[name] = data
        return self._whole[name]

    def fetch(self, name: str, offset: int, size: int) -> bytes:
        """Some bytes of a file, unchecked: who asks has a checksum for them."""
        if size > self.manifest["files"][name]["bytes"]:
            raise DatasetError(f"{self.folder / name} is shorter than its table of frames says")
        try:
            if name not in self._descriptors:
                self._descriptors[name] = os.open(self.folder / name, os.O_RDONLY)
            return os.pread(self._descriptors[name], size, offset)
        except OSError as error:
            raise DatasetError(f"{self.folder / name} cannot be read: {error}") from error

    def close(self) -> None:
        """Let go of every file."""
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])
        self._whole.clear()
        self._file.close()
