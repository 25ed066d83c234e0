"""The speed of dreams is told beside what they cost."""

from mpgenie.benchmarks.dreams import counted, main
from mpgenie.world_models.config import PRESETS
from mpgenie.world_models.flops import step_flops


def test_every_preset_and_number_of_worlds_has_a_row(capsys):
    assert main("--presets debug --worlds 1 2 --quick --threads 1".split()) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[:3] for row in rows] == [["debug", "1", "1"], ["debug", "1", "2"]]
    assert all(float(number) > 0 for row in rows for number in row[3:])


def test_what_is_said_of_the_cost_is_what_is_counted():
    said = step_flops(PRESETS["debug"], 2)
    assert abs(counted(PRESETS["debug"], 2) / said - 1) < 0.001
