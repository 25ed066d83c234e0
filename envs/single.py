"""One player's view of the planet as a Gymnasium `Env`: `gymnasium.make("mpgenie/Planet1-v0")`.

The player is `player_0`.  There is nobody else by default; with `players=N` the others stand idle.
An end by the rules (or by death with `death="remove"`) terminates, `max_cycles` truncates.
"""

from copy import deepcopy
from typing import Any

import gymnasium
from numpy.typing import NDArray

from mpgenie.errors import ConfigError

from .config import EnvConfig, config_from
from .parallel import PlanetEnv

PLAYER = "player_0"


class SinglePlayerEnv(gymnasium.Env[Any, Any]):
    """`PlanetEnv` for one.

    Args:
        config: All options; or name some of them.
        **options: Fields of `EnvConfig`, if `config` is left out; `players` is 1 by default.

    Raises:
        ConfigError: If an option is unknown or out of bounds.
    """

    metadata: dict[str, Any] = {"render_modes": ["human", "rgb_array"], "render_fps": 20}

    def __init__(self, config: EnvConfig | None = None, **options: Any) -> None:
        if config is not None and options:
            raise ConfigError("give a config or single options, not both")
        self.config = config or config_from({"players": 1, "missing": "noop", **options})
        if self.config.missing != "noop":
            raise ConfigError('the others stand idle: missing must be "noop" for a single player')
        self.planet = PlanetEnv(self.config)
        """The environment of everybody."""
        self.render_mode = self.config.render_mode
        self.action_space = self.planet.action_space(PLAYER)
        self.observation_space = self.planet.observation_space(PLAYER)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; see `PlanetEnv.reset`."""
        super().reset(seed=seed)
        observations, infos = self.planet.reset(seed, options)
        return observations[PLAYER], _own(infos[PLAYER])

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Advance the planet by one tick; see `PlanetEnv.step`."""
        results = self.planet.step({PLAYER: action})
        observations, rewards, terminations, truncations, infos = results
        return (
            observations[PLAYER],
            rewards[PLAYER],
            terminations[PLAYER],
            truncations[PLAYER],
            _own(infos[PLAYER]),
        )

    def render(self) -> NDArray[Any] | None:
        """The player's view (`rgb_array`), or None (`human`: `step` draws the window)."""
        return self.planet.render()

    def close(self) -> None:
        """Let go of everything; closing twice is fine."""
        self.planet.close()


def _own(info: dict[str, Any]) -> dict[str, Any]:
    """The info with a mask of its own, as Gymnasium wants nothing shared between steps."""
    info["action_mask"] = deepcopy(info["action_mask"])
    return info
