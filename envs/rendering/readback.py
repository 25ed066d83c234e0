"""What comes back from OpenGL: an atlas as arrays, at once or one pass later.

Reading at once waits until everything is drawn.  Where a draw takes several passes over the atlas,
the pixels of a pass are copied into buffers of the device instead, and fetched when the next pass
has been handed over: so the processor prepares a pass while the device draws the one before.  Where
OpenGL runs on the processor there is nothing to wait for, and the detour would only cost time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.kernels import kernel

from .gl_objects import GlObjects


class Part(NamedTuple):
    """The views of one pass, and where in the atlas they lie."""

    turn: int
    """0 or 1: which buffers it comes back through, if later."""
    first: int
    """Its first view."""
    views: int
    """How many views."""
    width: int
    height: int
    """Pixels of the atlas that these views take."""
    tiles: NDArray[np.int64]
    """(V, 2) column and row at which each view of the whole draw begins."""
    rgb: bool
    numbers: bool
    """Which attachments are read."""


class Readback:
    """Reads the atlas of some OpenGL objects.

    Args:
        gl: Holds the atlas; the buffers made here are held there, too.
    """

    def __init__(self, gl: GlObjects) -> None:
        self._gl = gl
        self._buffers: dict[tuple[int, int], Any] = {}
        """By turn and attachment: two passes may be on their way."""
        self._pixels: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._numbers: NDArray[np.int32] = np.zeros(0, np.int32)

    def start(self, part: Part) -> None:
        """Have what the atlas shows now copied into buffers, without waiting for it.

        What was started before in the same turn is lost.
        """
        size, area = part.width * part.height * 4, (0, 0, part.width, part.height)
        if part.rgb:
            self._gl.atlas.read_into(self._buffer(part.turn, 0, size), area, components=4)
        if part.numbers:
            buffer = self._buffer(part.turn, 1, 4 * size)
            self._gl.atlas.read_into(buffer, area, components=4, attachment=1, dtype="i4")

    def finish(self, part: Part) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """What the atlas showed when this part was started, as from `now`."""
        pixels, numbers = self._room(part)
        if part.rgb:
            self._buffers[part.turn, 0].read_into(pixels, size=pixels.nbytes)
        if part.numbers:
            self._buffers[part.turn, 1].read_into(numbers, size=numbers.nbytes)
        return pixels, numbers

    def now(self, part: Part) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """What the atlas shows now, once it is drawn.

        Returns:
            (height, width, 4) pixels and numbers (none if not asked for), until the next call.
        """
        pixels, numbers = self._room(part)
        area = (0, 0, part.width, part.height)
        if part.rgb:
            self._gl.atlas.read_into(pixels, area, components=4)
        if part.numbers:
            self._gl.atlas.read_into(numbers, area, components=4, attachment=1, dtype="i4")
        return pixels, numbers

    def _room(self, part: Part) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        size = part.width * part.height * 4
        if len(self._pixels) < size:
            self._pixels = np.zeros(size, np.uint8)
        if part.numbers and len(self._numbers) < size:
            self._numbers = np.zeros(size, np.int32)
        numbers = self._numbers[: size if part.numbers else 0]
        return (
            self._pixels[:size].reshape(part.height, part.width, 4),
            numbers.reshape(-1, part.width, 4),
        )

    def _buffer(self, turn: int, attachment: int, size: int) -> Any:
        """The buffer of a turn, of so many bytes or more."""
        have = self._buffers.get((turn, attachment))
        if have is None or have.size < size:
            self._buffers[turn, attachment] = self._gl.exchange_buffer(have, size)
        return self._buffers[turn, attachment]


@kernel
def take_tiles(  # type: ignore[no-untyped-def]
    pixels, numbers, depths, frames, players, views, tiles, first, count, height, width
):  # fmt: skip
    """Copy the tiles of an atlas as read back into the frames, and count who is visible.

    Args:
        pixels: (rows, columns, 4) uint8.
        numbers, depths: (rows, columns, 4) the attachment of numbers, as int32 and as float32.
        tiles: (V, 2) column and row at which each view begins.
    """
    want_rgb = frames.rgb.shape[0] > 0
    want_depth = frames.depth.shape[0] > 0
    want_number = frames.segmentation.shape[0] > 0
    want_visible = frames.visible.shape[0] > 0
    slots = min(frames.visible.shape[1], players.id.shape[1])
    for v in range(first, first + count):
        left, top = tiles[v, 0], tiles[v, 1]
        w = views.world[v]
        if want_rgb:
            for y in range(height):
                for x in range(width):
                    for k in range(3):
                        frames.rgb[v, y, x, k] = pixels[top + y, left + x, k]
        if want_number:
            for y in range(height):
                for x in range(width):
                    frames.segmentation[v, y, x] = numbers[top + y, left + x, 0]
        if want_depth:
            for y in range(height):
                for x in range(width):
                    frames.depth[v, y, x] = depths[top + y, left + x, 1]
        if want_visible:
            for p in range(frames.visible.shape[1]):
                frames.visible[v, p] = 0
            for y in range(height):
                for x in range(width):
                    number = numbers[top + y, left + x, 2]
                    if number >= 1000:
                        for p in range(slots):
                            if players.id[w, p] + 1000 == number:
                                frames.visible[v, p] += 1
