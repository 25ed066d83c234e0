"""A game to judge by, and two episodes of each task in it."""

import pytest

from mpgenie.world_models.evaluation.game import Game
from mpgenie.world_models.evaluation.tasks import TASKS, cases_of
from tests.runs import one_thread as one_thread


@pytest.fixture(scope="session")
def game():
    with Game((64, 64)) as game:
        yield game


@pytest.fixture(scope="session")
def cases(game):
    return cases_of(game, list(TASKS), 2, seed=1)
