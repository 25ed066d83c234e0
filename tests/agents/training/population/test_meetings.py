"""Returns are evidence as often as they should be: rarely where there is nothing to be found."""

import json
from statistics import NormalDist

import numpy as np
import pytest

from mpgenie.agents.training.population.meetings import LEAST, Meetings, chance_below_zero
from mpgenie.agents.training.population.scheduler import evolve

from .test_scheduler import SCHEDULE, member, ranges

TRIALS = 400


def found(difference, games, draw=np.random.Generator.normal):
    """In which share of trials a member that gets so much less is found to be worse."""
    rng = np.random.default_rng(3)
    chances = [
        chance_below_zero(draw(rng, size=games) - difference, np.random.default_rng(trial))
        for trial in range(TRIALS)
    ]
    return np.mean(np.array(chances) >= 0.95)


def coin(rng, size):
    """Won or lost, as far from the mean as a normal number is on average."""
    return rng.choice([-1.0, 1.0], size)


def rare(rng, size):
    """Seldom much and mostly little, with a mean of 0 and a deviation of 1."""
    return 1.0 - rng.exponential(size=size)


@pytest.mark.parametrize("draw", [np.random.Generator.normal, coin, rare])
@pytest.mark.parametrize("games", [LEAST, 40])
def test_false_alarms_are_about_as_rare_as_the_evidence_says(draw, games):
    assert found(0.0, games, draw) == pytest.approx(0.05, abs=0.045)


@pytest.mark.parametrize(("difference", "games"), [(0.3, 32), (0.5, 16), (0.5, 32), (0.8, 16)])
def test_what_is_there_is_found_as_often_as_theory_says(difference, games):
    """In deviations of a difference; a test of normal numbers finds so much."""
    power = NormalDist().cdf(difference * np.sqrt(games) - NormalDist().inv_cdf(0.95))
    assert found(difference, games) == pytest.approx(power, abs=0.07)


def test_the_same_games_are_the_same_evidence():
    games = np.random.default_rng(1).normal(-0.2, size=20)
    told = {chance_below_zero(games, np.random.default_rng(7)) for _ in range(3)}
    assert len(told) == 1
    assert chance_below_zero(games[: LEAST - 1] - 9.0, np.random.default_rng(7)) == 0.5


def met(one, other, games, difference):
    made = Meetings()
    for k in range(games):
        made.add(one, other, difference + 0.1 * (-1) ** k)
    return made


def test_who_is_less_is_worse_whoever_is_named_first():
    one, other, rng = member("a", 25.0), member("b", 25.0), np.random.default_rng(0)
    made = met(other, one, 20, 1.0)
    assert made.worse(one, other, rng) == 1.0 and made.worse(other, one, rng) == 0.0
    again = Meetings.from_plain(json.loads(json.dumps(made.plain())))
    assert again.of(one, other) == made.of(one, other) == [-x for x in made.of(other, one)]


def test_games_from_before_a_change_are_no_evidence():
    one, other = member("a", 25.0), member("b", 25.0)
    made = met(one, other, 20, -1.0)
    one.cloned = one.games
    assert made.of(one, other) == []
    made.add(one, other, 0.5)
    assert made.of(one, other) == [0.5]


def test_members_of_one_rating_are_told_apart_by_what_they_get():
    bad, good = member("bad", 25.0), member("good", 25.0)
    made, rng = met(bad, good, 20, -1.0), np.random.default_rng(0)

    def gets_less(one, other):
        return made.worse(one, other, rng)

    assert evolve([bad, good], ranges, SCHEDULE, rng) == []
    done = evolve([bad, good], ranges, SCHEDULE, rng, gets_less)
    assert [(each.member.name, each.donor.name) for each in done] == [("bad", "good")]
