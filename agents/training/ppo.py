"""Proximal policy optimisation for many players, from top to bottom.

After Schulman et al., "Proximal Policy Optimization Algorithms" (2017), with advantages after
"High-Dimensional Continuous Control Using Generalized Advantage Estimation" (2016) and values on a
scale of their own after van Hasselt et al., "Learning values across many orders of magnitude"
(2016).  An update is `horizon` decisions of every player, and then `epochs` looks at them.

Every player of every world is a row.  Worlds are in two banks: while one bank plays what has just
been chosen for it, the network chooses for the other.  A world whose episode has ended shows its
last observation, whose value stands for the future if time ended it, and is reset by its next step;
what is chosen in that step plays no part.

A run may start from players who know something already, and then pays for leaving them (see
`start`).

Shapes: T decisions of N rows, C components of an action, K choices of the largest.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.vector import PlanetVectorEnv, vector_env
from mpgenie.extras import require

from .config import PPOConfig

require("torch", extra="agents")
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from .networks import Choices, Observations, PlayerNet  # noqa: E402
from .policies import Policies  # noqa: E402
from .start import begin_with, only_values, start_of  # noqa: E402

SCALE_RATE = 0.05
"""How far each update moves the scale of values."""
STEP_FIGURES = ("kl", "clipped", "entropy", "value_loss", "from_start")
"""What a gradient step is told by; the last only with `start`, in nats."""


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
        rewards: (T, N) of each decision.
        values: (T + 1, N) of what was seen before each decision, and after the last.
        terminated: (T, N) bool, whether the rules ended the episode: nothing comes after.
        ended: (T, N) bool, whether they or time did: the next decision is no consequence.
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


@dataclass
class Bank:
    """Worlds that are stepped together."""

    envs: PlanetVectorEnv
    rows: slice
    """Of all rows."""
    seen: dict[str, Tensor]
    masks: Tensor
    rewards: NDArray[np.float64]
    """(n,) of each row's episode so far."""
    parts: dict[str, NDArray[np.float64]]
    """The same, part by part."""
    lengths: NDArray[np.int64]


