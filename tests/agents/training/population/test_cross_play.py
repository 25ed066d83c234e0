"""Tables of who meets whom: circles, orders, strangers."""

import numpy as np
import pytest

from mpgenie.agents.training.population.cross_play import (
    cross_play_ratio,
    cycles,
    cyclic_share,
    elo,
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


def test_points_are_those_of_the_odds():
    won = np.array([[0.0, 1000.0], [100.0, 0.0]])
    (one, two) = elo(won, np.full((2, 2), 1100))
    assert one.value - two.value == pytest.approx(400.0, abs=2.0)  # ten wins to one
    assert one.value == pytest.approx(-two.value) and one.low < one.value < one.high


def test_points_find_skill_through_those_whom_one_never_met():
    skill = np.array([1.0, 0.0, -1.0])
    won = 1e6 / (1.0 + np.exp(skill - skill[:, None]))
    games = np.full((3, 3), 1_000_000)
    won[0, 2] = won[2, 0] = games[0, 2] = games[2, 0] = 0
    points = [each.value for each in elo(won, games)]
    assert points == pytest.approx([173.7, 0.0, -173.7], abs=0.1)


def test_points_stay_within_bounds_and_say_how_unsure_they_are():
    best, worst = elo(np.array([[0.0, 9.0], [0.0, 0.0]]), np.full((2, 2), 9))
    assert 200.0 < best.value - worst.value < 1000.0
    few, many = (
        elo(np.array([[0.0, 0.6 * n], [0.4 * n, 0.0]]), np.full((2, 2), n))[0] for n in (10, 1000)
    )
    assert few.low < 0.0 < many.low and many.high - many.low < (few.high - few.low) / 5.0
    round_and_round = elo(10 * (ROCK_PAPER_SCISSORS + 1), np.full((3, 3), 20))
    assert [each.value for each in round_and_round] == pytest.approx([0.0] * 3, abs=1e-9)


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
