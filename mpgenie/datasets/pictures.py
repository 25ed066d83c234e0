"""Streams of pictures: how the frames of an episode are packed, and how a window is read back.

A stream has T + 1 frames for each player.  Two ways to keep it:

* `frames`: lossless.  Eight frames of a player at a time are one zstd frame, one behind the other
  in one file; a table in the episode says where each lies and its CRC-32.  Measured at 64 x 64:
  27 us to write a frame, 11 us to read one, 2.1 KB on disk of 12.3; single frames take 1.4 times
  the room, differences between frames 1.4 times.
* `mp4`: H.264 through PyAV, one file for each player, frame number = presentation time in ticks,
  a key frame every ten frames and no B-frames, so that a window costs at most nine more frames.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import numpy as np

from mpgenie.errors import ConfigError, DatasetError
from mpgenie.extras import require

from .schema import Array

CHUNK = 8
"""Frames that are packed together."""
LEVEL = 1
CHUNK_PLACE = np.dtype([("offset", "<u8"), ("size", "<u4"), ("crc", "<u4")])
PASSES = {"rgb": ("u1", (3,)), "depth": ("<f4", ()), "segmentation": ("<i4", ())}
"""What each pass holds for a pixel."""
CAMERAS = ("ego", "third", "top")
MODES = ("frames", "mp4")
MOST_PIXELS = 4096 * 4096
Fetch = Callable[[str, int, int], bytes]
"""Reads (file, offset, bytes); -1 bytes: the whole file, checked."""


@dataclass(frozen=True, kw_only=True)
class StreamSpec:
    """What a stream shows, and how it is kept."""

    camera: str = "ego"
    """"ego" through the eyes, "third" from behind, "top" from high above."""
    look: str = "rgb"
    """"rgb", "depth" (float32 metres) or "segmentation" (int32)."""
    height: int = 64
    width: int = 64
    mode: Literal["frames", "mp4"] = "frames"

    def __post_init__(self) -> None:
        for value, allowed in ((self.camera, CAMERAS), (self.look, PASSES), (self.mode, MODES)):
            if value not in allowed:
                raise ConfigError(f"a stream has one of {list(allowed)}, got {value!r}")
        for edge in (self.height, self.width):
            if not isinstance(edge, int) or not 1 <= edge <= 4096:
                raise ConfigError(f"frames have edges of 1 to 4096 pixels, got {edge!r}")
        if self.mode == "mp4" and (self.look != "rgb" or self.height % 2 or self.width % 2):
            raise ConfigError(f"mp4 keeps rgb frames with even edges only, got {self}")

    @property
    def name(self) -> str:
        """The default name, such as "ego_64x64" or "top_640x360_depth"."""
        ending = "" if self.look == "rgb" else f"_{self.look}"
        return f"{self.camera}_{self.width}x{self.height}{ending}"

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type of one number of a frame."""
        return np.dtype(PASSES[self.look][0])

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, 3), or (H, W) for depth and segmentation."""
        return (self.height, self.width, *PASSES[self.look][1])

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Stream:
    """A stream that is packed: where its frames lie, and how to get at them."""

    spec: StreamSpec
    frames: int
    """T + 1."""
    players: int
    places: Array
    """`frames`: (P, chunks) of `CHUNK_PLACE`; `mp4`: (P, 0)."""
    fetch: Fetch
    files: Mapping[str, bytes] | None = None
    """The files, where they are in memory."""

    def read(self, player: int, first: int, last: int) -> Array:
        """Frames `first` up to, not including, `last` of one player: (n, H, W, 3).

        Raises:
            DatasetError: If they are damaged.
        """
        if not 0 <= first <= last <= self.frames or not 0 <= player < self.players:
            raise DatasetError(
                f"there are frames 0 to {self.frames} of players 0 to {self.players - 1}, but "
                f"{first} to {last} of player {player} were asked for"
            )
        out = np.empty((last - first, *self.spec.shape), self.spec.dtype)
        if self.spec.mode == "mp4":
            from .movies import read_movie

            read_movie(self.fetch(f"{self.spec.name}.{player}.mp4", 0, -1), first, out)
        elif last > first:
            self._read_chunks(player, first, last, out)
        return out

    def _read_chunks(self, player: int, first: int, last: int, out: Array) -> None:
        codec = _codec()
        chunks = range(first // CHUNK, (last - 1) // CHUNK + 1)
        places = self.places[player, chunks.start : chunks.stop]
        start = int(places["offset"][0])
        sizes = places["size"].astype(np.int64)
        packed = memoryview(self.fetch(file_name(self.spec), start, int(sizes.sum())))
        one = int(np.prod(self.spec.shape)) * self.spec.dtype.itemsize
        at = 0
        for chunk, size, crc in zip(chunks, sizes.tolist(), places["crc"].tolist(), strict=True):
            piece = packed[at : at + size]
            at += size
            if zlib.crc32(piece) != crc:
                raise DatasetError(f"frames {chunk * CHUNK} and on of {self.spec.name} are damaged")
            count = min(CHUNK, self.frames - chunk * CHUNK)
            raw = codec.decompress(piece, decompressed_size=count * one)
            pictures = np.frombuffer(raw, self.spec.dtype).reshape(count, *self.spec.shape)
            low, high = max(first, chunk * CHUNK), min(last, chunk * CHUNK + count)
            out[low - first : high - first] = pictures[low - chunk * CHUNK : high - chunk * CHUNK]


class Packer(Protocol):
    """Takes the frames of a stream, tick by tick."""

    def add(self, frames: Array) -> None:
        """Take one frame of each player: (P, H, W, 3)."""

    def finish(self) -> Stream:
        """The stream, whole."""


class FramePacker:
    """Packs a stream without loss.

    Args:
        spec: What the stream shows.
        players: How many see it.
    """

    def __init__(self, spec: StreamSpec, players: int) -> None:
        self.spec, self.players = spec, players
        self._buffer = np.empty((players, CHUNK, *spec.shape), spec.dtype)
        self._held = self._frames = 0
        self._pieces: list[list[bytes]] = [[] for _ in range(players)]

    def add(self, frames: Array) -> None:
        """Take one frame of each player: (P, H, W, 3)."""
        self._buffer[:, self._held] = frames
        self._held += 1
        self._frames += 1
        if self._held == CHUNK:
            self._pack()

    def _pack(self) -> None:
        codec = _codec()
        for player in range(self.players if self._held else 0):
            piece = codec.compress(self._buffer[player, : self._held], asbytes=True)
            self._pieces[player].append(piece)
        self._held = 0

    def finish(self) -> Stream:
        """The stream, whole; the chunks of a player lie side by side."""
        self._pack()
        pieces = [piece for mine in self._pieces for piece in mine]
        places = np.zeros(len(pieces), CHUNK_PLACE)
        places["size"] = [len(piece) for piece in pieces]
        places["crc"] = [zlib.crc32(piece) for piece in pieces]
        places["offset"][1:] = np.cumsum(places["size"][:-1], dtype=np.uint64)
        table = places.reshape(self.players, -1)
        files = {file_name(self.spec): b"".join(pieces)}
        return Stream(self.spec, self._frames, self.players, table, from_memory(files), files)


def packer(spec: StreamSpec, players: int) -> Packer:
    """What packs a stream as its spec says."""
    if spec.mode == "frames":
        return FramePacker(spec, players)
    from .movies import MoviePacker

    return MoviePacker(spec, players)


def file_name(spec: StreamSpec) -> str:
    """The file of a lossless stream."""
    return f"{spec.name}.frames"


def from_memory(files: Mapping[str, bytes]) -> Fetch:
    """A `Fetch` that reads what lies in memory."""

    def fetch(name: str, offset: int, size: int) -> bytes:
        data = files[name]
        return data if size < 0 else data[offset : offset + size]

    return fetch


_codecs: dict[int, Any] = {}


def _codec() -> Any:
    if LEVEL not in _codecs:
        _codecs[LEVEL] = require("pyarrow", extra="data").Codec("zstd", compression_level=LEVEL)
    return _codecs[LEVEL]
