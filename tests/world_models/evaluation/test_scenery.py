"""How far two views are from one scenery is 0 in the game, and 1 in views of different episodes."""

import numpy as np
import pytest

from mpgenie.world_models.evaluation.asides import asides_of
from mpgenie.world_models.evaluation.cases import told_by
from mpgenie.world_models.evaluation.models import Oracle
from mpgenie.world_models.evaluation.scenery import TASK, Scenery


@pytest.fixture(scope="module")
def scenery(cases):
    return Scenery(cases[TASK])


def test_the_game_has_no_error(game, scenery):
    assert scenery.of(told_by(Oracle(game), scenery.cases, 8))["mean"] == pytest.approx(0.0)
    assert scenery.about()["real"]["mean"] == pytest.approx(0.0)


def test_views_of_different_episodes_have_an_error_of_one(scenery):
    about = scenery.about()
    assert about["shuffled"]["mean"] == pytest.approx(1.0)
    assert about["agreement"]["shuffled"] < about["agreement"]["real"] - 0.2
    one, other = ([case.real.copy() for case in scenery.cases] for _ in range(2))
    for k, frames in enumerate(one):
        at = scenery.cases[k].questions[0].frame
        there = scenery.cases[1 - k].questions[0].frame
        frames[at, 1] = other[1 - k][there, 1]
    assert scenery.of(one)["mean"] == pytest.approx(1.0)


def test_views_of_one_colour_agree_with_nothing(scenery):
    flat = scenery.of([np.full_like(case.real, 99) for case in scenery.cases])
    assert flat["mean"] > 0.5


def test_every_model_is_asked_if_two_episodes_are(game, cases):
    def names(count):
        some = {TASK: cases[TASK][:count]}
        return [a.name for a in asides_of(game, some, None, None, None, None, None)]

    assert "scenery" in names(2) and "scenery" not in names(1)
