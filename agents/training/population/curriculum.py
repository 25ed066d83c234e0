"""From two players to thirty-two: levels that a population goes up, and down if need be.

A level is left upwards when the population surely passes its bar: when the lower 95 % bound of its
median score on held-out seeds does.  It is left downwards when the population surely fails, twice
in a row: when the upper bound stays below the level's floor.  A fifth of the matches are played on
earlier levels, so that nothing is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.training.config import PPOConfig
from mpgenie.checks import check_known
from mpgenie.envs.scenarios.base import ScenarioConfig
from mpgenie.errors import ConfigError

EARLIER = 0.2
"""The share of matches on earlier levels."""
FAILURES = 2
"""After so many in a row a level is left downwards."""
DRAWS = 2000
"""Of the bootstrap."""
_ALIKE = ("players", "observe", "resolution", "action_mode", "messages", "planets")
"""What `Level.env` may not name, as networks or the population's own planets depend on it."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """What is played, and when it is mastered."""

    players: int
    env: Mapping[str, Any] = field(default_factory=dict)
    """What else differs from the population's environment, such as its size; as `scenario`, the
    scenario's own config or some options of it, of which `teams` may stand by itself."""
    bar: float | None = None
    """The score that lets the population pass; None = it stays."""
    floor: float | None = None
    """The score below which it fails; None = it never does."""

    def __post_init__(self) -> None:
        if self.floor is not None and self.bar is not None and not self.floor < self.bar:
            raise ConfigError(
                f"a level's floor lies below its bar, got {self.floor:g} and {self.bar:g}"
            )
        for name in _ALIKE:
            if name in self.env:
                raise ConfigError(f"a level's env cannot differ in {name}: it is the population's")

    def played(self, config: PPOConfig) -> PPOConfig:
        """What is played on the level.

        Args:
            config: What the population plays.

        Raises:
            ConfigError: If the level is of another scenario, or there is no such option.
        """
        env = {name: each for name, each in self.env.items() if name not in ("scenario", "teams")}
        chosen, rules = self.env.get("scenario", {}), config.env_config().rules
        if isinstance(chosen, ScenarioConfig):
            rules, chosen = chosen, {}
        elif not isinstance(chosen, Mapping):
            raise ConfigError(
                f"a level's scenario is the config of {config.scenario}, or some options of it, "
                f"got {chosen!r}"
            )
        if "teams" in self.env:
            chosen = {**chosen, "teams": self.env["teams"]}
        for name in chosen:
            known = [each.name for each in fields(rules)]
            check_known(f"option of {config.scenario}", name, known)
        scenario = replace(rules, **chosen)
        return replace(
            config, players=self.players, env={**config.env, **env, "scenario": scenario}
        )


@dataclass
class Curriculum:
    """Where on its way a population is.

    Args:
        levels: From the easiest on; one at least.
        at: Which of them it plays.
        failures: How often in a row it has failed there.
    """

    levels: Sequence[Level]
    at: int = 0
    failures: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.at < len(self.levels):
            raise ConfigError(f"there are {len(self.levels)} levels, and none is number {self.at}")

    def draw(self, rng: np.random.Generator) -> int:
        """The level of a match."""
        if self.at and rng.random() < EARLIER:
            return int(rng.integers(self.at))
        return self.at

    def judge(self, scores: NDArray[np.floating], rng: np.random.Generator) -> str | None:
        """Go up or down by what the members came to at this level.

        Args:
            scores: (S, M) of each member on each held-out seed.
            rng: What draws.

        Returns:
            "promoted", "demoted", or None if the population stays.
        """
        low, high = bounds(np.median(scores, axis=1), rng)
        level = self.levels[self.at]
        if level.bar is not None and low > level.bar and self.at + 1 < len(self.levels):
            self.at, self.failures = self.at + 1, 0
            return "promoted"
        failed = level.floor is not None and high < level.floor
        self.failures = self.failures + 1 if failed else 0
        if self.failures == FAILURES and self.at:
            self.at, self.failures = self.at - 1, 0
            return "demoted"
        return None


def bounds(values: NDArray[np.floating], rng: np.random.Generator) -> tuple[float, float]:
    """The lower and the upper 95 % bound of a mean, each one-sided, by the bootstrap."""
    means = rng.choice(values, (DRAWS, len(values))).mean(1)
    low, high = np.quantile(means, (0.05, 0.95))
    return float(low), float(high)
