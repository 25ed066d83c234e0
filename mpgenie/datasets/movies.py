"""H.264: constant frame rate, presentation time = tick, a key frame every ten frames.

What it loses is for `loss.movie_loss` to say; training takes the lossless frames where there are
any.
"""

import io
import os
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from mpgenie.errors import ConfigError, DatasetError

from .mp4_boxes import moov_first
from .pictures import Stream, StreamSpec, from_memory
from .schema import Array

FRAMES_PER_SECOND = 20
KEY_FRAME_EVERY = 10
QUALITY = 18
"""x264's constant rate factor: 0 keeps most, 51 least."""
OPEN_MOVIES = 16
"""How many decoders a process keeps at most."""


class Movie:
    """A file that grows; its index stands at its beginning, so that a player can start at once.

    Args:
        file: A path, or a stream in memory.
        height: Of the pictures, even.
        width: Of the pictures, even.
        quality: x264's constant rate factor.
    """

    def __init__(
        self, file: Path | io.BytesIO, height: int, width: int, *, quality: int = QUALITY
    ) -> None:
        if height % 2 or width % 2:
            raise ConfigError(f"mp4 keeps frames with even edges only, got {height} x {width}")
        options = {"fflags": "bitexact"}
        if isinstance(file, Path):
            options["movflags"] = "faststart"
        self._container = av.open(
            str(file) if isinstance(file, Path) else file, "w", format="mp4", options=options
        )
        coding = {
            "crf": str(quality), "preset": "veryfast", "bf": "0", "g": str(KEY_FRAME_EVERY),
            "threads": "1",
        }  # fmt: skip
        self._stream: VideoStream = self._container.add_stream(
            "libx264", FRAMES_PER_SECOND, options=coding
        )
        self._stream.height, self._stream.width = height, width
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        self._reformat = VideoReformatter()
        self.frames = self.bytes = 0

    def add(self, picture: Array, *, key: bool = False) -> None:
        """Append a frame: (H, W, 3) uint8; `key` makes it one that reading can begin at."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture, np.uint8), format="rgb24")
        frame = self._reformat.reformat(frame, format="yuv420p", threads=1)
        frame.pts = self.frames
        frame.pict_type = PictureType.I if key else PictureType.NONE
        packets = self._stream.encode(frame)
        self.bytes += sum(packet.size for packet in packets)
        self._container.mux(packets)
        self.frames += 1

    def finish(self) -> None:
        """Write what is left, and the index."""
        self._container.mux(self._stream.encode())
        self.close()

    def close(self) -> None:
        """Let go of the file, whole or not."""
        self._container.close()


class MoviePacker:
    """Packs a stream as one MP4 file for each player.

    Args:
        spec: What the stream shows.
        players: How many see it.
    """

    def __init__(self, spec: StreamSpec, players: int) -> None:
        self.spec, self.players, self._frames = spec, players, 0
        self._files = [io.BytesIO() for _ in range(players)]
        self._movies = [Movie(file, spec.height, spec.width) for file in self._files]

    def add(self, frames: Array) -> None:
        """Take one frame of each player: (P, H, W, 3)."""
        for movie, picture in zip(self._movies, frames, strict=True):
            movie.add(picture)
        self._frames += 1

    def finish(self) -> Stream:
        """The stream, whole."""
        files = {}
        for player, (movie, file) in enumerate(zip(self._movies, self._files, strict=True)):
            movie.finish()
            files[f"{self.spec.name}.{player}.mp4"] = moov_first(file.getvalue())
        places = np.empty((self.players, 0))
        return Stream(self.spec, self._frames, self.players, places, from_memory(files), files)


class MovieReader:
    """Decodes pieces of a file, each from the key frame before it.

    Args:
        file: The whole file, or its path.
        resize: Whether frames are brought to the size asked for; else they must have it.

    Raises:
        DatasetError: If it is no video.
    """

    def __init__(self, file: bytes | Path, *, resize: bool = False) -> None:
        self._resize, self._reformat = resize, VideoReformatter()
        try:
            source = io.BytesIO(file) if isinstance(file, bytes) else str(file)
            self._container = av.open(source, "r")
            self._stream = self._container.streams.video[0]
            self._stream.codec_context.thread_count = 1
            self._step = float(1 / (self._stream.time_base * FRAMES_PER_SECOND))  # type: ignore[operator]
        except _BAD_FILE as error:
            raise DatasetError(f"this video cannot be decoded: {error}") from error

    def read(self, first: int, out: Array) -> None:
        """Decode frames `first` and on into `out`, (n, H, W, 3) uint8.

        Raises:
            DatasetError: If a frame is missing or has another size.
        """
        found = 0
        try:
            self._container.seek(int(first * self._step), stream=self._stream)
            for frame in self._container.decode(self._stream):
                tick = round(frame.pts / self._step) if frame.pts is not None else -1
                if tick >= first + len(out):
                    break
                if tick >= first and (self._resize or self._size(frame) == out.shape[1:3]):
                    out[tick - first] = self._rgb(frame, *out.shape[1:3])
                    found += 1
                if found == len(out):
                    break
        except (av.FFmpegError, OSError, IndexError, ValueError) as error:
            raise DatasetError(f"this video cannot be decoded: {error}") from error
        if found != len(out):
            raise DatasetError(
                f"this video has {found} of frames {first} to {first + len(out) - 1}"
            )

    @property
    def rate(self) -> float:
        """Frames a second on average; 0 where the file does not say."""
        return float(self._stream.average_rate or 0)

    def pictures(self, height: int, width: int, most: int) -> Iterator[Array]:
        """At most so many frames from the first on, whatever their times: (height, width, 3)."""
        try:
            for number, frame in enumerate(self._container.decode(self._stream)):
                if number >= most:
                    return
                yield self._rgb(frame, height, width)
        except _BAD_FILE as error:
            raise DatasetError(f"this video cannot be decoded: {error}") from error

    @staticmethod
    def _size(frame: av.VideoFrame) -> tuple[int, int]:
        return frame.height, frame.width

    def _rgb(self, frame: av.VideoFrame, height: int, width: int) -> Array:
        rgb = self._reformat.reformat(frame, width, height, format="rgb24", threads=1)
        picture: Array = rgb.to_ndarray()
        return picture

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()


# An index may name no codec, no time base, or one of zero.
_BAD_FILE = (
    av.FFmpegError, OSError, IndexError, ValueError, AttributeError, TypeError, ZeroDivisionError
)  # fmt: skip
_open: OrderedDict[tuple[int, int], tuple[bytes, MovieReader]] = OrderedDict()


def read_movie(data: bytes, first: int, out: Array) -> None:
    """Decode frames `first` and on of a file into `out`, (n, H, W, 3) uint8.

    The decoders of the last few files stay open, so that windows of them are quick; each process
    has its own.

    Raises:
        DatasetError: If a frame is missing or has another size.
    """
    key = (os.getpid(), id(data))
    if key in _open:
        _open.move_to_end(key)
    else:
        while len(_open) >= OPEN_MOVIES:
            _open.popitem(last=False)[1][1].close()
        _open[key] = data, MovieReader(data)
    try:
        _open[key][1].read(first, out)
    except DatasetError:
        _open.pop(key)[1].close()
        raise


def frames_in(data: bytes) -> int:
    """How many frames a file decodes to."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            return sum(1 for _ in container.decode(video=0))
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise DatasetError(f"this video cannot be decoded: {error}") from error
