"""`mpgenie play` refuses what cannot be, and keeps what was played however it ends."""

import os
import signal
import sys
from types import SimpleNamespace

import pytest

from mpgenie.agents.policy import IDLE
from mpgenie.cli import build_parser, main
from mpgenie.cli.play import make_desk
from mpgenie.datasets.verify import verify
from mpgenie.errors import ConfigError
from mpgenie.play import window
from mpgenie.play.controls import Inputs

SMALL = ["play", "--planet", "flat", "--size", "16", "--renderer", "software", "--view", "96x64"]


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["--people", "3"], "choose from 1, 2"),
        (["--view", "big"], "write it like 640x360"),
        (["--resolution", "huge"], "write it like 640x360"),
        (["--sceario", "tag"], "Did you mean '--scenario'"),
        (["--video", "mp3"], "Did you mean 'mp4'"),
    ],
)
def test_a_wrong_option_is_refused_with_the_way_out(capsys, arguments, way_out):
    with pytest.raises(SystemExit) as stop:
        main(["play", *arguments])
    assert stop.value.code == 2
    assert way_out in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["--scenario", "tga"], "Did you mean 'tag'"),
        (["--planet", "round"], "unknown planet 'round'"),
        (["--bots", "-1"], "--bots is at least 0"),
        (["--people", "2", "--bots", "2", "--players", "3"], "fewer than the 4 people"),
        (["--seconds", "0"], "--seconds must be at least 1"),
        (["--sensitivity", "0"], "--sensitivity lies between"),
        (["--policy", "nowhere.pt"], "nowhere.pt"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_what_cannot_be_met_is_refused_in_one_line(capsys, monkeypatch, arguments, way_out):
    monkeypatch.setenv("DISPLAY", os.environ.get("DISPLAY", ":4711"))
    assert main([*SMALL, *arguments]) == 1
    said = capsys.readouterr().err
    assert way_out in said and said.count("\n") == 1


def desk_for(*arguments):
    return make_desk(build_parser().read([*SMALL, *arguments]), Inputs())


def policies_of(desk):
    seats = [seat.policy for seat in desk.session.seats]
    desk.session.close()
    return seats


def train(monkeypatch, trained):
    """Let policies come from here, and not from training."""
    training = "mpgenie.agents.training"
    monkeypatch.setitem(sys.modules, training, SimpleNamespace())
    monkeypatch.setitem(sys.modules, f"{training}.player", SimpleNamespace(trained=trained))


def test_seats_are_taken_by_people_policies_bots_and_nobody(monkeypatch):
    seen = []

    class Still:
        env_options = {"observe": "state"}

        def act(self, observations, state=None):
            seen.append((sorted(observations), sorted(observations["player_2"]), state))
            return dict.fromkeys(observations, IDLE), "remembered"

    train(monkeypatch, lambda name, seed: Still())
    desk = desk_for("--people", "2", "--bots", "1", "--players", "5", "--policy", "still.pt")
    desk.begin()
    desk.tick(0.0)
    desk.tick(0.0)
    both = ["proprio", "state"]
    assert seen == [(["player_2"], both, None), (["player_2"], both, "remembered")]
    assert policies_of(desk) == [
        "human:mouse", "human:keys", "checkpoint:still.pt", "script:free_play", "script:idle",
    ]  # fmt: skip


def test_policies_that_see_unlike_frames_do_not_meet(monkeypatch):
    sizes = {"a": (64, 64), "b": (32, 48)}
    options = {name: {"observe": "rgb", "resolution": size} for name, size in sizes.items()}
    train(monkeypatch, lambda name, seed: SimpleNamespace(env_options=options[name]))
    with pytest.raises(ConfigError, match="a and b want frames of different sizes"):
        desk_for("--policy", "a", "--policy", "b")


def test_alone_is_the_default():
    assert policies_of(desk_for()) == ["human:mouse"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_loses_nothing(capsys, monkeypatch, tmp_path, number):
    class Screen:
        """A window in which somebody presses Ctrl-C on the fifth frame."""

        is_open = True

        def __init__(self, size, inputs, title):
            self.shown = 0

        def show(self, picture):
            self.shown += 1

        def gather(self, seconds):
            if self.shown == 5:
                os.kill(os.getpid(), number)
            return []

        def close(self):
            pass

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(window, "PlayWindow", Screen)
    assert main([*SMALL, "--record", str(tmp_path / "data")]) == 130
    said = capsys.readouterr()
    assert "1 episode more, of units [0]" in said.out and "stopped" in said.err
    report = verify(tmp_path / "data", deep=True, replay=1.0)
    assert report.replayed == 1 and report.frames == 5, report.problems
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
