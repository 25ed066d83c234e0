"""How good players are, in worlds that nobody learns in.

In a contest of equals one's win is another's loss and the mean return stays where it is, however
well they play.  So there those in even slots play as they have learnt, and the others at random.
"""

import numpy as np

from mpgenie.envs.vector import vector_env
from mpgenie.extras import require

from .config import PPOConfig
from .player import TrainedPolicy

require("torch", extra="agents")
import torch  # noqa: E402

from .policies import Policies  # noqa: E402

FIRST_SEED = 10_000_000
"""Of the worlds that are played; no run learns on them."""


class Judge:
    """Worlds in which policies are tried; the same ones every time.

    Args:
        config: Of the run.
        worlds: How many.
        threads: As of `vector_env`.
    """

    def __init__(self, config: PPOConfig, worlds: int = 16, threads: int | None = None) -> None:
        self.config = config
        self.envs = vector_env(
            worlds, threads=threads, repeat=config.repeat, **config.env_options()
        )

    def score(self, policies: Policies | None) -> float:
        """The mean return in one episode of each world, in a contest of those in even slots.

        Args:
            policies: What they have learnt; None lets them do anything at random, too.
        """
        envs, config = self.envs, self.config
        slots = np.arange(envs.num_envs) % config.players
        judged = (slots % 2 == 0) | (not config.contest)
        learnt = judged & (policies is not None)
        rng, noise = np.random.default_rng(FIRST_SEED), torch.Generator().manual_seed(FIRST_SEED)
        observations, infos = envs.reset(seed=FIRST_SEED)
        returns, over = np.zeros(len(slots)), np.zeros(len(slots), np.bool_)
        memory = None
        while not over.all():
            actions = rng.integers(0, config.counts(), (len(slots), len(config.counts())))
            if policies is not None:
                policy, masks = TrainedPolicy(config, policies), infos["action_mask"]
                decided = policy.decide(observations, slots, masks, noise, memory)
                actions[learnt], memory = decided.actions[learnt], decided.memory
            observations, rewards, terminated, truncated, infos = envs.step(actions)
            returns += rewards * ~over
            over |= terminated | truncated
        return float(returns[judged].mean())

    def close(self) -> None:
        """Let go of the worlds."""
        self.envs.close()
