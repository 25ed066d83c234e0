"""What the dynamics learn by: noise of every level, and what happened in the frames.

Each frame has a noise level of its own ("Diffusion Forcing", Chen et al., 2024), so that a network
learns to go on from frames that are clean, noisy, or a little noisy as those of a dream are.
"""

from typing import NamedTuple

from mpgenie.extras import require

from .config import WorldModelConfig
from .flow import guess, noised, to_velocity, to_x0
from .heads import symlog, two_hot
from .injection import aligned
from .transformer import MultiplayerTransformer, Predicted, followed

require("torch", extra="dreams")
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

SHARP = 0.3
"""Share of noise below which x0 counts no more than at it, though velocities would differ more: a
network of few numbers a token cannot tell x0 as sharp as it is seen there."""


SURE = 0.045
"""How far off a guess is at least, to models that tell changes: where it is nearer by, what they
add counts no more."""


class Examples(NamedTuple):
    """Clips to learn from, their frames as latents; what belongs to ticks is as of `clips.Clip`."""

    latents: Tensor
    """(B, T, P, h, w, C)."""
    controls: Tensor
    """(B, T - 1, P, 22)."""
    rewards: Tensor
    """(B, T - 1, P)."""
    terminated: Tensor
    """(B, T - 1, P) bool."""
    pose: Tensor
    """(B, T - 1, P, K)."""
    there: Tensor
    """(B, T, P) bool."""
    slots: Tensor
    """(B, P) int64."""


class Draws(NamedTuple):
    """What is drawn for clips, apart from them: a step is repeated by keeping these."""

    times: Tensor
    """(B, T, P), shares of noise."""
    noise: Tensor
    """(B, T, P, h, w, C)."""
    kept: Tensor | None
    """The same, for the frames that are remembered where they stand apart (`teacher`)."""
    told: Tensor
    """(B, T, P) bool, whether what was done is told."""


class Losses(NamedTuple):
    """Means over those who are there."""

    flow: Tensor
    """Of the squared distance of velocities; when distilling, of x0.  Frames with no more noise
    than remembered ones are there to be gone on from, and do not count."""
    reward: Tensor
    terminated: Tensor
    pose: Tensor

    def total(self, heads: float = 0.1) -> Tensor:
        """All of them; those of the heads count by a weight."""
        return self.flow + heads * (self.reward + self.terminated + self.pose)


def draw(
    examples: Examples,
    generator: torch.Generator,
    config: WorldModelConfig,
    *,
    mask: str = "causal",
    apart: float = 0.25,
    context: float = 0.25,
    forget: float = 0.0,
) -> Draws:
    """Draw noise for clips.

    Levels lie in 0..1, high ones likelier (as likely as they are high), for what a frame shows is
    settled there; one for a clip with `bidirectional`, else one for a frame.

    Args:
        examples: The clips.
        generator: Of any device; one of the CPU draws the same for every machine.
        config: The model's.
        mask: One of `masks.MASKS`.
        apart: With `causal`, share of clips in which players have levels of their own.
        context: With `causal`, share of frames that have the level of remembered ones, more in
            some clips than in others.
        forget: Share of what was done that is not told; `compose` needs some.
    """
    b, t, p = examples.there.shape
    device = generator.device

    def even(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, device=device)

    def normal() -> Tensor:
        return torch.randn(examples.latents.shape, generator=generator, device=device)

    times = even(b, 1 if mask == "bidirectional" else t, 1).sqrt().expand(b, t, p)
    if mask == "causal":
        times = torch.where(even(b, 1, 1) < apart, even(b, t, p).sqrt(), times)
        some = even(b, t, 1) < 2.0 * context * even(b, 1, 1)
        times = torch.where(some, config.context_noise, times)
    told = even(b, t, p) >= forget
    here = examples.latents.device
    kept = normal().to(here) if mask == "teacher" else None
    return Draws(times.to(here), normal().to(here), kept, told.to(here))


