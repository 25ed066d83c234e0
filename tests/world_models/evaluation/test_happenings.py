"""What comes of what one does: the game is right on all of it, copies and the idle on none."""

import json

import numpy as np
import pytest

from mpgenie.world_models.evaluation.arranging import HAPPENINGS, WALKS
from mpgenie.world_models.evaluation.cases import SHOWN
from mpgenie.world_models.evaluation.happenings import (
    AGREE,
    FIGURES,
    happened,
    happening_cases,
    nothing,
)
from mpgenie.world_models.evaluation.models import CopyLast, Oracle
from mpgenie.world_models.evaluation.report import HAPPENED
from mpgenie.world_models.evaluation.scoring import about_judges, tell


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
    for name, happening in HAPPENINGS.items():
        for case, control in zip(acted[name], acted[nothing(name)], strict=True):
            assert case.questions and {q.right for q in case.questions} == {name}
            assert {q.right for q in control.questions} == {"nothing"}
            if happening.control is None:
                assert np.array_equal(case.frames[:SHOWN], control.frames[:SHOWN])
                assert case.actions.buttons.any() and not control.actions.buttons.any()
            else:
                assert not np.array_equal(case.frames[SHOWN - 1], control.frames[SHOWN - 1])
                assert np.array_equal(case.actions.camera, control.actions.camera)


def test_weather_that_changes_by_itself_is_told_wrong(acted):
    told = {name: [case.real for case in each] for name, each in acted.items()}
    told["weather"] = told[nothing("weather")]
    found = happened(acted, told)
    assert found["weather"]["mean"] == 0.0 and found["death"]["mean"] == 1.0


def test_two_blocks_placed_of_one_picked_up_are_one_too_many(acted):
    told = {name: [case.real.copy() for case in each] for name, each in acted.items()}
    (case,) = acted["count"]
    for question in case.questions:
        assert {"none placed", "two placed"} < {*question.answers}
        told["count"][0][question.frame, question.player] = question.pictures["two placed"][0]
    assert happened(acted, told)["count"]["mean"] == 0.0


def test_walks_are_asked_of_both_views(acted):
    for name in WALKS:
        assert [q.player for q in acted[name][0].questions] == [0, 1]
        assert set(acted[name][0].questions[0].answers) == {*WALKS, "nothing"}


def test_the_judge_is_right_a_little_aside(acted):
    found = about_judges(acted, FIGURES)
    assert list(found) == list(HAPPENINGS)
    assert all(about["tried"] >= 4 and about["sees"] for about in found.values())
