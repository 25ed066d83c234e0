"""A bad action in one world of a vector environment names the world, and no world changes."""

import re
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import mpgenie
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.envs.spaces import CAMERA_LIMIT, component_counts
from mpgenie.errors import ActionError

WORLDS, PLAYERS, TOKENS = 3, 2, 2
ROWS = WORLDS * PLAYERS
COUNTS = component_counts(TOKENS)
SMALL = {"planet": "flat", "size": 16, "mobs": False, "observe": "state", "messages": TOKENS}
MODES = ("discrete", "raw")

modes = st.sampled_from(MODES)
rows = st.integers(0, ROWS - 1)
huge = st.sampled_from([2**31, 2**62, -(2**63)])
wild = st.sampled_from([np.nan, np.inf, -np.inf, 1e300]) | st.floats(
    CAMERA_LIMIT, exclude_min=True
).map(float)


@cache
def begun(mode):
    """A vector environment that has played some ticks, and good actions for it."""
    envs = mpgenie.vector_env(WORLDS, PLAYERS, action_mode=mode, threads=2, **SMALL)
    envs.reset(seed=0)
    envs.action_space.seed(0)
    for _ in range(3):
        envs.step(envs.action_space.sample())
    return envs, envs.action_space.sample()


@pytest.fixture(scope="module", autouse=True)
def closing():
    yield
    for mode in MODES:
        begun(mode)[0].close()
    begun.cache_clear()


def refuse(mode, actions, message):
    """Check that a step is refused with a message and that no world has changed."""
    envs = begun(mode)[0]
    before = [envs.state_hash(w) for w in range(WORLDS)]
    with pytest.raises(ActionError, match=message):
        envs.step(actions)
    with pytest.raises(ActionError, match=message):
        envs.send(actions)
    assert [envs.state_hash(w) for w in range(WORLDS)] == before


def whose(row):
    return f"world {row // PLAYERS}, player_{row % PLAYERS}: "


@settings(max_examples=200, deadline=None)
@given(rows, st.integers(0, len(COUNTS) - 1), st.data())
def test_a_component_out_of_range_is_named(row, component, data):
    actions = begun("discrete")[1].copy()
    most = int(COUNTS[component])
    actions[row, component] = data.draw(st.integers(most, 300) | st.integers(-300, -1) | huge)
    refuse("discrete", actions, f"{whose(row)}component {component} ")


@settings(max_examples=200, deadline=None)
@given(rows, st.integers(0, 1), wild, st.booleans())
def test_a_camera_that_is_no_angle_is_named(row, axis, turn, left):
    actions = deepcopy(begun("raw")[1])
    actions["camera"] = actions["camera"].astype(np.float64)
    actions["camera"][row, axis] = -turn if left else turn
    refuse("raw", actions, f"{whose(row)}the camera's {('pitch', 'yaw')[axis]} ")


@settings(max_examples=100, deadline=None)
@given(rows, st.integers(0, len(BUTTONS)), st.integers(TOKENS + 1, 100) | st.integers(-100, -1))
def test_a_button_or_a_message_out_of_range_is_named(row, entry, value):
    actions = deepcopy(begun("raw")[1])
    if entry == len(BUTTONS):
        actions["message"][row], named = value, "message must lie between 0 and 2"
    else:
        actions["buttons"][row, entry], named = (
            value,
            re.escape(f"button {entry} ({BUTTONS[entry]})"),
        )
    refuse("raw", actions, whose(row) + named)


@settings(max_examples=100, deadline=None)
@given(rows, st.sampled_from([np.nan, 0.5, None, "jump", 1j, [1]]), st.integers(0, 9))
def test_an_entry_that_is_no_number_is_named_in_a_list(row, wrong, component):
    actions = begun("discrete")[1].tolist()
    actions[row][component] = wrong
    refuse("discrete", actions, f"{whose(row)}actions ")


@settings(max_examples=100, deadline=None)
@given(rows, st.integers(1, 30).filter(lambda n: n != len(COUNTS)))
def test_a_row_of_another_length_is_named_in_a_list(row, length):
    actions = begun("discrete")[1].tolist()
    actions[row] = [0] * length
    refuse("discrete", actions, re.escape(f"{whose(row)}actions must have the shape (11,)"))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 4 * ROWS).filter(lambda n: n != ROWS), modes)
def test_another_number_of_worlds_is_refused(count, mode):
    good = begun(mode)[1]
    if mode == "discrete":
        actions = np.resize(good, (count, len(COUNTS)))
    else:
        actions = {name: np.resize(part, (count, *part.shape[1:])) for name, part in good.items()}
    refuse(mode, actions, r"step\(\): .* of 3 worlds x 2 players must have the shape \(6,")


@settings(max_examples=300, deadline=None)
@given(
    modes,
    npst.arrays(
        npst.floating_dtypes() | npst.complex_number_dtypes() | npst.unicode_string_dtypes(),
        st.sampled_from([(ROWS, len(COUNTS)), (ROWS, 2), (ROWS,), (WORLDS, PLAYERS), ()]),
    )
    | npst.arrays(npst.integer_dtypes(), npst.array_shapes(max_side=12).filter(lambda s: s[0] != 6))
    | st.none() | st.text() | st.integers() | st.dictionaries(st.text(max_size=7), st.none()),
    st.sampled_from(["buttons", "message"]),
)  # fmt: skip
def test_what_is_no_array_of_actions_is_refused(mode, wrong, key):
    refuse(mode, wrong, r"step\(\)")
    if mode == "raw":
        refuse(mode, {**begun(mode)[1], key: wrong}, r"step\(\)")


def test_good_actions_are_taken_after_all_that():
    for mode in MODES:
        envs, actions = begun(mode)
        before = [envs.state_hash(w) for w in range(WORLDS)]
        envs.step(actions)
        assert all(envs.state_hash(w) != hash_ for w, hash_ in enumerate(before))
