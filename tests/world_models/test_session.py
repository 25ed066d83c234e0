"""Dreams go on from clips, repeat by their seeds, and never touch each other."""

import math

import numpy as np
import pytest
import torch

from mpgenie.errors import ConfigError, DivergedError
from mpgenie.world_models.config import INJECTIONS, LAYOUTS, PREDICTIONS
from mpgenie.world_models.flow import START, keyed_noise, to_x0
from mpgenie.world_models.injection import aligned
from mpgenie.world_models.session import DreamState, WorldModel, _Look

from .tiny_models import clip, far, transformer


class Cells:
    """Cells of pixels to numbers by a fixed matrix, and back."""

    def __init__(self, config):
        self.cell, self.latent_shape = config.cell, config.latent
        generator = torch.Generator().manual_seed(0)
        size = (3 * config.cell**2, config.channels)
        self.matrix = torch.linalg.qr(torch.randn(size, generator=generator))[0]

    def encode(self, frames):
        x = frames.float() / 64.0 - 2.0
        x = x.unflatten(-3, (-1, self.cell)).unflatten(-2, (-1, self.cell))
        return x.movedim(-4, -3).flatten(-3) @ self.matrix

    def decode(self, latents):
        x = (latents @ self.matrix.T).unflatten(-1, (self.cell, self.cell, 3))
        x = x.movedim(-4, -3).flatten(-5, -4).flatten(-3, -2)
        return ((x + 2.0) * 64.0).clamp(0, 255).round().to(torch.uint8)


def world_model(**chosen):
    model = transformer(**chosen)
    return WorldModel(Cells(model.config), model)


def start(model, rows=3, frames=2, players=2):
    rng = np.random.default_rng(0)
    video = rng.integers(0, 256, (rows, frames, players, *model.config.resolution, 3), np.uint8)
    return video, rng.standard_normal((rows, frames - 1, players, 22), np.float32)


def controls(rows=3, steps=8, players=2):
    return np.random.default_rng(1).standard_normal((steps, rows, players, 22), np.float32)


def dream(model, state, tape):
    """The frames, rewards and chances of a dream, one step after another."""
    dreamt = [model.step(state, each) for each in tape]
    return [torch.stack(parts) for parts in zip(*dreamt, strict=True)]


def same(a, b):
    """Whether two dreams are the same: latents to 1e-4, pixels to one step of a byte."""
    return all(far(x.float(), y.float()) <= (1 if x.dtype == torch.uint8 else 1e-4) for x, y in
               zip(a, b, strict=True))  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_step_tells_everything_of_everybody(layout):
    model = world_model(layout=layout)
    state = model.open(*start(model))
    told = model.step(state, controls()[0])
    assert told.frames.shape == (3, 2, 16, 24, 3) and told.frames.dtype == torch.uint8
    assert told.rewards.shape == told.terminated.shape == told.chance.shape == (3, 2)
    assert told.terminated.dtype == torch.bool and told.finite.tolist() == [True] * 3
    assert state.ring.frame.tolist() == [3, 3, 3] and len(state) == 3


@pytest.mark.parametrize("sampler", ["euler", "renoise"])
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_a_dream_repeats_by_its_seed_whatever_else_is_dreamt(sampler, predicts):
    model = world_model(sampler=sampler, predicts=predicts)
    video, did = start(model)
    seeds, tape = np.array([5, 6, 7]), controls()
    whole = dream(model, model.open(video, did, seeds=seeds), tape)
    again = dream(model, model.open(video, did, seeds=seeds), tape)
    assert all(torch.equal(a, b) for a, b in zip(whole, again, strict=True))
    for row in range(3):
        alone = model.open(video[row : row + 1], did[row : row + 1], seeds=seeds[row : row + 1])
        part = dream(model, alone, tape[:, row : row + 1])
        assert same([each[:, row : row + 1] for each in whole], part)
    other = dream(model, model.open(video, did, seeds=seeds + 1), tape)
    assert not same(whole, other)


