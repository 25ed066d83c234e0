"""What keys and mouse mean follows from one tick of them, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpgenie.envs.simulation.actions import BUTTONS, unpack_buttons
from mpgenie.play.controls import (
    ALONE,
    FIRST,
    SECOND,
    SLOTS,
    Inputs,
    Sample,
    action_of,
    bindings_for,
    held_for,
    key_turn,
    slot_wanted,
)
from mpgenie.play.window import COMMANDS

EVERYBODY = (ALONE, FIRST, SECOND)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = sorted(ALONE.keys | SECOND.keys)
BUTTONS_THAT_DO_SOMETHING = set(BUTTONS) - {"inventory"}


def pressed(*keys: str, **more: float) -> Sample:
    down = frozenset(keys)
    return Sample(down, down, **more)


@pytest.mark.parametrize("bindings", EVERYBODY, ids=["alone", "first", "second"])
def test_every_key_of_a_button_presses_it_and_no_other(bindings):
    for button, keys in bindings.buttons.items():
        for key in keys:
            assert unpack_buttons(action_of(pressed(key), bindings).buttons) == (button,)


@pytest.mark.parametrize("bindings", EVERYBODY, ids=["alone", "first", "second"])
def test_nobody_lacks_a_button(bindings):
    reachable = set(bindings.buttons)
    if bindings.previous and bindings.following or bindings.mouse:
        reachable |= {f"hotbar.{slot}" for slot in range(1, SLOTS + 1)}
    assert reachable == BUTTONS_THAT_DO_SOMETHING


@pytest.mark.parametrize("bindings", EVERYBODY, ids=["alone", "first", "second"])
def test_no_key_means_two_things(bindings):
    groups = [*bindings.buttons.values(), *bindings.look.values()]
    groups += [bindings.previous, bindings.following]
    keys = [key for group in groups for key in group]
    assert len(keys) == len(set(keys))
    assert not set(keys) & set(COMMANDS)


def test_two_people_share_no_key():
    assert bindings_for(2) == (FIRST, SECOND)
    assert not FIRST.keys & SECOND.keys


@PATIENT
@given(st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(KEYS)))
def test_more_keys_press_no_less(some, more):
    for bindings in EVERYBODY:
        few = action_of(Sample(frozenset(some)), bindings).buttons
        many = action_of(Sample(frozenset(some | more)), bindings).buttons
        assert few & many == few


@PATIENT
@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0.01, 10.0))
def test_the_mouse_turns_by_pixels_times_sensitivity_up_to_half_a_turn(right, forth, sensitivity):
    action = action_of(Sample(right=right, forth=forth), FIRST, sensitivity=sensitivity)
    assert action.yaw == max(-180.0, min(180.0, right * sensitivity))
    assert action.pitch == max(-180.0, min(180.0, -forth * sensitivity))


def test_the_mouse_is_the_first_persons():
    moved = Sample(right=40.0, forth=-10.0, wheel=1.0)
    action = action_of(moved, SECOND)
    assert (action.buttons, action.pitch, action.yaw) == (0, 0.0, 0.0)


@PATIENT
@given(st.integers(0, 8), st.integers(-20, 20))
def test_the_wheel_goes_round_the_hotbar(held, notches):
    wanted = slot_wanted(Sample(wheel=notches), FIRST, held)
    assert wanted == (held - notches) % SLOTS
    names = unpack_buttons(action_of(Sample(wheel=notches), FIRST, held=held).buttons)
    assert names == (() if wanted == held else (f"hotbar.{wanted + 1}",))


def test_a_held_key_goes_on_by_one_slot_only():
    assert slot_wanted(pressed("BRACKETRIGHT"), SECOND, 8) == 0
    assert slot_wanted(Sample(frozenset({"BRACKETRIGHT"})), SECOND, 8) == 8


def test_a_key_turns_the_camera_faster_the_longer_it_is_held():
    turns = [key_turn(ticks) for ticks in range(1, 20)]
    assert turns == sorted(turns) and turns[0] > 0.0 and turns[-1] <= 8.594
    looking: dict[str, int] = {}
    for ticks in range(1, 4):
        looking = held_for(pressed("NUM_6", "NUM_8"), SECOND, looking)
        action = action_of(pressed("NUM_6", "NUM_8"), SECOND, looking=looking)
        assert (action.pitch, action.yaw) == (-key_turn(ticks), key_turn(ticks))
    assert held_for(pressed("NUM_6"), SECOND, looking) == {"right": 4}


def test_opposite_looks_cancel():
    action = action_of(pressed("J", "L"), SECOND)
    assert action.yaw == 0.0


def test_a_tap_within_a_tick_counts_once():
    inputs = Inputs()
    inputs.press("SPACE")
    inputs.release("SPACE")
    assert inputs.take().down == {"SPACE"}
    assert inputs.take().down == frozenset()


def test_a_held_key_counts_until_it_comes_up():
    inputs = Inputs()
    inputs.press("W")
    assert inputs.take() == Sample(frozenset("W"), frozenset("W"))
    assert inputs.take() == Sample(frozenset("W"))
    inputs.release("W")
    assert inputs.take() == Sample()


def test_the_mouse_adds_up_until_a_tick_takes_it():
    inputs = Inputs()
    inputs.move(3, -1)
    inputs.move(4, 2)
    inputs.scroll(1)
    assert inputs.take()[2:] == (7.0, 1.0, 1.0)
    assert inputs.take()[2:] == (0.0, 0.0, 0.0)


def test_what_is_let_go_is_forgotten():
    inputs = Inputs()
    inputs.press("W")
    inputs.move(3, 3)
    inputs.let_go()
    assert inputs.take() == Sample()
