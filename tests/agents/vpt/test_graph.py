"""Who is near counts, and in what order they are listed or how many there are does not."""

import math

import numpy as np
import pytest
import torch

from mpgenie.agents.vpt.graph import (
    ATTENTION,
    MEAN,
    NONE,
    WAYS,
    EntityEncoder,
    _entity_measures,
    _metres,
    parts_of,
)
from mpgenie.envs.state_observation import STATE, STATE_SIZE, unpack_state
from mpgenie.errors import ConfigError

WIDTH = 48


def encoder(how=ATTENTION, width=WIDTH):
    torch.manual_seed(0)
    made = EntityEncoder(width, how).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return made


def observed(n=6, entities=5, marks=2, seed=0):
    """States with so many entities and landmarks."""
    rng = np.random.default_rng(seed)
    states = rng.integers(0, 256, (n, STATE_SIZE), np.uint8)
    parts = unpack_state(states)
    parts["entities"][..., 3] = rng.integers(1, 6, (n, 8))
    parts["marks"][..., 4] = rng.integers(1, 3, (n, 8))
    parts["entities"][:, entities:] = 0
    parts["marks"][:, marks:] = 0
    return torch.from_numpy(states)


def with_one(forward, right, *, kind=2, pitch=0):
    """A state with one entity on level ground, so many quarters of a metre away."""
    states = np.zeros((1, STATE_SIZE), np.uint8)
    parts = unpack_state(states)
    parts["body"][:, 2] = 90 + pitch
    parts["entities"][0, 0] = 128 + forward, 128 + right, 128, kind, 20, 0, 0
    return torch.from_numpy(states)


def far(a, b):
    return float((a - b).detach().abs().max())


@pytest.mark.parametrize("how", WAYS)
def test_the_order_of_nodes_means_nothing(how):
    parts = parts_of(observed())
    straight = encoder(how).encode(parts)[0]
    turned = {**parts, "entities": parts["entities"][:, [3, 0, 4, 7, 1, 2, 5, 6]]}
    turned["marks"] = parts["marks"][:, [1, 0, 2, 3, 4, 5, 6, 7]]
    assert far(straight, encoder(how).encode(turned)[0]) < 1e-4


def test_clips_are_seen_tick_by_tick():
    states = observed()
    clips = states.view(2, 3, -1)
    assert far(encoder()(clips), encoder()(states).view(2, 3, -1)) == 0.0
    assert encoder().with_attention(clips)[1].shape == (2, 3, 16)


@pytest.mark.parametrize("how", WAYS)
def test_who_is_absent_changes_nothing(how):
    parts = parts_of(observed(entities=3, marks=1))
    junk = {name: part.clone() for name, part in parts.items()}
    junk["entities"][:, 3:] = 77
    junk["entities"][:, 3:, 3] = 0  # of no kind
    junk["marks"][:, 1:] = 77
    junk["marks"][:, 1:, 4] = 0
    assert far(encoder(how).encode(parts)[0], encoder(how).encode(junk)[0]) == 0.0


def test_a_batch_changes_nothing_for_a_row_of_it():
    states = torch.cat([observed(2, entities=2, marks=0), observed(2, entities=8, marks=8, seed=1)])
    together = encoder()(states)
    assert far(together[:2], encoder()(states[:2])) < 1e-4


@pytest.mark.parametrize("count", [0, 2, 31])
def test_any_number_of_others_is_taken_in(count):
    parts = parts_of(observed(entities=8))
    rng = np.random.default_rng(1)
    others = rng.integers(1, 256, (6, count, STATE["entities"][1][1]), np.uint8)
    parts["entities"] = torch.from_numpy(others)
    if count == 0:
        parts["entities"] = torch.zeros(6, 1, 7, dtype=torch.uint8)
    features, mass = encoder().encode(parts)
    assert features.shape == (6, WIDTH)
    assert mass.shape == (6, 1 + max(1, count) + 2)
    torch.testing.assert_close(mass.sum(1), torch.ones(6))


@pytest.mark.parametrize("how", [ATTENTION, MEAN])
def test_others_count(how):
    states = observed()
    moved = states.clone()
    moved[:, STATE["entities"][0]] += 64
    assert far(encoder(how)(states), encoder(how)(moved)) > 1e-3


def test_a_player_who_looks_at_nobody_knows_landmarks_all_the_same():
    states = observed()
    alone, lost = states.clone(), states.clone()
    alone[:, STATE["entities"][0] : STATE["hotbar"][0]] = 0
    lost[:, STATE["marks"][0] :] = 0
    assert far(encoder(NONE)(states), encoder(NONE)(alone)) == 0.0
    assert far(encoder(NONE)(states), encoder(NONE)(lost)) > 1e-3


def test_attention_goes_to_those_who_are_there_and_adds_up():
    _, mass = encoder().with_attention(observed(entities=3, marks=2))
    assert mass.shape == (6, 16)
    assert (mass[:, [0, 1, 2, 8, 9]] > 0).all()
    assert not mass[:, 3:8].any() and not mass[:, 10:].any()
    assert (mass.sum(1) < 1.0).all()  # some of it stays with oneself
    with pytest.raises(ConfigError, match="only 'attention' attends"):
        encoder(MEAN).with_attention(observed())


@pytest.mark.parametrize("width", [48, 128, 192])
def test_controls_have_as_many_parameters(width):
    sizes = [sum(w.numel() for w in EntityEncoder(width, how).parameters()) for how in WAYS]
    assert max(sizes) / min(sizes) < 1.05


@pytest.mark.parametrize(
    ("forward", "right", "pitch", "inside"),
    [(40, 0, 0, True), (40, 27, 0, True), (40, 29, 0, False), (-40, 0, 0, False),
     (40, 0, 60, False), (4, 0, 30, True), (4, 0, -20, False)],
)  # fmt: skip
def test_an_edge_says_who_is_in_view(forward, right, pitch, inside):
    parts = parts_of(with_one(forward, right, pitch=pitch))
    near = parts["entities"][:, :1]
    turned = (parts["body"][:, 2:3].float() - 90.0) * (math.pi / 180.0)
    edge = _entity_measures(near, _metres(near), turned, parts["body"][:, 7:8])[0, 0]
    assert bool(edge[7]) is inside
    along = math.hypot(forward, right) / 4.0
    assert edge[0] == pytest.approx(forward / 4.0 / along)
    assert edge[1] == pytest.approx(right / 4.0 / along)
    assert edge[2] == pytest.approx(along / 16.0)


def test_there_are_three_ways():
    with pytest.raises(ConfigError, match="unknown way"):
        EntityEncoder(WIDTH, "max")
