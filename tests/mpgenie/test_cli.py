"""The command line: every refusal says the way out, and a stopped run ends quietly."""

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import mpgenie
from mpgenie.cli import COMMANDS, build_parser, demo, doctor, main, video_options
from mpgenie.errors import RendererError
from mpgenie.pictures import save_png


def standing_players(count):
    """The part of a simulation that tells where players are."""
    players = SimpleNamespace(
        position=np.full((1, count, 3), (60.0, 0.0, 0.0)),
        heading=np.full((1, count, 3), (0.0, 1.0, 0.0)),
        velocity=np.zeros((1, count, 3)),
        pitch=np.zeros((1, count)),
        in_water=np.zeros((1, count), bool),
    )
    return SimpleNamespace(state=SimpleNamespace(players=players))


class StandIn:
    """A planet of noise: what the demo asks of an environment, and nothing else."""

    def __init__(self, players, renderer, **_):
        self.possible_agents = self.agents = [f"player_{number}" for number in range(players)]
        self.metadata = {"renderer": renderer}
        self.simulation = standing_players(players)

    def reset(self, seed):
        self.rng = np.random.default_rng(seed)

    def step(self, actions):
        assert list(actions) == self.agents

    def render_view(self, player, view, resolution):
        assert player in self.agents and view in ("first", "third")
        return self.rng.integers(0, 256, (*resolution, 3), dtype=np.uint8)

    def state_hash(self):
        return 0xC0FFEE

    def close(self):
        pass


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setitem(vars(mpgenie), "parallel_env", StandIn)


def small(tmp_path, *more: str) -> list[str]:
    output = str(tmp_path / "demo.mp4")
    return ["demo", "--seconds", "1", "--view", "64x48", "--output", output, *more]


def test_help_teaches_by_examples(capsys):
    assert main([]) == 0
    assert "examples:" in capsys.readouterr().out
    for command in COMMANDS:
        with pytest.raises(SystemExit) as stop:
            main([command, "--help"])
        assert stop.value.code == 0
        assert f"mpgenie {command}" in capsys.readouterr().out


CLI = Path(demo.__file__).parent
CHECKOUT = Path(__file__).parents[2]


def examples(name):
    """The commands that the help of a module shows, without what is said about them."""
    module = import_module("mpgenie.cli" if name == "__init__" else f"mpgenie.cli.{name}")
    shown = re.sub(r"\\\n +", " ", getattr(module, "EXAMPLES", ""))
    command = r"""^  mpgenie ((?:"[^"]*"|[^"\n])+?)(?: > \w+\.txt)?(?:  .*)?$"""
    return re.findall(command, shown, re.MULTILINE)


@pytest.mark.parametrize("name", [file.stem for file in sorted(CLI.glob("*.py"))])
def test_every_example_can_be_typed(name, parser=build_parser()):  # noqa: B008
    for example in examples(name):
        words = shlex.split(example)
        parser.read(words)
        for path in (word for word in words if word.startswith("checkpoints/")):
            assert (CHECKOUT / path).is_dir(), f"{example}: nothing lies in {path}"


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["dmeo"], "Did you mean 'demo'"),
        (["demo", "--sede", "3"], "Did you mean '--seed'"),
        (["demo", "--renderer", "open"], "Did you mean 'opengl'"),
        (["demo", "--view", "big"], "write it like 640x360"),
        (["demo", "--view", "31x31"], "from 32 to 1920"),
        (["bench", "--only", "view"], "Did you mean 'views'"),
    ],
)
def test_a_wrong_argument_is_refused_with_the_way_out(capsys, arguments, way_out):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert way_out in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["demo", "--output", "."], "--output names the video, but . is a folder"),
        (["demo", "--output", "one.png"], "video and picture need a file each"),
        (["bench", "--core", "4096"], "--core must be one of [0"),
        (["bench", "--json", "nowhere/figures.json"], "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_met_is_refused_before_any_work(capsys, arguments, way_out):
    assert main(arguments) == 1
    assert way_out in capsys.readouterr().err


@pytest.mark.usefixtures("stand_in")
def test_a_file_that_cannot_be_written_is_named_in_one_line(capsys, tmp_path):
    (tmp_path / "file").touch()
    assert main(small(tmp_path, "--output", str(tmp_path / "file" / "demo.mp4"))) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / "file") in said and said.count("\n") == 1


