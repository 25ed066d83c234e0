"""The budgets are one file that reads well, and the table tells what missed them."""

import json
import sys

import pytest

from mpgenie.benchmarks import peers, run
from mpgenie.benchmarks.measure import Figure, Setting, duration, rate
from mpgenie.benchmarks.targets import TARGETS, Target
from mpgenie.cli.bench import MODULES

QUICK = Setting(quick=True)


@pytest.mark.parametrize("name", TARGETS)
def test_every_budget_makes_sense(name):
    target = TARGETS[name]
    assert target.better in ("more", "less")
    if target.must is not None and target.aim is not None:
        assert target.is_met_by(target.aim)
    assert set(target.peers) <= set(TARGETS)


def test_a_budget_is_met_from_the_right_side():
    rates = Target(what="", unit="", better="more", must=10)
    times = Target(what="", unit="", better="less", must=10)
    assert [rates.is_met_by(9), rates.is_met_by(10), rates.is_met_by(11)] == [False, True, True]
    assert [times.is_met_by(9), times.is_met_by(10), times.is_met_by(11)] == [True, True, False]


def test_a_rate_counts_the_work_done():
    calls = []
    figure = rate("simulation", lambda: calls.append(1) or sum(range(10_000)) * 0 + 5, QUICK)
    assert figure.value > 0
    assert len(calls) > QUICK.windows


def test_a_duration_is_in_the_unit_asked_for():
    def work():
        return sum(range(50_000))

    in_seconds = duration("reset_new", work, QUICK, unit=1.0)
    in_milliseconds = duration("reset_new", work, QUICK, unit=0.001)
    assert in_milliseconds.value > 20 * in_seconds.value


def test_the_table_marks_what_missed_and_gives_the_ratio_to_a_peer(capsys, monkeypatch, tmp_path):
    made_up = {
        "views": [Figure("views_64_software", 5000.0)],
        "peers": [Figure("peer_miniworld", 500.0)],
    }
    monkeypatch.setattr(run, "_figures", lambda kind, setting: made_up[kind])
    run.measure_all(kinds=["views", "peers"], json_path=tmp_path / "figures.json")
    said = capsys.readouterr().out
    assert "MISSED" in said
    assert "10.00 x Miniworld" in said
    assert json.loads((tmp_path / "figures.json").read_text())[0]["value"] == 5000.0


def test_every_kind_of_measurement_offers_figures():
    for kind in MODULES:
        module = __import__(f"mpgenie.benchmarks.{kind}", fromlist=["figures"])
        assert callable(module.figures)


def test_a_peer_that_is_not_there_is_said_in_one_line(capsys, monkeypatch):
    answer = "ModuleNotFoundError: No module named 'vizdoom'"
    monkeypatch.setattr(peers, "SCRIPTS", peers.SCRIPTS[:1])
    monkeypatch.setattr(peers, "ask", lambda *_: answer)
    assert list(peers.figures(QUICK)) == []
    assert "pip install vizdoom" in capsys.readouterr().out


def test_a_peer_answers_from_a_folder_of_its_own(tmp_path):
    script = tmp_path / "peer.py"
    script.write_text("import os\nprint('hello')\nprint(os.getcwd())")
    answer = peers.ask(sys.executable, script, "1", QUICK)
    assert answer.startswith("/") and answer != str(tmp_path)


def test_a_peer_that_hangs_is_ended(tmp_path, monkeypatch):
    script = tmp_path / "peer.py"
    script.write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr(peers, "PATIENCE", 1)
    assert peers.ask(sys.executable, script, "1", QUICK) == "no answer in 1 s"
