"""What was done is read off frames, and what counts is the ratio to frames of the game."""

from dataclasses import replace

import numpy as np
import pytest

from mpgenie.agents.learning import learn
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation import inverse
from mpgenie.world_models.evaluation.cases import SHOWN
from mpgenie.world_models.evaluation.inverse import FIGURES, RATIOS, TICKS, ActionsRead
from tests.agents.vpt.conftest import EDGE, lesson


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A network that has learnt next to nothing, of frames of EDGE x EDGE."""
    out = tmp_path_factory.mktemp("idm")
    learn(lesson(steps=1), out)
    return out


@pytest.fixture(scope="module")
def small(cases):
    by = 64 // EDGE
    return [replace(case, frames=case.frames[:, :, ::by, ::by]) for case in cases["movement_a"]]


@pytest.fixture(scope="module")
def reader(run, small):
    return ActionsRead(run, small)


def test_frames_of_the_game_get_what_they_get_and_nothing_has_no_ratio(reader, small):
    found = reader.read([case.real for case in small])
    assert {name: found[name] for name in FIGURES} == reader.about()["real"]
    for name in RATIOS:
        assert found["ratio"][name] == (1.0 if found[name] > 0.0 else None)


def test_rules_that_look_at_nothing_stand_beside(reader, small):
    about = reader.about()
    assert set(about["majority"]) == set(about["shuffled"]) == set(FIGURES)
    assert len(about["idm"]) == 64 and about["cases"] == len(small)


def test_what_was_done_is_told_apart_from_what_was_not(run, small, monkeypatch):
    """With a network that knows the truth of the game's frames, and nothing of any other."""

    def knows(network, play):
        known = any(np.array_equal(play.frames[SHOWN:], case.real[:TICKS]) for case in small)
        down, camera = play.down & known, play.camera * known
        return inverse.Said(down.astype(float), down, camera)

    monkeypatch.setattr(inverse, "tell", knows)
    reader = ActionsRead(run, small)
    assert reader.about()["real"]["macro_f1"] == 1.0
    assert reader.read([case.real for case in small])["ratio"]["macro_f1"] == 1.0
    wrong = reader.read([np.zeros_like(case.real) for case in small])
    assert wrong["ratio"]["macro_f1"] == 0.0
    assert reader.about()["majority"]["macro_f1"] < 1.0


def test_a_network_for_frames_of_another_size_is_refused(run, cases):
    with pytest.raises(ConfigError, match="frames of this size"):
        ActionsRead(run, cases["movement_a"])
