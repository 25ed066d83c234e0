"""`mpgenie record`: games of a scenario as a dataset, from the command line."""

import pytest

from mpgenie.cli import main
from mpgenie.datasets.reading import open_dataset

SMALL = ("--planet", "flat", "--size", "48", "--no-mobs")


def test_games_are_recorded_and_counted(tmp_path, capsys):
    data = str(tmp_path / "data")
    arguments = ["record", "gather", "--out", data, "--with", "random", "--seconds", "0.5", *SMALL]
    assert main([*arguments, "--episodes", "2", "--players", "3"]) == 0
    assert "episodes    2\nframes      66" in capsys.readouterr().out
    assert {entry.length for entry in open_dataset(data).episodes} == {10}


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["gather", "--episodes", "1"], "--out"),
        (["gathre", "--episodes", "1", "--out", "d"], "Did you mean 'gather'"),
        (["gather", "--episodes", "1", "--out", "d", "--with", "nobody"], "neither a file nor"),
        (["gather", "--episodes", "1", "--out", "d", "--seconds", "2", "--max-cycles", "9"], "one"),
    ],
    ids=" ".join,
)
def test_refusals_say_the_way_out(arguments, way_out, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        assert main(["record", *arguments]) == 1
    except SystemExit as stop:
        assert stop.code == 2
    assert way_out in capsys.readouterr().err
