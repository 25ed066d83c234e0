"""Joint classes say what the game makes of buttons; nothing in a vocabulary is ever changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.agents.vpt.classes import (
    COMBINATIONS,
    STRAIGHT,
    Classes,
    combinations_of,
    components_of,
    turns_of,
)
from mpgenie.agents.vpt.targets import buttons_down
from mpgenie.envs.simulation.actions import (
    ALL_BUTTONS,
    CAMERA_BINS,
    STILL,
    camera_to_bin,
    discrete_to_raw,
    raw_to_discrete,
)
from mpgenie.errors import ConfigError

fields = st.integers(0, ALL_BUTTONS)
degrees = st.floats(-180, 180, width=32)
combinations = st.integers(0, COMBINATIONS - 1)
vocabularies = st.lists(combinations, min_size=1, max_size=40, unique=True).map(
    lambda listed: Classes(tuple(listed))
)


def combination(field, camera):
    turn = turns_of(np.array(camera, np.float32))
    return int(combinations_of(buttons_down(np.array(field, np.uint32)), turn)), int(turn)


@given(field=fields, camera=st.tuples(degrees, degrees))
def test_a_class_of_its_own_is_the_discrete_action_of_the_game(field, camera):
    found, turn = combination(field, camera)
    row = Classes((found,)).rows(np.array(0), np.array(turn))
    assert row.tolist()[:8] == raw_to_discrete(field, camera)[:8]
    for angle, step in zip(camera, row[8:].tolist(), strict=True):
        assert abs(step - camera_to_bin(angle)) <= 1  # half way between two steps either will do


@given(found=combinations, turn=st.integers(0, 120))
def test_every_combination_comes_back_from_its_action(found, turn):
    moves = components_of(np.array(found))[-1]
    if moves == (turn != STRAIGHT):
        row = Classes((found,)).rows(np.array(0), np.array(turn))
        assert combination(*discrete_to_raw(row)) == (found, turn)


@given(vocabulary=vocabularies)
def test_what_is_in_the_vocabulary_stays_what_it_is(vocabulary):
    own = np.array(vocabulary.combinations)
    assert vocabulary.nearest[own].tolist() == list(range(len(vocabulary)))


@given(vocabulary=vocabularies)
def test_nothing_in_the_vocabulary_is_nearer_than_the_nearest(vocabulary):
    everything = components_of(np.arange(COMBINATIONS))
    own = np.array(vocabulary.combinations)
    away = (everything != components_of(own[vocabulary.nearest])).sum(1)
    for other in own:
        assert (away <= (everything != components_of(other)).sum(1)).all()
    assert (vocabulary.nearest[own[vocabulary.nearest]] == vocabulary.nearest).all()


def test_the_most_frequent_come_first_and_only_so_many():
    done = np.repeat([7, 0, 5, 9], [2, 5, 2, 1])
    assert Classes.made_from([done]).combinations == (0, 5, 7, 9)
    few = Classes.made_from([done], most=2)
    assert few.combinations == (0, 5)


def test_small_turns_are_none():
    assert turns_of(np.array([0.2, -0.2])) == STRAIGHT
    assert combination(0, (0.1, 0.0)) == (0, STRAIGHT)
    assert turns_of(np.array([0.0, CAMERA_BINS[STILL + 1]])) == STRAIGHT + 1


def test_vocabularies_that_cannot_be_are_refused():
    for listed in ((), (1, 1), (COMBINATIONS,), (-1,), tuple(range(513)), (1.0,)):
        with pytest.raises(ConfigError):
            Classes(listed)
    with pytest.raises(ConfigError, match="nobody is there"):
        Classes.made_from([])
