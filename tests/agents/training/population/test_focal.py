"""Focal players meet the same strangers in the same worlds, in modes that differ as they say."""

import numpy as np
import pytest

from mpgenie.agents.training.population.backgrounds import named, usual, versions
from mpgenie.agents.training.population.focal import MODES, seats, table, trials
from mpgenie.agents.training.population.players import Idle
from mpgenie.errors import ConfigError

from .conftest import GAME, Looker


def test_modes_differ_by_who_sits_where():
    drawn = {mode: [seats(mode, k, 4, background=3) for k in range(40)] for mode in MODES}
    for k in range(40):
        everybody, resident, visitor, solo = (drawn[mode][k] for mode in MODES)
        assert (everybody == 0).all()
        assert np.flatnonzero(resident).tolist() == [k % 4]
        assert np.flatnonzero(visitor == 0).tolist() == [k % 4]
        assert solo[k % 4] == 0 and (np.delete(solo, k % 4) == 4).all()
    assert set(np.concatenate(drawn["visitor"]).tolist()) == {0, 1, 2, 3}  # with replacement


def test_strangers_do_not_depend_on_who_is_judged():
    assert (seats("visitor", 3, 8, 5, 1) == seats("visitor", 3, 8, 5, 1)).all()
    assert any(
        (seats("visitor", k, 8, 5, 1) != seats("visitor", k, 8, 5, 2)).any() for k in range(9)
    )


def test_scores_are_of_focal_slots_alone():
    found = trials(
        {"right": Looker(5), "wrong": Looker(-5)}, {"wrong": Looker(-5)}, GAME, matches=5, worlds=2
    )
    assert [(t.focal, t.mode) for t in found] == [(f, m) for f in ("right", "wrong") for m in MODES]
    for trial in found:
        assert len(trial.each) == 5
        assert (trial.score.value > 0.0) == (trial.focal == "right")
        assert trial.score.low == trial.score.value == trial.score.high  # nothing varies here
    told = table(found)
    assert "resident" in told.splitlines()[0] and len(told.splitlines()) == 3


def test_the_same_player_may_be_judged_and_in_the_background():
    right = Looker(5)
    found = trials({"right": right}, {"right": right}, GAME, modes=["visitor"], matches=2)
    assert found[0].score.value > 0.0


def test_wrong_modes_and_empty_backgrounds_are_refused():
    with pytest.raises(ConfigError, match="visitor"):
        trials({"a": Idle()}, {"b": Idle()}, GAME, modes=["visiter"])
    with pytest.raises(ConfigError, match="somebody in the background"):
        trials({"a": Idle()}, {}, GAME)


def test_the_usual_background_is_who_comes_with_mpgenie_for_a_scenario():
    assert usual("tag") == ["tag", "script", "random"]
    assert usual("gather") == ["gather", "script", "random"]  # those from pixels see otherwise
    assert usual("duel") == ["script", "random"]
    assert named(["idle", "usual", "random"], "duel") == ["idle", "script", "random"]


def test_who_is_in_the_background_is_told_by_what_it_is():
    told = versions(["tag", "script"])
    assert len(told["tag"]) == 16 and told["script"].startswith("mpgenie ")
    assert told["tag"] != versions(["gather"])["gather"]
