"""Velocity and x0 are two words for one thing, and noise follows from its key."""

import numpy as np
import pytest
import torch

from mpgenie.world_models.flow import (
    AGAIN,
    CHANGE,
    CONTEXT,
    LEAST,
    START,
    guess,
    keyed_noise,
    levels,
    noised,
    to_velocity,
    to_x0,
)

from .tiny_models import far


@pytest.fixture
def drawn():
    """x0, noise and shares of it."""
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 3, 4, 2, 2, 2, 5, generator=generator)[:2]
    return x0, noise, LEAST + (1 - LEAST) * torch.rand(x0.shape[:3], generator=generator)


def test_what_is_true_in_one_form_is_true_in_the_other(drawn):
    x0, noise, times = drawn
    seen = noised(x0, noise, times)
    assert far(to_velocity(x0, seen, times, "x0"), noise - x0) < 1e-5
    assert far(to_x0(noise - x0, seen, times, "velocity"), x0) < 1e-6


def test_whatever_is_told_has_one_x0_and_one_velocity(drawn):
    told, noise, times = drawn
    seen = noise * 2.0 + 1.0
    velocity = to_velocity(told, seen, times, "x0")
    assert far(to_x0(velocity, seen, times, "velocity"), told) < 1e-5
    assert to_velocity(velocity, seen, times, "velocity") is velocity
    assert to_x0(told, seen, times, "x0") is told


def test_a_guess_is_what_was_there_before_or_what_is_seen(drawn):
    x0, before, times = drawn
    nothing, all_of_it = torch.zeros_like(times), torch.ones_like(times)
    told, spread = guess(x0, before, nothing)
    assert far(told, x0) < 1e-5 and not spread.any()
    told, spread = guess(x0, before, all_of_it)
    assert far(told, before) < 1e-6 and far(spread, torch.full_like(spread, CHANGE)) < 1e-6


def test_a_guess_is_off_by_as_much_as_it_says():
    generator = torch.Generator().manual_seed(0)
    before, change, noise = torch.randn(3, 20_000, 1, 1, 5, generator=generator)
    x0 = before + CHANGE * change
    for share in (0.05, 0.2, 0.5, 0.9):
        times = torch.full((20_000,), share)
        told, spread = guess(noised(x0, noise, times), before, times)
        assert float((told - x0).std()) == pytest.approx(float(spread[0]), rel=0.02)


def test_levels_lead_from_noise_to_none():
    assert levels(4) == [1.0, 0.75, 0.5, 0.25, 0.0]


def test_noise_follows_from_seed_frame_and_purpose_alone():
    like, shape = torch.zeros(()), (2, 3, 5)

    def noise(seeds, frames, purpose=START, shape=shape):
        return keyed_noise(torch.tensor(seeds), torch.tensor(frames), purpose, shape, like)

    together = noise([7, -1, 2**63 - 1], [0, 5, 2**40])
    assert torch.equal(together[1:2], noise([-1], [5]))
    words = [noise([7], [0]), noise([8], [0]), noise([7], [1])]
    words += [noise([7], [0], purpose) for purpose in (CONTEXT, AGAIN, AGAIN + 1)]
    assert len({tuple(word.flatten().tolist()) for word in words}) == len(words)
    assert torch.equal(noise([7], [0], shape=(1, 3, 5))[0, 0], together[0, 0])  # player by player


def test_noise_is_as_noise_is():
    drawn = keyed_noise(torch.arange(64), torch.zeros(64), START, (4, 64), torch.zeros(()))
    assert abs(float(drawn.mean())) < 0.03 and abs(float(drawn.std()) - 1.0) < 0.03
    assert np.abs(np.corrcoef(drawn.flatten(1)) - np.eye(64)).max() < 0.35
