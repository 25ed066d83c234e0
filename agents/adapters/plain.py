"""`parallel_env` for libraries that take only plain numbers.

Many learning libraries put what they get straight into tensors and linear layers.  Here

    observations  are float32 from 0 to 1, scaled by the bounds of their space (`floats=False`
                  leaves them as they are),
    infos         are numbers alone: `tick`, and `reward_NAME` for each part of the reward,
    actions       are one choice from a table of moves for libraries that know no MultiDiscrete
                  (`moves=MOVES`).

    env = plain_env("gather", players=2, observe="state", moves=MOVES)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo.utils import BaseParallelWrapper

from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.envs.players_env import Infos, Observations, Results
from mpgenie.envs.simulation.actions import NO_OP, STILL
from mpgenie.errors import ActionError, ConfigError

_PLACES = {"forward": 0, "side": 1, "jump": 2, "pace": 3, "attack": 4, "use": 5, "hotbar": 7,
           "pitch": 8, "yaw": 9}  # fmt: skip


def _move(**components: int) -> tuple[int, ...]:
    row = list(NO_OP)
    for name, choice in components.items():
        row[_PLACES[name]] = choice
    return tuple(row)


MOVES: Mapping[str, tuple[int, ...]] = {
    "nothing": _move(),
    "forward": _move(forward=1),
    "back": _move(forward=2),
    "left": _move(side=1),
    "right": _move(side=2),
    "jump forward": _move(forward=1, jump=1),
    "run": _move(forward=1, pace=2),
    "run and turn left": _move(forward=1, pace=2, yaw=STILL - 3),
    "run and turn right": _move(forward=1, pace=2, yaw=STILL + 3),
    "turn left": _move(yaw=0),
    "turn right": _move(yaw=2 * STILL),
    "turn left a little": _move(yaw=STILL - 2),
    "turn right a little": _move(yaw=STILL + 2),
    "look up": _move(pitch=STILL - 4),
    "look down": _move(pitch=STILL + 4),
    "attack": _move(attack=1),
    "attack forward": _move(forward=1, attack=1),
    "use": _move(use=1),
    "first of the hotbar": _move(hotbar=1),
    "second of the hotbar": _move(hotbar=2),
}
"""Twenty moves, each a row of the discrete action; silence is added where players may speak."""


class PlainEnv(BaseParallelWrapper[str, Any, Any]):  # type: ignore[misc]
    """An environment as plain numbers; see the module.

    Args:
        env: What is played.
        floats: Whether observations become float32 from 0 to 1.
        moves: What one choice may be, by name: rows of the discrete action.

    Raises:
        ConfigError: If a move is none of the discrete actions of `env`.
    """

    def __init__(
        self,
        env: PlanetEnv,
        *,
        floats: bool = True,
        moves: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        super().__init__(env)
        self._floats = floats
        self._rows = None if moves is None else _rows(moves, env.action_space("player_0"))
        self._spaces = {agent: env.observation_space(agent) for agent in env.possible_agents}
        if floats:
            self._spaces = {agent: _unit_space(space) for agent, space in self._spaces.items()}
        self._choices = {agent: env.action_space(agent) for agent in env.possible_agents}
        if self._rows is not None:
            self._choices = {agent: spaces.Discrete(len(self._rows)) for agent in self._choices}

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What a player observes; the same object each time."""
        return self._spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What a player may do; the same object each time."""
        return self._choices[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, Infos]:
        """Begin an episode, as `PlanetEnv.reset` does."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return self._seen(observations), _numbers(infos)

    def step(self, actions: Mapping[str, Any]) -> Results:
        """Advance everybody by one tick, as `PlanetEnv.step` does."""
        if self._rows is not None:
            actions = {agent: self._row(agent, choice) for agent, choice in actions.items()}
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        return self._seen(observations), rewards, terminations, truncations, _numbers(infos)

    def _row(self, agent: str, choice: Any) -> NDArray[np.int64]:
        assert self._rows is not None
        if not 0 <= (number := int(choice)) < len(self._rows):
            raise ActionError(f"{agent}: moves are 0 to {len(self._rows) - 1}, got {choice!r}")
        row: NDArray[np.int64] = self._rows[number]
        return row

    def _seen(self, observations: Observations) -> Observations:
        if not self._floats:
            return observations
        return {
            agent: _scaled(seen, self.env.observation_space(agent))
            for agent, seen in observations.items()
        }


def _rows(moves: Mapping[str, Sequence[int]], space: spaces.Space[Any]) -> NDArray[np.int64]:
    if not isinstance(space, spaces.MultiDiscrete):
        raise ConfigError('moves are rows of the discrete action: use action_mode="discrete"')
    if not moves:
        raise ConfigError("moves must hold at least one move; MOVES has twenty")
    rows = np.zeros((len(moves), len(space.nvec)), np.int64)  # what is left out is silence
    for row, (name, move) in zip(rows, moves.items(), strict=True):
        if len(NO_OP) <= len(move) <= len(row):
            row[: len(move)] = move
        if not len(NO_OP) <= len(move) <= len(row) or not space.contains(row):
            raise ConfigError(f"the move {name!r} is not in {space}: {list(move)}")
    return rows


def _unit_space(space: spaces.Space[Any]) -> spaces.Space[Any]:
    if isinstance(space, spaces.Dict):
        return spaces.Dict({name: _unit_space(part) for name, part in space.items()})
    assert space.shape is not None
    return spaces.Box(0.0, 1.0, space.shape, np.float32)


def _scaled(seen: Any, space: spaces.Space[Any]) -> Any:
    if isinstance(space, spaces.Dict):
        return {name: _scaled(part, space[name]) for name, part in seen.items()}
    assert isinstance(space, spaces.Box)
    if seen.dtype == np.uint8 and space.high.flat[0] == 255:
        return seen * np.float32(1 / 255)
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)
    return ((seen - low) / np.maximum(high - low, 1e-9)).astype(np.float32)


def _numbers(infos: Infos) -> Infos:
    return {
        agent: {
            "tick": info["tick"],
            **{f"reward_{name}": worth for name, worth in info["reward_parts"].items()},
        }
        for agent, info in infos.items()
    }


def plain_env(
    scenario: Any = "free_play",
    players: int = 2,
    *,
    floats: bool = True,
    moves: Mapping[str, Sequence[int]] | None = None,
    **options: Any,
) -> PlainEnv:
    """The planet as plain numbers; see the module.

    Args:
        scenario: As of `parallel_env`.
        players: How many.
        floats: Whether observations become float32 from 0 to 1.
        moves: What one choice may be, by name: rows of the discrete action, such as `MOVES`.
        **options: The other options of `parallel_env`.
    """
    return PlainEnv(parallel_env(scenario, players, **options), floats=floats, moves=moves)
