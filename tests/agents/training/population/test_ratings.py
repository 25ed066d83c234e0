"""Ratings follow the published rule, and say who is probably better."""

import pytest

from mpgenie.agents.training.population.ratings import MU, SIGMA, Rating, chance, rate, worse
from mpgenie.errors import ConfigError

NEW = Rating()
MATCHES = [
    ([[NEW], [NEW]], [1, 2]),
    ([[NEW], [NEW]], [1, 1]),
    ([[Rating(31.0, 2.0)], [Rating(20.0, 4.0)]], [2, 1]),
    ([[NEW, Rating(30.0, 1.0)], [Rating(22.0, 5.0)]], [2, 1]),
    ([[Rating(20.0 + k, 1.0 + k)] for k in range(5)], [3, 1, 2, 2, 5]),
    ([[NEW, Rating(28.0, 3.0)], [Rating(26.0, 2.0)], [NEW] * 3], [1, 3, 1]),
]


@pytest.mark.parametrize(("teams", "ranks"), MATCHES)
def test_the_numbers_are_those_of_openskill(teams, ranks):
    openskill = pytest.importorskip("openskill.models")
    model = openskill.PlackettLuce()
    theirs = [[model.rating(mu=r.mu, sigma=r.sigma) for r in team] for team in teams]
    expected = model.rate(theirs, ranks=[float(rank) for rank in ranks])
    for team, other in zip(rate(teams, ranks), expected, strict=True):
        for ours, found in zip(team, other, strict=True):
            assert ours == pytest.approx((found.mu, found.sigma), abs=1e-9)


def test_the_first_match_by_hand():
    (winner,), (loser,) = rate([[NEW], [NEW]], [1, 2])
    variance = SIGMA**2 * 1.0001
    c = (2.0 * variance + 2.0 * (SIGMA / 2.0) ** 2) ** 0.5
    assert winner.mu == pytest.approx(MU + 0.5 * variance / c)
    assert loser.mu == pytest.approx(MU - 0.5 * variance / c)
    assert winner.sigma < SIGMA and loser.sigma < SIGMA


def test_a_draw_of_equals_moves_nobody():
    (one,), (other,) = rate([[NEW], [NEW]], [1, 1])
    assert one.mu == other.mu == pytest.approx(MU)


def test_the_order_of_teams_does_not_matter():
    teams, ranks = MATCHES[4]
    turned = rate(teams[::-1], ranks[::-1])[::-1]
    for one, other in zip(rate(teams, ranks), turned, strict=True):
        assert one[0] == pytest.approx(other[0])


def test_who_wins_more_often_is_rated_higher_and_more_surely():
    good, bad = NEW, NEW
    for k in range(40):
        (good,), (bad,) = rate([[good], [bad]], [2, 1] if k % 5 == 0 else [1, 2])
    assert good.sigma < 0.6 * SIGMA and worse(bad, good) > 0.99
    assert chance([good], [bad]) == pytest.approx(0.8, abs=0.06)  # as often as it won


def test_equals_have_even_chances_and_chances_add_up():
    assert chance([NEW], [NEW]) == worse(NEW, NEW) == 0.5
    one, other = [Rating(30.0, 2.0), NEW], [Rating(41.0, 1.0)]
    assert chance(one, other) + chance(other, one) == pytest.approx(1.0)
    assert chance([NEW, NEW], [NEW]) > 0.8  # two are more than one


@pytest.mark.parametrize(
    ("teams", "ranks"), [([[NEW]], [1]), ([[NEW], []], [1, 2]), ([[NEW]] * 2, [1])]
)
def test_no_match_without_two_teams_and_their_places(teams, ranks):
    with pytest.raises(ConfigError, match="two or more teams"):
        rate(teams, ranks)