def diffusion_forcing(
    model: MultiplayerTransformer,
    examples: Examples,
    draws: Draws,
    *,
    mask: str = "causal",
    flex: bool = False,
    before: Tensor | None = None,
    dreamt: Tensor | None = None,
) -> Losses:
    """What a model still gets wrong of the velocity, and of what happened.

    Args:
        model: The dynamics.
        examples: Clips.
        draws: What is drawn for them, with the same mask.
        mask: One of `masks.MASKS`.  With `teacher` each frame goes on from frames that are
            remembered, as in a dream; it costs twice as much as `causal`.
        flex: As of the model.
        before: (B, T, P, h, w, C) the frame before each, for models that tell changes; as it was,
            by default, else as `own_before` gives it.  With `bidirectional` frames see later ones,
            which would tell by it what they were: there it is as noisy as all frames.
        dreamt: (B, T, P, h, w, C) with `teacher`, the frames that are remembered and gone on from,
            in place of those that were.
    """
    if dreamt is not None:
        before = followed(dreamt, examples.there) if model.config.predicts == "change" else None
    elif before is None and mask != "bidirectional":
        before = _before(model, examples)
    seen = noised(examples.latents, draws.noise, draws.times)
    told = _look(model, examples, seen, draws.times, draws, mask, flex, before, dreamt)
    times = draws.times
    if model.config.predicts == "change":
        nothing = torch.zeros_like(seen)
        spread = guess(nothing, nothing, times)[1].flatten(3).squeeze(-1)
        wrong = _distance(told.latents, examples.latents) / spread.square().clamp(min=SURE**2)
    elif model.config.predicts == "x0":
        wrong = _distance(told.latents, examples.latents) / times.clamp(min=SHARP) ** 2
    else:
        wrong = _distance(told.latents, draws.noise - examples.latents)
    counted = examples.there & (times > model.config.context_noise)
    if mask == "teacher":
        times = torch.full_like(times, model.config.context_noise)
    return Losses(_mean(wrong, counted), *_head_losses(told, times, examples))


@torch.no_grad()
def own_before(
    model: MultiplayerTransformer, examples: Examples, draws: Draws, depth: int
) -> Tensor:
    """The frame before each as a model dreams it, so that it learns to go on from its dreams.

    All frames of a clip are dreamt at once, in one step, from those before them; and again from
    these, `depth` times, which is as deep as errors have added up then ("Parallel Scheduled
    Sampling", Duckworth et al., 2019).

    Args:
        model: One that tells changes.
        examples: Clips.
        draws: What is drawn for them; their noise is what frames are dreamt from.
        depth: From 0, which gives what truly was before.

    Returns:
        (B, T, P, h, w, C).
    """
    inputs = [*aligned(examples.controls), examples.there, examples.slots]
    before, ends = followed(examples.latents, examples.there), torch.ones_like(draws.times)
    for _ in range(depth):
        dreamt = model(draws.noise, ends, *inputs, before).latents.to(before.dtype)
        later = followed(dreamt, examples.there)
        before = torch.cat([before[:, :2], later[:, 2:]], 1)  # no frame leads to the first
    return before


