"""One rule says who sees whom, and every implementation of attention follows it."""

import pytest
import torch

from mpgenie.errors import ConfigError
from mpgenie.world_models.masks import MASKS, dense_mask, frame_rule, mask_mod

from .tiny_models import clip, far, transformer

FRAMES, VIEWS, TOKENS = 6, 2, 3


def frames_seen(mask, frames=FRAMES, window=3, sink=0):
    rule, each = frame_rule(mask, frames, window, sink), torch.arange(frames)
    return [row.nonzero().flatten().tolist() for row in rule(each[:, None], each)]


def test_causal_frames_see_a_window_that_ends_with_themselves():
    assert frames_seen("causal") == [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]


def test_a_sink_stays_in_sight():
    assert frames_seen("causal", window=2, sink=1)[3:] == [[0, 2, 3], [0, 3, 4], [0, 4, 5]]


def test_frames_that_know_no_direction_see_everything():
    assert frames_seen("bidirectional") == [list(range(FRAMES))] * FRAMES


def test_a_noisy_frame_sees_the_clean_ones_before_it_and_itself():
    clean, noisy = [[0], [0, 1], [0, 1, 2], [1, 2, 3]], [[4], [0, 5], [0, 1, 6], [1, 2, 7]]
    assert frames_seen("teacher", frames=8) == clean + noisy


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("sink", [0, 1])
@pytest.mark.parametrize("absent", [False, True])
def test_the_matrix_says_what_the_function_of_tokens_says(mask, sink, absent):
    there = torch.rand((2, FRAMES, VIEWS), generator=torch.Generator().manual_seed(0)) > 0.5
    there = there if absent else None
    rule = frame_rule(mask, FRAMES, 2, sink)
    dense = dense_mask(rule, FRAMES, VIEWS, TOKENS, there, torch.device("cpu"))
    each = torch.arange(FRAMES * VIEWS * TOKENS)
    rows = torch.arange(len(dense))[:, None, None]
    told = mask_mod(rule, VIEWS, TOKENS, there)(rows, rows, each[:, None], each)
    assert torch.equal(dense[:, 0], told.expand_as(dense[:, 0]))
    assert dense.any(-1).all()  # no row is empty


def test_absent_players_are_seen_by_themselves_at_that_moment_alone():
    there = torch.ones((1, FRAMES, VIEWS), dtype=torch.bool)
    there[:, 2, 1] = False
    rule = frame_rule("bidirectional", FRAMES, 1)
    seen = dense_mask(rule, FRAMES, VIEWS, 1, there, torch.device("cpu"))[0, 0]
    assert seen[:, 2 * VIEWS + 1].nonzero().flatten().tolist() == [2 * VIEWS + 1]


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("absent", [False, True])
def test_both_implementations_of_attention_agree(mask, absent):
    model = transformer(sink=1)
    seen = clip()
    there = torch.ones((2, 6, 2), dtype=torch.bool)
    there[0, 2:, 1] = False
    there = there if absent else None
    with torch.no_grad():
        told = [model(*seen, there, mask=mask, flex=flex) for flex in (False, True)]
    assert max(far(a, b) for a, b in zip(*told, strict=True)) < 1e-5


def test_names_that_are_no_mask_are_refused():
    with pytest.raises(ConfigError, match="Did you mean 'causal'"):
        frame_rule("casual", 4, 2)
    with pytest.raises(ConfigError, match="clean and noisy"):
        frame_rule("teacher", 5, 2)
