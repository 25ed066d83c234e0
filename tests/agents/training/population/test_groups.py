"""Groups differ by what they are paid for, and never leave their box."""

from itertools import combinations

import numpy as np
import pytest

from mpgenie.agents.training.population.groups import GROUPS, MIX, check_inside, mixed, ranges_of
from mpgenie.agents.training.population.hypers import drawn, explored
from mpgenie.errors import ConfigError


@pytest.mark.parametrize(("one", "other"), [*combinations(GROUPS, 2)])
def test_no_two_boxes_touch(one, other):
    assert any(
        GROUPS[one][name][1] < GROUPS[other][name][0]
        or GROUPS[other][name][1] < GROUPS[one][name][0]
        for name in MIX
    )


@pytest.mark.parametrize("group", GROUPS)
def test_evolution_stays_inside_a_box(group):
    rng = np.random.default_rng(0)
    numbers = drawn(ranges_of(group), rng)
    for _ in range(200):
        check_inside(group, numbers)
        numbers = explored(numbers, ranges_of(group), rng, resample=0.1)


def test_who_is_outside_is_told_where_the_box_is():
    numbers = {"mix.self": 1.0, "mix.team": 0.0, "mix.opponents": 0.0, "mix.novelty": 0.5}
    with pytest.raises(ConfigError, match="plain member has mix.novelty from 0 to 0, not 0.5"):
        check_inside("plain", numbers)
    with pytest.raises(ConfigError, match="Did you mean 'cooperative'"):
        ranges_of("coperative")


def paid(mix, teams, worth=((1.0,),) * 4, novelty=0.0):
    """What four players are paid who got 1, 2, 3 and 4, of which the first one's mix is given."""
    parts = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 1, 4, 1)
    mixes = np.tile((1.0, 0.0, 0.0, 0.0), (1, 4, 1))
    mixes[0, 0] = mix
    return mixed(parts, np.full((1, 1, 4), novelty), np.array([worth]), mixes, np.array(teams))[
        0, 0
    ].tolist()


def test_the_plain_mix_is_the_scenarios_reward():
    assert paid((1, 0, 0, 0), (0, 1, 0, 1)) == [1.0, 2.0, 3.0, 4.0]


def test_mates_and_opponents_count_by_their_means():
    assert paid((1, 1, 0, 0), (0, 1, 0, 1))[0] == 1.0 + 3.0
    assert paid((1, 0, 1, 0), (0, 1, 0, 1))[0] == 1.0 - (2.0 + 4.0) / 2
    assert paid((1, 0, 1, 0), (0, 1, 1, 1))[0] == 1.0 - (2.0 + 3.0 + 4.0) / 3
    assert paid((1, 1, 0, 0), (0, 1, 1, 1))[0] == 1.0  # nobody is on its team


def test_without_teams_all_others_are_both():
    assert paid((1, 1, 0, 0), (0, 1, 2, 3))[0] == 1.0 + 3.0
    assert paid((1, 0, 1, 0), (0, 1, 2, 3))[0] == 1.0 - 3.0


def test_one_sees_what_happens_to_others_with_ones_own_eyes():
    assert paid((1, 1, 0, 0), (0, 1, 0, 1), worth=((2.0,), (1.0,), (9.0,), (1.0,)))[0] == 2.0 + 6.0


def test_new_places_are_paid_for():
    assert paid((1, 0, 0, 0.25), (0, 1, 0, 1), novelty=1.0) == [1.25, 2.0, 3.0, 4.0]
