"""The table of successes counts what was played, and says how sure a share of successes is."""

import pytest

from mpgenie.benchmarks.episode_success import interval, main


def test_an_interval_lies_around_its_share_and_narrows_with_trials():
    low, high = interval(45, 50)
    assert low == pytest.approx(0.786, abs=0.001) and high == pytest.approx(0.957, abs=0.001)
    assert interval(50, 50)[1] == 1.0 and interval(0, 50)[0] == 0.0
    wide = interval(9, 10)
    assert wide[0] < low < 0.9 < high < wide[1]


def test_each_type_gets_a_row(capsys):
    main("--seeds 3 --types straight_line_walk --planets flat --players 2 --size 48".split())
    *_, row = capsys.readouterr().out.splitlines()
    assert row.startswith("| straight_line_walk | flat | 2 | 3/3 | 44%-100% |")
