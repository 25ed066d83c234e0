"""What every `ParallelEnv` of players has in common, whatever moves the world behind it.

Names, spaces, reading actions, the order of calls and what it takes to let go; `PlanetEnv` plays
the game, a dream only what was learnt of it.
"""

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from mpgenie.errors import StateError

from .config import EnvConfig
from .screen import Screen
from .spaces import action_space, observation_space
from .validation import ActionReader

Observations = dict[str, Any]
Infos = dict[str, dict[str, Any]]
Results = tuple[Observations, dict[str, float], dict[str, bool], dict[str, bool], Infos]


class PlayersEnv(ParallelEnv[str, Any, Any]):  # type: ignore[misc]
    """Players `player_0`, `player_1`, ... and the contract that they are under.

    Args:
        config: What they do and see.
    """

    copies = "restore() a snapshot() of this one in it"
    """How to get a copy of an environment: the end of a refusal."""
    _screen: Screen
    """Shows all players' views."""

    def __init__(self, config: EnvConfig) -> None:
        self.config = config
        self.max_cycles = config.max_cycles
        self.render_mode = config.render_mode
        self.possible_agents = [f"player_{slot}" for slot in range(config.players)]
        self.agents: list[str] = []
        self._slot = {agent: slot for slot, agent in enumerate(self.possible_agents)}
        self._action_spaces = {agent: action_space(config) for agent in self.possible_agents}
        self._observation_spaces = {
            agent: observation_space(config) for agent in self.possible_agents
        }
        self._reader = ActionReader(config, self.possible_agents)

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What a player observes; the same object each time."""
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What a player may do; the same object each time."""
        return self._action_spaces[agent]

    def render(self) -> NDArray[Any] | None:
        """All players' views in one picture (`rgb_array`); None for `human`, which `step` draws."""
        self._require_start("render")
        if self.render_mode is None:
            raise StateError("render() needs a render_mode: make the environment with one")
        if self.render_mode == "human":
            return None
        return self._screen.picture(self._slots(self.possible_agents))

    def close(self) -> None:
        """Let go of window, renderer and background work; closing twice is fine."""
        self._finalizer()

    @property
    def cycle(self) -> int:
        """Ticks since the episode began."""
        raise NotImplementedError

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise StateError(
            "an environment cannot be copied in mid-air: make another with the same config and "
            + self.copies
        )

    # ------------------------------------------------------------------ what others build on

    @property
    def _begun(self) -> bool:
        """Whether there has been a `reset`."""
        raise NotImplementedError

    def _look_around(self) -> tuple[Observations, Infos]:
        """Observations and infos where no tick has passed."""
        raise NotImplementedError

    def _first_look(
        self, options: Mapping[str, Any], known: Sequence[str]
    ) -> tuple[Observations, Infos]:
        """What `reset` returns, and shows; options of unknown names are listed in infos."""
        observations, infos = self._look_around()
        for info in infos.values():
            info["ignored_options"] = [str(name) for name in options if name not in known]
        self._screen.show(self._slots(self.agents))
        return observations, infos

    def _close_by(self, let_go: Callable[..., None], *parts: Any) -> None:
        """Say what `close`, or the end of this object, does with which of its parts."""
        self._finalizer = weakref.finalize(self, let_go, *parts)

    def _slots(self, agents: Sequence[str]) -> list[int]:
        return [self._slot[agent] for agent in agents]

    def _config_now(self) -> EnvConfig:
        """The config, should somebody have set `max_cycles` meanwhile."""
        return replace(self.config, max_cycles=self.max_cycles)

    def _check_observations(self, observations: Mapping[str, Any]) -> None:
        for agent, observation in observations.items():
            if not self._observation_spaces[agent].contains(observation):
                raise AssertionError(f"{agent}: the observation is outside its space")

    def _require_open(self, call: str) -> None:
        if not self._finalizer.alive:
            raise StateError(f"{call}() after close(): make a new environment")

    def _require_start(self, call: str) -> None:
        self._require_open(call)
        if not self._begun:
            raise StateError(f"{call}() before reset(): call reset() first")

    def _require_episode(self, call: str) -> None:
        self._require_start(call)
        if not self.agents:
            raise StateError(f"{call}() after the end of the episode: call reset() first")
