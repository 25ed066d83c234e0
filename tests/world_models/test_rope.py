"""Turned tokens tell how far they are apart, and whether they are of one player."""

import pytest
import torch

from mpgenie.world_models.rope import Rotary, agent_turn, turn

from .tiny_models import far, tiny


def score(rotary, q, k, moments, slots):
    """What attention makes of a query and a key at two moments, of two players."""
    turned = []
    for x, moment, slot in zip((q, k), moments, slots, strict=True):
        place = rotary.place(torch.tensor([[slot]]))[0, 0]
        time = rotary.moments(torch.tensor(float(moment)))
        turned.append(turn(x, torch.cat([time, place])))
    return float(turned[0] @ turned[1])


@pytest.mark.parametrize("identity", ["simplex", "none"])
def test_only_the_distance_in_time_counts(identity):
    rotary = Rotary(tiny(identity=identity))
    q, k = torch.randn(2, 16, generator=torch.Generator().manual_seed(0))
    near = score(rotary, q, k, (5, 3), (0, 0))
    assert near == pytest.approx(score(rotary, q, k, (45, 43), (0, 0)), abs=1e-4)
    assert near != pytest.approx(score(rotary, q, k, (5, 4), (0, 0)), abs=1e-2)


def test_players_differ_from_themselves_by_nothing_and_from_others_by_much():
    rotary = Rotary(tiny(pool=16))
    q, k = torch.randn(2, 16, generator=torch.Generator().manual_seed(1))
    same = {round(score(rotary, q, k, (0, 0), (slot, slot)), 4) for slot in range(16)}
    assert len(same) == 1
    angles = rotary.agents
    alike = torch.cos(angles[:, None] - angles).mean(-1) - 2.0 * torch.eye(16)
    assert float(alike.max()) < 0.9


def test_as_many_slots_as_pairs_are_all_equally_far_apart():
    angles = Rotary(tiny(width=64, pool=4, players=2)).agents
    apart = torch.cdist(angles, angles)[~torch.eye(4, dtype=torch.bool)]
    assert far(apart, apart[0]) < 1e-6


def test_views_side_by_side_stand_in_columns_of_their_own():
    rotary = Rotary(tiny(layout="concat_view", identity="none"))
    place = rotary.place(torch.tensor([[0, 1]]))[0]
    assert len(place) == 2 * 6 and len(place.unique(dim=0)) == 12


def test_turning_keeps_lengths_and_slot_0_is_not_turned_by_aie():
    x = torch.randn(2, 3, 2, 8, generator=torch.Generator().manual_seed(0))
    told = agent_turn(x, torch.tensor([[0, 3], [1, 0]]), base=20.0)
    assert far(told.norm(dim=-1), x.norm(dim=-1)) < 1e-5
    assert torch.equal(told[0, :, 0], x[0, :, 0]) and far(told[0, :, 1], x[0, :, 1]) > 0.1
