"""A window that shows pictures; it has an OpenGL context of its own and draws nothing itself.

pyglet is imported when the first window is asked for; it comes with the extra `play`.
"""

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import RendererError
from mpgenie.extras import require

SMALLEST = 480
"""Pixels that the longer edge of a window has at least; small pictures are enlarged."""


def check_window(what: str = 'render_mode="human"') -> None:
    """Find out early that no window can be opened.

    Args:
        what: Who opens it, for the message.

    Raises:
        MissingExtraError: If pyglet is not installed.
        RendererError: If there is no display.
    """
    require("pyglet", extra="play")
    no_display = not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and no_display:
        way_out = 'use render_mode="rgb_array", or ' if "render_mode" in what else ""
        raise RendererError(
            f"{what} opens a window, but there is no display (DISPLAY is not set): {way_out}run "
            "under xvfb-run"
        )


def release_egl() -> None:
    """Unbind whatever context EGL has bound in this thread, if OpenGL has been used at all."""
    if "glcontext" not in sys.modules:
        return
    name = ctypes.util.find_library("EGL")
    if name is None:
        return
    egl = ctypes.CDLL(name)
    egl.eglGetCurrentDisplay.restype = ctypes.c_void_p
    egl.eglMakeCurrent.argtypes = [ctypes.c_void_p] * 4
    if display := egl.eglGetCurrentDisplay():
        egl.eglMakeCurrent(display, None, None, None)


class Window:
    """A window for pictures of one size.

    Args:
        height: Of the pictures.
        width: Of the pictures.
        title: In its bar.
        resizable: Whether people may change its size; pictures keep their shape.

    Raises:
        MissingExtraError: If pyglet is not installed.
        RendererError: If no window can be opened.
    """

    def __init__(self, height: int, width: int, title: str, *, resizable: bool = False) -> None:
        check_window()
        pyglet = require("pyglet", extra="play")
        pyglet.options["shadow_window"] = False
        pyglet.options["vsync"] = False
        self.height, self.width = height, width
        scale = max(1, -(-SMALLEST // max(height, width)))
        release_egl()
        try:
            import pyglet.window

            self._window: Any = pyglet.window.Window(
                width * scale, height * scale, caption=title, vsync=False, resizable=resizable
            )
        except Exception as error:  # pyglet's own, X's and OpenGL's, which share no base
            raise RendererError(f"no window can be opened here: {error}") from error
        self._release()
        self.is_open = True
        self._window.push_handlers(on_close=self._closed_by_hand)

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show a (height, width, 3) picture, enlarged to the window; none if it was closed."""
        if not self.is_open:
            return
        with self._bound():
            self._window.dispatch_events()
            if self.is_open:
                self._draw(picture)

    def _draw(self, picture: NDArray[np.uint8]) -> None:
        import pyglet

        rows = np.ascontiguousarray(picture[::-1])  # OpenGL counts rows from below
        image = pyglet.image.ImageData(self.width, self.height, "RGB", rows.tobytes())
        texture = image.get_texture()
        pyglet.gl.glTexParameteri(
            texture.target, pyglet.gl.GL_TEXTURE_MAG_FILTER, pyglet.gl.GL_NEAREST
        )
        self._window.clear()
        left, bottom, width, height = self._place()
        texture.blit(left, bottom, width=width, height=height)
        self._window.flip()
        texture.delete()

    def _place(self) -> tuple[int, int, int, int]:
        """Where a picture goes: left, bottom, width and height, as large as it fits."""
        wide, tall = self._window.width, self._window.height
        scale = min(wide / self.width, tall / self.height)
        width, height = round(self.width * scale), round(self.height * scale)
        return (wide - width) // 2, (tall - height) // 2, width, height

    def close(self) -> None:
        """Close it; closing twice is fine."""
        if self._window is not None:
            self.is_open = False
            release_egl()
            self._release()
            self._window.close()
            self._window = None

    @contextmanager
    def _bound(self) -> Iterator[None]:
        """Bind the window's context, and no context at all afterwards.

        A renderer's context comes from EGL.  EGL and GLX share a thread's binding and do not tell
        each other: either believes that what it bound last is still bound.  So both let go first.
        """
        release_egl()
        self._release()
        self._window.switch_to()
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        context = self._window.context
        if hasattr(context, "glx_context"):
            from pyglet.gl import glx

            glx.glXMakeContextCurrent(context.x_display, 0, 0, None)  # type: ignore[has-type]

    def _closed_by_hand(self) -> bool:
        self.is_open = False
        self._window.set_visible(False)
        return True
