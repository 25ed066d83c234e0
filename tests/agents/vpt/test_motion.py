"""Costs of matching say where things went, in any light, and the other way round in a mirror."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgenie.agents.vpt.motion import COSTS, MOVES, REACH, motion

SIDE = 2 * REACH + 1
INNER = slice(3, -3)
"""Cells that are compared with nothing from beyond the edge."""


def texture(seed=0, size=64):
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)


def coarse(factor, seed=0):
    """Blocks of `factor` pixels, which all smaller pictures show as well."""
    small = np.random.default_rng(seed).integers(0, 256, (64 // factor, 64 // factor, 3), np.uint8)
    return np.kron(small, np.ones((factor, factor, 1), np.uint8))


def best(costs, level):
    """(down, right) in pixels of the whole picture, cell by cell."""
    place = costs[..., level * MOVES : (level + 1) * MOVES].argmin(-1)
    return np.stack(np.divmod(place, SIDE), -1).astype(int) - REACH


@settings(max_examples=25, deadline=None)
@given(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 3))
def test_a_picture_that_moved_is_found_at_every_size(down, right, level):
    factor = 2**level
    before = coarse(factor)
    after = np.roll(before, (factor * down, factor * right), (0, 1))
    found = best(motion(np.stack([before, after]))[0], level)
    assert (found[INNER, INNER] == (down, right)).all()


def test_nothing_moved_is_a_match_everywhere():
    costs = motion(np.stack([texture(), texture()]))[0]
    still = costs[..., REACH * SIDE + REACH]
    np.testing.assert_allclose(still, -1.0, atol=1e-6)


def test_light_and_contrast_change_little():
    pair = np.stack([coarse(8), np.roll(coarse(8), 3, 1)])
    dim = (pair // 2 + 10).astype(np.uint8)
    assert np.corrcoef(motion(pair).ravel(), motion(dim).ravel())[0, 1] > 0.99


def test_in_a_mirror_right_is_left():
    frames = np.stack([texture(0), np.roll(texture(0), (1, 2), (0, 1)), texture(1)])
    straight, mirrored = motion(frames), motion(np.ascontiguousarray(frames[:, :, ::-1]))
    turned = mirrored[:, :, ::-1].reshape(2, 8, 8, 4, SIDE, SIDE)[..., ::-1]
    np.testing.assert_allclose(turned.reshape(straight.shape), straight, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_is_one_less_than_frames(count):
    frames = np.zeros((count, 32, 48, 3), np.uint8)
    assert motion(frames).shape == (max(0, count - 1), 4, 6, COSTS)


def test_each_pair_is_compared_for_itself():
    frames = np.stack([texture(k) for k in range(4)])
    whole = motion(frames)
    for k in range(3):
        np.testing.assert_array_equal(whole[k], motion(frames[k : k + 2])[0])
