"""What runs from a clone came to, as a table and as a picture."""

import json

import pytest

from mpgenie.benchmarks.ppo_from_clone import ARMS, main


@pytest.fixture
def measured(tmp_path):
    """A folder in which two seeds of each arm are done."""
    folder = tmp_path / "gather"
    (folder / "clone").mkdir(parents=True)
    facts = {"score": 10.0, "random": 0.5, "script": 54.0}
    (folder / "clone" / "facts.json").write_text(json.dumps(facts))
    for arm, gain in zip(ARMS, (1.0, 3.0, 2.0), strict=True):
        for seed in range(2):
            score = [gain, gain + seed]
            run = {"decisions": [0, 4000], "score": score, "from_start": [0.0, 0.2]}
            (folder / f"{arm}_{seed}.json").write_text(json.dumps(run))
    return tmp_path


def test_a_row_for_each_way_to_begin(measured, capsys):
    main(["--out", str(measured), "--scenarios", "gather", "tag", "--draw"])
    printed = capsys.readouterr().out
    assert "| scenario | | 0 k | 4 k |" in printed
    assert "| gather | clone | 3.0 (3.0, 3.0) | 3.5 (3.0, 4.0) |" in printed
    assert "random 0.5, clone 10.0, script 54.0" in printed and "tag" not in printed
    kept = json.loads((measured / "from_clone.json").read_text())
    assert kept["gather"]["runs"]["scratch"][1]["score"] == [1.0, 2.0]
    assert (measured / "from_clone.png").stat().st_size > 5_000
