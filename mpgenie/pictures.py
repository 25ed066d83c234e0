"""Pictures and videos on disk: PNG by hand, MP4 through PyAV, both marked as ours.

A picture is (height, width, 3) uint8.  Files are written beside their name and renamed when
they are whole, so that a stopped run leaves no half of one.
"""

import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

MARK = "made by mpgenie"
_PNG = b"\x89PNG\r\n\x1a\n"


def save_png(path: Path, picture: Picture) -> None:
    """Write a picture as a PNG file, its folder included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _unfinished(path)
    unfinished.write_bytes(png(picture))
    unfinished.replace(path)


def png(picture: Picture) -> bytes:
    """A picture as the bytes of a PNG file."""
    height, width, _ = picture.shape
    # Filter 1: each row starts with a 1 and holds differences to the pixel on the left.
    differences = np.diff(picture, axis=1, prepend=np.uint8(0)).reshape(height, -1)
    rows = np.pad(differences, ((0, 0), (1, 0)), constant_values=1)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"tEXt", b"Software\0" + MARK.encode()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return _PNG + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def made_by_us(path: Path) -> bool:
    """Whether a PNG or MP4 file bears our mark."""
    if path.read_bytes()[: len(_PNG)] == _PNG:
        return MARK.encode() in path.read_bytes()[:200]
    try:
        with av.open(str(path)) as container:
            return container.metadata.get("comment") == MARK
    except (av.FFmpegError, OSError):
        return False


def halved(picture: Picture) -> Picture:
    """Half as high and wide, each pixel the mean of four."""
    height, width = (edge // 2 for edge in picture.shape[:2])
    fours = picture[: height * 2, : width * 2].reshape(height, 2, width, 2, 3)
    mean: Picture = fours.mean(axis=(1, 3)).round().astype(np.uint8)
    return mean


def fitted(picture: Picture, size: tuple[int, int] | None) -> Picture:
    """A picture of another size, its pixels enlarged or left out, its shape kept, black around it.

    Args:
        picture: (H, W, 3).
        size: (height, width); None = a copy as it is.
    """
    height, width, _ = picture.shape
    whole = np.zeros((*(size or (height, width)), 3), np.uint8)
    scale = min(whole.shape[0] / height, whole.shape[1] / width)
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    rows, columns = np.arange(tall) * height // tall, np.arange(wide) * width // wide
    top, left = (whole.shape[0] - tall) // 2, (whole.shape[1] - wide) // 2
    whole[top : top + tall, left : left + wide] = picture[rows][:, columns]
    return whole


def grid(pictures: Sequence[Picture], *, columns: int, gap: int = 4) -> Picture:
    """Pictures of one size in reading order, on dark ground with a gap between them."""
    height, width, _ = pictures[0].shape
    rows = -(-len(pictures) // columns)
    sheet = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 24, dtype=np.uint8
    )
    for number, picture in enumerate(pictures):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


class Video:
    """An MP4 file that grows picture by picture; the first one sets its size.

    Use it in a `with` block: the file appears when the block ends without an error.
    """

    def __init__(self, path: Path, *, frames_per_second: int) -> None:
        self.path = path
        self.frames_per_second = frames_per_second
        path.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished = _unfinished(path)
        self._container = av.open(str(self._unfinished), "w", format="mp4")
        self._container.metadata["comment"] = MARK
        self._stream: VideoStream | None = None
        self._frames = 0

    def add(self, picture: Picture) -> None:
        """Append one picture."""
        if self._stream is None:
            self._stream = self._container.add_stream(
                "libx264", self.frames_per_second, options={"crf": "20", "preset": "veryfast"}
            )
            self._stream.height, self._stream.width = picture.shape[:2]
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = Fraction(1, self.frames_per_second)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts = self._frames
        self._frames += 1
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._stream is not None:
            self._container.mux(self._stream.encode())
        self._container.close()
        if kind is None:
            self._unfinished.replace(self.path)
        else:
            self._unfinished.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.unfinished")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
