"""Scores say what was right, how sure that is, and what it takes to be better than nothing."""

import json

import numpy as np
import pytest

from mpgenie.world_models.evaluation.models import CopyLast, Dreamer, Oracle
from mpgenie.world_models.evaluation.scoring import (
    VIEWS,
    about_tasks,
    acting,
    answered,
    measured,
    on_reconstructions,
    tell,
)
from tests.world_models.evaluation.test_models import dreams

TASKS = ("movement_b", "grounding")


@pytest.fixture(scope="module")
def two(cases):
    return {name: cases[name] for name in TASKS}


def test_tasks_say_what_guessing_and_constant_answers_are_worth(two):
    about = about_tasks(two)
    assert json.loads(json.dumps(about)) == about
    assert about["movement_b"]["chance"] == 0.25  # one question of four answers
    assert about["movement_b"]["constant"] == 0.5  # of the two episodes, whose answers differ
    assert about["grounding"]["chance"] == 0.25  # two of two answers each
    assert about["grounding"]["constant"] == 0.0  # no, then yes
    assert about["movement_b"]["judge"] == 1.0 and about["movement_b"]["sees"]


def test_answers_are_counted_episode_by_episode(game, two):
    told, _ = tell(Oracle(game), two)
    found = answered(two, told)
    assert json.loads(json.dumps(found)) == found
    for score in found.values():
        assert score["right"] == [True, True] and score["share"] == 1.0
        assert score["low"] < 1.0 and score["high"] == 1.0
        assert all(said == right for case in score["answers"] for said, right in case)
    told["grounding"][0] = tell(CopyLast(), two)[0]["grounding"][0]
    spoilt = answered(two, told)["grounding"]
    assert spoilt["right"] == [False, True] and spoilt["share"] == 0.5


def test_frames_are_measured_step_by_step_and_player_by_player(game, two):
    perfect = measured(two, tell(Oracle(game), two)[0])
    assert json.loads(json.dumps(perfect)) == perfect
    assert perfect["steps"]["1"]["psnr"]["mean"] == 60.0
    assert perfect["steps"]["64"]["ssim"]["players"] == [1.0, 1.0]
    assert set(perfect["psnr_curve"]) == {60.0}
    copied = measured(two, tell(CopyLast(), two)[0])
    near, far = copied["steps"]["1"]["psnr"], copied["steps"]["16"]["psnr"]
    assert near["mean"] > far["mean"] and near["low"] <= near["mean"] <= near["high"]
    assert len(copied["psnr_curve"]) == max(len(c.real) for each in two.values() for c in each)


def test_other_measures_stand_beside_them(game, two):
    def darker(real, told):
        return (real.mean((-1, -2, -3)) - told.mean((-1, -2, -3))) / 255.0

    assert "lpips" not in measured(two, tell(Oracle(game), two)[0])["steps"]["1"]
    found = measured(two, tell(Oracle(game), two)[0], darker)["steps"]["1"]["lpips"]
    assert found == {"mean": 0.0, "low": 0.0, "high": 0.0, "players": [0.0, 0.0]}


def test_judges_are_tried_on_what_a_tokenizer_leaves(two):
    lossless = Dreamer(dreams())
    about = about_tasks(two)
    assert on_reconstructions(lossless, two) == {name: about[name]["judge"] for name in TASKS}

    class Blind(CopyLast):
        def reconstructed(self, frames):
            return np.zeros_like(frames)

    assert on_reconstructions(Blind(), two)["grounding"] < 0.6
    assert on_reconstructions(CopyLast(), two) == {}


def test_views_of_who_acts_and_who_watches_are_scored_apart(cases):
    case = cases["movement_a"][0]
    assert acting(case).sum() == 1
    told = case.real.copy()
    watcher = int(np.argmin(acting(case)))
    for question in case.questions:
        if question.player == watcher:
            told[question.frame, watcher] = question.pictures["not at all"][0]
    found = answered({"movement_a": [case]}, {"movement_a": [told]})["movement_a"]
    assert found["views"] == {"acting": 1.0, "watching": 0.0} and found["share"] == 0.0
    assert set(VIEWS) == set(found["views"])
