"""What was done tick by tick becomes the decision that comes nearest to it."""

import numpy as np
import pytest

from mpgenie.agents.training.config import PPOConfig, recipe
from mpgenie.agents.training.decisions import decisions_of
from mpgenie.envs.simulation.actions import BIT, discrete_to_raw, pack_buttons
from mpgenie.envs.spaces import COMPONENTS

EVERYTHING = PPOConfig(turns=(1, 2, 3, 4, 5)).allowed()


def decided(*ticks, allowed=EVERYTHING):
    """The decision by component of one player who did this; a tick is names and a turn."""
    buttons = np.array([[pack_buttons(names)] for names, _ in ticks], np.uint32)
    camera = np.array([[turn] for _, turn in ticks], np.float32)
    ((row,),) = decisions_of(buttons, camera, allowed, repeat=len(ticks))
    return dict(zip(COMPONENTS, row.tolist(), strict=False))


STILL = (0.0, 0.0)


@pytest.mark.parametrize("repeat", [1, 2, 4])
@pytest.mark.parametrize("scenario", ["gather", "build", "hide_and_seek"])
def test_a_decision_that_is_played_comes_back_as_it_was(scenario, repeat):
    allowed = recipe(scenario).allowed()
    rng = np.random.default_rng(repeat)
    rows = np.array([[rng.choice(np.flatnonzero(each)) for each in allowed] for _ in range(200)])
    raw = [discrete_to_raw(row) for row in rows]
    buttons = np.repeat(np.array([[field for field, _ in raw]], np.uint32), repeat, axis=0)
    camera = np.repeat(np.array([[turn for _, turn in raw]]), repeat, axis=0)
    assert np.array_equal(decisions_of(buttons, camera, allowed, repeat), rows[None])


def test_every_tick_begins_a_decision():
    buttons = np.zeros((9, 3), np.uint32)
    assert decisions_of(buttons, np.zeros((9, 3, 2)), EVERYTHING, 4).shape == (6, 3, 10)
    assert decisions_of(buttons[:3], np.zeros((3, 3, 2)), EVERYTHING, 4).shape == (0, 3, 10)


def test_walking_is_what_was_held_for_half_of_the_ticks():
    forward, nothing = (["forward"], STILL), ([], STILL)
    assert decided(forward, forward, nothing, nothing)["forward/back"] == 1
    assert decided(forward, nothing, nothing, nothing)["forward/back"] == 0


@pytest.mark.parametrize("tap", ["attack", "jump", "use", "drop"])
def test_taps_are_not_lost(tap):
    assert decided(([], STILL), ([tap], STILL), ([], STILL), ([], STILL))[tap] == 1


def test_buttons_cancel_and_win_as_in_the_game():
    pressed = ["forward", "back", "sneak", "sprint", "hotbar.7", "hotbar.3", "inventory"]
    row = decided((pressed, STILL))
    assert row["forward/back"] == 0 and row["sneak/sprint"] == 1 and row["hotbar"] == 3


def test_a_turn_is_the_step_nearest_to_the_mean():
    turned = decided(([], (0.0, 6.0)), ([], (0.0, 6.4)), ([], (0.0, 0.0)), ([], (0.0, 0.0)))
    assert turned["camera yaw"] == 8 and turned["camera pitch"] == 5  # 3.1 degrees a tick
    assert decided(([], (-90.0, 1.0)), ([], (0.0, 1.0)))["camera pitch"] == 2  # 8.6 at most


def test_what_is_not_allowed_stays_idle():
    allowed = PPOConfig(free=("jump", "camera yaw"), turns=(4,)).allowed()
    row = decided((list(BIT), (9.0, 3.0)), allowed=allowed)
    assert row.pop("jump") == 1 and row.pop("camera yaw") == 9
    assert row.pop("camera pitch") == 5 and set(row.values()) == {0}