def test_a_reader_that_goes_away_ends_it_quietly():
    command = [sys.executable, "-m", "mpgenie"]
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, timeout=60)
    os.close(write)
    assert run.stderr == b""
    assert run.returncode == 141


def test_an_error_of_ours_is_one_line_without_a_traceback(capsys, tmp_path):
    assert main(small(tmp_path, "--seconds", "0")) == 1
    assert capsys.readouterr().err == "mpgenie demo: --seconds must be at least 1, got 0\n"


def test_ctrl_c_ends_with_130_and_a_short_line(capsys, monkeypatch, tmp_path):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "make_env", stopped)
    assert main(small(tmp_path)) == 130
    assert capsys.readouterr().err == "\nmpgenie demo: stopped\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("stand_in")
def test_the_demo_makes_a_video_and_a_picture_and_prints_its_figures(capsys, tmp_path):
    assert main(small(tmp_path)) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"demo.mp4", "demo.png"}
    said = capsys.readouterr().out
    assert re.search(r"renderer +opengl\n", said)
    assert re.search(r"state hash +0000000000c0ffee\n", said)
    assert re.search(r"frames/s +\d+ \(63 frames", said)


@pytest.mark.usefixtures("stand_in")
def test_the_demo_replaces_its_own_files_and_no_others(capsys, tmp_path):
    assert main(small(tmp_path)) == 0
    assert main(small(tmp_path)) == 0
    assert "replacing" in capsys.readouterr().out
    (tmp_path / "demo.mp4").write_text("a letter")
    assert main(small(tmp_path)) == 1
    assert (tmp_path / "demo.mp4").read_text() == "a letter"
    assert "--force" in capsys.readouterr().err
    assert main(small(tmp_path, "--force")) == 0


def test_without_opengl_the_demo_says_so_and_draws_in_software(capsys, monkeypatch, tmp_path):
    def no_opengl(renderer, **options):
        if renderer == "opengl":
            raise RendererError("no EGL")
        return StandIn(renderer=renderer, **options)

    monkeypatch.setitem(vars(mpgenie), "parallel_env", no_opengl)
    assert main(small(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "no OpenGL here (no EGL)" in said
    assert re.search(r"renderer +software\n", said)


def test_a_picture_is_marked_as_ours_so_that_a_second_run_replaces_it(tmp_path):
    save_png(tmp_path / "ours.png", np.zeros((4, 4, 3), np.uint8))
    video_options.refuse_to_overwrite(tmp_path / "ours.png", force=False)
    video_options.refuse_to_overwrite(tmp_path / "not there.png", force=False)


def test_the_doctor_gives_each_back_end_or_the_reason_and_the_fix(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "frame_hash", lambda renderer: "0123456789abcdef")
    monkeypatch.setattr(doctor, "renderer_of_auto", lambda: "software")
    monkeypatch.setitem(doctor.FIXES, "no such", "none")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "OpenGL x11  fails: DISPLAY is not set" in said
    assert "fix: only for a window without EGL: apt-get install libgl1 xvfb" in said
    assert "OpenGL no such fails: KeyError: 'no such'" in said, "it outlives a dying attempt"
    assert "0123456789abcdef" in said


def test_the_doctor_fails_where_nothing_can_be_drawn(capsys, monkeypatch):
    def broken(renderer):
        raise RendererError("the rasteriser cannot be compiled")

    monkeypatch.setattr(doctor, "frame_hash", broken)
    monkeypatch.setattr(doctor, "ask_back_end", lambda name: (True, "a device"))
    assert main(["doctor"]) == 1
    assert "software    fails: the rasteriser" in capsys.readouterr().out