def test_a_copy_goes_on_the_same_and_shares_nothing():
    model, tape = world_model(), controls()
    state = model.open(*start(model))
    dream(model, state, tape[:3])
    kept = {name: part.clone() for name, part in state.parts().items()}
    copy, stored = state.clone(), DreamState.of(kept)
    one = dream(model, state, tape[3:])
    assert all(torch.equal(part, kept[name]) for name, part in copy.parts().items())
    for other in (copy, stored):
        again = dream(model, other, tape[3:])
        assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_dreams_of_any_age_go_on_side_by_side(layout):
    model, tape = world_model(layout=layout, sink=1), controls(steps=10)
    old = model.open(*start(model))
    young = old.rows([2, 0])
    dream(model, old, tape[:4])
    mixed = DreamState.joined([young.rows([1]), old.rows([1, 2])])
    mixed.put([2], young.rows([0]))
    rows = [0, 1, 2]
    apart = [(young.rows([1]), 0), (old.rows([1]), 1), (young.rows([0]), 2)]
    both = dream(model, mixed, tape[4:][:, rows])
    for row, (state, of) in enumerate(apart):
        alone = dream(model, state, tape[4:][:, of : of + 1])
        assert same([each[:, row : row + 1] for each in both], alone)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_absent_players_change_nothing_and_are_not_drawn(layout):
    model, tape = world_model(layout=layout), controls()
    video, did = start(model)
    there = np.ones((3, 2, 2), bool)
    there[:, :, 1] = False
    other, moved = video.copy(), tape.copy()
    other[:, :, 1], moved[:, :, 1] = 0, 0.0
    a = dream(model, model.open(video, did, there), tape)
    b = dream(model, model.open(other, did, there), moved)
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
    frames, rewards, terminated, chance, _ = a
    assert not frames[:, :, 1].any() and not rewards[:, :, 1].any()
    assert not terminated[:, :, 1].any() and not chance[:, :, 1].any()
    if layout == "joint":
        alone = model.open(video[:, :, :1], did[:, :, :1])
        c = dream(model, alone, tape[:, :, :1])
        assert same([part[:, :, :1] for part in a[:4]], c[:4])


def test_who_joins_goes_on_from_what_it_sees_and_is_seen_by_others():
    model, tape = world_model(predicts="change"), controls()
    video, did = start(model)
    there = np.ones((3, 2, 2), bool)
    there[:, :, 1] = False
    joined, elsewhere, without = (model.open(video, did, there) for _ in range(3))
    model.join(joined, [0, 2], [1, 1], video[[0, 2], 1, 1])
    model.join(elsewhere, [0, 2], [1, 1], 255 - video[[0, 2], 1, 1])
    assert joined.there.tolist() == [[True, True], [True, False], [True, True]]
    a, b, c = (model.step(state, tape[0]).frames for state in (joined, elsewhere, without))
    assert a[[0, 2], 1].any() and not a[1, 1].any() and not c[:, 1].any()
    assert not torch.equal(a[0, 1], b[0, 1]) and not torch.equal(a[0, 0], c[0, 0])
    assert torch.equal(a[1], c[1])  # its row was left alone
    alone = dream(model, joined.rows([0]), tape[1:, :1])
    assert same([each[:, :1] for each in dream(model, joined, tape[1:])], alone)


@pytest.mark.parametrize(
    ("player", "frame", "message"),
    [(0, None, "there already"), (1, (8, 8, 3), "with frames"), (1, (64, 3), "with frames")],
)
def test_joins_that_cannot_be_change_nothing(player, frame, message):
    model = world_model()
    video, did = start(model)
    there = np.ones((3, 2, 2), bool)
    there[:, :, 1] = False
    state = model.open(video, did, there)
    before = state.clone()
    shape = frame or (*model.config.resolution, 3)
    with pytest.raises(ConfigError, match=message):
        model.join(state, [1], [player], np.zeros((1, *shape), np.uint8))
    parts = before.parts()
    assert all(torch.equal(part, parts[name]) for name, part in state.parts().items())


@pytest.mark.parametrize("injection", INJECTIONS)
def test_a_model_of_half_the_bits_dreams_nearly_the_same(injection):
    model, tape = world_model(injection=injection), controls(steps=4)
    half = world_model(injection=injection)
    half.transformer.bfloat16()
    assert half.transformer.rotary.time.dtype == torch.float32
    states = [each.open(*start(model)) for each in (model, half)]
    assert states[1].ring.keys.dtype == torch.bfloat16
    a, b = (dream(each, state, tape) for each, state in zip((model, half), states, strict=True))
    assert 0.0 < far(states[0].latents, states[1].latents) < 0.5
    assert far(a[3], b[3]) < 0.1


def test_what_is_done_at_a_tick_reaches_the_frame_after_it_and_none_before():
    model = transformer(window=6)
    seen = clip(rows=1)
    did = torch.randn(1, 5, 2, 22, requires_grad=True)
    told = model(seen.latents, seen.times, *aligned(did)).latents
    for frame in range(6):
        (pulse,) = torch.autograd.grad(told[:, frame, 0].square().sum(), did, retain_graph=True)
        own, others = (pulse[0, :, player].abs().amax(-1) > 0 for player in (0, 1))
        before = [tick < frame for tick in range(5)]
        assert own.tolist() == others.tolist() == before


