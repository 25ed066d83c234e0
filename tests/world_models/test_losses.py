"""Losses are 0 where all is known, and count nobody who is not there."""

import pytest
import torch

from mpgenie.world_models.config import PREDICTIONS
from mpgenie.world_models.heads import expected_reward, symlog, two_hot
from mpgenie.world_models.injection import aligned
from mpgenie.world_models.losses import Examples, consistency, diffusion_forcing, draw, own_before
from mpgenie.world_models.masks import MASKS
from mpgenie.world_models.transformer import Predicted, followed

from .tiny_models import drawn, far, tiny, transformer


def examples(config, rows=3, frames=5, players=2, seed=0):
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(shape, generator=generator)

    ticks = (rows, frames - 1, players)
    return Examples(
        normal(rows, frames, players, *config.latent), normal(*ticks, 22), normal(*ticks),
        normal(*ticks) > 1.0, normal(*ticks, config.pose),
        torch.ones((rows, frames, players), dtype=torch.bool),
        torch.arange(players).expand(rows, -1),
    )  # fmt: skip


def drawing(config, clips, mask="causal", seed=0, **chosen):
    return draw(clips, torch.Generator().manual_seed(seed), config, mask=mask, **chosen)


class Knowing:
    """Tells what is asked of a network, from the clips and the draws."""

    def __init__(self, config, clips, draws):
        self.config, self.clips, self.draws = config, clips, draws

    def __call__(self, latents, times, controls, known, there, slots, before, *, mask, flex):
        clips = self.clips
        true = self.draws.noise - clips.latents
        told = true if self.config.predicts == "velocity" else clips.latents
        if mask == "teacher":
            told = torch.cat([told, told], 1)
        shape = told.shape[:3]
        reward = torch.zeros((*shape, 41))
        frames = slice(1, clips.latents.shape[1])
        reward[:, frames] = two_hot(clips.rewards).clamp(min=1e-9).log()
        ends, pose = torch.zeros(shape), torch.zeros((*shape, self.config.pose))
        ends[:, frames] = (clips.terminated * 2.0 - 1.0) * 50.0
        pose[:, frames] = clips.pose
        return Predicted(told, reward, ends, pose)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_who_knows_everything_is_never_wrong(mask, predicts):
    config = tiny(predicts=predicts)
    clips = examples(config)
    draws = drawing(config, clips, mask)
    draws = draws._replace(times=draws.times.clamp(min=0.05))
    losses = diffusion_forcing(Knowing(config, clips, draws), clips, draws, mask=mask)
    shares = two_hot(clips.rewards)
    doubt = -(shares * shares.clamp(min=1e-9).log()).sum(-1)
    assert float(losses.flow) < 1e-6
    assert float(losses.reward) <= float(doubt.max()) + 1e-5
    assert float(losses.terminated) < 1e-6 and float(losses.pose) < 1e-6


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_nothing_tells_of_a_frame_what_it_was(mask, predicts):
    """Told of noise alone, a frame is the same whatever it truly was."""
    model, told = transformer(predicts=predicts), []
    model.register_forward_hook(lambda module, inputs, out: told.append(out.latents))
    for seed in (0, 1):
        clips = examples(model.config)
        clips.latents[:, 2] = examples(model.config, seed=seed).latents[:, 2]
        draws = drawing(model.config, clips, mask)
        draws = draws._replace(times=torch.ones_like(draws.times))
        diffusion_forcing(model, clips, draws, mask=mask)
    one, two = (each[:, -5:] for each in told)
    assert far(one[:, :3], two[:, :3]) == 0.0
    later = mask == "teacher" or (predicts, mask) == ("change", "causal")
    assert (far(one[:, 3:], two[:, 3:]) > 0.0) == later  # of those after it, where they know it


@pytest.mark.parametrize("mask", MASKS)
def test_what_absent_players_hold_is_not_counted(mask):
    model, config = transformer(), tiny()
    clips = examples(config)
    clips.there[:, :, 1] = False
    other = examples(config, seed=1)
    mixed = []
    for mine, theirs in zip(clips[:5], other[:5], strict=True):
        part = mine.clone()
        part[:, :, 1] = theirs[:, :, 1]
        mixed.append(part)
    mixed = Examples(*mixed, clips.there, clips.slots)
    draws = drawing(config, clips, mask)
    one, two = (diffusion_forcing(model, each, draws, mask=mask) for each in (clips, mixed))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    clips.there[:] = False
    assert diffusion_forcing(model, clips, draws, mask=mask).total().item() == 0.0


