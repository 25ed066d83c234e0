"""Scripts and trained policies play by one protocol, and only where they see what they know."""

import numpy as np
import pytest

import mpgenie
from mpgenie.errors import CheckpointError, ConfigError
from mpgenie.world_models.evaluation.fidelity import rank_policies
from mpgenie.world_models.evaluation.policies import SCRIPTS, Always, LookAround, trained_policies
from tests.world_models.stand_in import source

SEEN = {"player_0": np.zeros((64, 64, 3), np.uint8), "player_1": np.zeros((64, 64, 3), np.uint8)}


def test_a_script_that_changes_nothing_does_nothing():
    actions, state = Always().act(SEEN)
    assert actions == dict.fromkeys(SEEN, [0, 0, 0, 0, 0, 0, 0, 0, 5, 5]) and state is None
    assert Always(((0, 1), (9, 8))).act(SEEN)[0]["player_1"] == [1, 0, 0, 0, 0, 0, 0, 0, 5, 8]


def test_who_looks_around_does_so_by_its_seed():
    def ways(seed):
        policy, state, found = LookAround(seed), None, []
        for _ in range(4):
            actions, state = policy.act(SEEN, state)
            found.append(actions["player_0"][8:])
        return found

    assert ways(1) == ways(1) != ways(2) and len({*map(tuple, ways(1))}) > 1


def test_a_trained_policy_plays_in_dreams_and_in_the_game():
    learnt = source(resolution=(64, 64))
    policies = {
        **trained_policies(["gather_pixels"], (64, 64)), "stand still": SCRIPTS["stand still"]
    }  # fmt: skip
    found = rank_policies(learnt, policies, starts=1, ticks=3)
    assert found["policies"] == ["gather_pixels", "stand still"]
    assert np.isfinite(found["dream"]).all() and np.isfinite(found["real"]).all()


@pytest.mark.parametrize("name", ["gather", "gather_pixels"])
def test_policies_that_see_something_else_are_refused(name):
    with pytest.raises(ConfigError, match=rf"\(32, 32\), and '{name}' observes"):
        trained_policies([name], (32, 32))


def test_policies_that_are_not_there_are_named():
    with pytest.raises(CheckpointError, match="Did you mean 'gather_pixels'"):
        trained_policies(["gather_pixel"], (64, 64))


def test_policies_need_places_to_be_ranked_from():
    with pytest.raises(ConfigError, match="name their number, starts"):
        mpgenie.evaluate_world_model("checkpoints/debug", policies=["gather_pixels"])
