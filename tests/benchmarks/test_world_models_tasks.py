"""Runs of a table are asked the same episodes, and seeds of a variant share a row."""

import json
import shutil
from pathlib import Path

import pytest

from mpgenie.benchmarks.world_models_tasks import main, markdown, pooled, runs_in
from mpgenie.intervals import wilson

DEBUG = Path(__file__).parents[2] / "checkpoints" / "debug"


@pytest.fixture
def folder(tmp_path):
    """Two seeds of a variant, and a run that is not judged yet."""
    for name in ("ours_0", "ours_1", "compose_0"):
        shutil.copytree(DEBUG, tmp_path / name)
    for seed in range(2):
        (tmp_path / f"ours_{seed}" / "judged.json").write_text('{"name": "ours"}')
    return tmp_path


def results(**right):
    models = {
        name: {"control": name == "oracle", "tasks": {"walk": {"right": each}}}
        for name, each in right.items()
    }
    return {"tasks": {"walk": {"judge": 0.75, "sees": False}}, "models": models}


def test_seeds_are_pooled_and_controls_stand_below():
    found = results(a_0=[True, True], a_1=[False, True], oracle=[True, True])
    share = pooled(found, ["a_0", "a_1"])["walk"]
    assert share.value == 0.75 and share.low < 0.75 < share.high
    *_, judge, ours, oracle = markdown(found, {"a": ["a_0", "a_1"]}).splitlines()
    assert "| 75% |" in judge and ours.startswith("| a | 2 | 75% (") and "100%" in oracle
    assert "walk *" in markdown(found, {"a": ["a_0"]})


def test_shares_that_are_all_alike_are_no_surer_than_wilson_says():
    found = results(a_0=[False] * 4, a_1=[False] * 4, oracle=[True] * 8)
    assert pooled(found, ["a_0", "a_1"])["walk"] == (0.0, *wilson(0, 8))
    assert pooled(found, ["oracle"])["walk"] == (1.0, *wilson(8, 8))


def test_it_asks_all_that_are_judged(folder, capsys):
    assert {name: len(runs) for name, runs in runs_in(folder).items()} == {"ours": 2}
    assert main([str(folder), "--episodes", "1", "--tasks", "movement_b"]) == 0
    told = capsys.readouterr().out
    assert "asking ours_1" in told and (folder / "tasks.md").read_text() in told
    kept = json.loads((folder / "tasks.json").read_text())["models"]
    assert kept["ours_0"]["tasks"] == kept["ours_1"]["tasks"]  # the same model, asked the same


def test_nothing_to_ask_is_said(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "holds no runs" in capsys.readouterr().err
