"""Pixels are fetched from where tokens say they were."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mpgenie.errors import ConfigError
from mpgenie.world_models.moving import gated, moved
from mpgenie.world_models.tokenizer import Patches

from .tiny_models import clip, far, tiny, transformer

CELL, SIZE, MOVES = 8, (16, 24), 8


def latents(seed=0):
    generator = torch.Generator().manual_seed(seed)
    frames = torch.randint(256, (2, 3, *SIZE, 3), generator=generator, dtype=torch.uint8)
    return Patches(SIZE, CELL).encode(frames)


def by(right, down):
    """The same move for every pixel."""
    each = torch.tensor([right, down]).repeat_interleave(MOVES // 2)
    return each.float().expand(2, 3, 2, 3, MOVES)


@given(right=st.integers(-8, 8), down=st.integers(-8, 8))
def test_whole_pixels_are_fetched_as_they_are(right, down):
    before = latents()
    pictures = Patches(SIZE, CELL).decode(before)
    fetched = Patches(SIZE, CELL).decode(moved(before, by(right, down), CELL))
    rows = (torch.arange(SIZE[0]) + down).clamp(0, SIZE[0] - 1)
    columns = (torch.arange(SIZE[1]) + right).clamp(0, SIZE[1] - 1)
    wanted = pictures[:, :, rows][:, :, :, columns]
    assert far(fetched.float(), wanted.float()) <= 1.0  # rounding, of the places


def test_between_pixels_is_what_lies_between_them():
    before = latents()
    left, right = (moved(before, by(x, 0), CELL) for x in (0, 1))
    assert far(moved(before, by(0.25, 0), CELL), 0.75 * left + 0.25 * right) < 1e-3


def test_moves_may_differ_within_a_cell_and_gradients_reach_them():
    told = torch.zeros(2, 3, 2, 3, MOVES, requires_grad=True)
    moved(latents(), told, CELL).square().sum().backward()
    assert (told.grad.abs() > 0).all()


def test_a_gate_that_says_nothing_leaves_all_as_it_is():
    change, by = torch.randn(4, 192), torch.randn(4, MOVES)
    told = gated(change, by, torch.zeros(4, CELL**2 + MOVES))
    assert torch.equal(told[0], change) and torch.equal(told[1], by)


@given(pixel=st.integers(0, CELL**2 - 1))
def test_a_gate_is_of_all_colours_of_a_pixel(pixel):
    gates = torch.full((2, 3, CELL**2 + MOVES), -100.0)
    gates[..., pixel] = 100.0
    grey = Patches(SIZE, CELL).encode(torch.full((*SIZE, 3), 255, dtype=torch.uint8))
    change, by = gated(grey, torch.ones(2, 3, MOVES), gates)
    shown = Patches(SIZE, CELL).decode(change)
    row, column = divmod(pixel, CELL)
    assert (shown[row::CELL, column::CELL] == 255).all()
    assert (shown > 128).sum() == shown[row::CELL, column::CELL].numel()
    assert not by.any()


def changing(**chosen):
    """A model of patches that tells changes, moves, and how much of them is to count."""
    return transformer(
        tokenizer="patches", channels=192, predicts="change",
        **{"moves": True, "gates": True, **chosen},
    )  # fmt: skip


def seen_by(model, **chosen):
    return clip(config=model.config, **chosen)


def test_a_model_that_has_learnt_nothing_says_that_nothing_changes():
    model = changing()
    for weight in model.exit.parameters():
        torch.nn.init.zeros_(weight)
    seen = seen_by(model)
    ends = seen.changed(times=torch.ones_like(seen.times))
    told = model(*ends).latents
    assert far(told[:, 1:], seen.latents[:, :-1]) < 1e-5 and not told[:, 0].any()


@pytest.mark.parametrize("layout", ["joint", "frame_concat"])
def test_behind_gates_that_are_shut_nothing_changes_either(layout):
    model = changing(layout=layout)
    views = 2 if layout == "frame_concat" else 1
    bias = model.exit.bias.data.view(views, -1)
    bias[:, -model.config.told_gates :] = -1e4
    seen = seen_by(model)
    told = model(*seen.changed(times=torch.ones_like(seen.times))).latents
    assert far(told[:, 1:], seen.latents[:, :-1]) < 1e-5
    bias[:, -model.config.told_gates :] = 0.0
    told = model(*seen.changed(times=torch.ones_like(seen.times))).latents
    assert far(told[:, 1:], seen.latents[:, :-1]) > 0.01


@pytest.mark.parametrize("layout", ["joint", "independent", "frame_concat", "concat_view"])
def test_what_absent_players_hold_and_held_changes_nothing(layout):
    model = changing(layout=layout)
    seen = seen_by(model)
    there = torch.ones((2, 6, 2), dtype=torch.bool)
    there[:, 2:5, 1] = False
    other = seen.changed(latents=seen.latents.clone())
    other.latents[:, 2:5, 1] = 7.0
    told = [model(*each, there).latents[there] for each in (seen, other)]
    assert torch.equal(*told)


def test_the_frame_before_may_be_another_one_than_in_the_clip():
    model, seen = changing(), None
    seen = seen_by(model)
    before = torch.randn_like(seen.latents)
    assert far(model(*seen, before=before).latents, model(*seen).latents) > 0.1


def test_gates_need_moves():
    with pytest.raises(ConfigError, match="they go with moves"):
        tiny(gates=True)


def test_moves_need_patches_and_changes():
    with pytest.raises(ConfigError, match="moves are of pixels"):
        tiny(moves=True, predicts="change")
    with pytest.raises(ConfigError, match="moves are of pixels"):
        tiny(moves=True, tokenizer="patches", channels=192)
