"""Levels are left upwards on evidence, and downwards when they are failed twice."""

import numpy as np
import pytest

from mpgenie.agents.training.population.curriculum import EARLIER, Curriculum, Level, bounds
from mpgenie.errors import ConfigError

LEVELS = [Level(players=2**k, bar=10.0, floor=2.0) for k in range(1, 6)]


def scores(mean, spread=1.0, seed=0):
    return np.random.default_rng(seed).normal(mean, spread, (50, 8))


def judge(curriculum, mean):
    return curriculum.judge(scores(mean), np.random.default_rng(0))


def test_only_what_is_surely_above_the_bar_passes():
    low, high = bounds(np.median(scores(10.0), axis=1), np.random.default_rng(0))
    assert low < 10.0 < high and high - low < 0.4
    curriculum = Curriculum(LEVELS)
    assert judge(curriculum, 10.0) is None and curriculum.at == 0
    assert judge(curriculum, 10.5) == "promoted" and curriculum.at == 1


def test_one_good_member_lifts_nobody():
    few = scores(5.0)
    few[:, 0] = 100.0
    assert Curriculum(LEVELS).judge(few, np.random.default_rng(0)) is None


def test_two_failures_in_a_row_lead_down():
    curriculum = Curriculum(LEVELS, at=2)
    assert [judge(curriculum, mean) for mean in (0.0, 5.0, 0.0)] == [None] * 3
    assert judge(curriculum, 0.0) == "demoted" and curriculum.at == 1 and curriculum.failures == 0


def test_there_is_nothing_above_the_last_level_or_below_the_first():
    top, bottom = Curriculum(LEVELS, at=4), Curriculum(LEVELS)
    assert judge(top, 99.0) is None and top.at == 4
    assert [judge(bottom, 0.0) for _ in range(4)] == [None] * 4 and bottom.at == 0


def test_a_fifth_of_the_matches_is_on_earlier_levels():
    rng, curriculum = np.random.default_rng(0), Curriculum(LEVELS, at=3)
    drawn = np.bincount([curriculum.draw(rng) for _ in range(5000)], minlength=5) / 5000
    assert drawn.tolist() == pytest.approx([EARLIER / 3] * 3 + [1 - EARLIER, 0.0], abs=0.02)
    assert {Curriculum(LEVELS).draw(rng) for _ in range(50)} == {0}


def test_absurd_levels_are_refused():
    with pytest.raises(ConfigError, match="floor lies below its bar"):
        Level(players=2, bar=1.0, floor=2.0)
    with pytest.raises(ConfigError, match="none is number 5"):
        Curriculum(LEVELS, at=5)
