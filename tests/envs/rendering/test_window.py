"""The window shows what was drawn, and says why where it cannot open."""

import ctypes
import subprocess
import sys
import time

import numpy as np
import pytest

from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.rendering.window import Window
from mpgenie.envs.screen import grid
from mpgenie.errors import MissingExtraError, RendererError

SMALL = {"planet": "flat", "size": 16, "mobs": False, "renderer": "software"}


class Image(ctypes.Structure):
    """The head of Xlib's XImage."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")),
        ("data", ctypes.c_void_p),
        *((name, ctypes.c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth")),
        ("bytes_per_line", ctypes.c_int),
    ]


def on_screen(window):
    """A screenshot of the window, (height, width, 3), from the X server."""
    from pyglet.libs.x11 import xlib

    display, drawable = window._window._x_display, window._window._window
    width, height = window._window.get_size()
    xlib.XSync(display, 0)
    every_plane, z_pixmap = 0xFFFFFFFF, 2
    found = xlib.XGetImage(display, drawable, 0, 0, width, height, every_plane, z_pixmap)
    image = ctypes.cast(found, ctypes.POINTER(Image)).contents
    data = ctypes.string_at(image.data, image.bytes_per_line * height)
    pixels = np.frombuffer(data, np.uint8).reshape(height, -1, 4)
    return pixels[:, :width, 2::-1].copy()


def appears(window, picture):
    """Whether the window soon shows a picture; the X server maps windows when it likes."""
    for _ in range(50):
        shown = on_screen(window)
        scale = shown.shape[0] // picture.shape[0]
        if np.array_equal(shown, picture.repeat(scale, axis=0).repeat(scale, axis=1)):
            return True
        time.sleep(0.02)
        window.show(picture)
    return False


@pytest.mark.window
def test_a_picture_is_shown_as_it_is(display):
    picture = np.random.default_rng(0).integers(0, 256, (48, 96, 3), np.uint8)
    window = Window(48, 96, "test")
    assert appears(window, picture)
    window.close()


@pytest.mark.window
def test_step_draws_what_the_players_see(display):
    env = parallel_env(render_mode="human", **SMALL)
    env.reset(seed=1)
    rng = np.random.default_rng(1)
    for _ in range(3):
        rows = rng.integers(0, [3, 3, 2, 3, 2, 2, 2, 10, 11, 11], (2, 10))
        observations, *_ = env.step(dict(zip(env.agents, rows, strict=True)))
        assert env.render() is None
    both = np.concatenate(list(observations.values()), axis=1)
    window = env._screen._window
    assert np.array_equal(env._screen.picture([0, 1]), both) and appears(window, both)
    env.close()


@pytest.mark.window
@pytest.mark.opengl
def test_a_window_and_an_opengl_renderer_do_not_disturb_each_other(display, gl):
    env = parallel_env(render_mode="human", **{**SMALL, "renderer": "opengl"})
    quiet = parallel_env(**{**SMALL, "renderer": "opengl"})
    for each in (env, quiet):
        each.reset(seed=1)
    for _ in range(4):
        rows = np.full((2, 10), 1)
        frames = [each.step(dict(zip(each.agents, rows, strict=True)))[0] for each in (env, quiet)]
        for agent in frames[0]:
            np.testing.assert_array_equal(frames[0][agent], frames[1][agent])
    env.close()
    quiet.close()


@pytest.mark.window
def test_a_closed_window_is_left_alone(display):
    window = Window(32, 32, "test")
    window._window.dispatch_event("on_close")
    window.show(np.zeros((32, 32, 3), np.uint8))
    assert not window.is_open
    window.close()
    window.close()


def test_without_a_display_it_says_so(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if not sys.platform.startswith("linux"):
        pytest.skip("only X and Wayland need a variable")
    with pytest.raises(RendererError, match="no display"):
        parallel_env(render_mode="human", **SMALL)


def test_a_display_that_does_not_answer_is_named():
    code = """
from mpgenie.envs.rendering.window import Window
from mpgenie.errors import RendererError
try:
    Window(32, 32, "test")
except RendererError as error:
    print("refused:", error)
"""
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"DISPLAY": ":4711", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "refused: no window can be opened here" in answer.stdout, answer.stderr


def test_a_missing_pyglet_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyglet", None)
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(MissingExtraError, match=r"mpgenie\[play\]"):
        parallel_env(render_mode="human", **SMALL)


@pytest.mark.parametrize(
    ("count", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2), (32, 6, 6)],
)
def test_views_stand_in_a_nearly_square_grid(count, columns, rows):
    frames = np.arange(1, count + 1, dtype=np.uint8)[:, None, None, None].repeat(3, axis=3)
    frames = frames.repeat(8, axis=1).repeat(8, axis=2)
    picture = grid(frames)
    assert picture.shape == (rows * 8, columns * 8, 3)
    corners = picture[::8, ::8, 0].ravel()
    assert corners[:count].tolist() == list(range(1, count + 1)) and not corners[count:].any()
