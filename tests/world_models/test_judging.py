"""Dreams are judged clip by clip, beside what takes no model."""

import json

import numpy as np
import pytest
import torch

from mpgenie.errors import ConfigError
from mpgenie.world_models import strips
from mpgenie.world_models.clips import Film
from mpgenie.world_models.judging import held_out_clips, judged
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.strips import continued, decibels, errors, scores
from mpgenie.world_models.tokenizer import make_tokenizer
from mpgenie.world_models.transformer import MultiplayerTransformer
from tests.world_models.conftest import panned
from tests.world_models.tiny_models import drawn, tiny

OPENED = 3
WAYS = {"dream", "copy_last", "no_action", "shuffled", "tokenizer"}


@pytest.fixture(scope="module")
def model():
    config = tiny(resolution=(32, 32), tokenizer="patches", channels=192, pose=6, predicts="x0")
    torch.manual_seed(0)
    return WorldModel(make_tokenizer(config).eval(), drawn(MultiplayerTransformer(config)))


@pytest.fixture(scope="module")
def clips():
    return held_out_clips(Film([panned(k) for k in range(3)]), 4, frames=OPENED + 9, players=2)


def test_errors_are_of_those_who_are_there():
    real = np.zeros((2, 2, 1, 4, 4, 3), np.uint8)
    told = real.copy()
    told[1] = 51  # a fifth of white
    there = np.ones((2, 2, 1), np.bool_)
    assert errors(real, told, there, 1).ravel() == pytest.approx([0.0, 0.04])
    there[1] = False
    assert not errors(real, told, there, 1).any()
    assert decibels([0.04, 0.02, 0.0]) == [13.979, 16.99, 60.0]


def test_dreams_begin_with_what_was_seen(model, clips):
    ways = continued(model, clips, OPENED)
    assert set(ways) == WAYS
    for told in ways.values():
        assert told.shape == clips.frames.shape and told.dtype == np.uint8
    for name in ("dream", "no_action", "shuffled"):
        assert np.array_equal(ways[name][:, :OPENED], clips.frames[:, :OPENED])
        assert not np.array_equal(ways[name], clips.frames)
    assert np.array_equal(ways["tokenizer"], clips.frames)  # patches lose nothing
    assert (ways["copy_last"] == clips.frames[:, OPENED - 1 : OPENED]).all()


def test_what_is_told_to_be_done_is_shuffled_between_clips(model, clips, monkeypatch):
    asked = []

    def noted(model, clips, opened, controls=None):
        asked.append(clips.controls if controls is None else controls)
        return strips.Rollout(clips.frames, clips.frames, clips.there, opened)

    monkeypatch.setattr(strips, "rollout", noted)
    continued(model, clips, OPENED)
    done, still, others = asked
    first = OPENED - 1
    assert np.array_equal(done, clips.controls)
    for each in (still, others):
        assert np.array_equal(each[:, :first], clips.controls[:, :first])
    assert not still[:, first:].any()
    assert np.array_equal(others[1:, first:], clips.controls[:-1, first:])
    assert np.array_equal(others[0, first:], clips.controls[-1, first:])


def test_figures_of_clips_add_up_to_the_scores(model, clips):
    found = judged(model, clips, OPENED)
    assert json.loads(json.dumps(found)) == found
    known = scores(model, clips, OPENED)
    assert set(found["errors"]) == set(known) == WAYS
    for name, each in found["errors"].items():
        assert np.shape(each) == (4, 9)
        assert decibels(np.mean(each, 0)) == pytest.approx(known[name], abs=2e-3)
    assert set(found["steering"]) == WAYS | {"real"}
    real, copied = found["steering"]["real"], found["steering"]["copy_last"]
    assert real["turns"] == copied["turns"] and np.shape(real["turns"]) == (4, 2)
    assert np.sum(real["right"]) > 0 and not np.any(copied["right"])


def test_clips_to_judge_by_are_whole_and_the_same_each_time(clips):
    reel = panned(0)
    reel.there[20:30, 1] = False
    film = Film([reel])
    found = held_out_clips(film, 5, frames=12, players=2)
    assert found.there.all() and found.frames.shape[:3] == (5, 12, 2)
    again = held_out_clips(film, 5, frames=12, players=2)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    with pytest.raises(ConfigError, match="in 0 of them, not 1, 3 players are there"):
        held_out_clips(film, 1, frames=12, players=3)


def test_clips_that_are_too_short_are_refused(model, clips):
    with pytest.raises(ConfigError, match="of which 5 are shown"):
        judged(model, clips, 5)
