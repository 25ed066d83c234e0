"""H.264 in memory: constant frame rate, presentation time = tick, a key frame every ten frames.

What it loses is for reports to say; training takes the lossless frames where there are any.
"""

import io
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream

from mpgenie.errors import DatasetError

from .pictures import Stream, StreamSpec, from_memory
from .schema import Array

FRAMES_PER_SECOND = 20
KEY_FRAME_EVERY = 10
_OPTIONS = {"crf": "18", "preset": "veryfast", "bf": "0", "g": str(KEY_FRAME_EVERY), "threads": "1"}


class _Movie:
    """One player's file, growing in memory."""

    def __init__(self, spec: StreamSpec) -> None:
        self.file = io.BytesIO()
        self.container = av.open(self.file, "w", format="mp4", options={"fflags": "bitexact"})
        self.stream: VideoStream = self.container.add_stream(
            "libx264", FRAMES_PER_SECOND, options=_OPTIONS
        )
        self.stream.height, self.stream.width = spec.height, spec.width
        self.stream.pix_fmt = "yuv420p"
        self.stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)

    def add(self, picture: Array, tick: int) -> None:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture, np.uint8), format="rgb24")
        frame.pts = tick
        self.container.mux(self.stream.encode(frame))

    def finish(self) -> bytes:
        self.container.mux(self.stream.encode())
        self.container.close()
        return self.file.getvalue()


class MoviePacker:
    """Packs a stream as one MP4 file for each player.

    Args:
        spec: What the stream shows.
        players: How many see it.
    """

    def __init__(self, spec: StreamSpec, players: int) -> None:
        self.spec, self.players, self._frames = spec, players, 0
        self._movies = [_Movie(spec) for _ in range(players)]

    def add(self, frames: Array) -> None:
        """Take one frame of each player: (P, H, W, 3)."""
        for movie, picture in zip(self._movies, frames, strict=True):
            movie.add(picture, self._frames)
        self._frames += 1

    def finish(self) -> Stream:
        """The stream, whole."""
        files = {
            f"{self.spec.name}.{player}.mp4": movie.finish()
            for player, movie in enumerate(self._movies)
        }
        places = np.empty((self.players, 0))
        return Stream(self.spec, self._frames, self.players, places, from_memory(files), files)


def read_movie(data: bytes, first: int, out: Array) -> None:
    """Decode frames `first` and on of a file into `out`, (n, H, W, 3) uint8.

    Raises:
        DatasetError: If a frame is missing or has another size.
    """
    found = 0
    try:
        with av.open(io.BytesIO(data), "r") as container:
            stream = container.streams.video[0]
            step = 1 / (stream.time_base * FRAMES_PER_SECOND)  # type: ignore[operator]
            container.seek(int(first * step), stream=stream)
            for frame in container.decode(stream):
                tick = round(frame.pts / step) if frame.pts is not None else -1
                if tick >= first + len(out):
                    break
                if tick >= first and (frame.height, frame.width) == out.shape[1:3]:
                    out[tick - first] = frame.to_ndarray(format="rgb24")
                    found += 1
                if found == len(out):
                    break
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise DatasetError(f"this video cannot be decoded: {error}") from error
    if found != len(out):
        raise DatasetError(f"this video has {found} of frames {first} to {first + len(out) - 1}")


def frames_in(data: bytes) -> int:
    """How many frames a file decodes to."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            return sum(1 for _ in container.decode(video=0))
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise DatasetError(f"this video cannot be decoded: {error}") from error
