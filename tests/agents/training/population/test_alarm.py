"""An alarm is armed by difference, rings once when it is gone, and leaves the best as they are."""

import numpy as np

from mpgenie.agents.training.population.alarm import Alarm, reset
from mpgenie.agents.training.population.scheduler import evolve

from .test_scheduler import SCHEDULE, member, ranges


def test_it_rings_when_what_was_there_is_gone():
    alarm = Alarm(0.1)
    heard = [alarm.rings(each) for each in (0.0, 0.05, 0.2, 0.12, 0.09, 0.01, 0.3, 0.02)]
    assert heard == [False, False, False, False, True, False, False, True]


def test_the_best_of_each_group_stays_as_it_is():
    made = [
        member("a", 20.0), member("b", 30.0), member("c", 25.0),
        member("d", 10.0, group="cooperative"), member("e", 12.0, group="cooperative"),
    ]  # fmt: skip
    before = {each.name: dict(each.numbers) for each in made}
    changed = reset(made, ranges, np.random.default_rng(5))
    assert [each.name for each in changed] == ["a", "c", "d"]
    assert {each.name for each in made if each.numbers == before[each.name]} == {"b", "e"}
    assert made[3].numbers["mix.team"] >= 0.4  # numbers are of the group


def test_who_was_reset_is_tried_before_it_is_compared():
    bad, good = member("bad", 15.0), member("good", 30.0)
    reset([bad, good], ranges, np.random.default_rng(0))
    assert evolve([bad, good], ranges, SCHEDULE, np.random.default_rng(0)) == []
    bad.games += SCHEDULE.burn_in
    assert len(evolve([bad, good], ranges, SCHEDULE, np.random.default_rng(0))) == 1
