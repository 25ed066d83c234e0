"""Whether the other is in view is told by the colour of its shirt, always, of the game's frames."""

import numpy as np
import pytest

from mpgenie.world_models.evaluation.asides import asides_of
from mpgenie.world_models.evaluation.cases import told_by
from mpgenie.world_models.evaluation.colour_key import BUILT, ColourKey, in_view
from mpgenie.world_models.evaluation.models import CopyLast, Dreamer, Oracle
from mpgenie.world_models.evaluation.scoring import all_of, tell
from tests.world_models.evaluation.test_models import dreams

RED = np.array([222, 66, 58], np.uint8)


@pytest.fixture(scope="module")
def key(game, cases):
    return ColourKey(game, all_of({n: each for n, each in cases.items() if n not in BUILT}))


def test_it_is_always_right_about_the_game_and_guesses_where_views_are_shuffled(key):
    about = key.about()
    assert about["real"] == {"in view": 1.0, "nobody": 1.0, "right": 1.0}
    assert about["in view"] > 20 and about["views"] - about["in view"] > 20
    assert abs(about["shuffled"]["right"] - 0.5) < 0.15


def test_the_game_is_right_and_who_shows_nothing_or_copies_is_not(game, key):
    assert key.of(key.views(told_by(Oracle(game), key.cases, 8)))["right"] == 1.0
    assert key.of(key.views(told_by(CopyLast(), key.cases, 8)))["right"] < 0.9
    grey = np.full_like(key.views([case.real for case in key.cases]), 128)
    assert key.of(grey) == {"in view": 0.0, "nobody": 1.0, "right": 0.5}


def test_shirts_are_told_by_day_and_in_the_shade_and_others_are_not():
    view = np.full((64, 64, 3), 128, np.uint8)
    assert not in_view(view, RED)
    view[10, 10] = RED // 3
    assert in_view(view, RED)
    view[10, 10] = RED[::-1]
    assert not in_view(view, RED)


def test_reconstructions_stand_beside_what_is_told(game, cases):
    some = {"grounding": cases["grounding"]}
    (aside,) = (
        a for a in asides_of(game, some, None, None, None, None, None) if a.name == "colour_key"
    )
    found = aside.figures(Dreamer(dreams()), tell(Oracle(game), some)[0])
    assert found["told"] == found["reconstructed"] == aside.about["real"]
