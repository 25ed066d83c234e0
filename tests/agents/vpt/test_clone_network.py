"""A clone sees the past alone, and piece by piece it says what it says of a whole clip."""

import numpy as np
import pytest
import torch

from mpgenie.agents.vpt.clone_network import Clone, CloneNetworkConfig
from mpgenie.errors import ConfigError

EDGE, TICKS = 32, 23


def sized(**chosen):
    small = {
        "channels": (8, 16, 16),
        "mixed": (8, 16),
        "width": 24,
        "heads": 3,
        "blocks": 2,
        "past": 5,
    }
    return CloneNetworkConfig(**{**small, "resolution": (EDGE, EDGE), "tau": 4, **chosen})


def clone(**chosen):
    torch.manual_seed(0)
    made = Clone(sized(**chosen), classes=7).eval()
    for name, weight in made.named_parameters():
        if name.endswith("apart"):
            torch.nn.init.normal_(weight)
    return made


def states(rows=3, seed=0):
    """What nobody would ever see, but bytes that mean something."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 4, (rows, TICKS, 536), np.uint8))


def pictures(rows=3, seed=0):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (rows, TICKS, EDGE, EDGE, 3), np.uint8))


def at_once(model, seen):
    first = seen[:, :1].expand(-1, model.config.before, *seen.shape[2:])
    return model(torch.cat([first, seen], 1))


def in_pieces(model, seen, lengths):
    memory, parts, start = model.fresh(len(seen)), [], 0
    for length in lengths:
        told, memory = model.follow(seen[:, start : start + length], memory)
        parts.append(told)
        start += length
    assert start == TICKS
    return {name: torch.cat([part[name] for part in parts], 1) for name in parts[0]}


PIECES = [[TICKS], [1] * TICKS, [4] * 5 + [3], [3, 7, 1, 12], [9, 14]]


@pytest.mark.parametrize("lengths", PIECES, ids=str)
@pytest.mark.parametrize("tau", [0, 1, 4, 7, 50])
@torch.no_grad()
def test_pieces_of_any_length_say_what_the_whole_says(tau, lengths):
    model, seen = clone(tau=tau, slow_past=2), pictures()
    whole, pieces = at_once(model, seen), in_pieces(model, seen, lengths)
    for name, told in whole.items():
        assert torch.allclose(told, pieces[name], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("lengths", PIECES[1:4], ids=str)
@pytest.mark.parametrize("entities", ["attention", "mean", "none"])
@torch.no_grad()
def test_pieces_of_what_is_sensed_say_what_the_whole_says(entities, lengths):
    model, seen = clone(observe="state", entities=entities), states()
    whole, pieces = at_once(model, seen), in_pieces(model, seen, lengths)
    for name, told in whole.items():
        assert torch.allclose(told, pieces[name], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_episodes_of_any_age_go_on_side_by_side():
    model, seen = clone(), pictures(2)
    whole = at_once(model, seen)["classes"]
    memory, late = model.fresh(2), 6
    for t in range(TICKS):
        if t == late:  # the second row begins anew
            memory = memory._replace(ticks=memory.ticks * torch.tensor([1, 0]))
        now = torch.stack([seen[0, t], seen[1, (t - late) % TICKS]])
        told, memory = model.follow(now[:, None], memory)
        assert torch.allclose(told["classes"][0, 0], whole[0, t], atol=1e-5)
        if t >= late:
            assert torch.allclose(told["classes"][1, 0], whole[1, t - late], atol=1e-5)


@torch.no_grad()
def test_nobody_sees_ahead():
    model, seen = clone(), pictures(1)
    changed = seen.clone()
    changed[:, 14:] = 255 - changed[:, 14:]
    before, after = at_once(model, seen)["classes"], at_once(model, changed)["classes"]
    assert torch.equal(before[:, :14], after[:, :14])
    assert not torch.allclose(before[:, 14], after[:, 14])


@torch.no_grad()
def test_the_slow_core_remembers_what_the_fast_one_has_forgotten():
    seen = pictures(1)
    changed = seen.clone()
    changed[:, :4] = 255 - changed[:, :4]
    for tau, remembers in ((0, False), (4, True)):
        model = clone(tau=tau, blocks=1, before=0)  # the fast core looks 5 ticks back
        before, after = at_once(model, seen)["classes"], at_once(model, changed)["classes"]
        assert torch.equal(before[:, 9:], after[:, 9:]) != remembers


@torch.no_grad()
def test_a_memory_is_a_value():
    model, seen = clone(), pictures()
    _, memory = model.follow(seen[:, :9], model.fresh(3))
    copies = [part.clone() for part in (*memory[:2], *memory.kept, *memory[3:])]
    first, _ = model.follow(seen[:, 9:12], memory)
    again, _ = model.follow(seen[:, 9:12], memory)
    assert torch.equal(first["classes"], again["classes"])
    for part, copy in zip((*memory[:2], *memory.kept, *memory[3:]), copies, strict=True):
        assert torch.equal(part, copy)
    assert memory.kept[0].shape[1] == model.config.past  # however long an episode is


@torch.no_grad()
def test_a_camera_that_moves_turns():
    told = at_once(clone(), pictures())
    assert (told["camera"].argmax(-1) != 60).all() and (told["camera"][..., 60] < -1000).all()


@pytest.mark.parametrize(
    "chosen", [{"after": 1}, {"past": 0}, {"past": -1}, {"tau": -1}, {"tau": 10**9}, {"tau": 2.5},
               {"latent": 0}, {"observe": "rbg"}, {"entities": "all"}, {"players": True}]
)  # fmt: skip
def test_sizes_that_cannot_be_are_refused(chosen):
    with pytest.raises(ConfigError):
        sized(**chosen)
