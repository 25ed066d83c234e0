"""What the network may see, and what must make no difference to it."""

import numpy as np
import pytest
import torch

from mpgenie.agents.vpt.network import InverseDynamics, TimeBlock
from mpgenie.agents.vpt.network_config import NetworkConfig
from mpgenie.errors import ConfigError

from .conftest import network


def some_model(**chosen):
    """With all weights drawn, also those that begin as zeros."""
    torch.manual_seed(0)
    model = InverseDynamics(network(**chosen)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return model


def some_frames(count, players=1):
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(0, 256, (1, count, players, 32, 32, 3), np.uint8))


def far(a, b, ticks=slice(None)):
    """The largest difference of any score at some ticks."""
    return max(float((a[n] - b[n])[:, :, ticks].detach().abs().max()) for n in a)


def test_the_order_of_players_changes_nothing_else():
    model, frames = some_model(players=True, blocks=2), some_frames(11, 3)
    seen = torch.tensor([True, True, False]).view(1, 3, 1).repeat(1, 1, 6)
    order = [2, 0, 1]
    who = torch.tensor([[5, 1, 2]])
    straight = model(frames, seen, who)
    turned = model(frames[:, :, order], seen[:, order], who[:, order])
    assert far({n: s[:, order] for n, s in straight.items()}, turned) < 1e-4


def test_others_are_seen_unless_they_are_dark():
    model, frames = some_model(players=True), some_frames(11, 2)
    other = frames.clone()
    other[:, :, 1] = 255 - other[:, :, 1]
    own = [{n: s[:, :1] for n, s in model(each).items()} for each in (frames, other)]
    assert far(*own) > 1e-3
    seen = torch.tensor([True, False]).view(1, 2, 1).repeat(1, 1, 6)
    own = [{n: s[:, :1] for n, s in model(each, seen).items()} for each in (frames, other)]
    assert far(*own) == 0.0


@pytest.mark.parametrize("players", [1, 2])
def test_a_clone_never_sees_the_future(players):
    model = some_model(after=0, past=3, players=players > 1)
    frames = some_frames(10, players)  # ticks 0 to 7, after two frames before
    later = frames.clone()
    later[:, 2 + 5 :] = 0
    a, b = model(frames), model(later)
    assert far(a, b, slice(None, 5)) < 1e-6
    assert far(a, b, slice(5, None)) > 1e-3


def test_inverse_dynamics_do_see_the_future():
    model, frames = some_model(), some_frames(13)
    later = frames.clone()
    later[:, -1] = 0
    assert far(model(frames), model(later), slice(1)) > 1e-4


def test_ticks_one_by_one_are_as_all_at_once():
    torch.manual_seed(0)
    block = TimeBlock(network(past=4)).eval()
    block.apart.data.normal_()
    x = torch.randn(2, 12, 48)
    whole, kept = block(x)
    parts, memory = [], None
    for t in range(12):
        part, memory = block(x[:, t : t + 1], memory)
        parts.append(part)
        assert memory.shape[1] == min(t + 1, 4)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-5)
    assert torch.allclose(memory, kept, atol=1e-6)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"width": 50}, "multiple of heads"),
        ({"heads": 0}, "heads must lie in 1"),
        ({"width": 10**9}, "width must lie in"),
        ({"blocks": 10**9}, "blocks must lie in"),
        ({"resolution": (64, 40)}, "multiples of 16"),
    ],
)
def test_sizes_that_cannot_be_are_refused(chosen, message):
    with pytest.raises(ConfigError, match=message):
        NetworkConfig(**chosen)