class Learner:
    """Players in their worlds, what they have learnt, and how they learn more.

    Args:
        config: Of the run.
        threads: Of each bank of worlds; None = one for each processor.
        start: The frozen players that the run begins with; by default those that the config names.
    """

    def __init__(
        self, config: PPOConfig, threads: int | None = None, start: Policies | None = None
    ) -> None:
        self.config = config
        self.policies = Policies(config)
        self.start = start or start_of(config)
        if self.start is not None:
            begin_with(self.policies, self.start)
        self.adam = torch.optim.Adam(self.policies.parameters(), config.rate, eps=1e-5)
        self.rng = torch.Generator().manual_seed(config.seed)
        self.decisions = 0
        """Of all players so far."""
        self.waited = 0.0
        """Seconds that the learner has waited for worlds."""
        self.finished: list[dict[str, float]] = []
        """What the episodes that ended in the last update came to, for each player."""
        self.slots = torch.arange(config.players).repeat(config.worlds)
        worlds = torch.arange(config.worlds).repeat_interleave(config.players)
        spars = ((worlds + 1) * config.sparring).floor() > (worlds * config.sparring).floor()
        self.learns = ~(spars & (self.slots % 2 == 1))
        """(N,) whether a row plays as it has learnt; the others do anything at random."""
        self.fresh = torch.zeros(len(self.slots), dtype=torch.bool)
        """(N,) whether the next step of a row is a reset."""
        self.banks = self._open(threads)
        self._make_room()

    def _open(self, threads: int | None) -> list[Bank]:
        """Begin all worlds; world w of the run has the seed 100,000 * (run's + 1) + w."""
        config, banks, first = self.config, [], 0
        for count in (config.worlds - config.worlds // 2, config.worlds // 2):
            if not count:
                continue
            envs = vector_env(
                count, threads=threads, repeat=config.repeat, copy=False, **config.env_options()
            )
            observations, infos = envs.reset(seed=100_000 * (config.seed + 1) + first)
            rows = slice(first * config.players, (first + count) * config.players)
            zeros = np.zeros(envs.num_envs)
            parts = {name: zeros.copy() for name in envs.config.rules.part_names}
            lengths = np.zeros(envs.num_envs, np.int64)
            bank = Bank(envs, rows, {}, torch.empty(0), zeros, parts, lengths)
            self.look(bank, observations, infos)
            banks.append(bank)
            first += count
        return banks

    def _make_room(self) -> None:
        """The arrays of an update: what was seen, done and paid."""
        shape = (self.config.horizon, len(self.slots))
        self.seen = {
            name: torch.zeros((*shape, *array.shape[1:]), dtype=array.dtype)
            for name, array in self.banks[0].seen.items()
        }
        self.masks = torch.zeros((*shape, self.banks[0].masks.shape[1]), dtype=torch.int8)
        self.actions = torch.zeros((*shape, len(self.config.counts())), dtype=torch.int64)
        self.logs, self.rewards = torch.zeros(shape), torch.zeros(shape)
        if self.start is not None:
            self.start_logs = torch.zeros(*shape, *self.start.shape)
        self.values = torch.zeros(shape[0] + 1, shape[1])
        self.whose = torch.zeros(shape, dtype=torch.int64)
        self.terminated, self.ended = (torch.zeros(shape, dtype=torch.bool) for _ in range(2))
        self.counts = torch.zeros(shape, dtype=torch.bool)
        """Whether a decision is learnt from; the others were resets, or random."""

    # ------------------------------------------------------------------ playing

    def collect(self) -> None:
        """Let everybody play for `horizon` decisions."""
        horizon = self.config.horizon
        self.finished = []
        for t in range(horizon + 1):
            for bank in self.banks:
                if t > 0:
                    self._receive(bank, t - 1)
                self._decide(bank, t, last=t == horizon)
        self.decisions += horizon * len(self.slots)

    @torch.no_grad()
    def _decide(self, bank: Bank, t: int, *, last: bool) -> None:
        """Choose for the rows of a bank and send it on; at last only value what they see."""
        rows, policies = bank.rows, self.policies
        whose = policies.whose(bank.seen, self.slots[rows])
        scores, values = policies(bank.seen, whose)
        mean, std = policies.scale(whose)
        self.values[t, rows] = values * std + mean
        if last:
            return
        scores = scores * self.learns[rows, None, None]  # no score is higher than another
        allowed = policies.masks.read(bank.masks)
        choices = Choices(scores, allowed)
        actions = choices.sample(self.rng)
        for name, array in bank.seen.items():
            self.seen[name][t, rows] = array
        self.masks[t, rows], self.whose[t, rows] = bank.masks, whose
        self.actions[t, rows], self.logs[t, rows] = actions, choices.log_likelihood(actions)
        self.counts[t, rows] = self.learns[rows] & ~self.fresh[rows]
        if self.start is not None:
            self.start_logs[t, rows] = Choices(self.start(bank.seen, whose)[0], allowed).logs
        before = time.perf_counter()
        bank.envs.send(actions.numpy())
        self.waited += time.perf_counter() - before

    def _receive(self, bank: Bank, t: int) -> None:
        """What came of decision t of a bank."""
        before = time.perf_counter()
        observations, rewards, terminated, truncated, infos = bank.envs.recv()
        self.waited += time.perf_counter() - before
        rows, ended = bank.rows, terminated | truncated
        self.rewards[t, rows] = torch.from_numpy(rewards).float()
        self.terminated[t, rows] = torch.from_numpy(terminated)
        self.fresh[rows] = self.ended[t, rows] = torch.from_numpy(ended)
        bank.rewards += rewards
        bank.lengths += 1
        for name, total in bank.parts.items():
            total += infos["reward_parts"][name]
        self.look(bank, observations, infos)
        if ended.any():
            self._finish(bank, np.flatnonzero(ended))

    def _finish(self, bank: Bank, rows: NDArray[np.int64]) -> None:
        """Note what the episodes of some rows came to."""
        for row in rows[self.learns[bank.rows].numpy()[rows]].tolist():
            parts = {f"part_{name}": float(total[row]) for name, total in bank.parts.items()}
            length = float(bank.lengths[row] * self.config.repeat)
            self.finished.append({"return": float(bank.rewards[row]), "ticks": length, **parts})
        for total in (bank.rewards, *bank.parts.values()):
            total[rows] = 0.0
        bank.lengths[rows] = -1  # the reset is a step, too

    def look(self, bank: Bank, observations: Any, infos: Mapping[str, Any]) -> None:
        """Take up what the rows of a bank see."""
        seen = (
            observations if isinstance(observations, dict) else {self.config.observe: observations}
        )
        bank.seen = {name: torch.from_numpy(array) for name, array in seen.items()}
        bank.masks = torch.from_numpy(infos["action_mask"])

    # ------------------------------------------------------------------ learning

    def learn(self) -> dict[str, float]:
        """Learn from what was collected; what it came to, averaged over gradient steps."""
        config = self.config
        left = max(0.0, 1.0 - (self.decisions - self.rewards.numel()) / config.steps)
        for group in self.adam.param_groups:
            group["lr"] = config.rate * left
        advantages = advantages_of(
            self.rewards, self.values, self.terminated, self.ended, config.discount, config.trace
        )
        returns = advantages + self.values[:-1]
        told = {"explained": _explained(returns[self.counts], self.values[:-1][self.counts])}
        advantages, targets = self._prepared(advantages, returns)
        flat = {name: array.flatten(0, 1) for name, array in self.seen.items()}
        rows = self.counts.flatten().nonzero().squeeze(1)
        steps: list[Tensor] = []
        for _ in range(config.epochs):
            shuffled = rows[torch.randperm(len(rows), generator=self.rng)]
            for batch in shuffled.tensor_split(max(1, len(rows) // config.minibatch)):
                seen = {name: array[batch] for name, array in flat.items()}
                steps.append(self._step(seen, batch, advantages, targets, left))
        means = torch.stack(steps).mean(0).tolist()
        told |= dict(zip(STEP_FIGURES, means, strict=False))
        return {**told, "rate": config.rate * left}

    def _prepared(self, advantages: Tensor, returns: Tensor) -> tuple[Tensor, Tensor]:
        """Advantages in deviations and returns on the scale of values, policy by policy."""
        advantages, targets = advantages.clone(), returns.clone()
        for k, net in enumerate(self.policies.nets):
            assert isinstance(net, PlayerNet)
            theirs = (self.whose == k) & self.counts
            if int(theirs.sum()) > 1:
                net.rescale(returns[theirs], SCALE_RATE if self._is_scaled(net) else 1.0)
                some = advantages[theirs]
                advantages[theirs] = (some - some.mean()) / (some.std() + 1e-8)
                targets[theirs] = (returns[theirs] - net.mean) / net.std
        return advantages.flatten(), targets.flatten()

    def _is_scaled(self, net: PlayerNet) -> bool:
        """Whether the scale of values was ever set."""
        return bool(net.mean != 0.0) or bool(net.std != 1.0)

    def _step(
        self, seen: Observations, batch: Tensor, advantages: Tensor, targets: Tensor, left: float
    ) -> Tensor:
        """One gradient step on the decisions `batch` (B,); `STEP_FIGURES` of it."""
        config, policies = self.config, self.policies
        scores, values = policies(seen, self.whose.flatten()[batch])
        allowed = policies.masks.read(self.masks.flatten(0, 1)[batch])
        choices = Choices(scores, allowed)
        change = choices.log_likelihood(self.actions.flatten(0, 1)[batch])
        change = change - self.logs.flatten()[batch]  # log of how much likelier
        ratio, advantage = change.exp(), advantages[batch]
        cut = ratio.clamp(1.0 - config.clip, 1.0 + config.clip)
        gain = torch.minimum(ratio * advantage, cut * advantage).mean()
        error = ((values - targets[batch]) ** 2).mean()
        entropy = choices.entropy().mean()
        loss = config.value * error - gain - _between(config.entropy, left) * entropy
        figures = [entropy.detach(), error.detach()]
        if self.start is not None:
            away = choices.divergence_from(self.start_logs.flatten(0, 1)[batch]).mean()
            loss = loss + _between(config.kl, left) * away
            figures.append(away.detach())
        self.adam.zero_grad()
        loss.backward()
        if self.decisions - self.rewards.numel() < config.warm_up:
            only_values(policies)
        for net in policies.nets:
            nn.utils.clip_grad_norm_(net.parameters(), config.longest_step)
        self.adam.step()
        with torch.no_grad():
            kl, clipped = (ratio - 1.0 - change).mean(), (ratio != cut).float().mean()
        return torch.stack([kl, clipped, *figures])

    def update(self) -> dict[str, float]:
        """Play and learn; figures of it, and of the episodes that ended."""
        start, waited = time.perf_counter(), self.waited
        self.collect()
        told = self.learn()
        seconds = time.perf_counter() - start
        names = self.finished[0] if self.finished else {}
        episodes = {
            name: float(np.mean([episode[name] for episode in self.finished])) for name in names
        }
        return {
            "decisions": float(self.decisions),
            **episodes,
            **told,
            "per_second": self.rewards.numel() / seconds,
            "env_share": (self.waited - waited) / seconds,
        }

    def close(self) -> None:
        """Let go of the worlds."""
        for bank in self.banks:
            bank.envs.close()


def _between(ends: tuple[float, float], left: float) -> float:
    """What lies between what is so at first and at last, when this share of the run is left."""
    return ends[1] + (ends[0] - ends[1]) * left


def _explained(returns: Tensor, values: Tensor) -> float:
    """The share of the variance of returns that the values foretold."""
    return float(1.0 - (returns - values).var() / returns.var().clamp(min=1e-8))
