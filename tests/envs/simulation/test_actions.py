"""Discrete actions are raw actions under shorter names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.envs.simulation.actions import (
    BUTTONS,
    CAMERA_BINS,
    NO_OP,
    NVEC,
    bin_to_camera,
    camera_to_bin,
    discrete_table,
    discrete_to_raw,
    pack_buttons,
    raw_to_discrete,
    unpack_buttons,
)

ROWS = st.tuples(*(st.integers(0, choices - 1) for choices in NVEC))


@given(ROWS)
def test_a_row_survives_the_way_through_buttons(row):
    buttons, camera = discrete_to_raw(row)
    assert tuple(raw_to_discrete(buttons, camera)) == row


@given(st.integers(0, 2**20 - 1))
def test_a_bit_field_is_the_list_of_its_names(field):
    assert pack_buttons(unpack_buttons(field)) == field


@given(st.floats(-180, 180))
def test_the_nearest_camera_step_is_chosen_on_the_mu_law_scale(degrees):
    def scale(value):
        return np.sign(value) * np.log1p(np.abs(value)) / np.log(11) * 10

    cut = min(10.0, max(-10.0, degrees))
    away = np.abs(scale(np.array(CAMERA_BINS)) - scale(cut))
    assert away[camera_to_bin(degrees)] <= away.min() + 1e-6


def test_camera_steps_are_those_of_vpt():
    mu_law = [np.sign(k) * (11 ** (abs(k) / 5) - 1) for k in range(-5, 6)]
    assert np.allclose([bin_to_camera(step) for step in range(11)], mu_law, atol=1e-9)


def test_doing_nothing_presses_nothing():
    buttons, camera = discrete_to_raw(NO_OP)
    assert buttons == 0 and not camera.any()


def test_contradictions_cancel_and_sneaking_wins():
    both = pack_buttons(["forward", "back", "left", "right", "sneak", "sprint"])
    row = raw_to_discrete(both, (0.0, 0.0))
    assert row[:4] == [0, 0, 0, 1]


def test_the_lowest_hotbar_button_counts():
    row = raw_to_discrete(pack_buttons(["hotbar.7", "hotbar.3"]), (0.0, 0.0))
    assert row[7] == 3


def test_the_table_says_the_same_as_the_function():
    masks, degrees = discrete_table()
    for component, choices in enumerate(NVEC[:8]):
        for choice in range(choices):
            row = list(NO_OP)
            row[component] = choice
            assert masks[component, choice] == discrete_to_raw(tuple(row))[0]
    assert np.array_equal(degrees, np.array(CAMERA_BINS, np.float32))


def test_an_unknown_button_is_named():
    with pytest.raises(ValueError, match="no button is called 'fly'"):
        pack_buttons(["fly"])
    assert len(BUTTONS) == 20
