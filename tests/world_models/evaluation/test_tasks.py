"""The game answers every question right, who copies is wrong where something changes, and controls
are wrong or guess."""

import numpy as np
import pytest

from mpgenie.envs.simulation.actions import USE
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.cases import SHOWN, told_by
from mpgenie.world_models.evaluation.evaluating import EPISODES
from mpgenie.world_models.evaluation.models import CopyLast, Mirrored, Oracle
from mpgenie.world_models.evaluation.tasks import TASKS, cases_of
from mpgenie.world_models.evaluation.tasks.asking import first_run

CHANGES = ("movement_a", "movement_b", "grounding", "memory", "building")


@pytest.mark.parametrize("name", TASKS)
def test_the_game_itself_is_always_right(name, game, cases):
    told = told_by(Oracle(game), cases[name], 2)
    for case, frames in zip(cases[name], told, strict=True):
        assert np.array_equal(frames, case.real)
        assert case.right(frames)


@pytest.mark.parametrize("name", CHANGES)
def test_who_copies_the_last_frame_is_wrong_where_something_changes(name, cases):
    told = told_by(CopyLast(), cases[name], 2)
    assert not any(case.right(frames) for case, frames in zip(cases[name], told, strict=True))


@pytest.fixture(scope="module")
def built(game):
    """As many as are asked by default, of the seed that is the default."""
    return cases_of(game, ["building", "no_building"], EPISODES, seed=0)


def flat(level):
    return lambda case: np.full_like(case.real, level)


def noise(case):
    return np.random.default_rng(0).integers(0, 255, case.real.shape, np.uint8)


def copied(case):
    return np.broadcast_to(case.frames[SHOWN - 1], case.real.shape)


@pytest.mark.parametrize(
    "told", [copied, flat(0), flat(128), flat(255), noise],
    ids=["copy last", "black", "grey", "white", "noise"],
)  # fmt: skip
def test_who_shows_nothing_of_a_place_is_never_right_about_what_is_built_there(told, built):
    assert [case.right(told(case)) for each in built.values() for case in each] == [False] * 16


def test_the_game_is_always_right_about_what_is_built(game, built):
    for each in built.values():
        assert [case.right(case.real) for case in each] == [True] * EPISODES
        assert all(q.ask(view) == q.right for c in each for q in c.questions for view in q.tried())


def test_who_is_told_left_for_right_turns_the_wrong_way(game, cases):
    told = told_by(Mirrored(Oracle(game)), cases["movement_b"], 2)
    for case, frames in zip(cases["movement_b"], told, strict=True):
        (question,) = case.questions
        mirrored = {"left": "right", "right": "left", "around": "around"}
        assert question.answer(frames) == mirrored[question.right]


SCENERY = ("consistency_same", "consistency_opposite")


def test_scenery_is_told_wherever_one_looks_a_little_aside(cases):
    for case in (case for name in SCENERY for case in cases[name]):
        (question,) = case.questions
        assert len(question.tried()) == 4
        assert {question.ask(views) for views in question.tried()} == {question.right}


def test_views_that_show_nothing_or_another_place_are_not_the_same(cases):
    (one, other) = (case.questions[0] for case in cases["consistency_same"])
    views = one.tried()[0]
    assert one.ask(np.full_like(views, 100)) == "no"
    assert one.ask(views[:, :, ::-1]) == one.ask(np.stack([views[0], other.tried()[0][1]])) == "no"


def test_the_same_invention_is_the_same_scenery_whatever_it_is(cases):
    """Colours that no planet has, where the second view shows those points too."""
    for case in cases["consistency_same"]:
        (question,) = case.questions
        views = np.random.default_rng(0).integers(0, 255, question.tried()[0].shape, np.uint8)
        assert question.ask(views) == "no"
        views[1][tuple(question.pairs.other)] = views[0][tuple(question.pairs.one)]
        assert question.ask(views) == "yes"


def test_nobody_builds_in_the_control_and_all_else_is_the_same(cases):
    for built, control in zip(cases["building"], cases["no_building"], strict=True):
        assert np.array_equal(built.frames[:SHOWN], control.frames[:SHOWN])
        assert np.array_equal(built.actions.camera, control.actions.camera)
        assert (built.actions.buttons & USE).any() and not (control.actions.buttons & USE).any()


def test_nothing_is_given_away_by_what_is_shown(cases):
    """Nobody moves or turns before a model has to go on by itself."""
    for name in ("movement_a", "movement_b", "grounding", "memory"):
        for case in cases[name]:
            shown = case.actions.at(slice(SHOWN - 1))
            assert not shown.buttons.any() and not shown.camera.any()


def test_each_question_has_one_right_answer_among_several(cases):
    for case in (case for each in cases.values() for case in each):
        assert len(case.actions.buttons) == len(case.frames) - 1
        assert max(question.frame for question in case.questions) == len(case.real) - 1
        for question in case.questions:
            assert question.right in question.answers and len(question.answers) > 1


def test_one_wrong_answer_makes_an_episode_wrong(cases):
    case = cases["memory"][0]
    frames = case.real.copy()
    assert case.right(frames) and len(case.questions) == 4
    spoilt = case.questions[1]
    frames[spoilt.frame, spoilt.player] = spoilt.pictures["no"][0]
    assert not case.right(frames)


def test_the_first_run_is_found():
    assert first_run(np.array([0, 2, 2, 0, 1])) == (1, 3)
    assert first_run(np.array([0, 2, 2, 0, 1]), since=3) == (4, 5)


def test_the_same_seed_gives_the_same_cases(game, cases):
    again = cases_of(game, ["movement_b"], 2, seed=1)["movement_b"]
    for one, other in zip(cases["movement_b"], again, strict=True):
        assert one.name == other.name and one.snapshot == other.snapshot
        assert np.array_equal(one.frames, other.frames)
        for a, b in zip(one.questions, other.questions, strict=True):
            assert all(np.array_equal(a.pictures[name], b.pictures[name]) for name in a.answers)


def test_no_tasks_are_none_to_ask(game):
    with pytest.raises(ConfigError, match="name one task or more: movement_a"):
        cases_of(game, [], 1, seed=0)
