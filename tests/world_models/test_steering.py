"""Which way a camera went is read off two pictures, and nothing else moves the judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.envs.simulation.actions import CAMERA_CAP
from mpgenie.world_models.clips import Film
from mpgenie.world_models.steering import REACH, TICKS, shifts, steering, turned
from tests.world_models.conftest import panned

EDGE = 32


def scene(seed, edge=EDGE + 2 * REACH, coarse=2):
    """A picture larger than a view, of squares of two pixels."""
    rng = np.random.default_rng(seed)
    squares = rng.random((edge // coarse, edge // coarse, 3))
    return (np.kron(squares, np.ones((coarse, coarse, 1))) * 255).astype(np.uint8)


def view(picture, down=0, right=0, edge=EDGE):
    """What of it is seen from a place."""
    y, x = ((len(picture) - edge) // 2 + way for way in (down, right))
    return picture[y : y + edge, x : x + edge]


def pair(seed, down, right):
    picture = scene(seed)
    return view(picture)[None], view(picture, down, right)[None]


way = st.integers(-REACH, REACH)


@settings(max_examples=20, deadline=None)
@given(way, way, st.integers(0, 99), st.booleans())
def test_a_camera_that_moved_is_seen_to(down, right, seed, hand):
    assert shifts(*pair(seed, down, right), hand=hand).tolist() == [[down, right]]


@settings(max_examples=10, deadline=None)
@given(way, way, st.integers(0, 99))
def test_in_a_mirror_it_moves_the_other_way(down, right, seed):
    mirrored = (frames[:, :, ::-1].copy() for frames in pair(seed, down, right))
    assert shifts(*mirrored, hand=False).tolist() == [[down, -right]]


def test_time_reversed_it_moves_back():
    before, after = pair(5, 3, -4)
    assert shifts(after, before, hand=False).tolist() == [[-3, 4]]


def test_what_is_held_stands_still_and_misleads_nobody():
    dark = pair(3, 2, -5)
    before, after = (frames // 16 for frames in dark)
    for frames in (before, after):
        frames[:, 14:, 20:] = 250
    assert shifts(before, after).tolist() == [[2, -5]]
    assert shifts(before, after, hand=False).tolist() == [[0, 0]]


def test_where_nothing_is_to_be_seen_nothing_moves():
    flat = np.full((2, EDGE, EDGE, 3), 90, np.uint8)
    assert shifts(flat, flat).tolist() == [[0, 0], [0, 0]]


def test_larger_pictures_are_shrunk_first():
    picture = scene(1, edge=128, coarse=4)
    frames = [view(picture, *place, edge=64)[None] for place in ((0, 0), (4, -8))]
    assert shifts(*frames).tolist() == [[2, -4]]


@pytest.fixture
def clips():
    """Clips of views in which turning moves the picture, a pixel for two degrees."""
    return Film([panned(k, edge=64) for k in range(4)]).batch(0, range(12), frames=12, players=2)


def test_views_that_turn_as_told_are_right_and_still_ones_are_wrong(clips):
    real = steering(clips.frames, clips, (6, 8))
    assert real.turns.sum() > 20 and real.right.sum() > 0.9 * real.turns.sum()
    still = np.broadcast_to(clips.frames[:, :1], clips.frames.shape)
    judged = steering(still, clips, (6, 8))
    assert judged.turns.tolist() == real.turns.tolist() and not judged.right.any()
    back = steering(clips.frames[:, ::-1], clips._replace(controls=-clips.controls[:, ::-1]), (7,))
    assert back.right.sum() > 0.9 * back.turns.sum()


def told(clips, *degrees):
    """With the views of the ticks before frame 6 turned like this to the right."""
    controls = np.zeros_like(clips.controls)
    controls[:, 6 - TICKS : 6, :, -1] = np.array(degrees)[:, None] / CAMERA_CAP
    return clips._replace(controls=controls)


def test_only_clear_turns_count(clips):
    assert (turned(told(clips, 3, 2), 6) == [0, 1]).all()
    assert (turned(told(clips, -5, 0), 6) == [0, -1]).all()
    assert not turned(told(clips, 2, 1.5), 6).any()  # too little
    assert not turned(told(clips, 8, -2), 6).any()  # there and back
    assert not turned(told(clips, 3, 2), 9).any()  # later


def test_views_from_above_and_of_the_absent_do_not_count(clips):
    turning = told(clips, 3, 2)
    pose, there = clips.pose.copy(), clips.there.copy()
    pose[:, 4, 0, 5] = 60 / 90
    assert (turned(turning._replace(pose=pose), 6)[..., 1] == [0, 1]).all()
    there[:, 5, 1] = False
    assert (turned(turning._replace(there=there), 6)[..., 1] == [1, 0]).all()
