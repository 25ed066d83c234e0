"""Clones: players with the network of PPO who learn from play that was shown to them.

Behavioural cloning: the scores of choices are fitted by cross-entropy to decisions that somebody
made (see `showing`).  What comes of it is a policy like any other: it plays (`mpgenie watch`),
and PPO may start from it (`start`).  A tenth of the episodes is held out, and the weights are kept
that tell most of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.spaces import COMPONENTS
from mpgenie.errors import ConfigError, DivergedError
from mpgenie.extras import require

from .checkpoint import POLICY, save_policy
from .config import PPOConfig
from .showing import Demonstrations

require("torch", extra="agents")
import torch  # noqa: E402

from .networks import Choices  # noqa: E402
from .policies import Policies  # noqa: E402

OnLook = Callable[[dict[str, float]], None]


@dataclass(frozen=True, kw_only=True)
class Cloning:
    """How a clone learns."""

    looks: int = 6
    """How often it looks at each decision."""
    rate: float = 2e-3
    """Of learning at first; it falls to nothing on a line."""
    decay: float = 1e-4
    """Of weights, for each unit of the rate."""
    minibatch: int = 256
    """Decisions of a gradient step."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.looks < 1 or self.minibatch < 2 or not self.rate > 0.0 or self.decay < 0.0:
            raise ConfigError(f"a clone needs a look, decisions to look at and a rate, got {self}")


def clone_player(
    config: PPOConfig,
    shown: Demonstrations,
    out: Path,
    how: Cloning | None = None,
    on_look: OnLook | None = None,
) -> Path:
    """Learn a player from play.

    Args:
        config: What is observed and chosen, and by what networks.
        shown: By those who know how to.
        out: The folder for `policy.npz`.
        how: It learns.
        on_look: Told the figures after each look at all decisions.

    Returns:
        The file of the player.

    Raises:
        ConfigError: If there is too little to learn from.
        DivergedError: If what is learnt is no number any more.
    """
    if config.memory != "none":
        raise ConfigError(f'clones remember nothing: choose memory="none", not {config.memory!r}')
    how = how or Cloning(seed=config.seed)
    known, held_out = _split(shown)
    policies = Policies(config)
    adam = torch.optim.AdamW(policies.parameters(), how.rate, weight_decay=how.decay)
    rng, best, kept = np.random.default_rng(how.seed), np.inf, policies.state_dict()
    batches, facts = max(1, len(known) // how.minibatch), dict[str, float]()
    for look in range(how.looks):
        order = rng.permutation(known)
        told = 0.0
        for b, batch in enumerate(np.array_split(order, batches)):
            for group in adam.param_groups:
                group["lr"] = how.rate * (1.0 - (look + b / batches) / how.looks)
            truth = torch.from_numpy(shown.choices[batch])
            loss = -_choices(policies, shown, batch).log_likelihood(truth).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            told += float(loss.detach()) / batches
        figures = {"look": look + 1.0, "loss": told, **scores(policies, shown, held_out)}
        if not np.isfinite(figures["held_out"]):
            raise DivergedError(f"what the clone learns is no number any more: lower {how.rate:g}")
        if on_look is not None:
            on_look(figures)
        if figures["held_out"] < best:
            best = figures["held_out"]
            kept = {name: weight.clone() for name, weight in policies.state_dict().items()}
            facts = figures
    policies.load_state_dict(kept)
    save_policy(out / POLICY, config, policies, decisions=0, cloned=len(known), **facts)
    return out / POLICY


@torch.no_grad()
def scores(policies: Policies, shown: Demonstrations, rows: NDArray[np.int64]) -> dict[str, float]:
    """How well players foretell decisions.

    Returns:
        `held_out`, nats of a decision; `by_chance`, the same for somebody who knows only how often
        each choice is made; `all_right` and, for each component that is ever used, the share of
        decisions foretold rightly by the likeliest choice.
    """
    logs, right = [], []
    for batch in np.array_split(rows, max(1, len(rows) // 2048)):
        choices = _choices(policies, shown, batch)
        made = torch.from_numpy(shown.choices[batch])
        logs.append(choices.log_likelihood(made))
        right.append(choices.best() == made)
    hits, truth = torch.cat(right), shown.choices[rows]
    told = {"held_out": -float(torch.cat(logs).mean()), "by_chance": _entropy(truth)}
    told["all_right"] = float(hits.all(-1).float().mean())
    for c, name in zip(range(truth.shape[1]), COMPONENTS, strict=False):
        if len(np.unique(truth[:, c])) > 1:
            told[name] = float(hits[:, c].float().mean())
    return told


def _entropy(choices: NDArray[np.int64]) -> float:
    """Of the components of decisions (n, C), each by itself, in nats."""
    total = 0.0
    for column in choices.T:
        share = np.unique(column, return_counts=True)[1] / len(column)
        total -= float((share * np.log(share)).sum())
    return total


def _split(shown: Demonstrations) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to learn from, and those of the last tenth of the episodes."""
    episodes = int(shown.episodes.max(initial=-1)) + 1
    if episodes < 2:
        raise ConfigError(
            f"a clone learns from two episodes or more, as some are held out, got {episodes}"
        )
    late = shown.episodes >= episodes - max(1, episodes // 10)
    return np.flatnonzero(~late), np.flatnonzero(late)


def _choices(policies: Policies, shown: Demonstrations, rows: NDArray[np.int64]) -> Choices:
    """What players might choose, not knowing which choices would do nothing."""
    seen = {name: torch.from_numpy(array[rows]) for name, array in shown.seen.items()}
    whose = policies.whose(seen, torch.from_numpy(shown.slots[rows]))
    logits, _ = policies(seen, whose)
    return Choices(logits, policies.masks.fixed.expand(len(rows), -1, -1))
