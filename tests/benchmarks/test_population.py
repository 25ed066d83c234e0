"""The benchmark of populations compares evolving members with fixed ones."""

import json
from argparse import Namespace

import pytest

pytest.importorskip("torch")

from mpgenie.agents.training.population.store import read_lineage
from mpgenie.benchmarks import population
from mpgenie.benchmarks.population import RATES, Gaze, kills, learnt, rates
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.errors import ConfigError
from tests.runs import one_thread as one_thread

QUICK = Namespace(
    scenario=Gaze.name, start=None, first=0, seeds=1, generations=1, rounds=1, worlds=4, judged=4,
    evidence_by="ratings", burn_in=16, floor=0.0, discount=None, memory="none",
)  # fmt: skip


@pytest.fixture
def asked(tmp_path, monkeypatch):
    monkeypatch.setitem(SCENARIOS, Gaze.name, Gaze)
    return Namespace(**{**vars(QUICK), "out": tmp_path})


def test_a_population_is_judged_member_by_member(asked, tmp_path):
    found = learnt(asked, "fixed", 0, tmp_path / "them")
    assert len(found["scores"]) == len(found["rates"]) == 8
    assert found["rate of the best"] in found["rates"] and found["clonings"] == 0
    assert all(RATES["rate"].low <= rate <= RATES["rate"].high for rate in found["rates"])


def test_members_may_differ_in_rates_alone(asked, tmp_path):
    asked.discount = 0.9
    learnt(asked, "evolving", 0, tmp_path / "them")
    born = [event["hypers"] for event in read_lineage(tmp_path / "them") if event["kind"] == "born"]
    assert len({numbers["rate"] for numbers in born}) == 8
    assert {(numbers["entropy"], numbers["discount"]) for numbers in born} == {(3e-3, 0.9)}


def test_members_may_remember(asked, tmp_path):
    asked.memory = "slow"
    learnt(asked, "evolving", 0, tmp_path / "them")
    (born, *_) = [each for each in read_lineage(tmp_path / "them") if each["kind"] == "born"]
    assert "prior" in born["hypers"]


def test_rates_are_compared_once_and_differ_by_twos(asked, tmp_path, capsys):
    asked.discount = 0.9
    rates(asked)
    rates(asked)
    (told,) = capsys.readouterr().out.splitlines()
    (kept,) = (tmp_path / "results.jsonl").read_text().splitlines()
    assert told == kept
    asked.discount = 0.99
    with pytest.raises(ConfigError, match="holds"):
        rates(asked)
    found = json.loads(kept)["rates"]
    assert found == pytest.approx([1e-2 / 2**k for k in range(7, -1, -1)])
    events = read_lineage(tmp_path / "rates_0")  # they are what members were born with
    assert [e["hypers"]["rate"] for e in events if e["kind"] == "born"] == found


def test_a_population_that_fails_by_itself_is_not_one_that_was_killed(monkeypatch, capfd):
    def grown(folder, generations):
        if folder.name == "killed":
            raise RuntimeError("the disk is full")
        return ["a", "b"]

    monkeypatch.setattr(population, "_grown", grown)
    with pytest.raises(SystemExit, match="failed by itself"):
        kills(Namespace(generations=1, kills=0, seconds=0.0))
    assert "the disk is full" in capfd.readouterr().err
