"""The benchmark of populations compares evolving members with fixed ones."""

from argparse import Namespace

import pytest

pytest.importorskip("torch")

from mpgenie.benchmarks import population
from mpgenie.benchmarks.population import RATES, Gaze, kills, learnt
from mpgenie.envs.scenarios.registry import SCENARIOS
from tests.runs import one_thread as one_thread


def test_a_population_is_judged_member_by_member(tmp_path, monkeypatch):
    monkeypatch.setitem(SCENARIOS, Gaze.name, Gaze)
    found = learnt(Gaze.name, 0, evolves=False, generations=1, worlds=4, folder=tmp_path)
    assert len(found["scores"]) == len(found["rates"]) == 8
    assert found["best"] == max(found["scores"]) and found["clonings"] == 0
    assert all(RATES["rate"].low <= rate <= RATES["rate"].high for rate in found["rates"])


def test_a_population_that_fails_by_itself_is_not_one_that_was_killed(monkeypatch, capfd):
    def grown(folder, generations):
        if folder.name == "killed":
            raise RuntimeError("the disk is full")
        return ["a", "b"]

    monkeypatch.setattr(population, "_grown", grown)
    with pytest.raises(SystemExit, match="failed by itself"):
        kills(Namespace(generations=1, kills=0, seconds=0.0))
    assert "the disk is full" in capfd.readouterr().err
