"""What a renderer is, which there are, and which one `auto` takes.

`auto` takes OpenGL where a graphics processor answers and there is enough to draw that reading the
frames back pays; else the software renderer, which on a processor is the faster one.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mpgenie.checks import check_known
from mpgenie.errors import RendererError

from .camera import Views
from .scene import Scene
from .software import Frames, SoftwareRenderer

if TYPE_CHECKING:
    from .opengl import OpenGLRenderer

RENDERERS = ("auto", "opengl", "software")
WORTH_A_GPU = 32_768
"""Pixels per tick, over all views, from which `auto` prefers a graphics processor."""


class Renderer(Protocol):
    """Draws views of a scene; see `software.SoftwareRenderer`."""

    @property
    def name(self) -> str:
        """As in `make_renderer`."""

    def draw(self, views: Views, frames: Frames) -> None:
        """Draw every view into the frames; `scene.update()` comes before, once per tick."""

    def close(self) -> None:
        """Let go of everything; closing twice is fine."""


def make_renderer(
    name: str,
    scene: Scene,
    height: int,
    width: int,
    *,
    views: int = 1,
    view_distance: float = 48.0,
    day: int = 24_000,
) -> Renderer:
    """A renderer for frames of one size.

    Args:
        name: One of `RENDERERS`.
        scene: What it draws.
        height: Pixels.
        width: Pixels.
        views: How many views it will draw per tick; `auto` goes by it.
        view_distance: How far one sees.
        day: Ticks in a day.

    Raises:
        ConfigError: If there is no renderer of that name.
        RendererError: If it cannot be made here; `mpgenie doctor` says why.
    """
    check_known("renderer", name, RENDERERS)
    if name == "opengl":
        return _opengl(scene, height, width, view_distance, day)
    if may_take_opengl(name, views * height * width):
        from .gl_context import is_hardware

        try:
            renderer = _opengl(scene, height, width, view_distance, day)
        except RendererError:
            pass  # no OpenGL after all: software draws the same picture
        else:
            if is_hardware(renderer.device):
                return renderer
            renderer.close()
    return SoftwareRenderer(scene, height, width, view_distance, day)


def may_take_opengl(name: str, pixels: int) -> bool:
    """Whether a renderer by this name, for so many pixels per tick, could turn out to be OpenGL's.

    `auto` looks for the device file of a graphics processor; asking OpenGL itself is slow.
    """
    if name != "auto" or pixels < WORTH_A_GPU:
        return name == "opengl"
    return any(Path("/dev/dri").glob("renderD*")) or Path("/dev/nvidia0").exists()


def _opengl(
    scene: Scene, height: int, width: int, view_distance: float, day: int
) -> "OpenGLRenderer":
    from .opengl import OpenGLRenderer

    return OpenGLRenderer(scene, height, width, view_distance, day)
