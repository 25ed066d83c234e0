"""A dream as something to play: what a world model makes of what people do."""

from collections.abc import Mapping, Sequence
from typing import Any

from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.config import config_from
from mpgenie.errors import ConfigError
from mpgenie.world_models.dream import DreamEnv

from .game import Picture, Size, Standing, Step, raw


class Dreamt:
    """A game that is dreamt.

    It shows what players see and what they are paid, and nothing else: a model knows neither teams
    nor who is alive, and nobody is seen from behind.

    Args:
        env: With raw actions; the game closes it.
    """

    def __init__(self, env: DreamEnv) -> None:
        self.env = env
        self.players: Sequence[str] = env.possible_agents
        self.scenario = f"{env.config.rules.name} (dreamt)"

    @property
    def living(self) -> Sequence[str]:
        """Those whose episode goes on."""
        return self.env.agents

    @property
    def ticks_left(self) -> int:
        """Until the dream's horizon."""
        return self.env.max_cycles - self.env.cycle

    def reset(self, seed: int) -> Mapping[str, Any]:
        """Begin an episode; what everybody sees."""
        observations, _ = self.env.reset(seed=seed)
        return observations

    def step(self, actions: Mapping[str, Action]) -> Step:
        """Dream the next tick; who has no action does nothing."""
        chosen = {player: raw(actions.get(player, IDLE)) for player in self.env.agents}
        observations, rewards, terminated, truncated, infos = self.env.step(chosen)
        parts = {player: info["reward_parts"] for player, info in infos.items()}
        return Step(observations, rewards, terminated, truncated, parts)

    def picture(self, player: str, view: str, size: Size, *, hud: bool = True) -> Picture:
        """(H, W, 3) what a player sees, whatever view is asked for."""
        return self.env.render_view(player, resolution=size)

    def standing(self, player: str) -> Standing:
        """Nothing is known of it."""
        return Standing()

    def close(self) -> None:
        """Let go of everything."""
        self.env.close()


def check_suited(policies: Sequence[tuple[str, Any]], env: DreamEnv) -> None:
    """Refuse trained policies that want to see what is not dreamt.

    Args:
        policies: Names, and policies with `env_options`.
        env: What they are to play in.

    Raises:
        ConfigError: If one of them does.
    """
    height, width = env.config.resolution
    for name, policy in policies:
        learnt = config_from(policy.env_options)
        if learnt.observed != ("rgb",) or learnt.resolution != env.config.resolution:
            tall, wide = learnt.resolution
            what = f"{', '.join(learnt.observed)} at {wide}x{tall}"
            raise ConfigError(f"{name} wants {what}, but rgb at {width}x{height} is dreamt")
