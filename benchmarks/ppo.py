"""Learning from end to end: decisions per second, and what of the time is spent on the worlds.

The same learner learns in turns from its worlds and from what they showed in an earlier update,
played back at once.  Seconds of the clock, as the worlds' threads work beside the learner's.
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from mpgenie.agents.training.config import recipe
from mpgenie.agents.training.ppo import Learner

from .measure import Figure, Setting


class Recorded:
    """Plays back what a vector environment gave.

    Args:
        results: Of its steps, one after another.
    """

    def __init__(self, results: list[Any]) -> None:
        self.results, self.at = results, 0

    def send(self, actions: Any) -> None:
        """Take no notice of any actions."""

    def recv(self) -> Any:
        """The next results; after the last come the first again."""
        self.at += 1
        return self.results[(self.at - 1) % len(self.results)]


class Recording:
    """Passes on what a vector environment gives, and keeps it."""

    def __init__(self, envs: Any) -> None:
        self.envs, self.results = envs, list[Any]()

    def send(self, actions: Any) -> None:
        """Pass actions on."""
        self.envs.send(actions)

    def recv(self) -> Any:
        """Keep a copy, as views are overwritten."""
        observations, *rest = self.envs.recv()
        self.results.append((observations.copy(), *rest))
        return self.results[-1]


def figures(setting: Setting) -> Iterator[Figure]:
    """From state, with the settings for gathering."""
    learner = Learner(recipe("gather", env={"planets": 16}))
    worlds = [bank.envs for bank in learner.banks]
    learner.update()
    recordings: list[Any] = [Recording(envs) for envs in worlds]
    _play_on(learner, recordings)
    learner.update()
    recorded = [Recorded(recording.results) for recording in recordings]
    rates, shares, ratios = [], [], []
    for _ in range(setting.windows):
        _play_on(learner, recorded)
        start = time.perf_counter()
        learner.update()
        alone = time.perf_counter() - start
        _play_on(learner, worlds)
        start = time.perf_counter()
        told = learner.update()
        rates.append(told["per_second"])
        shares.append(100.0 * told["env_share"])
        ratios.append(100.0 * alone / (time.perf_counter() - start))
    learner.close()
    for name, values in (("ppo_state", rates), ("ppo_env", shares), ("ppo_recorded", ratios)):
        low, middle, high = statistics.quantiles(values, n=4)
        yield Figure(name, middle, (high - low) / 2)


def _play_on(learner: Learner, worlds: list[Any]) -> None:
    """Let a learner play on other worlds, or what stands for them."""
    for bank, envs in zip(learner.banks, worlds, strict=True):
        bank.envs = envs
