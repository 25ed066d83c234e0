"""What comes of what one does: the game is right on all of it, copies and the idle on none."""

import json

import numpy as np
import pytest

from mpgenie.world_models.evaluation.cases import SHOWN
from mpgenie.world_models.evaluation.happenings import (
    AGREE,
    HAPPENINGS,
    WALKS,
    happened,
    happening_cases,
    judge_of,
    nothing,
)
from mpgenie.world_models.evaluation.models import CopyLast, Oracle
from mpgenie.world_models.evaluation.report import HAPPENED
from mpgenie.world_models.evaluation.scoring import tell


@pytest.fixture(scope="module")
def acted(game, cases):
    return happening_cases(game, cases["grounding"][:1])


def test_the_game_is_right_on_everything_and_is_sure_to_be_asked(game, acted):
    found = happened(acted, tell(Oracle(game), acted)[0])
    assert json.loads(json.dumps(found)) == found
    assert list(found) == [*HAPPENINGS, AGREE] == list(HAPPENED)
    assert {figure["mean"] for figure in found.values()} == {1.0}


def test_copies_let_nothing_happen(acted):
    found = happened(acted, tell(CopyLast(), acted)[0])
    assert {figure["mean"] for figure in found.values()} == {0.0}


def test_who_makes_it_happen_unasked_is_wrong_too(acted):
    told = {name: [case.real for case in each] for name, each in acted.items()}
    told[nothing("mining")] = told["mining"]
    found = happened(acted, told)
    assert found["mining"]["mean"] == 0.0 and found["hit"]["mean"] == 1.0


def test_views_that_tell_of_different_walks_do_not_agree(acted):
    told = {name: [case.real.copy() for case in each] for name, each in acted.items()}
    for name, other in (("left", "right"), ("right", "left")):
        told[name][0][:, 0] = acted[other][0].real[:, 0]
    assert happened(acted, told)[AGREE]["mean"] == 0.5


def test_a_happening_and_its_control_begin_alike_and_end_otherwise(acted):
    for name in HAPPENINGS:
        for case, control in zip(acted[name], acted[nothing(name)], strict=True):
            assert np.array_equal(case.frames[:SHOWN], control.frames[:SHOWN])
            assert case.actions.buttons.any() and not control.actions.buttons.any()
            assert case.questions and {q.right for q in case.questions} == {name}


def test_walks_are_asked_of_both_views(acted):
    for name in WALKS:
        assert [q.player for q in acted[name][0].questions] == [0, 1]
        assert set(acted[name][0].questions[0].answers) == {*WALKS, "nothing"}


def test_the_judge_is_right_a_little_aside(acted):
    found = np.array([judge_of(acted, name) for name in HAPPENINGS])
    assert (found[:, 1] >= 4).all()
    assert found[:, 0].sum() >= 0.95 * found[:, 1].sum()
