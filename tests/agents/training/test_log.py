"""What a run came to is kept row by row, and drawn over its seeds."""

import sys

import numpy as np
import pytest

from mpgenie.agents.training.log import Log, draw_curves, read_progress
from mpgenie.agents.training.runs import score
from mpgenie.errors import MissingExtraError

NAMES = ("decisions", "return", "entropy")


def test_rows_are_kept_as_they_come(tmp_path):
    log = Log(tmp_path, NAMES)
    log.add({"decisions": 4_194_304, "entropy": 1 / 3})
    assert read_progress(log.path) == [{"decisions": 4_194_304.0, "entropy": 0.333333333}]
    log.add({"decisions": 8_388_608, "return": -2.5, "entropy": 0.0})
    log.close()
    assert [row.get("return") for row in read_progress(log.path)] == [None, -2.5]


def test_rows_of_another_future_are_dropped(tmp_path):
    log = Log(tmp_path, NAMES)
    for decisions in (10, 20, 30):
        log.add({"decisions": decisions})
    log.close()
    log = Log(tmp_path, NAMES, made=20)
    log.add({"decisions": 31})
    log.close()
    assert [row["decisions"] for row in read_progress(log.path)] == [10, 20, 31]


def test_curves_are_a_picture(tmp_path):
    def rows(seed):
        rng = np.random.default_rng(seed)
        return [
            {"decisions": 1e5 * k, "entropy": 3 / k, "part_mined": k + rng.random()}
            | ({"return": k + rng.random()} if k % 3 else {})
            for k in range(1, 40 + seed)
        ]

    path = tmp_path / "curves.png"
    draw_curves(path, {f"seed_{seed}": rows(seed) for seed in range(3)}, "PPO on something")
    assert path.stat().st_size > 10_000
    assert score(rows(0)) > 30.0
    draw_curves(path, {"seed_0": rows(0)[:1]}, "a single row")


def test_tensorboard_is_asked_for_by_name(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingExtraError, match="pip install tensorboard"):
        Log(tmp_path, NAMES, tensorboard=True)
