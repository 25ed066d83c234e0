"""Means, means of the middle half and shares, with intervals that hold what they say."""

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.intervals import drawn_means, interval, iqm, stratified, wilson


def test_a_quarter_is_cut_off_at_either_end():
    assert iqm([7, 0, 5, 2, 4, 3, 1, 6]) == 3.5  # of 2, 3, 4, 5
    assert iqm([0, 0, 1, 1, 1, 1, 900, -900]) == 0.75
    assert iqm([1.0, 2.0, 6.0]) == 3.0  # a quarter of three is nobody
    assert iqm([[1, 2, 3, 4], [5, 5, 5, 9]]).tolist() == [2.5, 5.0]


def test_what_never_varies_has_no_interval():
    assert stratified([[2.0] * 5, [2.0] * 3]) == (2.0, 2.0, 2.0)


def test_each_task_is_drawn_by_itself():
    found = stratified([[0.0] * 8, [10.0] * 8])  # drawn together, they would vary
    assert found == (5.0, 5.0, 5.0)


def test_intervals_hold_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        _, low, high = stratified([rng.normal(3.0, 1.0, 40)])
        held += low <= 3.0 <= high
    assert 0.90 <= held / 200 <= 0.99


def test_a_task_without_results_is_refused():
    with pytest.raises(ConfigError, match=r"each task needs results, got \[1, 0\]"):
        stratified([[1.0], []])


def test_an_interval_holds_the_mean_and_narrows():
    rng = np.random.default_rng(1)
    mean, low, high = interval(rng.normal(5.0, 1.0, 400).tolist())
    assert low < mean < high and high - low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert interval([2.0, 2.0]) == (2.0, 2.0, 2.0)


def test_runs_are_drawn_as_episodes_are():
    rng = np.random.default_rng(2)
    episodes = rng.normal(size=100)
    assert drawn_means([episodes]) == pytest.approx(drawn_means(episodes))
    assert drawn_means([episodes, episodes]) == pytest.approx(drawn_means(episodes))
    runs = np.array([[-3.0], [0.0], [3.0]])
    assert np.std(drawn_means(runs + np.zeros(100))) == pytest.approx(np.sqrt(2), rel=0.05)
    apart = drawn_means(runs + episodes)
    assert apart.var() == pytest.approx(2 + drawn_means(episodes).var(), rel=0.05)
    shifted = drawn_means(runs + episodes + 1)
    assert shifted == pytest.approx(apart + 1)  # the same draws


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (2.5, 10, 0.0809, 0.5578),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilsons_interval_is_that_of_the_tables(right, asked, low, high):
    """The last row is Newcombe's example, Statistics in Medicine 17 (1998), method 3."""
    assert wilson(right, asked) == pytest.approx((low, high), abs=1e-4)
