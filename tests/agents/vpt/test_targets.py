"""Actions become targets, and targets actions, without loss."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.agents.vpt.augment import Augmentation, augmented, in_mirror, states_in_mirror
from mpgenie.agents.vpt.corpus import Corpus
from mpgenie.agents.vpt.targets import (
    BITS,
    bit_fields,
    buttons_down,
    squeezed,
    step_shares,
    stretched,
    turn_of,
)  # fmt: skip
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_BINS
from mpgenie.envs.state_observation import unpack_state

from .conftest import network, panned

degrees = st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=8).map(np.array)


@given(st.lists(st.integers(0, 2**BITS - 1), min_size=1, max_size=8))
def test_bit_fields_come_back(fields):
    fields = np.array(fields, np.uint32)
    assert np.array_equal(bit_fields(buttons_down(fields)), fields)


@given(degrees)
def test_shares_add_up_and_stand_for_the_turn(turns):
    shares = step_shares(turns)
    assert np.allclose(shares.sum(-1), 1.0, atol=1e-6) and ((shares > 0).sum(-1) <= 2).all()
    assert np.allclose(turn_of(shares), turns, atol=1e-4)
    assert np.allclose(stretched(squeezed(turns)), turns, atol=1e-9)


def test_the_steps_of_the_game_are_whole():
    assert np.allclose(step_shares(np.array(CAMERA_BINS)), np.eye(11), atol=1e-6)
    assert np.allclose(turn_of(step_shares(np.array([-90.0, 90.0]))), [-10.0, 10.0])


@given(st.integers(0, 9))
def test_a_mirror_before_a_mirror_changes_nothing(seed):
    play = panned(seed, ticks=20)
    clip = Corpus([play]).clip(np.random.default_rng(seed), 8, 1, network())
    clip.down[:, :, BUTTONS.index("left")] = True
    once = in_mirror(clip)
    assert once.down[:, :, BUTTONS.index("right")].all()
    assert np.array_equal(once.camera[..., 0], clip.camera[..., 0])
    assert np.array_equal(once.camera[..., 1], -clip.camera[..., 1])
    for there, back in zip(clip, in_mirror(once), strict=True):
        assert np.array_equal(there, back, equal_nan=there.dtype.kind == "f")


def test_a_mirror_puts_what_is_on_the_right_on_the_left():
    states = np.zeros((3, 2, 536), np.uint8)
    parts = unpack_state(states)
    parts["blocks"][..., 2, 4, 6], parts["body"][..., 3] = 7, 128 + 30
    parts["entities"][..., 0, :4] = 140, 128 + 9, 128, 1
    parts["marks"][..., 1, :5] = 128, 128 - 20, 128, 5, 1
    there = unpack_state(states_in_mirror(states))
    assert (there["blocks"][..., 2, 4, 2] == 7).all() and (there["blocks"] > 0).sum() == 6
    assert (there["body"][..., 3] == 128 - 30).all()
    assert (there["entities"][..., 0, :4] == [140, 128 - 9, 128, 1]).all()
    assert (there["marks"][..., 1, :5] == [128, 128 + 20, 128, 5, 1]).all()
    assert not there["entities"][..., 1:, :].any() and not there["marks"][..., 0, :].any()
    assert np.array_equal(states_in_mirror(states_in_mirror(states)), states)


def test_augmentation_changes_pictures_and_not_what_was_done():
    clip = Corpus([panned(ticks=20)]).clip(np.random.default_rng(0), 8, 1, network())
    other = augmented(clip, np.random.default_rng(1), Augmentation(mirror=False))
    assert other.frames.shape == clip.frames.shape and (other.frames != clip.frames).any()
    for was, now in zip(clip[1:], other[1:], strict=True):
        assert np.array_equal(was, now, equal_nan=was.dtype.kind == "f")


def test_a_clip_longer_than_its_episode_does_not_count_beyond_it():
    corpus = Corpus([panned(ticks=10, players=2)])
    clip = corpus.clip(np.random.default_rng(0), 16, 3, network())
    assert clip.there.tolist() == [[True, True, False]] * 10 + [[False] * 3] * 6
    assert (clip.frames[-1, 0] == clip.frames[-2, 0]).all() and not clip.frames[:, 2].any()
