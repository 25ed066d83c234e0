"""Proximal policy optimisation for many players: how they play; `update` says how they learn.

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

Shapes: T decisions of N rows.
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
from torch import Tensor  # noqa: E402

from .networks import Choices  # noqa: E402
from .policies import Policies  # noqa: E402
from .start import begin_with, start_of  # noqa: E402
from .update import Experience, Terms, improve  # noqa: E402

ASTRAY = 0.5
"""The share of gradient steps beyond which an update has gone astray if they were not taken."""


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
        self.astray = 0
        """How many updates in a row have gone astray."""
        self.slowed = 1.0
        """What the rate is multiplied by: from the second such update on each halves it."""
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
        self.memory = torch.zeros(len(self.slots), self.policies.memory)
        """(N, M) what each row remembers."""
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
        """For what is lived through in an update."""
        first, config = self.banks[0], self.config
        self.lived = Experience.empty(
            config.horizon, len(self.slots), first.seen, first.masks, self.policies
        )
        if self.start is not None:
            shape = (*self.lived.rewards.shape, *self.start.shape)
            self.lived.start_logs = torch.zeros(shape)

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
        rows, policies, lived = bank.rows, self.policies, self.lived
        whose, memory = policies.whose(bank.seen, self.slots[rows]), self.memory[rows]
        noise = torch.zeros(len(whose), policies.noise)
        if not last:
            noise = policies.draw(len(whose), self.rng)
        scores, values, after = policies.decide(bank.seen, whose, memory, noise)
        mean, std = policies.scale(whose)
        lived.values[t, rows] = values * std + mean
        if last:
            return
        scores = scores * self.learns[rows, None, None]  # no score is higher than another
        allowed = policies.masks.read(bank.masks)
        choices = Choices(scores, allowed)
        actions = choices.sample(self.rng)
        for name, array in bank.seen.items():
            lived.seen[name][t, rows] = array
        lived.masks[t, rows], lived.whose[t, rows] = bank.masks, whose
        lived.actions[t, rows], lived.logs[t, rows] = actions, choices.log_likelihood(actions)
        lived.counts[t, rows] = self.learns[rows] & ~self.fresh[rows]
        lived.memory[t, rows], lived.noise[t, rows] = memory, noise
        self.memory[rows] = after * ~self.fresh[rows, None]
        if self.start is not None and lived.start_logs is not None:
            lived.start_logs[t, rows] = Choices(self.start(bank.seen, whose)[0], allowed).logs
        before = time.perf_counter()
        bank.envs.send(actions.numpy())
        self.waited += time.perf_counter() - before

    def _receive(self, bank: Bank, t: int) -> None:
        """What came of decision t of a bank."""
        before = time.perf_counter()
        observations, rewards, terminated, truncated, infos = bank.envs.recv()
        self.waited += time.perf_counter() - before
        rows, ended, lived = bank.rows, terminated | truncated, self.lived
        lived.rewards[t, rows] = torch.from_numpy(rewards).float()
        lived.terminated[t, rows] = torch.from_numpy(terminated)
        self.fresh[rows] = lived.ended[t, rows] = torch.from_numpy(ended)
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
        terms = Terms.of(self.config, self.decisions - self.lived.rewards.numel())
        terms = terms._replace(rate=terms.rate * self.slowed)
        told = improve(self.policies, self.adam, [self.lived], terms, self.rng)
        self.astray = self.astray + 1 if told.get("skipped", 0.0) > ASTRAY else 0
        if self.astray > 1:
            self.slowed *= 0.5
        return told

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
            "per_second": self.lived.rewards.numel() / seconds,
            "env_share": (self.waited - waited) / seconds,
        }

    def close(self) -> None:
        """Let go of the worlds."""
        for bank in self.banks:
            bank.envs.close()
