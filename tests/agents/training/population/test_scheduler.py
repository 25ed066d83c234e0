"""Nobody is replaced without evidence, in haste, or by another group's member."""

import numpy as np
import pytest

from mpgenie.agents.training.population.groups import ranges_of
from mpgenie.agents.training.population.hypers import HYPERS, drawn
from mpgenie.agents.training.population.member import Member
from mpgenie.agents.training.population.ratings import Rating
from mpgenie.agents.training.population.scheduler import Schedule, evolve
from mpgenie.errors import ConfigError

SCHEDULE = Schedule(burn_in=20, cool_down=10)


def ranges(group):
    return {**HYPERS, **ranges_of(group)}


def member(name, mu, games=50, group="plain", **more):
    rng = np.random.default_rng(0)
    arrays = {"net.x": np.full(2, mu)}
    return Member(name, group, drawn(ranges(group), rng), arrays, Rating(mu, 2.0), games, **more)


def step(members, schedule=SCHEDULE, seed=0):
    done = evolve(members, ranges, schedule, np.random.default_rng(seed))
    return [(each.member.name, each.donor.name) for each in done]


def test_who_is_surely_worse_takes_all_from_who_is_better_and_explores():
    bad, good = member("bad", 15.0), member("good", 30.0)
    assert step([bad, good]) == [("bad", "good")]
    assert np.array_equal(bad.arrays["net.x"], good.arrays["net.x"])
    assert bad.arrays["net.x"] is not good.arrays["net.x"]
    assert bad.rating.mu == 30.0 and bad.rating.sigma > good.rating.sigma
    assert bad.parent == "good" and bad.numbers["rate"] != good.numbers["rate"]
    assert bad.numbers["mix.self"] == 1.0


def test_who_is_only_probably_worse_stays():
    assert step([member("bad", 25.0), member("good", 29.5)]) == []  # 94 in 100
    assert step([member("bad", 25.0), member("good", 29.7)]) == [("bad", "good")]


def test_nobody_changes_or_is_cloned_before_it_was_tried():
    assert step([member("bad", 15.0, games=19), member("good", 30.0)]) == []
    assert step([member("bad", 15.0), member("good", 30.0, games=19)]) == []
    fresh = member("good", 30.0, games=50, cloned=40)
    assert step([member("bad", 15.0), fresh]) == []  # a clone of ten games
    fresh.games = 60
    assert step([member("bad", 15.0), fresh]) == [("bad", "good")]


def test_both_rest_after_a_cloning():
    members = [member("a", 15.0), member("b", 15.0), member("good", 30.0)]
    assert step(members) == [("a", "good")]  # b waits until it may be cloned again
    members[2].games += 9
    assert step(members) == []
    members[2].games += 1
    assert step(members) == [("b", "good")]


def test_donors_are_of_the_same_group():
    bad = member("bad", 15.0, group="cooperative")
    assert step([bad, member("good", 30.0, group="competitive")]) == []
    assert step([bad, member("good", 30.0, group="cooperative")]) == [("bad", "good")]


def test_crossover_mixes_the_numbers_of_both():
    schedule = Schedule(burn_in=0, cool_down=0, crossover=True, resample=0.0)
    kept = set()
    for seed in range(12):
        bad, good = member("bad", 15.0), member("good", 30.0)
        bad.numbers |= {"rate": 1e-5, "entropy": 1e-4}
        good.numbers |= {"rate": 5e-3, "entropy": 1e-2}
        step([bad, good], schedule, seed)
        kept.add((bad.numbers["rate"] < 1e-4, bad.numbers["entropy"] < 1e-3))
    assert len(kept) == 4


@pytest.mark.parametrize("wrong", [{"evidence": 0.3}, {"resample": 2.0}, {"burn_in": -1}])
def test_absurd_schedules_are_refused(wrong):
    with pytest.raises(ConfigError, match="evidence is a chance|are games"):
        Schedule(**wrong)
