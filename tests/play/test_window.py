"""A window takes keys and mouse as they come and shows what is played, or says why it cannot."""

import sys
import time

import numpy as np
import pytest

from mpgenie.datasets.verify import verify
from mpgenie.errors import MissingExtraError, RendererError
from mpgenie.play.controls import Inputs, Sample
from mpgenie.play.desk import Desk
from mpgenie.play.window import PlayWindow


@pytest.fixture
def window(display):
    made = PlayWindow((120, 160), Inputs(), "test")
    yield made
    made.close()


def key(name):
    from pyglet.window import key

    return getattr(key, name)


def give(window, event, *facts):
    """Let pyglet queue an event, as the X server's are, and deliver it."""
    window._window.dispatch_event(event, *facts)
    with window._bound():
        window._window.dispatch_events()


def press(window, *names):
    for name in names:
        give(window, "on_key_press", key(name), 0)


def release(window, *names):
    for name in names:
        give(window, "on_key_release", key(name), 0)


@pytest.mark.window
def test_keys_become_names(window):
    press(window, "W", "_3", "LSHIFT", "NUM_LEFT")
    assert window.inputs.take().down == {"W", "_3", "LSHIFT", "NUM_4"}
    release(window, "W", "_3", "LSHIFT", "NUM_LEFT")
    assert window.inputs.take().down == frozenset()


@pytest.mark.window
def test_the_mouse_counts_from_a_click_to_esc(window):
    from pyglet.window import mouse

    def moved():
        give(window, "on_mouse_motion", 5, 5, 7, -3)
        give(window, "on_mouse_press", 5, 5, mouse.LEFT, 0)
        give(window, "on_mouse_release", 5, 5, mouse.LEFT, 0)
        give(window, "on_mouse_drag", 5, 5, 1, 1, mouse.RIGHT, 0)
        return window.inputs.take()

    assert moved() == Sample(right=1.0, forth=1.0), "the first click only takes the mouse"
    left = frozenset({"MOUSE_LEFT"})
    assert moved() == Sample(left, left, 8.0, -2.0)
    press(window, "ESCAPE")
    assert not window.captured and window.is_open
    give(window, "on_mouse_motion", 5, 5, 7, -3)
    assert window.inputs.take().right == 0.0


@pytest.mark.window
def test_whoever_looks_elsewhere_lets_go_of_everything(window):
    window.capture(True)
    press(window, "W")
    give(window, "on_deactivate")
    assert window.inputs.take().down == frozenset() and not window.captured


@pytest.mark.window
def test_commands_are_no_part_of_an_action(window):
    press(window, "F1", "P", "W", "F6")
    assert window.gather(0.0) == ["help", "pause", "view 1"]
    assert window.gather(0.0) == [] and window.inputs.take().down == {"W"}


@pytest.mark.window
def test_it_gathers_for_as_long_as_it_is_told(window):
    began = time.perf_counter()
    window.gather(0.05)
    assert time.perf_counter() - began >= 0.05


class Player:
    """Presses keys in a window on given ticks, as a person would."""

    def __init__(self, window, desk, script):
        self.window, self.desk, self.script = window, desk, dict(script)
        self.shown = []
        self._gather, window.gather = window.gather, self.gather
        self._show, window.show = window.show, self.show

    def show(self, picture):
        self.shown.append(picture)
        self._show(picture)

    def gather(self, seconds):
        for act in self.script.pop(len(self.shown) - 1, []):
            act(self.window)
        return self._gather(seconds)


@pytest.mark.window
def test_a_session_in_a_window_is_recorded_and_plays_again(table, tmp_path, window):
    playing = table(tmp_path / "data", bots=1, max_cycles=400)
    playing.inputs = window.inputs
    playing.session.seats[0].controller.inputs = window.inputs
    people = [("player_0", playing.bindings[0])]
    desk = Desk(
        playing.session, people, window.inputs, view=(120, 160), seed=4,
        screenshots=tmp_path / "shots", say=lambda text: None,
    )  # fmt: skip
    script = {
        1: [lambda w: press(w, "W")],
        4: [lambda w: w.capture(True)],
        5: [lambda w: give(w, "on_mouse_motion", 5, 5, 30, 10)],
        8: [lambda w: press(w, "F2", "F5")],
        10: [lambda w: press(w, "P")],
        14: [lambda w: press(w, "P")],
        18: [lambda w: press(w, "R")],
        22: [lambda w: give(w, "on_close")],
    }
    player = Player(window, desk, script)
    desk.run(window)
    playing.session.close()
    assert not window.is_open and len(player.shown) == 23
    assert [path.name for path in (tmp_path / "shots").iterdir()] == ["play-001.png"]
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.whole and report.replayed == 2
    assert np.array_equal(player.shown[11], player.shown[12]), "a pause stands still"
    assert desk.views == ["third"]


def test_without_a_display_it_says_so(monkeypatch, capsys):
    from mpgenie.cli import main

    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if not sys.platform.startswith("linux"):
        pytest.skip("only X and Wayland need a variable")
    assert main(["play"]) == 1
    said = capsys.readouterr().err
    assert "mpgenie play opens a window, but there is no display" in said and "xvfb-run" in said


def test_a_missing_pyglet_is_named_with_its_extra(monkeypatch, capsys):
    from mpgenie.cli import main

    monkeypatch.setitem(sys.modules, "pyglet", None)
    monkeypatch.setenv("DISPLAY", ":0")
    assert main(["play"]) == 1
    assert "mpgenie[play]" in capsys.readouterr().err
    with pytest.raises((MissingExtraError, RendererError)):
        PlayWindow((120, 160), Inputs())
