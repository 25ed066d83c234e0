"""Plans get better inside a dream as far as the dream is true."""

import numpy as np
import pytest

from mpgenie.envs.simulation.actions import BACK, FORWARD
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation.improving import (
    FASTEST,
    STRETCHES,
    TICKS,
    improved,
    places,
    taken,
)
from mpgenie.world_models.evaluation.models import CopyLast, Mirrored, Oracle


@pytest.fixture(scope="module")
def found(game, cases):
    oracle = Oracle(game)
    models = {"oracle": oracle, "copies": CopyLast(), "mirrored": Mirrored(oracle)}
    return {n: improved(m, oracle, cases["grounding"][:1]) for n, m in models.items()}


def means(figures):
    return {name: figure["mean"] for name, figure in figures.items()}


def test_the_game_keeps_what_it_promises_and_is_better_than_nothing(found):
    game = means(found["oracle"])
    assert game["real"] == pytest.approx(game["promised"])
    assert game["real"] > game["nothing"] and game["real"] > game["random"]


def test_copies_teach_nothing(found):
    """All plans look alike, so the first is taken, and it is worth what any is."""
    copies = means(found["copies"])
    assert copies["real"] < means(found["oracle"])["real"]
    assert copies["promised"] == pytest.approx(copies["nothing"], rel=0.05)


def test_all_searches_begin_with_the_same_plans(found):
    assert len({means(each)["random"] for each in found.values()}) == 1
    assert len({means(each)["nothing"] for each in found.values()}) == 1


def test_plans_are_stretches_of_turning_and_walking():
    plan = np.zeros((1, STRETCHES, 2, 3))
    plan[0, 0, 0] = -1.0, 0.5, 1.0
    plan[0, 1, 1, 2] = -0.5
    actions = taken(plan)
    assert actions.buttons.shape == (1, STRETCHES * TICKS, 2)
    assert (actions.camera[0, :TICKS, 0] == (-FASTEST, FASTEST / 2)).all()
    assert (actions.buttons[0, :TICKS, 0] == FORWARD).all()
    assert (actions.buttons[0, TICKS : 2 * TICKS, 1] == BACK).all()
    assert not actions.buttons[0, 2 * TICKS :].any()


def test_a_model_is_asked_for_as_many_rows_as_it_wants(game, cases, found):
    class OneByOne(Oracle):
        batch = 1

        def rollout(self, context, actions):
            assert len(context.names) == len(actions.buttons) == 1
            return super().rollout(context, actions)

    assert improved(OneByOne(game), Oracle(game), cases["grounding"][:1]) == found["oracle"]


def test_places_are_spread_over_all_tasks():
    assert places([*"aabbccdd"], 4) == [*"abcd"] and places([*"ab"], 0) == []
    with pytest.raises(ConfigError, match="there are 2, not 3"):
        places([*"ab"], 3)
