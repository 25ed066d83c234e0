"""The demo's player walks, digs and builds, the same for the same seed."""

from itertools import islice

import numpy as np

from mpgenie.cli.wander import wander
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_CAP


def actions(seed: int, ticks: int = 600):
    played = list(islice(wander(seed), ticks))
    return np.stack([a["buttons"] for a in played]), np.stack([a["camera"] for a in played])


def test_equal_seeds_play_equally_and_others_differ():
    for ours, again, other in zip(actions(1), actions(1), actions(2), strict=True):
        assert np.array_equal(ours, again)
        assert not np.array_equal(ours, other)


def test_it_does_everything_that_is_fun_to_watch():
    buttons, _ = actions(3)
    pressed = {name for name, used in zip(BUTTONS, buttons.any(axis=0), strict=True) if used}
    assert {"forward", "jump", "attack", "use"} <= pressed


def test_it_never_asks_for_more_than_the_camera_can_do():
    _, camera = actions(4)
    assert np.abs(camera).max() <= CAMERA_CAP
    assert np.abs(camera[:, 0].cumsum()).max() < 60  # the eyes stay off zenith and feet
