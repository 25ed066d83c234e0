"""Datasets are measured side by side, as many episodes of each."""

import pytest

from mpgenie.benchmarks.data_by_players import main
from mpgenie.play.recording import record

SMALL = {"planet": "flat", "size": 48, "mobs": False, "max_cycles": 40, "video": "none"}


def test_chance_presses_more_and_goes_less_far_than_scripts(tmp_path, capsys):
    record(tmp_path / "scripted", "gather", episodes=2, who="script", **SMALL)
    record(tmp_path / "chance", "gather", episodes=3, who="random", **SMALL)
    main([str(tmp_path / "scripted"), str(tmp_path / "chance")])
    lines = capsys.readouterr().out.splitlines()
    rows = {cells[0].strip("| "): cells[1:] for line in lines[2:] for cells in [line.split(" | ")]}
    assert list(rows) == ["scripted", "chance"]
    assert {cells[0] for cells in rows.values()} == {"2"}
    scripted, chance = (float(rows[name][-1].strip("| ")) for name in ("scripted", "chance"))
    assert chance > 2.0 * scripted > 2.0


def test_a_dataset_is_named(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "DATASET" in capsys.readouterr().err
