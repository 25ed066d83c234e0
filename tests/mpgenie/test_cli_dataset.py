"""From the command line: make a dataset, look into it, ask it, check it, draw it."""

import json

import av
import pytest

from mpgenie.cli import main


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two short episodes on a small plain, made by the command."""
    out = tmp_path_factory.mktemp("cli") / "data"
    arguments = "--episodes 2 --types walk_look_away --planet flat --size 48 --workers 0 --seed 2"
    assert main(["generate", "--out", str(out), *arguments.split()]) == 0
    return str(out)


def test_generate_says_what_there_is(data, capsys):
    arguments = "--episodes 2 --types walk_look_away --planet flat --size 48 --workers 0 --seed 2"
    assert main(["generate", "--out", data, *arguments.split()]) == 0
    assert "episodes    2 (" in capsys.readouterr().out


def test_generate_refuses_another_plan(data, capsys):
    assert main(["generate", "--out", data, "--episodes", "2", "--workers", "0"]) == 1
    assert "take the same, or another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "way_out"),
    [
        (["--players", "two"], "write it like 2,4"),
        (["--resolution", "big"], "write it like 640x360"),
        (["--video", "avi"], "There are: 'auto', 'frames', 'mp4', 'none'"),
    ],
)
def test_generate_explains_its_options(tmp_path, capsys, option, way_out):
    with pytest.raises(SystemExit):
        main(["generate", "--out", str(tmp_path / "x"), "--episodes", "1", *option])
    assert way_out in capsys.readouterr().err


def test_info_tells_types_and_outcomes(data, capsys):
    assert main(["dataset", "info", data]) == 0
    said = capsys.readouterr().out
    assert "episodes    2" in said and "walk_look_away" in said and "ego_64x64: 2" in said


def test_verify_plays_everything_again(data, capsys):
    assert main(["dataset", "verify", data, "--deep", "--replay", "1"]) == 0
    said = capsys.readouterr().out
    assert "2 episodes are whole" in said and "2 were played again" in said


def test_verify_fails_where_something_is_missing(tmp_path, capsys):
    assert main(["dataset", "verify", str(tmp_path)]) == 1
    assert "dataset.json" in capsys.readouterr().out


def test_query_answers_in_columns(data, capsys):
    assert main(["dataset", "query", data, "SELECT unit, type FROM episodes ORDER BY unit"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["unit\ttype", "0\twalk_look_away", "1\twalk_look_away"]


def test_view_draws_a_video_and_moments(data, tmp_path, capsys):
    video, moments = tmp_path / "one.mp4", tmp_path / "one.png"
    view = ["dataset", "view", data, "1", "--resolution", "64x48"]
    assert main([*view, "--camera", "third", "--out", str(video)]) == 0
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (128, 48)
    assert main([*view, "--passes", "rgb,depth,segmentation", "--out", str(moments)]) == 0
    assert moments.stat().st_size > 1000
    assert main([*view, "--players", "5", "--out", str(tmp_path / "two.mp4")]) == 1
    assert "slots from 0 to 1" in capsys.readouterr().err


def test_status_is_there_for_who_asks(data):
    with open(f"{data}/status.json") as file:
        assert json.load(file)["state"] == "finished"
