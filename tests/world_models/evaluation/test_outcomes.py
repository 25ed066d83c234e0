"""What ticks are worth and when episodes end, as a dream tells it, is held beside the truth."""

import numpy as np
import pytest

from mpgenie.errors import ConfigError
from mpgenie.world_models.clips import Clip
from mpgenie.world_models.evaluation.outcomes import outcomes
from tests.world_models.stand_in import FORWARD, source

SHOWN, B, T, P = 2, 3, 8, 2


@pytest.fixture
def clips():
    """Moving forward pays 1, as the stand-in tells it."""
    rng = np.random.default_rng(0)
    controls = np.zeros((B, T - 1, P, 22), np.float32)
    controls[..., FORWARD] = rng.integers(0, 2, (B, T - 1, P))
    return Clip(
        np.zeros((B, T, P, 32, 32, 3), np.uint8), controls, controls[..., FORWARD].copy(),
        np.zeros((B, T - 1, P), np.bool_), np.zeros((B, T - 1, P, 6), np.float32),
        np.ones((B, T, P), np.bool_), np.zeros((B, P), np.int64),
    )  # fmt: skip


def test_who_knows_the_rules_makes_no_errors(clips):
    found = outcomes(source(), clips, SHOWN)
    assert found["ticks"] == B * (T - SHOWN) * P and found["mean_error"] == 0.0
    assert found["sign"] == 1.0 and found["rewards"] == clips.rewards[:, SHOWN - 1 :].sum()
    assert found["ends"] == 0 and found["auc"] is None


def test_wrong_rewards_and_the_absent(clips):
    found = outcomes(source(), clips._replace(rewards=-clips.rewards), SHOWN)
    assert found["sign"] == 0.0 and found["mean_error"] == pytest.approx(
        2 * clips.rewards[:, SHOWN - 1 :].mean()
    )
    there = clips.there.copy()
    there[:, SHOWN:, 1] = False
    assert outcomes(source(), clips._replace(there=there), SHOWN)["ticks"] == B * (T - SHOWN)
    nothing = outcomes(source(), clips._replace(rewards=0 * clips.rewards), SHOWN)
    assert nothing["sign"] is None and nothing["rewards"] == 0


def test_ends_that_are_told_alike_everywhere_are_told_by_chance(clips):
    ended = clips.terminated.copy()
    ended[:, -1] = True
    found = outcomes(source(), clips._replace(terminated=ended), SHOWN)
    assert found["ends"] == B * P and 0.0 <= found["auc"] <= 1.0 and found["brier"] > 0.0


def test_something_has_to_be_shown_and_something_left(clips):
    for opened in (0, T):
        with pytest.raises(ConfigError, match="cannot be shown"):
            outcomes(source(), clips, opened)
