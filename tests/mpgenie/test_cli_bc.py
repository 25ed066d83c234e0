"""`mpgenie train bc`: clone, go on, score, and watch what came of it."""

import json

import pytest

from mpgenie.agents.training.player import trained
from mpgenie.agents.vpt.clone_policy import ClonePolicy
from mpgenie.cli import main
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.pictures import made_by_us
from tests.datasets.random_play import play


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cloned") / "data"
    with Store(folder, {"seed": 1}) as store:
        store.commit(play(ticks=20, streams=[StreamSpec()]))
    return folder


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("clone") / "bc"
    small = ["--size", "tiny", "--steps", "1", "--tau", "5"]
    arguments = ["train", "bc", "--data", str(data), "--out", str(out), "--valid", str(data)]
    assert main([*arguments, *small]) == 0
    return out


def test_a_dataset_is_cloned_and_the_clone_scored(run):
    scored = json.loads((run / "scores.json").read_text())
    assert list(scored) == ["model", "copy_previous", "majority"]
    assert (run / "model.npz").is_file() and (run / "progress.csv").is_file()


def test_a_clone_is_found_like_any_trained_player(run):
    assert isinstance(trained(run), ClonePolicy)
    assert trained(run / "model.npz", likeliest=True).temperature == 0.0


def test_a_clone_is_watched(run, tmp_path, capsys):
    video = tmp_path / "seen.mp4"
    where = ["--renderer", "software", "--view", "64x48", "--output", str(video), "--seconds", "1"]
    assert main(["watch", str(run), *where]) == 0
    assert "player_1    trained" in capsys.readouterr().out and made_by_us(video)


@pytest.mark.parametrize(
    ("more", "way_out"),
    [
        (["--labels", "idm"], "make them with `mpgenie label"),
        (["--size", "smal"], "Did you mean 'small'"),
        (["--tau", "100"], "more than tau"),
        (["--minutes", "0"], "more than 0"),
    ],
    ids=str,
)
def test_refusals_say_the_way_out(data, more, way_out, tmp_path, capsys):
    assert main(["train", "bc", "--data", str(data), "--out", str(tmp_path / "out"), *more]) == 1
    assert way_out in capsys.readouterr().err