def consistency(
    model: MultiplayerTransformer,
    slow: MultiplayerTransformer,
    teacher: MultiplayerTransformer,
    examples: Examples,
    draws: Draws,
    *,
    levels: int = 48,
    flex: bool = False,
) -> Losses:
    """What a model still tells otherwise of a frame than of the same with less noise.

    Causal consistency distillation ("Causal Forcing", 2026, after Song et al., "Consistency
    Models", 2023): a step of the teacher's flow leads from one level to the next, and x0 should be
    the same at both.  What it learns is sampled with `renoise`.

    Args:
        model: Learns.
        slow: A slowly moving mean of it, which tells x0 at the lower level.
        teacher: Learnt by `diffusion_forcing`, and stays as it is.
        examples: Clips.
        draws: What is drawn for them, with mask `teacher`.
        levels: How finely 0..1 is divided.
        flex: As of the models.
    """
    times = (draws.times * levels).floor().clamp(max=levels - 1) / levels + 1.0 / levels
    lower = times - 1.0 / levels
    seen = noised(examples.latents, draws.noise, times)
    before = _before(model, examples)
    with torch.no_grad():
        flow = _look(teacher, examples, seen, times, draws, "teacher", flex, before).latents
        flow = to_velocity(flow, seen, times, teacher.config.predicts)
        after = seen - flow / levels
        wanted = _look(slow, examples, after, lower, draws, "teacher", flex, before).latents
        wanted = to_x0(wanted, after, lower, slow.config.predicts)
        wanted = torch.where(lower[..., None, None, None] < 0.5 / levels, after, wanted)
    told = _look(model, examples, seen, times, draws, "teacher", flex, before)
    x0 = to_x0(told.latents, seen, times, model.config.predicts)
    level = torch.full_like(times, model.config.context_noise)
    wrong = _mean(_distance(x0, wanted), examples.there)
    return Losses(wrong, *_head_losses(told, level, examples))


def _before(model: MultiplayerTransformer, examples: Examples) -> Tensor | None:
    """The frame before each, for models that tell changes."""
    changes = model.config.predicts == "change"
    return followed(examples.latents, examples.there) if changes else None


def _look(
    model: MultiplayerTransformer,
    examples: Examples,
    seen: Tensor,
    times: Tensor,
    draws: Draws,
    mask: str,
    flex: bool,
    before: Tensor | None,
    dreamt: Tensor | None = None,
) -> Predicted:
    """What is told of noisy frames; with `teacher`, of events by the remembered ones."""
    controls, known = aligned(examples.controls)
    inputs = [seen, times, controls, known & draws.told, examples.there]
    if draws.kept is None or mask != "teacher":
        return model(*inputs, examples.slots, before, mask=mask, flex=flex)  # type: ignore[no-any-return]
    level = torch.full_like(times, model.config.context_noise)
    past = examples.latents if dreamt is None else dreamt
    remembered = [noised(past, draws.kept, level), level, *inputs[2:]]
    both = (torch.cat(parts, 1) for parts in zip(remembered, inputs, strict=True))
    before = None if before is None else torch.cat([before, before], 1)
    told: Predicted = model(*both, examples.slots, before, mask=mask, flex=flex)
    frames = times.shape[1]
    return Predicted(told.latents[:, frames:], *(part[:, :frames] for part in told[1:]))


def _head_losses(
    told: Predicted, times: Tensor, examples: Examples
) -> tuple[Tensor, Tensor, Tensor]:
    """Of rewards, endings and poses, at frames 1 to T - 1 of those who were there before.

    The less noise there is in a frame, the more they count, for in dreams they are told of frames
    that are remembered.
    """
    after = slice(1, times.shape[1])
    weight = examples.there[:, :-1] * (1.0 - times[:, after]) ** 2
    reward, terminated, pose = (part[:, after].float() for part in told[1:])
    if reward.shape[-1] == 1:
        reward_wrong = (reward[..., 0] - symlog(examples.rewards)).square()
    else:
        reward_wrong = -(two_hot(examples.rewards) * reward.log_softmax(-1)).sum(-1)
    ends = examples.terminated.to(terminated.dtype)
    ends_wrong = F.binary_cross_entropy_with_logits(terminated, ends, reduction="none")
    pose_wrong = (pose - examples.pose).square().sum(-1) / max(1, pose.shape[-1])
    return _mean(reward_wrong, weight), _mean(ends_wrong, weight), _mean(pose_wrong, weight)


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    """The mean of values (...) by their weights (...)."""
    return (values * weight).sum() / weight.sum().clamp(min=1e-6)


def _distance(a: Tensor, b: Tensor) -> Tensor:
    """(B, T, P) mean squared distance of latents, in float32."""
    return (a.float() - b.float()).square().mean((-3, -2, -1))
