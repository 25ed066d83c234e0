"""A bar says what is done, how far it is, and what was done by an earlier run."""

import pytest

from mpgenie.cli.bars import Bar


def lines(capsys):
    """What was drawn, a line for each bar as it was left."""
    drawn = capsys.readouterr().err.split("\n")
    return [line.split("\r")[-1] for line in drawn if line.strip()]


def test_nothing_is_drawn_before_anything_is_done(capsys):
    with Bar() as bar:
        assert bar.stage is None
    assert capsys.readouterr().err == ""


def test_each_stage_has_a_bar(capsys):
    with Bar(" frames", mininterval=0.0) as bar:
        for made in range(1, 5):
            bar.show("drawing", made, 4, kept=f"{made - 1}")
        for made in (1, 2):
            bar.show("writing", made, 8)
    one, other = lines(capsys)
    assert one.startswith("drawing: 100%") and "4/4" in one and "kept=3" in one
    assert other.startswith("writing:  25%") and "2/8" in other and "kept" not in other


def test_a_run_that_goes_on_counts_what_was_made_before(capsys):
    with Bar(mininterval=0.0) as bar:
        told = bar.learning(100)
        for step in (91, 92):
            told({"step": step, "loss": 0.123})
    (line,) = lines(capsys)
    assert "92/100" in line and "loss=0.12" in line


def test_a_stage_that_begins_again_begins_a_new_bar(capsys):
    with Bar(mininterval=0.0) as bar:
        for made in (1, 2, 3, 1, 2):  # of two seeds
            bar.show("learning", made, 3)
    assert ["3/3" in line for line in lines(capsys)] == [True, False]


def test_what_was_drawn_stays_when_work_is_stopped(capsys):
    with pytest.raises(KeyboardInterrupt), Bar(mininterval=0.0) as bar:
        bar.show("drawing", 1, 4)
        raise KeyboardInterrupt
    assert "1/4" in lines(capsys)[0]
