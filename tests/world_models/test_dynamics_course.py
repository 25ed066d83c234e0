"""Clips are dreamt by the model that learns, as anybody else's dreams are."""

import numpy as np
import pytest
import torch

from mpgenie.world_models.clips import Clip
from mpgenie.world_models.dynamics_course import own_dreams
from mpgenie.world_models.session import WorldModel
from mpgenie.world_models.strips import rollout
from mpgenie.world_models.tokenizer import make_tokenizer

from .tiny_models import far, transformer

FRAMES, OPENED = 6, 2


@pytest.fixture(scope="module")
def model():
    one = {"tokenizer": "patches", "cell": 8, "channels": 192, "predicts": "change", "steps": 1}
    network = transformer(**one, resolution=(16, 16))
    return WorldModel(make_tokenizer(network.config), network)


@pytest.fixture
def clips():
    rng = np.random.default_rng(0)
    shape = (2, FRAMES, 2)
    ticks = (2, FRAMES - 1, 2)
    return Clip(
        rng.integers(0, 256, (*shape, 16, 16, 3), np.uint8),
        rng.standard_normal((*ticks, 22)).astype(np.float32),
        np.zeros(ticks, np.float32), np.zeros(ticks, np.bool_), np.zeros((*ticks, 2), np.float32),
        np.ones(shape, np.bool_), np.array([[3, 1], [0, 7]]),
    )  # fmt: skip


def latents_of(model, clips):
    return model.tokenizer.encode(torch.from_numpy(clips.frames))


def test_own_dreams_are_those_of_a_session(model, clips):
    latents = latents_of(model, clips)
    dreamt = own_dreams(model, clips, latents, OPENED, np.arange(2))
    assert torch.equal(dreamt[:, :OPENED], latents[:, :OPENED])
    shown = torch.from_numpy(rollout(model, clips, OPENED).dreamt)
    assert torch.equal(model.tokenizer.decode(dreamt[:, OPENED:]), shown[:, OPENED:])
    assert not torch.equal(shown[:, OPENED:], torch.from_numpy(clips.frames[:, OPENED:]))


def test_what_is_drawn_follows_from_seeds(model, clips):
    latents = latents_of(model, clips)
    same, again, other = (
        own_dreams(model, clips, latents, OPENED, np.array(seeds))
        for seeds in ([5, 6], [5, 6], [5, 7])
    )
    assert torch.equal(same, again) and torch.equal(same[0], other[0])
    assert not torch.equal(same[1], other[1])


def test_who_comes_in_brings_what_it_sees_and_who_leaves_is_gone(model, clips):
    clips.there[0, 3:, 1] = False
    clips.there[1, :4, 0] = False
    latents = latents_of(model, clips)
    dreamt = own_dreams(model, clips, latents, OPENED, np.arange(2))
    assert not dreamt[0, 3:, 1].any()
    assert far(dreamt[1, 4, 0], latents[1, 4, 0]) == 0.0 < far(dreamt[1, 5, 0], latents[1, 5, 0])


def test_nobody_remembers_what_was_dreamt_of_somebody_before_they_came(model, clips):
    """It is as if they had joined a session."""
    clips.there[1, :4, 0] = False
    dreamt = own_dreams(model, clips, latents_of(model, clips), OPENED, np.arange(2))
    state = model.open(
        clips.frames[:, :OPENED], clips.controls[:, : OPENED - 1], clips.there[:, :OPENED],
        np.arange(2), clips.slots,
    )  # fmt: skip
    for t in range(OPENED, 5):
        model.step(state, clips.controls[:, t - 1])
    model.join(state, [1], [0], clips.frames[1:2, 4, 0])
    model.step(state, clips.controls[:, 4])
    assert torch.equal(dreamt[:, 5], state.latents)