@pytest.mark.parametrize("reward", ["two_hot", "value"])
@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_learning_makes_less_wrong(predicts, reward):
    model = transformer(predicts=predicts, reward=reward)
    clips = examples(model.config)
    draws = drawing(model.config, clips)
    rule = torch.optim.Adam(model.parameters(), 3e-3)
    totals = []
    for _ in range(8):
        loss = diffusion_forcing(model, clips, draws).total()
        rule.zero_grad()
        loss.backward()
        rule.step()
        totals.append(loss.item())
    assert all(weight.grad is not None for weight in model.parameters())
    assert totals[-1] < 0.9 * totals[0]


def test_levels_are_a_clips_own_a_frames_own_or_a_players_own():
    config = tiny()
    clips = examples(config, rows=400)
    both = drawing(config, clips, "bidirectional").times
    assert (both == both[:, :1, :1]).all() and len(both.unique()) > 300
    frames = drawing(config, clips, "teacher").times
    assert (frames == frames[..., :1]).all() and not (frames == frames[:, :1]).all()
    times = drawing(config, clips, apart=0.25, context=0.25).times
    apart = (times != times[..., :1]).any((1, 2)).float().mean()
    context = (times == config.context_noise).float().mean()
    assert 0.15 < float(apart) < 0.3 and 0.2 < float(context) < 0.3


def test_draws_repeat_by_their_generator():
    config = tiny()
    clips = examples(config)
    one, two, other = (drawing(config, clips, "teacher", seed) for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one.noise, other.noise)
    assert not drawing(config, clips, forget=1.0).told.any()


def test_rewards_come_back_from_their_scale():
    rewards = torch.tensor([0.0, 0.01, -0.5, 1.0, -7.0, 100.0])
    assert far(two_hot(rewards).sum(-1), torch.ones(6)) < 1e-5
    told = expected_reward(two_hot(rewards).clamp(min=1e-20).log())
    assert torch.allclose(told, rewards, rtol=1e-3, atol=1e-3)
    assert torch.allclose(expected_reward(symlog(rewards)[:, None]), rewards, rtol=1e-4)


@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_distilling_asks_for_one_x0_along_the_teachers_flow(predicts):
    teacher, model = (transformer(predicts=predicts) for _ in range(2))
    drawn(model, seed=3)
    clips = examples(teacher.config)
    draws = drawing(teacher.config, clips, "teacher")
    losses = consistency(model, model, teacher, clips, draws)
    losses.total().backward()
    assert losses.flow.item() > 0.0
    assert all(weight.grad is None for weight in teacher.parameters())
    knowing = Knowing(teacher.config, clips, draws)
    assert float(consistency(knowing, knowing, knowing, clips, draws).flow) < 1e-6


def test_frames_before_are_true_ones_or_as_deep_in_a_dream_as_is_asked():
    model = transformer(predicts="change")
    clips = examples(model.config)
    clips.there[0, 2:, 1] = False
    draws = drawing(model.config, clips)
    true = own_before(model, clips, draws, 0)
    assert torch.equal(true, followed(clips.latents, clips.there))
    first, deep = (own_before(model, clips, draws, depth) for depth in (1, 3))
    for each in (first, deep):
        assert torch.equal(each[:, :2], true[:, :2])  # frame 0 is seen, never dreamt
        assert not each[0, 3:, 1].any() and not each.requires_grad
    assert torch.equal(first[:, 2], deep[:, 2]) and not torch.equal(first[:, 3], deep[:, 3])


def test_own_frames_are_those_of_a_dream_of_one_step():
    """Frame after frame from noise alone, where what is remembered is as noisy."""
    model = transformer(predicts="change", window=1)
    clips = examples(model.config)
    draws = drawing(model.config, clips)
    ends = torch.ones_like(draws.times)
    last = clips.latents[:, 0]
    for t in range(1, 4):
        before = torch.zeros_like(clips.latents)
        before[:, t] = last
        told = model(
            draws.noise, ends, *aligned(clips.controls), clips.there, clips.slots, before
        ).latents  # fmt: skip
        last = told[:, t]
        assert far(own_before(model, clips, draws, 3)[:, t + 1], last) < 1e-5


@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_after_own_dreams_frames_are_told_by_these_alone(predicts):
    """What truly was before plays no part, but for the frame itself where its noise is not all."""
    model = transformer(predicts=predicts)
    clips = examples(model.config)
    draws = drawing(model.config, clips, "teacher")
    draws = draws._replace(times=torch.ones_like(draws.times))
    dreamt = torch.randn(clips.latents.shape, generator=torch.Generator().manual_seed(9))
    wanted = clips.latents.clone().requires_grad_()
    told = diffusion_forcing(
        model, clips._replace(latents=dreamt), draws, mask="teacher", dreamt=dreamt
    )
    again = diffusion_forcing(
        model, clips._replace(latents=wanted), draws, mask="teacher", dreamt=dreamt
    )
    assert torch.equal(told.pose, again.pose) and told.flow != again.flow
    (slope,) = torch.autograd.grad(again.pose, wanted, allow_unused=True)
    assert slope is None or not slope.any()
