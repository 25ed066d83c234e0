"""How far a view turns is told by the homography of the turn, whatever is seen."""

import numpy as np
import pytest

from mpgenie.world_models.evaluation.asides import asides_of
from mpgenie.world_models.evaluation.cases import told_by
from mpgenie.world_models.evaluation.models import CopyLast, Dreamer, Mirrored, Oracle
from mpgenie.world_models.evaluation.scoring import all_of, tell
from mpgenie.world_models.evaluation.turning import PAIRS, Turns, turned
from tests.world_models.evaluation.test_models import dreams


@pytest.fixture(scope="module")
def turns(game, cases):
    return Turns(game, all_of(cases))


def of(turns, model):
    return turns.of(turns.views(told_by(model, turns.cases, 8)))


def test_turns_of_the_game_are_told_and_those_of_shuffled_views_are_not(turns):
    about = turns.about()
    assert 10 < about["pairs"] <= PAIRS
    assert about["real"]["within"] >= 0.99 and about["real"]["error"] < 1.0
    assert about["shuffled"]["within"] <= 0.1


def test_the_game_is_right_and_copies_and_mirrored_turns_are_wrong(game, turns):
    assert of(turns, Oracle(game)) == turns.about()["real"]
    assert of(turns, CopyLast())["within"] == 0.0
    mirrored = of(turns, Mirrored(Oracle(game)))
    assert mirrored["within"] < 0.2 and mirrored["median"] > 15.0


@pytest.mark.parametrize("level", [0, 128])
def test_flat_pictures_tell_no_turn(turns, level):
    views = np.full_like(turns.views([case.real for case in turns.cases]), level)
    assert turns.of(views)["within"] < 0.2


@pytest.mark.parametrize(("right", "down"), [(10.0, 0.0), (-17.0, 0.0), (0.0, 8.0), (6.0, -8.0)])
@pytest.mark.parametrize("pitch", [-20.0, 0.0, 25.0])
def test_turns_are_told_to_a_degree_wherever_one_looks(game, right, down, pitch):
    begin = game.beginning(3, 7)
    before = game.what_if(begin).turn(0, 0.0, pitch)
    first, at = before.view(0), float(before.players.pitch[0, 0])
    second = game.what_if(begin).turn(0, right, pitch + down).view(0)
    assert turned(first, second, at, game.focal) == pytest.approx((right, down), abs=1.0)


def test_reconstructions_stand_beside_what_is_told(game, cases):
    some = {"movement_b": cases["movement_b"]}
    (aside,) = (a for a in asides_of(game, some, None, None, None, None, None) if a.name == "turns")
    lossless = Dreamer(dreams())
    found = aside.figures(lossless, tell(CopyLast(), some)[0])
    assert found["reconstructed"] == aside.about["real"] and found["told"]["within"] == 0.0
