"""A sampler gives what it says, each value as often as it says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.errors import ConfigError
from mpgenie.generation.samplers import sampler

examples = settings(deadline=None)
SHARES = st.floats(0, 1, exclude_max=True)
NUMBERS = st.floats(0.01, 1e4)
BOUNDS = st.tuples(NUMBERS, NUMBERS).filter(lambda b: b[1] > 1.01 * b[0])
WHOLE = st.tuples(st.integers(-50, 50), st.integers(1, 60)).map(lambda b: [b[0], b[0] + b[1]])
WORDS = st.lists(st.text("abc", min_size=1), min_size=1, max_size=6, unique=True)
RANGES = st.one_of(
    st.builds(lambda b: {"uniform": list(b)}, BOUNDS),
    st.builds(lambda b: {"log_uniform": list(b)}, BOUNDS),
    st.builds(lambda b: {"integers": b}, WHOLE),
)
ANY = st.one_of(RANGES, WORDS, st.builds(lambda words: {"grid": words}, WORDS))


@examples
@given(RANGES, SHARES)
def test_a_range_gives_what_lies_between_its_bounds(given_, share):
    drawn = sampler("key", given_)
    least, most = drawn.values
    assert least - 1e-4 <= drawn.at(share) <= most + 1e-4


@examples
@given(RANGES, SHARES, SHARES)
def test_larger_shares_give_larger_values(given_, one, other):
    drawn = sampler("key", given_)
    low, high = sorted((one, other))
    assert drawn.at(low) <= drawn.at(high)


@examples
@given(WORDS, st.data())
def test_a_choice_gives_each_value_by_its_weight(words, data):
    weights = data.draw(st.lists(st.integers(1, 9), min_size=len(words), max_size=len(words)))
    drawn, steps = sampler("key", {"choice": words, "weights": weights}), sum(weights)
    found = [drawn.at((k + 0.5) / steps) for k in range(steps)]
    assert [found.count(word) for word in words] == weights


@examples
@given(WHOLE)
def test_whole_numbers_are_equally_likely(bounds):
    drawn, count = sampler("key", {"integers": bounds}), bounds[1] - bounds[0] + 1
    found = [drawn.at((k + 0.5) / count) for k in range(count)]
    assert found == list(range(bounds[0], bounds[1] + 1))


@examples
@given(BOUNDS)
def test_half_of_a_log_uniform_lies_below_the_geometric_mean(bounds):
    middle = sampler("key", {"log_uniform": list(bounds)}).at(0.5)
    assert middle == pytest.approx((bounds[0] * bounds[1]) ** 0.5, rel=1e-6, abs=1e-4)


@examples
@given(ANY, st.integers(1, 6), SHARES)
def test_parts_follow_each_other_and_are_the_whole(given_, bins, share):
    drawn = sampler("key", given_)
    parts = drawn.parts(bins)
    assert parts[0][0] == 0.0 and parts[-1][1] == 1.0
    assert [high for _, high in parts[:-1]] == [low for low, _ in parts[1:]]
    if "log_uniform" not in str(given_) and "uniform" not in str(given_):
        assert len(parts) <= len({drawn.at(k / 997) for k in range(997)})


@examples
@given(ANY)
def test_a_sampler_survives_being_written_down(given_):
    drawn = sampler("key", given_)
    assert sampler("key", drawn.as_plain()) == drawn


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"unifrom": [0, 1]}, "hour: there is no sampler 'unifrom'. Did you mean 'uniform'"),
        ({"uniform": [0, 1], "grid": [1]}, "hour: name one of"),
        ({}, "hour: name one of"),
        ({"uniform": [2, 1]}, "hour.uniform: name two numbers, the least and the most"),
        ({"uniform": [2, "many"]}, "hour.uniform: name two numbers"),
        ({"integers": [1.5, 3]}, "hour.integers: name two whole numbers"),
        ({"log_uniform": [0, 3]}, "hour.log_uniform: the least is more than 0"),
        ({"uniform": 3}, "hour.uniform: write a list"),
        ([], "hour: name one value or more"),
        ([1, 1], "hour: name one value or more, each once"),
        ([float("nan")], "hour: values are words and numbers"),
        (True, "hour: values are words and numbers"),
        ({"choice": [1, 2], "weights": [1]}, "hour.weights: write one for each of the 2 values"),
        ({"choice": [1, 2], "weights": [1, 0]}, "hour.weights: weights are numbers above 0"),
        ({"uniform": [1, 2], "weights": [1, 1]}, "hour.weights: only a choice has weights"),
    ],
)
def test_what_is_no_sampler_is_refused_with_its_key(given_, message):
    with pytest.raises(ConfigError, match=message):
        sampler("hour", given_)
