"""The curve of labels is learnt, judged and drawn once; the same command finds it done."""

import json

from mpgenie.agents.vpt.report import curve
from mpgenie.benchmarks.labels_needed import main
from tests.datasets.random_play import two_episodes


def test_a_tiny_curve(tmp_path, capsys, monkeypatch):
    data = two_episodes(tmp_path / "data")
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
