"""Every form of an action means one vector of controls, and what is no action is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.envs.simulation.actions import (
    BUTTONS,
    CAMERA_CAP,
    NO_OP,
    NVEC,
    discrete_to_raw,
    unpack_buttons,
)
from mpgenie.errors import ActionError
from mpgenie.world_models.controls import CONTROLS, from_discrete, from_fields, from_raw


@given(st.tuples(*(st.integers(0, n - 1) for n in NVEC)))
def test_discrete_rows_mean_what_the_game_makes_of_them(row):
    field, camera = discrete_to_raw(row)
    ours = from_discrete(np.array(row))
    assert {name for name, down in zip(BUTTONS, ours, strict=False) if down} == {
        *unpack_buttons(field)
    }
    assert np.array_equal(ours, from_fields(field, camera))
    assert np.allclose(ours[20:] * CAMERA_CAP, camera.clip(-CAMERA_CAP, CAMERA_CAP), atol=1e-5)


def test_doing_nothing_is_all_zeros():
    assert not from_discrete(np.array(NO_OP)).any()
    assert not from_raw(np.zeros(20, np.int8), np.zeros(2)).any()


def test_any_number_of_players_and_ticks_at_once():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, NVEC, (3, 4, len(NVEC)))
    ours = from_discrete(rows)
    assert ours.shape == (3, 4, CONTROLS) and ours.dtype == np.float32
    assert np.array_equal(ours[1, 2], from_discrete(rows[1, 2]))
    with_words = np.concatenate([rows, np.ones((3, 4, 1), int)], -1)
    assert np.array_equal(from_discrete(with_words), ours)


def test_turns_are_cut_as_the_game_cuts_them():
    assert from_raw(np.zeros(20, int), [180.0, -180.0])[20:].tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: from_discrete(np.array([3, *NO_OP[1:]])),
        lambda: from_discrete(np.array([-1, *NO_OP[1:]])),
        lambda: from_discrete(np.array(NO_OP[:9])),
        lambda: from_discrete(np.array(NO_OP, float)),
        lambda: from_fields(1 << 20, (0.0, 0.0)),
        lambda: from_fields(0, (0.0, np.nan)),
        lambda: from_raw(np.full(20, 2), (0.0, 0.0)),
        lambda: from_raw(np.zeros((3, 20), int), (0.0, 0.0)),
    ],
)
def test_what_is_no_action_is_refused(wrong):
    with pytest.raises(ActionError):
        wrong()
