"""Frechet distances are those of normal distributions, and grow as frames get worse."""

import numpy as np
import pytest

from mpgenie.world_models.evaluation.frechet import EVERY, distances, frechet, halves


def drawn(mean, spread, count=4000, seed=0):
    rng = np.random.default_rng(seed)
    exact = rng.standard_normal((count, len(mean)))
    exact = (exact - exact.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(exact.T))).T
    return np.asarray(mean) + exact @ np.linalg.cholesky(np.asarray(spread, float)).T


def test_of_one_dimension_it_is_what_means_and_deviations_differ_by():
    one, other = np.array([[-1.0], [1.0]]), np.array([[1.0], [7.0]])
    deviations = one.std(ddof=1), other.std(ddof=1)
    assert frechet(one, other) == pytest.approx(4.0**2 + (deviations[0] - deviations[1]) ** 2)


def test_of_several_it_is_the_known_formula():
    """Where covariances commute, roots may be taken of each: |a - b|^2 + |A^1/2 - B^1/2|^2."""
    one, other = drawn([0, 0], [[4, 0], [0, 9]]), drawn([3, 4], [[1, 0], [0, 25]], seed=1)
    assert frechet(one, other) == pytest.approx(25.0 + 1.0 + 4.0)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    assert frechet(one @ turn, other @ turn) == pytest.approx(30.0)


def test_equal_features_are_at_no_distance_even_if_they_are_few():
    few = np.random.default_rng(0).random((3, 8))
    assert frechet(few, few) == pytest.approx(0.0, abs=1e-9)


def colours(frames):
    return frames.mean((1, 2)).astype(np.float64)


def test_the_game_is_nearer_to_itself_than_what_is_spoilt(cases):
    some = cases["grounding"]
    real = [case.real for case in some]
    assert distances(colours, some, real)["0 to 32"]["mean"] == pytest.approx(0.0, abs=1e-6)
    spoilt = [frames // 2 for frames in real]
    found = distances(colours, some, spoilt)
    assert found["32 on"]["mean"] > 100.0 and len(found["32 on"]["players"]) == 2
    assert set(halves(colours, some)) == set(found)


def test_windows_that_hold_less_than_two_frames_are_left_out(cases):
    (case, *_) = cases["grounding"]
    assert distances(colours, [case], [case.real[:EVERY]]) == {}
