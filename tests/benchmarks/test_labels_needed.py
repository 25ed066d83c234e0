"""The curve of labels is learnt, judged and drawn once; the same command finds it done."""

import json

import pytest

from mpgenie.agents.vpt.report import curve
from mpgenie.benchmarks.labels_needed import main
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from tests.datasets.random_play import play, simulation


@pytest.fixture
def data(tmp_path):
    """Two short episodes."""
    studio = Studio(simulation(), [StreamSpec()])
    with Store(tmp_path / "data", {"seed": 1}) as store:
        for unit in range(2):
            store.commit(play(unit, ticks=20, studio=studio, planet=unit))
    return tmp_path / "data"


def test_a_tiny_curve(data, tmp_path, capsys, monkeypatch):
    arguments = ["--data", str(data), "--valid", str(data), "--out", str(tmp_path / "out")]
    arguments += ["--minutes", "0.02", "0.04", "--steps", "1"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed.count("from the past alone") == printed.count("inverse dynamics") == 2
    results = json.loads((tmp_path / "out" / "report.json").read_text())
    assert len(results["curve"]["rows"]) == 4 and "too good" in results["notes"][0]
    assert (tmp_path / "out" / "curve.png").is_file()
    monkeypatch.setattr(curve, "learn", None)
    assert main(arguments) == 0
