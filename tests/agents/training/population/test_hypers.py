"""Numbers that evolve stay in their ranges, and move by known steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.agents.training.population.hypers import (
    HYPERS,
    Range,
    crossed,
    drawn,
    explored,
)
from mpgenie.errors import ConfigError


@given(st.integers(0, 2**31), st.sampled_from(list(HYPERS.values())))
def test_whatever_is_drawn_or_perturbed_lies_within(seed, each):
    rng = np.random.default_rng(seed)
    value = each.draw(rng)
    for _ in range(5):
        assert each.low <= value <= each.high
        value = each.near(value, rng)


@pytest.mark.parametrize(
    ("each", "value", "steps"),
    [
        (Range(1e-5, 1e-1), 1e-3, (1e-3 / 1.2, 1.2e-3)),
        (Range(0.0, 1.0, "linear"), 0.5, (0.3, 0.7)),
        (Range(0.9, 0.999, "complement"), 0.99, (1.0 - 0.012, 1.0 - 0.01 / 1.2)),
        (Range(0.0, 1.0, "linear"), 0.95, (0.75, 1.0)),
        (Range(1.0, 1.0, "linear"), 1.0, (1.0, 1.0)),
    ],
)
def test_a_perturbation_is_a_fifth_up_or_down(each, value, steps):
    found = {round(each.near(value, np.random.default_rng(seed)), 9) for seed in range(20)}
    assert sorted(found) == pytest.approx(sorted(set(steps)))


def test_a_scale_is_drawn_from_evenly():
    rng = np.random.default_rng(0)
    decades = np.floor([np.log10(Range(1e-4, 1e-1).draw(rng)) for _ in range(3000)])
    assert np.unique(decades, return_counts=True)[1].tolist() == pytest.approx([1000] * 3, abs=90)


def test_exploring_perturbs_or_resamples_every_number():
    rng, numbers = np.random.default_rng(1), {"rate": 1e-3, "entropy": 1e-3, "discount": 0.99}
    near = [explored(numbers, HYPERS, rng, resample=0.0)["rate"] for _ in range(50)]
    assert set(np.round(near, 9)) == {round(1e-3 / 1.2, 9), 1.2e-3}
    anew = [explored(numbers, HYPERS, rng, resample=1.0)["rate"] for _ in range(50)]
    assert len(set(anew)) == 50 and min(anew) < 1e-4
    assert drawn(HYPERS, rng).keys() == numbers.keys()


def test_a_child_has_each_number_from_either_parent():
    mine, theirs = {"rate": 1.0, "entropy": 1.0}, {"rate": 2.0, "entropy": 2.0}
    children = [crossed(mine, theirs, np.random.default_rng(seed)) for seed in range(30)]
    assert {tuple(child.values()) for child in children} == {(1, 1), (1, 2), (2, 1), (2, 2)}


@pytest.mark.parametrize(
    "wrong", [(0.0, 1.0, "log"), (2.0, 1.0, "linear"), (0.5, 1.0, "complement")]
)
def test_ranges_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ConfigError, match="goes upwards"):
        Range(*wrong)