def test_a_clip_is_remembered_as_if_it_had_been_dreamt():
    """Where changes are told, beside the true frame before."""
    model = world_model(predicts="change")
    video, did = start(model, frames=3)
    one, two = (model.open(video[:, :n], did[:, : n - 1]) for n in (3, 2))
    look = _Look(model, two, torch.from_numpy(did[:, 1]))
    latents = model.tokenizer.encode(torch.from_numpy(video[:, 2]))
    look.keep(model._noisy(latents, two.seeds, two.ring.frame))
    for name, part in two.ring.parts().items():
        assert torch.allclose(part, one.ring.parts()[name], atol=1e-5), name


def test_what_is_done_now_changes_the_next_frame_of_everybody():
    model = world_model()
    state = model.open(*start(model))
    other = state.clone()
    did = torch.from_numpy(controls()[0])
    changed = did.clone()
    changed[:, 0, 0] += 1.0
    a, b = model.step(state, did).frames, model.step(other, changed).frames
    assert all(not torch.equal(a[:, player], b[:, player]) for player in (0, 1))


def test_a_dream_that_breaks_is_told_of_and_breaks_no_other():
    model, tape = world_model(), controls()
    whole, broken = (model.open(*start(model)) for _ in range(2))
    broken.ring.values[1] = math.nan
    told, wanted = model.step(broken, tape[0]), model.step(whole, tape[0])
    assert told.finite.tolist() == [True, False, True]
    assert torch.equal(told.frames[[0, 2]], wanted.frames[[0, 2]])
    assert wanted.sound() is wanted
    with pytest.raises(DivergedError, match="dream 1 of 3 is no numbers any more"):
        told.sound()
    broken.put([1], model.open(*start(model)).rows([1]))
    assert model.step(broken, tape[1]).finite.all()


def test_more_players_than_trained_with_are_dreamt_up_to_the_pool():
    model = world_model(pool=4, players=2)
    state = model.open(*start(model, players=4))
    assert model.step(state, controls(players=4)[0]).frames.shape[1] == 4
    with pytest.raises(ConfigError, match="1 to 4 players, got 5"):
        model.open(*start(model, players=5))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"frames": np.zeros((3, 2, 2, 8, 8, 3), np.uint8)}, "frames must be"),
        ({"frames": np.zeros((3, 0, 2, 16, 24, 3), np.uint8)}, "frames must be"),
        ({"controls": np.zeros((3, 2, 2, 22))}, "controls between these frames"),
        ({"there": np.ones((3, 2))}, "there must be"),
        ({"seeds": np.ones(2)}, "seeds must be"),
        ({"slots": np.zeros((3, 2))}, "slot of its own"),
        ({"slots": np.full((3, 2), [0, 16])}, "slot of its own in 0..15"),
    ],
)
def test_what_is_no_clip_of_this_model_is_refused(changed, message):
    model = world_model()
    video, did = start(model)
    with pytest.raises(ConfigError, match=message):
        model.open(**{"frames": video, "controls": did, **changed})


def test_controls_of_another_shape_are_refused():
    model = world_model()
    with pytest.raises(ConfigError, match="controls must be"):
        model.step(model.open(*start(model)), controls(players=1)[0])


def test_a_tokenizer_of_other_latents_is_refused():
    model = transformer()
    with pytest.raises(ConfigError, match="latents of shape"):
        WorldModel(Cells(transformer(channels=4).config), model)


@pytest.mark.parametrize("layout", ["joint", "independent", "concat_view"])
def test_composed_dreams_add_up_what_each_player_changes(layout):
    model = world_model(layout=layout, compose=True, steps=1)
    state, did = model.open(*start(model)), torch.from_numpy(controls()[0])
    net, there = model.transformer, state.there.unsqueeze(1)
    noise = keyed_noise(
        state.seeds, state.ring.frame, START, tuple(state.latents.shape[1:]), state.latents
    )
    ends, told = torch.ones(state.there.shape), []
    for known in ((False, False), (True, False), (False, True)):
        seen = net.next(
            net.reading(state.ring, state.there, state.slots), noise.unsqueeze(1),
            ends.unsqueeze(1), did.unsqueeze(1), there & torch.tensor(known), there, state.slots,
        )  # fmt: skip
        told.append(to_x0(seen.latents[:, 0], noise, ends, model.config.predicts).detach())
    nobody, first, second = told
    assert far(first, nobody) > 1e-3 < far(second, nobody)
    model.step(state, did)
    assert far(state.latents, first + second - nobody) < 1e-5
