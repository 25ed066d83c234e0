"""A dream as something to play: what a world model makes of what people do."""

from collections.abc import Sequence
from typing import Any

from mpgenie.envs.config import config_from
from mpgenie.errors import ConfigError
from mpgenie.world_models.dream import DreamEnv

from .game import Game, Picture, Size, Standing


class Dreamt(Game):
    """A game that is dreamt.

    It shows what players see and what they are paid, and nothing else: a model knows neither teams
    nor who is alive, and nobody is seen from behind.
    """

    env: DreamEnv

    def __init__(self, env: DreamEnv) -> None:
        super().__init__(env)
        self.scenario += " (dreamt)"

    def picture(self, player: str, view: str, size: Size, *, hud: bool = True) -> Picture:
        """(H, W, 3) what a player sees, whatever view is asked for."""
        return self.env.render_view(player, resolution=size)

    def standing(self, player: str) -> Standing:
        """Nothing is known of it."""
        return Standing()


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
