"""`mpgenie train idm` and `mpgenie label`: learn, be scored, stop, go on, and label."""

import json
import os
import shutil
import signal

import pytest

from mpgenie.agents import learning
from mpgenie.cli import main
from tests.datasets.random_play import two_episodes


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two short episodes."""
    return two_episodes(tmp_path_factory.mktemp("data") / "data")


def train(data, out, *more):
    return main(["train", "idm", "--data", str(data), "--out", str(out), "--size", "tiny", *more])


def test_a_model_is_learnt_scored_and_labels(data, tmp_path, capsys):
    data = shutil.copytree(data, tmp_path / "data")
    assert train(data, tmp_path / "idm", "--steps", "2", "--valid", str(data)) == 0
    printed = capsys.readouterr().out
    assert "camera R2" in printed and "copy previous" in printed and "mpgenie label" in printed
    scored = json.loads((tmp_path / "idm" / "scores.json").read_text())
    assert set(scored) == {"model", "majority", "copy_previous", "shuffled"}
    assert main(["label", str(data), "--model", str(tmp_path / "idm")]) == 0
    assert "2 of 2 episodes labelled now" in capsys.readouterr().out
    assert (data / "labels" / "idm" / "u00000001.npz").is_file()
    report = ["evaluate", str(tmp_path / "idm"), "--data", str(data), "--every", "0"]
    assert main([*report, "--out", str(tmp_path / "report")]) == 0
    assert "no leaks found" in capsys.readouterr().out
    assert (tmp_path / "report" / "report.html").is_file()


def test_ctrl_c_saves_and_says_how_to_go_on(data, tmp_path, capsys, monkeypatch):
    usual = learning.Run.advance

    def interrupted(run):
        os.kill(os.getpid(), signal.SIGINT)
        return usual(run)

    monkeypatch.setattr(learning.Run, "advance", interrupted)
    assert train(data, tmp_path / "idm", "--steps", "2") == 130
    assert "stopped at step 1 of 2 and saved" in capsys.readouterr().err
    monkeypatch.undo()
    assert train(data, tmp_path / "idm", "--steps", "2") == 0


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["train", "idm"], "--data"),
        (["train", "idn"], "Did you mean 'idm'"),
        (["train", "idm", "--data", "nowhere"], "nowhere"),
        (["train", "idm", "--data", "d", "--minutes", "0"], "more than 0"),
        (["train", "idm", "--data", "d", "--size", "smal"], "Did you mean 'small'"),
        (["label", "nowhere", "--model", "m"], "nowhere"),
        (["evaluate"], "name a model"),
        (["evaluate", "m"], "--data"),
        (["evaluate", "m", "--data", "nowhere"], "nowhere"),
        (["evaluate", "m", "--data", "d", "--probes"], "leave --probes out"),
        (["evaluate", "m", "--data", "d", "--seed", "0"], "leave --seed out"),
        (["evaluate", "m", "--data", "d", "--every", "-1"], "0 or more"),
    ],
    ids=" ".join,
)
def test_refusals_say_the_way_out(arguments, way_out, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        assert main(arguments) == 1
    except SystemExit as stop:
        assert stop.code == 2
    assert way_out in capsys.readouterr().err
