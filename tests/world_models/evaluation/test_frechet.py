"""Frechet distances are those of normal distributions, and grow as frames get worse."""

from dataclasses import replace

import numpy as np
import pytest

from mpgenie.world_models.evaluation.cases import SHOWN
from mpgenie.world_models.evaluation.frechet import Distances, Kind, frechet


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


def colours(pieces):
    return pieces.mean((1, 2, 3)).astype(np.float64)


FRAMES, CLIPS = Kind("of frames", colours, every=4), Kind("of clips", colours, ticks=16, every=16)


@pytest.mark.parametrize("kind", [FRAMES, CLIPS], ids=lambda kind: kind.name)
def test_the_game_is_nearer_to_itself_than_what_is_spoilt(cases, kind):
    some = cases["grounding"]
    real = [case.real for case in some]
    measure = Distances(kind, some)
    assert measure.to(real)["0 to 32"]["mean"] == pytest.approx(0.0, abs=1e-6)
    spoilt = [frames // 2 for frames in real]
    found = measure.to(spoilt)
    assert found["32 on"]["mean"] > 100.0 and len(found["32 on"]["players"]) == 2
    assert set(measure.halves()) == set(found)


def test_pieces_are_counted_and_lie_within_a_window(cases):
    (case, *_) = cases["grounding"]
    for ticks, wanted in ((47, {"0 to 32": 2}), (64, {"0 to 32": 2, "32 on": 2})):
        frames = np.resize(case.frames, (SHOWN + ticks, *case.frames.shape[1:]))
        found = Distances(CLIPS, [replace(case, frames=frames)]).to([frames[SHOWN:]])
        assert {name: each["pieces"] for name, each in found.items()} == wanted
        assert found["0 to 32"]["features"] == 3


def test_windows_that_hold_less_than_two_pieces_are_left_out(cases):
    (case, *_) = cases["grounding"]
    assert Distances(FRAMES, [case]).to([case.real[: FRAMES.every]]) == {}
    assert Distances(CLIPS, [case]).halves() == {}
