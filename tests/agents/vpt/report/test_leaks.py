"""The scan finds a pixel that shows a key, and nothing in honest pictures."""

import numpy as np
import pytest

from mpgenie.agents.vpt.report.leaks import PATCHES, Probe, area_under_curve, patches
from mpgenie.envs.simulation.actions import BUTTONS
from tests.agents.vpt.conftest import panned

JUMP = BUTTONS.index("jump")


def honest(seed):
    """A play whose pictures say nothing of the button; the view turns."""
    play = panned(seed, players=2)
    play.frames[:, :, :8, :8] = 90
    return play


def found(plays):
    probe = Probe()
    for play in plays:
        probe.add(play)
    return probe.found()


def test_honest_pictures_have_no_leak():
    scan = found(honest(seed) for seed in range(6))
    assert scan["leaks"] == [] and scan["episodes"] == 6
    assert list(scan["buttons"]) == ["jump"] and scan["buttons"]["jump"]["auc"] < 0.8


@pytest.mark.parametrize("lag", [0, 1])
def test_one_pixel_that_shows_a_key_is_found(lag):
    plays = [honest(seed) for seed in range(6)]
    for play in plays:
        pressed = play.down[:, :, JUMP]
        play.frames[lag : lag + play.ticks, :, 21, 10][pressed] = (255, 0, 255)
    scan = found(plays)
    assert {(leak["row"], leak["column"]) for leak in scan["leaks"]} == {(5, 2)}  # of 4 x 4 pixels
    assert scan["leaks"][0]["button"] == "jump" and scan["leaks"][0]["auc"] > 0.98
    assert np.argmax(scan["buttons"]["jump"]["map"]) == 5 * PATCHES + 2


def test_rare_buttons_and_single_episodes_are_not_judged():
    assert found([honest(0)])["buttons"] == {}
    plays = [honest(seed) for seed in range(2)]
    for play in plays:
        play.down[19:] = False
    assert found(plays)["buttons"] == {}


def test_patches_tell_the_mean_and_the_extremes():
    frames = np.zeros((1, 32, 32, 3), np.uint8)
    frames[0, 4, 0] = 255
    table = patches(frames)
    assert table.shape == (1, 64, 9)
    assert table[0, 8].tolist() == [1 / 16] * 3 + [0.0] * 3 + [1.0] * 3
    assert not table[0, np.arange(64) != 8].any()


def test_the_area_under_the_curve_by_hand():
    flags = np.array([True, False, True, False])
    assert area_under_curve(flags, np.array([0.9, 0.8, 0.7, 0.1])) == 0.75
    assert area_under_curve(flags, np.zeros(4)) == 0.5
    assert np.isnan(area_under_curve(flags & False, np.zeros(4)))
