"""The demo's player walks, digs and builds near the others, the same for the same seed."""

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from mpgenie.cli.wander import NEAR, Sense, sense, wander
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_CAP

AT_EASE = Sense(turn=0.0, distance=1.0, pitch=0.0, wet=False, stopped=False)


def actions(seed: int, ticks: int = 600, now: Sense = AT_EASE):
    played = list(islice(wander(lambda: now, seed), ticks))
    return np.stack([a["buttons"] for a in played]), np.stack([a["camera"] for a in played])


def pressed(buttons) -> set[str]:
    return {name for name, used in zip(BUTTONS, buttons.any(axis=0), strict=True) if used}


def test_equal_seeds_play_equally_and_others_differ():
    for ours, again, other in zip(actions(1), actions(1), actions(2), strict=True):
        assert np.array_equal(ours, again)
        assert not np.array_equal(ours, other)


def test_it_does_everything_that_is_fun_to_watch():
    buttons, _ = actions(3)
    assert {"forward", "jump", "attack", "use"} <= pressed(buttons)


def test_it_never_asks_for_more_than_the_camera_can_do():
    for turn in (-180.0, 180.0):
        _, camera = actions(4, now=AT_EASE._replace(turn=turn, pitch=90.0, distance=99.0))
        assert np.abs(camera).max() <= CAMERA_CAP


def test_in_water_it_swims_towards_the_others():
    buttons, camera = actions(5, now=AT_EASE._replace(turn=30.0, wet=True))
    assert pressed(buttons) - {"sprint"} == {"forward", "jump"}
    assert (camera[:, 1] > 0).all()


def test_far_from_the_others_it_turns_back_to_them():
    _, camera = actions(6, ticks=20, now=AT_EASE._replace(turn=-90.0, distance=2 * NEAR))
    assert (camera[:, 1] < 0).all()


@pytest.mark.parametrize(("other", "turn"), [((60, 5, 0), 0), ((60, 0, 5), -90), ((60, 0, -5), 90)])
def test_it_knows_on_which_side_the_others_are(other, turn):
    """On the equator, heading east: north, where z grows, is to the left."""
    players = SimpleNamespace(
        position=np.array([[(60.0, 0, 0), other]]),
        heading=np.array([[(0.0, 1, 0), (0, 1, 0)]]),
        velocity=np.zeros((1, 2, 3)),
        pitch=np.zeros((1, 2)),
        in_water=np.zeros((1, 2), bool),
    )
    env = SimpleNamespace(simulation=SimpleNamespace(state=SimpleNamespace(players=players)))
    known = sense(env, 0)
    assert known.turn == pytest.approx(turn)
    assert known.distance == pytest.approx(5)
    assert known.stopped and not known.wet
