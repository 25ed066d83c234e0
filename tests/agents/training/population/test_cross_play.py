"""Tables of who meets whom: circles, orders, strangers."""

import numpy as np
import pytest

from mpgenie.agents.training.population.cross_play import (
    cross_play_ratio,
    cycles,
    cyclic_share,
    exploitabilities,
)

ROCK_PAPER_SCISSORS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])


def test_rock_paper_scissors_is_nothing_but_a_circle():
    chances = (ROCK_PAPER_SCISSORS + 1.0) / 2.0
    assert cyclic_share(chances) == pytest.approx(1.0)
    games = np.full((3, 3), 20)
    assert cycles(20 * chances, games) == [(0, 2, 1)]  # rock, scissors, paper
    assert cycles(20 * chances.T, games) == [(0, 1, 2)]


def test_ratings_explain_all_of_an_order():
    skill = np.array([2.0, 0.5, 0.0, -1.0])
    chances = 1.0 / (1.0 + np.exp(skill - skill[:, None]))
    assert cyclic_share(chances) == pytest.approx(0.0, abs=1e-12)
    assert cycles(100 * chances, np.full((4, 4), 100)) == []
    assert cyclic_share(np.full((3, 3), 0.5)) == 0.0


def test_a_circle_that_chance_explains_is_none():
    chances = (ROCK_PAPER_SCISSORS * 0.2 + 1.0) / 2.0  # 60 %
    assert cycles(10 * chances, np.full((3, 3), 10)) == []
    assert cycles(400 * chances, np.full((3, 3), 400)) == [(0, 2, 1)]


def test_strangers_are_compared_with_oneself():
    assert cross_play_ratio(np.array([[4.0, 1.0], [3.0, 4.0]])) == 0.5
    assert cross_play_ratio(np.array([[0.0, 1.0], [-1.0, 0.0]])) is None  # a contest
    assert cross_play_ratio(np.array([[1.0, 16.5], [-15.0, 0.1]])) is None  # all but one
    assert cross_play_ratio(np.array([[4.0, 0.0], [3.0, 2.0]])) == 0.5
    assert cross_play_ratio(np.array([[4.0]])) is None


def test_who_only_gets_along_with_itself_is_exploited():
    scores = np.array([[1.0, 3.0], [0.0, 1.0]])
    assert exploitabilities(scores).tolist() == [0.0, 2.0]
