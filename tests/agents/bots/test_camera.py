"""Eyes turn smoothly, in steps of a mouse, exactly as far as they were meant to."""

import pytest

from mpgenie.agents.bots.bot import Draws
from mpgenie.agents.bots.camera import STEP, Gaze, planned_turn, share_turned
from mpgenie.envs.simulation.actions import CAMERA_CAP

TURNS = [(0.0, 90.0), (-40.0, 12.0), (30.0, -179.0), (0.3, 0.0), (0.0, 0.0)]


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("goal", TURNS)
@pytest.mark.parametrize("speed", [30.0, 60.0, 171.0])
def test_a_turn_ends_where_it_was_meant_to(goal, speed, linear):
    ticks = list(planned_turn(*goal, speed, linear))
    for axis in range(2):
        assert sum(tick[axis] for tick in ticks) == pytest.approx(goal[axis], abs=STEP / 2 + 1e-9)


@pytest.mark.parametrize("goal", TURNS)
def test_no_tick_turns_more_than_the_game_allows_or_by_part_of_a_step(goal):
    for tick in planned_turn(*goal, 171.0):
        for degrees in tick:
            assert abs(degrees) <= CAMERA_CAP
            assert degrees / STEP == pytest.approx(round(degrees / STEP))


def test_a_turn_speeds_up_and_slows_down():
    yaw = [tick[1] for tick in planned_turn(0.0, 120.0, 60.0)]
    assert yaw[0] < 1.0 and yaw[-1] < 1.0
    assert max(yaw) == pytest.approx(3.0, abs=STEP)
    assert len(yaw) == 50  # 120 degrees at a mean of 0.8 * 60 degrees a second


def test_the_profile_goes_from_nothing_to_all():
    assert share_turned(0.0) == 0.0
    assert share_turned(0.5) == pytest.approx(0.5)
    assert share_turned(1.0) == pytest.approx(1.0)


@pytest.mark.parametrize("goal", TURNS)
def test_a_gaze_comes_to_rest_on_its_goal(goal):
    gaze, left = Gaze(lambda: 120.0), list(goal)
    for _ in range(80):
        moved = gaze.turn(*left)
        left = [left[axis] - moved[axis] for axis in range(2)]
    assert max(map(abs, left)) <= 2.0 * STEP


def test_speeds_vary_around_what_was_asked_for():
    draws = Draws(1)
    speeds = [draws.speed(60.0) for _ in range(2_000)]
    assert sum(speeds) / len(speeds) == pytest.approx(60.0, rel=0.03)
    assert min(speeds) >= 24.0 and max(speeds) <= 171.0
    assert len(set(speeds)) > 1_900
