"""Means of the middle half, and intervals that hold what they say."""

import numpy as np
import pytest

from mpgenie.agents.training.population.statistics import estimate, iqm, share_bounds
from mpgenie.errors import ConfigError


def test_a_quarter_is_cut_off_at_either_end():
    assert iqm([7, 0, 5, 2, 4, 3, 1, 6]) == 3.5  # of 2, 3, 4, 5
    assert iqm([0, 0, 1, 1, 1, 1, 900, -900]) == 0.75
    assert iqm([1.0, 2.0, 6.0]) == 3.0  # a quarter of three is nobody
    assert iqm([[1, 2, 3, 4], [5, 5, 5, 9]]).tolist() == [2.5, 5.0]


def test_what_never_varies_has_no_interval():
    assert estimate([[2.0] * 5, [2.0] * 3]) == (2.0, 2.0, 2.0)


def test_each_task_is_drawn_by_itself():
    found = estimate([[0.0] * 8, [10.0] * 8])  # drawn together, they would vary
    assert found == (5.0, 5.0, 5.0)


def test_intervals_hold_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        _, low, high = estimate([rng.normal(3.0, 1.0, 40)])
        held += low <= 3.0 <= high
    assert 0.90 <= held / 200 <= 0.99


def test_a_task_without_results_is_refused():
    with pytest.raises(ConfigError, match=r"each task needs results, got \[1, 0\]"):
        estimate([[1.0], []])


def test_chances_of_winning_have_wilsons_bounds():
    low, high = share_bounds(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert share_bounds(0, 4)[0] == pytest.approx(0.0, abs=1e-12)
