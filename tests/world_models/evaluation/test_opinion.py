"""Any function may give its opinion, and nothing needs one."""

import pytest

from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.opinion import judge_named, opinions


def first(question, frames, choices):
    """A judge that does not look."""
    assert question.endswith("?") and len(frames) == 2
    assert {frame.shape for frame in frames} == {(64, 64, 3)}
    return choices[0]


def truly(cases):
    return {name: [case.real for case in each] for name, each in cases.items()}


def test_a_judge_is_asked_every_question_in_words(cases):
    found = opinions(first, cases, truly(cases))
    assert list(found) == list(cases)
    assert found["building"]["mean"] == 1.0 and found["no_building"]["mean"] == 0.0
    assert found["memory"]["mean"] == 0.0 and found["memory"]["high"] > 0.5


def test_a_judge_that_sees_as_the_exact_one_does_says_the_same(cases):
    asked = iter([q for each in cases.values() for case in each for q in case.questions])
    real = truly(cases)
    found = opinions(lambda *_: next(asked).right, cases, real)
    assert {figure["mean"] for figure in found.values()} == {1.0}


def test_answers_that_are_no_choice_are_wrong(cases):
    found = opinions(lambda *_: "as an assistant I cannot tell", cases, truly(cases))
    assert {figure["mean"] for figure in found.values()} == {0.0}


def test_a_judge_is_found_by_name():
    assert judge_named("operator:index")(3) == 3


@pytest.mark.parametrize(
    "name", ["nowhere.at_all:judge", "operator:nothing", "operator", "math:pi"]
)
def test_a_name_of_none_is_refused(name):
    with pytest.raises(ConfigError, match="judge"):
        judge_named(name)
