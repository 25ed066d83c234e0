"""The table of returns has a row for each kind of player, honest intervals, and a place to go."""

import pytest

from mpgenie.benchmarks import scenario_returns
from mpgenie.benchmarks.scenario_returns import cell, interval, put_between


@pytest.mark.parametrize(
    ("values", "half"),
    [((1.0, 2.0, 3.0, 4.0, 5.0), 1.963), (range(20), 2.769), ((4.0, 4.0, 4.0), 0.0)],
)
def test_intervals_are_students(values, half):
    mean, width = interval([float(value) for value in values])
    assert mean == pytest.approx(sum(values) / len(values))
    assert width == pytest.approx(half, rel=0.03)


def test_a_mean_of_one_is_no_estimate():
    assert cell([2.0]) == "2.00 ± inf"
    assert cell([]) == "-"


def test_new_rows_take_the_place_of_old_ones_of_their_scenario(tmp_path, capsys):
    page = tmp_path / "page.md"
    old = ["| gather | normal | kept |", "| duel | flat | old |"]
    page.write_text("\n".join(["before", "<!-- returns -->", *old, "<!-- /returns -->", "after"]))
    order = ["--quick", "--scenarios", "tag", "duel", "--players", "2", "--write"]
    scenario_returns.main([*order, "--planets", "flat", "--page", str(page)])
    before, *lines, after = page.read_text().splitlines()
    assert (before, after) == ("before", "after")
    rows = [line.strip("| ").split(" | ") for line in lines[3:-1]]
    assert {(row[0], row[3 if len(row) > 3 else 2]) for row in rows} == {
        ("tag", "runner"), ("tag", "tagger"), ("gather", "kept"), ("duel", "all"),
    }  # fmt: skip
    assert [row[0] for row in rows] == ["tag", "tag", "gather", "duel"]
    assert lines[-2] in capsys.readouterr().out


def test_a_page_without_the_marks_is_left_alone():
    with pytest.raises(ValueError, match="no <!-- returns -->"):
        put_between("nothing here", "returns", "table")
