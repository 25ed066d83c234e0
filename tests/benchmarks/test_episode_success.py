"""The table of successes counts what was played."""

from mpgenie.benchmarks.episode_success import main


def test_each_type_gets_a_row(capsys):
    main("--seeds 3 --types straight_line_walk --planets flat --players 2 --size 48".split())
    *_, row = capsys.readouterr().out.splitlines()
    assert row.startswith("| straight_line_walk | flat | 2 | 3/3 | 44%-100% |")
