"""Rounds go where thin cells are filled, and so cover more than as many episodes at random."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.datasets.coverage import Cells, coverage
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.generation.samplers import sampler
from mpgenie.generation.steering import Steering, Strata

CELLS = Cells(edges={"walked": tuple(range(1, 20)), "placed": tuple(range(1, 20))})
TYPES = [f"type_{k}" for k in range(10)]


def strata(**options):
    drawn = {"type": sampler("type", TYPES), "distance": sampler("d", {"uniform": [0, 1]})}
    return Strata(drawn, Steering(**options))


def cell_of(stratum, number):
    """Made-up behaviour: most types always do the same, two do all kinds of things."""
    type_, distance = stratum
    spread = 60 if type_ in (3, 7) else 2
    word = key_of(number, type_) % spread
    return (type_ + word) % 20, (3 * distance + word // 7) % 20


def played(steered, rounds=6, size=60):
    """What is found in so many rounds."""
    every, found = strata(), []
    for turn in range(rounds):
        weights = every.weights(found if steered else [], CELLS.thin)
        chosen = every.sequence(weights, size, key_of(1, turn) / 2**64)
        found += [(s, cell_of(s, turn * size + k)) for k, s in enumerate(chosen)]
    return found


def covered(found):
    return coverage(CELLS, [cell for _, cell in found])


def test_steering_covers_more():
    plain, steered = covered(played(False)), covered(played(True))
    assert steered.filled > 1.3 * plain.filled
    assert steered.entropy > plain.entropy


def test_steering_repeats():
    assert played(True) == played(True)


def test_what_brings_new_things_gets_more():
    every = strata()
    weights = dict(zip(every.all, every.weights(played(False), CELLS.thin), strict=True))
    rich = sum(weight for (type_, _), weight in weights.items() if type_ in (3, 7))
    assert rich > 0.5  # two types of ten


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 9), st.integers(0, 2)),
            st.tuples(st.integers(0, 19), st.integers(0, 19)),
        ),
        max_size=60,
    ),
    st.floats(0.05, 1.0),
)
def test_weights_are_shares_and_leave_everything_its_floor(found, floor):
    every = strata(floor=floor)
    weights = every.weights(found, CELLS.thin)
    assert sum(weights) == pytest.approx(1)
    assert all(w >= floor * u - 1e-12 for w, u in zip(weights, every.usual, strict=True))


def test_the_order_of_what_was_found_makes_no_difference():
    found = played(True)
    assert strata().weights(found, 3) == strata().weights(found[::-1], 3)


def test_where_nothing_is_known_the_template_is_followed():
    assert strata().weights([], 3) == strata().usual


def test_one_of_its_kind_speaks_for_others_like_it():
    every = strata()
    new = [((4, 0), (k, k)) for k in range(9)] + [((5, 0), (0, 19))] * 9
    weights = dict(zip(every.all, every.weights(new, CELLS.thin), strict=True))
    assert weights[4, 2] > weights[6, 2] > weights[5, 2]  # none of which was played


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 1), min_size=30, max_size=30), st.floats(0, 1, exclude_max=True))
def test_a_round_holds_each_stratum_as_often_as_its_weight_says(weights, start):
    every = strata()
    chosen = every.sequence(weights, 400, start)
    for stratum, weight in zip(every.all, weights, strict=True):
        assert chosen.count(stratum) == pytest.approx(400 * weight / sum(weights), abs=4)
