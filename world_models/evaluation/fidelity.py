"""Whether what is good in a dream is good in the game: policies, ranked by both.

Each policy plays some episodes in the game, on planets that are held out, and from the same frames
on in the dream.  What counts is not whether returns are the same but whether their order is:
Pearson's and Spearman's correlation, and the mean maximum rank violation of Li et al., "Evaluating
Real-World Robot Manipulation Policies in Simulation" (2024): how much return is lost, at worst and
on average over policies, where the dream has two of them the wrong way round, or cannot tell them
apart.

Data without rewards teach none.  `sky_seen` is a reward that any frame tells, so that models of
such data can be tried too; it asks whether a dream knows where looking and walking lead.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.errors import ConfigError
from mpgenie.world_models.dream import dream_env
from mpgenie.world_models.source import Source
from mpgenie.world_models.starts import FRAMES, recent

from .policies import SCRIPTS, Frames, Policy

Reward = Callable[[Frames], float]
"""What frames are worth."""
TICKS = 16
"""Of an episode, by default."""
Floats = NDArray[np.float64]


def sky_seen(frames: Frames) -> float:
    """How much of what players see is sky by day: bright, and more blue than red."""
    shares = []
    for frame in frames.values():
        red, blue = frame[..., 0].astype(np.int64), frame[..., 2].astype(np.int64)
        shares.append(float(((blue > 180) & (blue > red + 30)).mean()))
    return float(np.mean(shares))


def rank_policies(
    source: Source,
    policies: Mapping[str, Policy] = SCRIPTS,
    *,
    starts: int = 8,
    ticks: int = TICKS,
    seed: int = 0,
    reward: Reward | None = sky_seen,
) -> dict[str, Any]:
    """Returns of policies in a dream beside those in the game.

    Args:
        source: What dreams.
        policies: Two at least, by name; what they draw is the same from each place.
        starts: From how many places each plays, each on a planet of its own.
        ticks: For how long at most.
        seed: Of planets, and of what dreams draw.
        reward: What frames are worth; None = what the environments say.

    Returns:
        Plain data: `policies`, `real` and `dream` (policies, starts) returns, and what `agreement`
        says of their means.

    Raises:
        ConfigError: If there are fewer than two policies.
    """
    if len(policies) < 2:
        raise ConfigError(f"two policies at least can be ranked, got {list(policies)}")
    options = {**source.options, "planets": None, "max_cycles": FRAMES + ticks}
    ending = "chance" if reward is None else None
    real_returns, dreamt_returns = np.zeros((2, len(policies), starts))
    with (
        closing(recent(parallel_env(**options))) as game,
        closing(dream_env(source, horizon=ticks, ending=ending)) as dream,
    ):
        for n, (m, policy) in product(range(starts), enumerate(policies.values())):
            planet = 2 * (seed * 4096 + n) + 1  # odd ones are of no split but `eval`
            seen, _ = game.reset(seed=planet)
            for _ in range(FRAMES):
                seen, *_ = game.step(dict.fromkeys(game.agents, NO_OP))
            dreamt, _ = dream.reset(seed=planet, options={"start": game})
            for env, frames, returns in (
                (dream, dreamt, dreamt_returns), (game, seen, real_returns)
            ):  # fmt: skip
                returns[m, n] = _played(env, frames, policy, ticks, reward)
    return {
        "policies": list(policies),
        "real": real_returns.tolist(),
        "dream": dreamt_returns.tolist(),
        **agreement(real_returns.mean(1), dreamt_returns.mean(1)),
    }


def _played(env: Any, frames: Frames, policy: Policy, ticks: int, reward: Reward | None) -> float:
    """The return of an episode, mean over players."""
    total, state = 0.0, None
    for _ in range(ticks):
        if not env.agents:
            break
        players = max(1, len(env.agents))
        actions, state = policy.act(frames, state)
        frames, rewards, *_ = env.step(actions)
        total += sum(rewards.values()) / players if reward is None else reward(frames)
    return total


def agreement(real: ArrayLike, dreamt: ArrayLike) -> dict[str, float | None]:
    """How well returns in a dream tell those in the game.

    Args:
        real: (M,) of policies.
        dreamt: (M,).

    Returns:
        `pearson`, `spearman` (None where all are the same), `rank_violation`, and `bias`: how much
        more the dream promises.
    """
    a, b = np.asarray(real, np.float64), np.asarray(dreamt, np.float64)
    return {
        "pearson": _correlation(a, b),
        "spearman": _correlation(ranks(a), ranks(b)),
        "rank_violation": rank_violation(a, b),
        "bias": float((b - a).mean()),
    }


def rank_violation(real: Floats, dreamt: Floats) -> float:
    """The mean, over policies, of the most that it is apart from another which the dream does not
    have on the same side of it: two that are worth the same in the dream are not told apart."""
    gap = real[:, None] - real
    wrong = np.sign(gap) != np.sign(dreamt[:, None] - dreamt)
    return float((np.abs(gap) * wrong).max(1).mean())


def _correlation(a: Floats, b: Floats) -> float | None:
    if np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def ranks(values: Floats) -> Floats:
    """Ranks from 0 up of (n,) values, those of equals being their mean."""
    order = np.sort(values)
    first, last = np.searchsorted(order, values), np.searchsorted(order, values, "right")
    middle: Floats = (first + last - 1) / 2.0
    return middle
