"""All players' views in one picture: for `render()`, and for the window that `step` draws."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mpgenie.envs.rendering.window import Window


class Screen:
    """Shows every player's view, side by side in a nearly square grid.

    Args:
        mode: The environment's render mode.
        look: What the players in some slots see: (V, H, W, 3).
    """

    def __init__(
        self, mode: str | None, look: Callable[[Sequence[int]], NDArray[np.uint8]]
    ) -> None:
        self.mode, self._look = mode, look
        self._window: Window | None = None
        self._process = os.getpid()
        if mode == "human":
            from mpgenie.envs.rendering.window import check_window

            check_window()

    def picture(self, slots: Sequence[int]) -> NDArray[np.uint8]:
        """The grid of the views of these player slots."""
        return grid(self._look(slots))

    def show(self, slots: Sequence[int]) -> None:
        """Draw the window, if the render mode is `human`; it opens when it is first drawn."""
        if self.mode != "human" or not slots or os.getpid() != self._process:
            return
        picture = self.picture(slots)
        if self._window is None:
            from mpgenie.envs.rendering.window import Window

            self._window = Window(picture.shape[0], picture.shape[1], "mpgenie")
        self._window.show(picture)

    def close(self) -> None:
        """Close the window."""
        if self._window is not None and os.getpid() == self._process:
            self._window.close()
        self._window = None


def grid(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(V, H, W, 3) frames in reading order as one picture, nearly square; the rest is black."""
    count, height, width, _ = frames.shape
    columns = 1
    while columns * width * columns < count * height:  # until it is at least as wide as high
        columns += 1
    columns = min(count, columns)
    rows = -(-count // columns)
    picture = np.zeros((rows * height, columns * width, 3), np.uint8)
    for number, frame in enumerate(frames):
        top, left = number // columns * height, number % columns * width
        picture[top : top + height, left : left + width] = frame
    return picture
