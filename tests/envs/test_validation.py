"""An action is taken whole or refused whole: the message names the player and the rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mpgenie.envs.config import EnvConfig
from mpgenie.envs.simulation.actions import BUTTONS, NO_OP, discrete_to_raw
from mpgenie.envs.spaces import action_space
from mpgenie.envs.validation import ActionReader
from mpgenie.errors import ActionError

AGENTS = ["player_0", "player_1"]
IDLE = np.array(NO_OP)
STILL = {"buttons": np.zeros(20, np.int8), "camera": np.zeros(2, np.float32)}


def reader(**options):
    return ActionReader(EnvConfig(**options), AGENTS)


DISCRETE, RAW = reader(), reader(action_mode="raw")
TALKING = reader(action_mode="raw", messages=3)


def camera(*turn):
    return {**STILL, "camera": np.array(turn)}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (IDLE[:9], r"player_1: .* shape \(10,\), got \(9,\)"),
        (IDLE.astype(float), "player_1: .* whole numbers, got float64"),
        (IDLE.astype(complex), "player_1: .* whole numbers"),
        (IDLE > 0, "player_1: .* whole numbers, got bool"),
        (IDLE - 1, "player_1: component 0 .forward/back. .* between 0 and 2, got -1"),
        (IDLE + np.eye(10, dtype=int)[8] * 6, "player_1: component 8 .camera pitch. .* 10, got 11"),
        (np.full(10, 2**63, np.uint64), "player_1: component 0"),
        (None, "player_1: .* object"),
        ("jump", "player_1: .* <U4"),
        ([[0], [0, 1]], "player_1: .* not an array"),
        ([10**30] * 10, "player_1: .* object"),
        (7, r"player_1: .* shape"),
    ],
    ids=str,
)
def test_a_bad_discrete_action_is_named(action, message):
    with pytest.raises(ActionError, match=message):
        DISCRETE.read({"player_0": IDLE, "player_1": action}, AGENTS)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (camera(np.nan, 0), "player_1: the camera's pitch must be a finite number .* got nan"),
        (camera(0, np.inf), "player_1: the camera's yaw must be a finite number .* got inf"),
        (camera(0, 180.1), "player_1: the camera's yaw .* between -180 and 180"),
        (camera(0, 1e300), "player_1: the camera's yaw"),
        (camera(0, np.longdouble("1e400")), "player_1: the camera's yaw"),
        (camera(0, 1j), "player_1: camera must be real numbers, got complex128"),
        (camera(0, 0, 0), r"player_1: camera must have the shape \(2,\), got \(3,\)"),
        ({**STILL, "buttons": np.full(20, 2)}, r"player_1: button 0 \(attack\) must be 0 or 1"),
        ({**STILL, "buttons": np.zeros(20)}, "player_1: buttons must be whole numbers"),
        ({**STILL, "buttons": np.zeros(19, int)}, r"player_1: .* shape \(20,\)"),
        ({**STILL, "button": 1}, "player_1: a raw action is a dictionary of"),
        ({"camera": STILL["camera"]}, "player_1: a raw action is a dictionary of"),
        (IDLE, "player_1: a raw action is a dictionary of"),
    ],
    ids=str,
)
def test_a_bad_raw_action_is_named(action, message):
    with pytest.raises(ActionError, match=message):
        RAW.read({"player_0": STILL, "player_1": action}, AGENTS)


@pytest.mark.parametrize("message", [4, -1, 2**63 - 1])
def test_a_message_is_one_of_the_tokens(message):
    with pytest.raises(ActionError, match="player_0: message must lie between 0 and 3"):
        TALKING.read({agent: {**STILL, "message": message} for agent in AGENTS}, AGENTS)


@pytest.mark.parametrize(
    ("actions", "living", "message"),
    [
        ({"player_0": IDLE}, AGENTS, r"missing \['player_1'\]"),
        ({a: IDLE for a in [*AGENTS, "zed"]}, AGENTS, r"unknown \['zed'\]"),
        ({a: IDLE for a in AGENTS}, ["player_0"], r"finished \['player_1'\]"),
        ({}, AGENTS, "missing"),
        ([IDLE, IDLE], AGENTS, "a dictionary of actions"),
        (None, AGENTS, "a dictionary of actions"),
    ],
)
def test_wrong_players_are_named(actions, living, message):
    with pytest.raises(ActionError, match=message):
        DISCRETE.read(actions, living)


def test_the_missing_do_nothing_if_asked_to():
    lenient = reader(missing="noop")
    lenient.read({a: IDLE + 1 - (IDLE > 0) for a in AGENTS}, AGENTS)
    lenient.read({"player_1": IDLE}, AGENTS)
    assert not lenient.buttons.any() and not lenient.camera.any()


@pytest.mark.parametrize("mode", ["discrete", "raw"])
@pytest.mark.parametrize("messages", [0, 5])
def test_every_sample_of_the_space_is_taken(mode, messages):
    config = EnvConfig(action_mode=mode, messages=messages)
    space, taking = action_space(config), ActionReader(config, AGENTS)
    space.seed(1)
    for _ in range(50):
        taking.read({agent: space.sample() for agent in AGENTS}, AGENTS)


@pytest.mark.laws
def test_discrete_actions_become_the_raw_ones_that_they_stand_for():
    space = action_space(EnvConfig())
    space.seed(2)
    for _ in range(100):
        rows = [space.sample() for _ in AGENTS]
        DISCRETE.read(dict(zip(AGENTS, rows, strict=True)), AGENTS)
        for slot, row in enumerate(rows):
            buttons, turn = discrete_to_raw(row)
            assert DISCRETE.buttons[0, slot] == buttons
            assert (DISCRETE.camera[0, slot] == turn).all()


@pytest.mark.laws
def test_raw_actions_are_packed_bit_by_bit():
    for bit, name in enumerate(BUTTONS):
        pressed = np.zeros(20, bool)
        pressed[BUTTONS.index(name)] = True
        RAW.read({a: {"buttons": pressed, "camera": [3, -4.5]} for a in AGENTS}, AGENTS)
        assert (RAW.buttons == 1 << bit).all()
        assert (RAW.camera == np.array([3, -4.5], np.float32)).all()


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.uint64, list, tuple])
def test_any_whole_numbers_will_do(kind):
    row = kind(IDLE) if kind in (list, tuple) else IDLE.astype(kind)
    DISCRETE.read({agent: row for agent in AGENTS}, AGENTS)
    assert not DISCRETE.buttons.any()


arrays = npst.arrays(
    dtype=npst.scalar_dtypes() | npst.unicode_string_dtypes(), shape=npst.array_shapes(max_side=21)
)
values = st.one_of(
    arrays,
    npst.arrays(np.int64, 10, elements=st.integers(-1, 12)),
    npst.arrays(np.float64, st.sampled_from([(2,), (10,)])),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    st.lists(st.integers() | st.floats(), max_size=11),
)
anything = st.one_of(
    values,
    st.dictionaries(st.sampled_from(["buttons", "camera", "message", "jump"]), values),
    st.fixed_dictionaries({"buttons": values, "camera": values}),
    st.fixed_dictionaries(
        {
            "buttons": npst.arrays(np.int8, 20, elements=st.integers(0, 1)),
            "camera": npst.arrays(np.float32, 2),
        }
    ),
)
names = st.sampled_from([*AGENTS, "player_2", "zed", 0, None])


@settings(max_examples=1500, deadline=None)
@given(st.dictionaries(names, anything, max_size=3) | values, st.sampled_from([DISCRETE, RAW]))
def test_nothing_is_packed_unless_everything_is_good(actions, taking):
    before = [taking.buttons.copy(), taking.camera.copy(), taking.message.copy()]
    try:
        taking.read(actions, AGENTS)
    except ActionError:
        after = [taking.buttons, taking.camera, taking.message]
        assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    else:
        space = action_space(EnvConfig(action_mode="raw" if taking is RAW else "discrete"))
        assert set(actions) == set(AGENTS)
        assert (taking.buttons < 1 << 20).all()
        assert np.isfinite(taking.camera).all() and (abs(taking.camera) <= 180).all()
        if taking is DISCRETE:
            assert all(space.contains(np.asarray(row, np.int64)) for row in actions.values())
