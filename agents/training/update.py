"""What players learn from what they lived through: the update of PPO, see `ppo`.

Players who remember look at whole sequences of decisions, through which gradients go back.

Shapes: T decisions of N rows, B decisions that count, C components of an action, K choices of the
largest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from mpgenie.extras import require

from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from .networks import Choices, PlayerNet  # noqa: E402
from .policies import Policies  # noqa: E402
from .sequences import Sequences, begins_of  # noqa: E402
from .start import only_values  # noqa: E402

SCALE_RATE = 0.05
"""How far each update moves the scale of values."""


@dataclass
class Experience:
    """What was seen, done and paid."""

    seen: dict[str, Tensor]
    """By name, (T, N, ...)."""
    masks: Tensor
    """(T, N, choices) int8, 1 = worth trying."""
    actions: Tensor
    """(T, N, C) int64."""
    logs: Tensor
    """(T, N) how likely they were."""
    rewards: Tensor
    """(T, N)."""
    values: Tensor
    """(T + 1, N) of what was seen before each decision, and after the last."""
    whose: Tensor
    """(T, N) int64, which network decided."""
    terminated: Tensor
    """(T, N) bool, whether the rules ended the episode: nothing comes after."""
    ended: Tensor
    """(T, N) bool, whether they or time did: the next decision is no consequence."""
    counts: Tensor
    """(T, N) bool, whether a decision is learnt from; the others were resets, or random."""
    memory: Tensor
    """(T, N, M) what was remembered before each decision."""
    noise: Tensor
    """(T, N, L) that it was made with."""
    start_logs: Tensor | None = None
    """(T, N, C, K) of the players that a run starts from."""

    @classmethod
    def empty(
        cls,
        horizon: int,
        rows: int,
        seen: Mapping[str, Tensor],
        masks: Tensor,
        policies: Policies,
    ) -> Self:
        """Room for so many decisions of so many rows.

        Args:
            horizon: T.
            rows: N.
            seen: What some rows see.
            masks: What some rows may choose.
            policies: Who decides.
        """
        shape = (horizon, rows)

        def no() -> Tensor:
            return torch.zeros(shape, dtype=torch.bool)

        return cls(
            {name: some.new_zeros((*shape, *some.shape[1:])) for name, some in seen.items()},
            masks.new_zeros((*shape, masks.shape[1])),
            torch.zeros((*shape, policies.shape[0]), dtype=torch.int64),
            torch.zeros(shape),
            torch.zeros(shape),
            torch.zeros(horizon + 1, rows),
            torch.zeros(shape, dtype=torch.int64),
            no(),
            no(),
            no(),
            torch.zeros(*shape, policies.memory),
            torch.zeros(*shape, policies.noise),
        )


class Terms(NamedTuple):
    """On which terms one update learns; the fields of `PPOConfig` at one moment of a run."""

    rate: float
    discount: float
    trace: float
    clip: float
    entropy: float
    leash: float
    """What a nat away from `start` costs."""
    value: float
    longest_step: float
    epochs: int
    minibatch: int
    prior: float = 0.0
    """What a nat costs that the slow core did not foretell."""
    truncation: int = 1
    """Decisions that a gradient goes back."""
    only_values: bool = False
    """Whether nothing but the values learns."""

    @classmethod
    def of(cls, config: PPOConfig, made: int) -> Self:
        """Those of a run after so many decisions."""
        left = max(0.0, 1.0 - made / config.steps)
        return cls(
            config.rate * left, config.discount, config.trace, config.clip,
            _between(config.entropy, left), _between(config.kl, left), config.value,
            config.longest_step, config.epochs, config.minibatch, config.prior, config.truncation,
            made < config.warm_up,
        )  # fmt: skip


class _Decisions(NamedTuple):
    """Those that count, one after another."""

    seen: dict[str, Tensor]
    masks: Tensor
    actions: Tensor
    logs: Tensor
    values: Tensor
    whose: Tensor
    advantages: Tensor
    returns: Tensor
    memory: Tensor
    noise: Tensor
    begins: Tensor
    """Whether a sequence does: see `sequences`."""
    start_logs: Tensor | None


def advantages_of(
    rewards: Tensor,
    values: Tensor,
    terminated: Tensor,
    ended: Tensor,
    discount: float,
    trace: float,
) -> Tensor:
    """How much better each decision was than expected.

    Args:
        rewards: As of `Experience`, like the next three.
        values: (T + 1, N).
        terminated: (T, N).
        ended: (T, N).
        discount: What the future is worth, for each decision.
        trace: How much of what comes later counts beside the values.

    Returns:
        (T, N).
    """
    surprise = rewards + discount * values[1:] * ~terminated - values[:-1]
    advantages = torch.zeros_like(rewards)
    later = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        later = surprise[t] + discount * trace * later * ~ended[t]
        advantages[t] = later
    return advantages


def improve(
    policies: Policies,
    adam: torch.optim.Optimizer,
    lived: Sequence[Experience],
    terms: Terms,
    rng: torch.Generator,
) -> dict[str, float]:
    """Let players learn from what they lived through.

    A step whose loss or gradients are not finite is not taken.

    Args:
        policies: Who decided in it.
        adam: Moves their weights.
        lived: Of one or several groups of worlds.
        terms: Of this update.
        rng: Shuffles decisions.

    Returns:
        What it came to, averaged over gradient steps; and as `skipped` the share of those that were
        not taken, if there were any.
    """
    for group in adam.param_groups:
        group["lr"] = terms.rate
    made = _joined([_decisions(each, terms) for each in lived])
    told = {"explained": _explained(made.returns, made.values)}
    advantages, targets = _prepared(policies, made)
    sequences = Sequences.of(made.begins)
    count, batches = len(sequences.starts), max(1, len(made.logs) // terms.minibatch)
    steps: list[dict[str, Tensor]] = []
    tried = 0
    for _ in range(terms.epochs):
        shuffled = torch.randperm(count, generator=rng)
        for some in shuffled.tensor_split(max(1, min(count, batches))):
            batch, sizes = sequences.packed(some) if policies.memory else (some, [])
            tried += 1
            if step := _step(policies, adam, made, batch, sizes, advantages, targets, terms):
                steps.append(step)
    names = steps[0] if steps else {}
    told |= {name: float(torch.stack([step[name] for step in steps]).mean()) for name in names}
    if len(steps) < tried:
        told["skipped"] = 1.0 - len(steps) / tried
    return {**told, "rate": terms.rate}


def _decisions(lived: Experience, terms: Terms) -> _Decisions:
    """Those that count, and how good they were."""
    advantages = advantages_of(
        lived.rewards, lived.values, lived.terminated, lived.ended, terms.discount, terms.trace
    )
    counts, values = lived.counts, lived.values[:-1]
    if remembers := lived.memory.shape[-1] > 0:  # then row after row, else as they were made
        begins = begins_of(counts, lived.whose, terms.truncation)
    else:
        begins = torch.ones(int(counts.sum()), dtype=torch.bool)

    def those(array: Tensor) -> Tensor:
        return array.transpose(0, 1)[counts.T] if remembers else array[counts]

    return _Decisions(
        {name: those(array) for name, array in lived.seen.items()},
        those(lived.masks),
        those(lived.actions),
        those(lived.logs),
        those(values),
        those(lived.whose),
        those(advantages),
        those(advantages + values),
        those(lived.memory),
        those(lived.noise),
        begins,
        None if lived.start_logs is None else those(lived.start_logs),
    )


def _joined(parts: Sequence[_Decisions]) -> _Decisions:
    """Those of several groups of worlds."""
    if len(parts) == 1:
        return parts[0]
    seen = {name: torch.cat([part.seen[name] for part in parts]) for name in parts[0].seen}
    rest = [
        None if column[0] is None else torch.cat(column)
        for column in zip(*(part[1:] for part in parts), strict=True)
    ]
    return _Decisions(seen, *rest)  # type: ignore[arg-type]


def _prepared(policies: Policies, made: _Decisions) -> tuple[Tensor, Tensor]:
    """Advantages in deviations and returns on the scale of values, policy by policy."""
    advantages, targets = made.advantages.clone(), made.returns.clone()
    for k, net in enumerate(policies.nets):
        assert isinstance(net, PlayerNet)
        theirs = made.whose == k
        if int(theirs.sum()) > 1 and bool(made.returns[theirs].isfinite().all()):
            net.rescale(made.returns[theirs], SCALE_RATE if _is_scaled(net) else 1.0)
            some = advantages[theirs]
            advantages[theirs] = (some - some.mean()) / (some.std() + 1e-8)
            targets[theirs] = (made.returns[theirs] - net.mean) / net.std
    return advantages, targets


def _is_scaled(net: PlayerNet) -> bool:
    """Whether the scale of values was ever set."""
    return bool(net.mean != 0.0) or bool(net.std != 1.0)


def _step(
    policies: Policies,
    adam: torch.optim.Optimizer,
    made: _Decisions,
    batch: Tensor,
    sizes: list[int],
    advantages: Tensor,
    targets: Tensor,
    terms: Terms,
) -> dict[str, Tensor]:
    """One gradient step on some decisions, or on sequences of such `sizes`; figures of it, or
    nothing if it was not taken."""
    choices, values, gaps = _looked_at(policies, made, batch, sizes)
    change = (
        choices.log_likelihood(made.actions[batch]) - made.logs[batch]
    )  # log of how much likelier
    ratio, advantage = change.exp(), advantages[batch]
    cut = ratio.clamp(1.0 - terms.clip, 1.0 + terms.clip)
    gain = torch.minimum(ratio * advantage, cut * advantage).mean()
    error = ((values - targets[batch]) ** 2).mean()
    entropy = choices.entropy().mean()
    loss = terms.value * error - gain - terms.entropy * entropy
    figures = {"entropy": entropy.detach(), "value_loss": error.detach()}
    if gaps is not None and policies.noise:
        loss = loss + terms.prior * gaps.mean()
        figures["gap"] = gaps.mean().detach()
    if made.start_logs is not None:
        away = choices.divergence_from(made.start_logs[batch]).mean()
        loss = loss + terms.leash * away
        figures["from_start"] = away.detach()
    adam.zero_grad()
    loss.backward()
    if terms.only_values:
        only_values(policies)
    lengths = [
        nn.utils.clip_grad_norm_(net.parameters(), terms.longest_step) for net in policies.nets
    ]
    if not bool(torch.stack([loss.detach(), *lengths]).isfinite().all()):
        return {}
    adam.step()
    with torch.no_grad():
        figures["kl"] = (ratio - 1.0 - change).mean()
        figures["clipped"] = (ratio != cut).float().mean()
    return figures


def _looked_at(
    policies: Policies, made: _Decisions, batch: Tensor, sizes: list[int]
) -> tuple[Choices, Tensor, Tensor | None]:
    """What players would choose now, how they value it, and what the slow core did not foretell."""
    seen = {name: array[batch] for name, array in made.seen.items()}
    whose, gaps = made.whose[batch], None
    if policies.memory:
        memory = made.memory[batch[: sizes[0]]]
        scores, values, gaps = policies.follow(seen, whose, memory, made.noise[batch], sizes)
    else:
        scores, values = policies(seen, whose)
    return Choices(scores, policies.masks.read(made.masks[batch])), values, gaps


def _between(ends: tuple[float, float], left: float) -> float:
    """What lies between what is so at first and at last, when this share of the run is left."""
    return ends[1] + (ends[0] - ends[1]) * left


def _explained(returns: Tensor, values: Tensor) -> float:
    """The share of the variance of returns that the values foretold."""
    return float(1.0 - (returns - values).var() / returns.var().clamp(min=1e-8))
