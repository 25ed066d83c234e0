"""The world stays where it is: the game is right all around, and so is nobody who stands still."""

import pytest

from mpgenie.world_models.evaluation.closure import FIGURES, PLACES, SIDES, closed
from mpgenie.world_models.evaluation.models import CopyLast
from mpgenie.world_models.evaluation.probes import probe_cases
from mpgenie.world_models.evaluation.scoring import about_judges, tell


@pytest.fixture(scope="module")
def tapes(game, cases):
    return probe_cases(game, cases["grounding"])


def told_truly(tapes):
    return {name: [case.real.copy() for case in each] for name, each in tapes.items()}


def shares(tapes, told):
    return [figure["mean"] for figure in closed(tapes, told).values()]


def test_the_game_closes_every_circle(tapes):
    assert shares(tapes, told_truly(tapes)) == [1.0, 1.0, 1.0]
    assert set(closed(tapes, told_truly(tapes))) == set(FIGURES)


def test_copies_stand_still_and_come_nowhere(tapes):
    assert shares(tapes, tell(CopyLast(), tapes)[0]) == [1.0, 0.0, 0.0]


def test_the_way_leads_around_the_planet(tapes):
    (case,) = tapes["circle"]
    assert 1_000 < len(case.real) < 4_000
    assert [question.right for question in case.questions] == list(PLACES)
    (last,) = (question for question in case.questions if question.right == "back again")
    assert last.frame == len(case.real) - 1


def test_each_side_is_asked_for_once(tapes):
    for case in tapes["around"]:
        assert {question.right for question in case.questions} == set(SIDES)
        assert [question.frame for question in case.questions] == [10, 21, 32, 44]


def test_who_turns_walks_or_goes_unasked_is_found_out(tapes):
    for case in tapes["still"]:
        for question in case.questions:
            for said in question.answers[1:]:
                told = told_truly(tapes)
                told["still"] = [case.real.copy()]
                told["still"][0][question.frame, question.player] = question.pictures[said][0]
                assert not case.right(told["still"][0])


def test_the_judge_is_right_a_little_aside(tapes):
    found = about_judges(tapes, FIGURES)
    assert found["around, closed"]["judge"] == found["circle, closed"]["judge"] == 1.0
