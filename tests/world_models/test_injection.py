"""What players do reaches their own tokens, or all tokens as one vector."""

import pytest
import torch

from mpgenie.world_models.injection import Controls, Pooled, aligned

from .tiny_models import clip, drawn, far, tiny, transformer


def test_what_is_done_at_a_tick_belongs_to_the_frame_after_it():
    done = torch.randn(2, 4, 3, 22, generator=torch.Generator().manual_seed(0))
    controls, known = aligned(done)
    assert torch.equal(controls[:, 1:], done) and not controls[:, 0].any()
    assert known[:, 1:].all() and not known[:, 0].any()


def pooled(did, there=None, **chosen):
    torch.manual_seed(0)
    return drawn(Pooled(tiny(injection="macm", **chosen)))(did, there)


@pytest.mark.parametrize("adaptive", [True, False])
def test_pooling_knows_no_order_and_no_absent_players(adaptive):
    did = torch.randn(2, 4, 3, 32, generator=torch.Generator().manual_seed(0))
    whole = pooled(did, adaptive=adaptive)
    assert far(whole, pooled(did[:, :, [2, 0, 1]], adaptive=adaptive)) < 1e-5
    there = torch.ones((2, 4, 3), dtype=torch.bool)
    there[:, :, 1] = False
    some = pooled(did, there, adaptive=adaptive)
    assert far(some, pooled(did[:, :, [0, 2]], adaptive=adaptive)) < 1e-5
    assert pooled(did, torch.zeros_like(there), adaptive=adaptive).isfinite().all()


def test_weighing_players_is_not_summing_them():
    did = torch.randn(1, 1, 2, 32, generator=torch.Generator().manual_seed(0))
    assert far(pooled(did), pooled(did, adaptive=False)) > 1e-3


def test_who_did_what_is_lost_in_pooling_but_for_the_agent_identity_embedding():
    did = torch.randn(1, 1, 2, 1, 22, generator=torch.Generator().manual_seed(0))
    known, slots = torch.ones((1, 1, 2, 1), dtype=torch.bool), torch.tensor([[0, 1]])
    for identity, differs in (("none", False), ("aie", True)):
        torch.manual_seed(0)
        controls = Controls(tiny(identity=identity), 1)
        one, two = (pooled(controls(each, known, slots)) for each in (did, did.flip(2)))
        assert (far(one, two) > 1e-3) == differs


def test_the_base_of_the_embedding_is_a_choice():
    seen = clip()
    told = [
        transformer(identity="aie", injection="macm", aie_base=base)(*seen).latents
        for base in (20.0, 10_000.0)
    ]
    assert far(*told) > 1e-4
