"""Who plays together is who suits each other, and everybody gets a turn."""

from collections import Counter

import numpy as np
import pytest

from mpgenie.agents.training.player import TrainedPolicy
from mpgenie.agents.training.population.casting import Affinities, affinities, cast
from mpgenie.agents.training.population.players import Idle, Trained
from mpgenie.errors import ConfigError

from .conftest import GAME

TOGETHER = np.array([[9.0, 1.0, 5.0], [1.0, 9.0, 2.0], [5.0, 2.0, 9.0]])
APART = np.array([[0.0, 0.9, 0.1], [0.9, 0.0, 0.3], [0.1, 0.3, 0.0]])
KNOWN = Affinities(TOGETHER, APART)


def pairs(how):
    return [set(cast(how, 2, KNOWN, seed=1, unit=unit)) for unit in range(3)]


def test_complementary_members_get_most_together():
    assert pairs("complementary") == [{0, 2}, {1, 2}, {2, 0}]


def test_contrasting_members_decide_most_differently():
    assert pairs("contrasting") == [{0, 1}, {1, 0}, {2, 1}]
    assert set(cast("contrasting", 3, KNOWN, 1, 0)) == {0, 1, 2}


@pytest.mark.parametrize("how", ["any", "complementary", "contrasting"])
def test_more_seats_than_members_are_taken_again(how):
    counts = Counter(cast(how, 7, KNOWN, seed=1, unit=4))
    assert sorted(counts.values()) == [2, 2, 3]


def test_anybody_means_everybody():
    counts = Counter(k for unit in range(300) for k in cast("any", 2, KNOWN, 1, unit))
    assert min(counts.values()) > 150
    first = Counter(cast("complementary", 2, KNOWN, 1, unit)[0] for unit in range(300))
    assert len(first) == 3  # seats are drawn, too


def test_unknown_casts_are_refused():
    with pytest.raises(ConfigError, match="contrasting"):
        cast("contrasted", 2, KNOWN, 1, 0)


def test_who_suits_whom_is_found_out_by_matches(make):
    one, other = make(worlds=1), make(worlds=1)
    one.policies.nets[0].scores.bias.data[8 * 11 + 9] = 50.0  # looks down, which pays on one side
    players = {
        name: Trained(TrainedPolicy(learner.config, learner.policies))
        for name, learner in (("one", one), ("other", other))
    }
    known = affinities(players, GAME, seed=0)
    assert known.together.shape == (2, 2) and known.together[0, 1] == known.together[1, 0]
    assert known.apart[0, 0] == 0.0 < known.apart[0, 1]
    with pytest.raises(ConfigError, match=r"trained members of a population, got \['idle'\]"):
        affinities({**players, "idle": Idle()}, GAME, seed=0)
