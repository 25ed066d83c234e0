"""Matches are as likely as their odds are even."""

from collections import Counter

import numpy as np
import pytest

from mpgenie.agents.training.population.matchmaking import (
    Entrant,
    line_up,
    seated,
    sides_of_seats,
    sizes_of,
    weight,
)
from mpgenie.agents.training.population.ratings import Rating, chance


def entrant(name, mu):
    return Entrant(name, Rating(mu, 2.0))


def names(sides):
    return [[each.name for each in side] for side in sides]


def test_the_weight_is_normal_around_even_odds():
    assert weight(0.5) == 1.0
    assert weight(1.0) == weight(0.0) == pytest.approx(np.exp(-4.5))
    assert weight(0.5 + 1.0 / 6.0) == pytest.approx(np.exp(-0.5))


def test_opponents_are_drawn_by_their_weights():
    focal, others = entrant("me", 25.0), [entrant(f"o{k}", 17.0 + 5.0 * k) for k in range(5)]
    weights = np.array([weight(chance([focal.rating], [other.rating])) for other in others])
    rng, drawn = np.random.default_rng(0), Counter()
    for _ in range(6000):
        sides = line_up(focal, [focal, *others], [], [1, 1], 0.0, rng)
        drawn[next(name for [name] in names(sides) if name != "me")] += 1
    found = np.array([drawn[other.name] for other in others]) / 6000
    assert found == pytest.approx(weights / weights.sum(), abs=0.02)


def test_odds_are_even_on_the_whole():
    """The mean distance of the odds from even; that of any two of the population is more."""
    rng = np.random.default_rng(0)
    members = [entrant(f"m{k}", 18.0 + 2.0 * k) for k in range(8)]
    met, anybody = [], []
    for k in range(800):
        focal = members[k % 8]
        one, other = line_up(focal, members, [], [1, 1], 0.0, rng)
        met.append(abs(chance([one[0].rating], [other[0].rating]) - 0.5))
        stranger = members[(k + rng.integers(1, 8)) % 8]
        anybody.append(abs(chance([focal.rating], [stranger.rating]) - 0.5))
    assert np.mean(met) < 0.15 < 0.2 < np.mean(anybody)


def test_teams_of_unequal_size_are_made_even_by_who_is_on_them():
    """One against two is fair only if the one is good."""
    rng = np.random.default_rng(0)
    members = [entrant("good", 40.0), *(entrant(f"m{k}", 20.0) for k in range(3))]
    alone = Counter()
    for k in range(400):
        sides = line_up(members[k % 4], members, [], [2, 1], 0.0, rng)
        assert [len(side) for side in sides] == [2, 1]
        alone[names(sides)[1][0]] += 1
    assert alone["good"] > 250  # by chance, 100


@pytest.mark.parametrize(
    ("players", "members", "sizes"),
    [(2, 8, [1, 1]), (32, 8, [4] * 8), (4, 3, [2, 1, 1])],
)
def test_without_teams_everybody_is_a_side(players, members, sizes):
    assert sizes_of(players, members) == sizes


def test_sides_take_turns_as_long_as_they_have_seats():
    assert sides_of_seats([2, 2]) == (0, 1, 0, 1)
    assert sides_of_seats([1, 3]) == (0, 1, 1, 1)


@pytest.mark.parametrize("sizes", [[1, 1], [2, 2], [3, 2], [3, 1], [16, 16], [4] * 8])
def test_everybody_in_a_match_is_on_one_side(sizes):
    rng, members = np.random.default_rng(0), [entrant(f"m{k}", 25.0) for k in range(8)]
    for k in range(16):
        sides = line_up(members[k % 8], members, [], sizes, 0.0, rng)
        playing = [name for side in names(sides) for name in side]
        assert len(playing) == len(set(playing)) and f"m{k % 8}" in playing
        seats = seated(sides, sizes)
        assert len(seats) == sum(sizes) and set(seats) == set(playing)
        for side, name in zip(sides_of_seats(sizes), seats, strict=True):
            assert name in names(sides)[side]
    if sum(sizes) == 32:
        assert set(Counter(seats).values()) == {4}


def test_the_past_has_its_share_however_good_it_is():
    rng, members = np.random.default_rng(0), [entrant(f"m{k}", 25.0) for k in range(4)]
    past = [entrant("old", -50.0), entrant("older", -90.0)]
    drawn = Counter(
        name
        for k in range(1000)
        for [name] in names(line_up(members[k % 4], members, past, [1, 1], 0.3, rng))
    )
    assert drawn["old"] + drawn["older"] == pytest.approx(300, abs=45)
    assert drawn["old"] == pytest.approx(drawn["older"], abs=45)
