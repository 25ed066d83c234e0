"""The planet for RLlib, which learns from it that the end of time is no death.

RLlib's own `ParallelPettingZooEnv` works on `plain_env`, but two things go wrong at the end: an
episode that time ends for all players is marked as terminated (RLlib takes "everybody is done" for
that, whatever the reason), and one that ends for some by death and for the others by time is never
reset.  Here time is told to RLlib in `truncateds["__all__"]` alone, and both are right.

    config = PPOConfig().environment(RllibEnv, env_config={"scenario": "tag", "observe": "state"})
"""

from collections.abc import Mapping
from typing import Any

from mpgenie.extras import require

from .plain import plain_env

require("ray.rllib", extra="rllib")
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv  # noqa: E402


class RllibEnv(ParallelPettingZooEnv):  # type: ignore[misc]
    """A multi-agent environment of RLlib.

    Args:
        config: Options of `plain_env`; RLlib hands over its `env_config`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(plain_env(**config))
        self.agents = self.possible_agents = [*self.par_env.possible_agents]

    def step(self, action_dict: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Advance everybody by one tick."""
        seen, rewards, terminations, truncations, infos = self.par_env.step(action_dict)
        over, late = not self.par_env.agents, any(truncations.values())
        if over:
            truncations = {}
        terminations["__all__"] = over and not late
        truncations["__all__"] = over and late
        return seen, rewards, terminations, truncations, infos

    def render(self) -> Any:
        """All players' views in one picture."""
        return self.par_env.render()
