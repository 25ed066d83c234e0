"""What the network may see of a clip, and what must make no difference to it."""

import pytest
import torch

from mpgenie.errors import ConfigError
from mpgenie.world_models.config import IDENTITIES, INJECTIONS, LAYOUTS

from .tiny_models import clip, far, transformer

FREE = ("joint", "independent")
"""Layouts that take any number of players."""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_tells_the_same_shapes(layout):
    seen = clip()
    told = transformer(layout=layout)(*seen)
    assert told.latents.shape == seen.latents.shape
    assert told.reward.shape == (2, 6, 2, 41)
    assert told.terminated.shape == (2, 6, 2)
    assert told.pose.shape == (2, 6, 2, 2)


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("layout", FREE)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_order_of_players_changes_nothing_else(layout, identity, injection):
    model = transformer(layout=layout, identity=identity, injection=injection)
    seen = clip(players=3)
    order, slots = [2, 0, 1], torch.tensor([[5, 1, 2], [0, 9, 3]])
    straight = model(*seen, slots=slots)
    turned = model(*(part[:, :, order] for part in seen), slots=slots[:, order])
    for a, b in zip(straight, turned, strict=True):
        assert far(a[:, :, order], b) < 1e-5


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_absent_players_hold_changes_nothing(layout, injection):
    model, seen = transformer(layout=layout, injection=injection), clip()
    there = torch.ones((2, 6, 2), dtype=torch.bool)
    there[:, 2:5, 1] = False
    other = [part.clone() for part in seen]
    for part in other:
        part[:, 2:5, 1] = 0
    for mask in ("causal", "bidirectional"):
        told = [model(*each, there, mask=mask) for each in (seen, other)]
        for a, b in zip(*told, strict=True):
            assert torch.equal(a[there], b[there])


@pytest.mark.parametrize("injection", INJECTIONS)
def test_a_clip_with_an_absent_player_is_one_without_it(injection):
    model, seen = transformer(injection=injection), clip()
    there = torch.ones((2, 6, 2), dtype=torch.bool)
    there[:, :, 1] = False
    both, alone = model(*seen, there), model(*(part[:, :, :1] for part in seen))
    for a, b in zip(both, alone, strict=True):
        assert far(a[:, :, :1], b) < 1e-5


def changed_frames(model, player, **moved):
    """Frames of a player at which anything changes when a part of player 0's frame 2 does."""
    seen = clip()
    other = seen.changed(**{name: getattr(seen, name).clone() for name in moved})
    for name, value in moved.items():
        getattr(other, name)[:, 2, 0] = value
    told = model(*seen), model(*other)
    changes = [(a - b)[:, :, player].transpose(0, 1) for a, b in zip(*told, strict=True)]
    changed = torch.stack([each.flatten(1).abs().amax(1) for each in changes])
    return (changed.amax(0) > 0).nonzero().flatten().tolist()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("moved", [{"latents": 1.0}, {"controls": 1.0}, {"times": 0.1}])
def test_frames_change_those_after_them_within_the_windows_of_all_blocks(layout, moved):
    model = transformer(layout=layout, window=2)  # two blocks: two frames on
    assert changed_frames(model, 0, **moved) == [2, 3, 4]
    assert changed_frames(model, 1, **moved) == ([] if layout == "independent" else [2, 3, 4])


def test_controls_that_are_not_known_change_nothing():
    model, seen = transformer(), clip()
    unknown = seen.changed(known=torch.zeros_like(seen.known))
    other = unknown.changed(controls=torch.zeros_like(seen.controls))
    assert torch.equal(model(*unknown).latents, model(*other).latents)
    assert far(model(*seen).latents, model(*unknown).latents) > 1e-3


def test_slots_tell_players_apart_unless_there_is_no_identity():
    seen = clip()
    for identity, differs in (("simplex", True), ("learned", True), ("aie", True), ("none", False)):
        model = transformer(identity=identity)
        a, b = (model(*seen, slots=torch.tensor([row, row])).latents for row in ([0, 1], [0, 7]))
        assert (far(a, b) > 1e-4) == differs


@pytest.mark.parametrize("layout", ["frame_concat", "concat_view"])
def test_layouts_of_fixed_size_refuse_other_numbers_of_players(layout):
    with pytest.raises(ConfigError, match="exactly 2 players"):
        transformer(layout=layout)(*clip(players=3))


def test_more_players_than_trained_with_are_seen_up_to_the_pool():
    model = transformer(pool=4)
    assert torch.isfinite(model(*clip(players=4)).latents).all()
    with pytest.raises(ConfigError, match="1 to 4 players"):
        model(*clip(players=5))
