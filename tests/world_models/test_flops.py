"""What a model is said to cost is what it costs."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from mpgenie.world_models.config import LAYOUTS, PRESETS
from mpgenie.world_models.flops import pass_flops, step_flops

from .test_session import controls, start, world_model
from .tiny_models import clip, transformer


def counted(work):
    """Operations of some work, as torch counts them."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        work()
    return counter.get_total_flops()


CHANGING = {
    "tokenizer": "patches", "channels": 192, "predicts": "change", "moves": True, "gates": True,
}  # fmt: skip


@pytest.mark.parametrize("injection", [{}, {"injection": "macm"}, {"compose": True}, CHANGING])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_step_costs_what_is_said(layout, injection):
    if layout == "frame_concat" and "compose" in injection:
        pytest.skip("does not compose")
    model = world_model(layout=layout, sink=1, **injection)
    model.tokenizer.decode = lambda latents: torch.zeros((1, 2, 16, 24, 3), dtype=torch.uint8)
    state = model.open(*start(model, rows=1))
    said = step_flops(model.config, players=2)
    assert counted(lambda: model.step(state, controls(rows=1)[0])) == pytest.approx(said, rel=0.001)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_look_at_a_clip_costs_what_is_said(layout):
    model = transformer(layout=layout, reward="value")
    said = pass_flops(model.config, players=2, seen=6, frames=6)
    assert counted(lambda: model(*clip(rows=1))) == pytest.approx(said, rel=0.001)


def test_presets_cost_what_their_docs_say():
    costs = {name: step_flops(config, players=2) / 1e9 for name, config in PRESETS.items()}
    assert costs == pytest.approx(
        {"debug": 0.173, "cpu": 0.281, "small": 33, "base": 158}, rel=0.03
    )
