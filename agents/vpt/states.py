"""State observations of recorded episodes, by playing them again.

A dataset keeps seeds and actions, not the 536 bytes that `observe="state"` would have shown.  They
come out of a replay, bit by bit as they were, a thousand frames in a moment.

A game of a scenario (its header holds the scenario's settings, as those filmed in a session do) is
played by its rules again, for roles and landmarks are in the rules' memory and not in the world's.
All other episodes have no roles and no landmarks.
"""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.episode import Episode, Header
from mpgenie.datasets.replay import replay, simulation_for
from mpgenie.envs.config import EnvConfig
from mpgenie.envs.drawing import Drawing
from mpgenie.envs.observation import Observer
from mpgenie.envs.scenarios.base import WORLD, Scenario, ScenarioConfig
from mpgenie.envs.scenarios.free_play import FreePlay
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.world import Simulation
from mpgenie.envs.state_observation import STATE_SIZE
from mpgenie.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from mpgenie.datasets.shards import Shard


def states_of(shard: "Shard | Episode") -> NDArray[np.uint8]:
    """What each player would have observed at each frame of an episode.

    Args:
        shard: The episode; pictures are not needed.

    Returns:
        (T + 1, P, 536) uint8, see `envs.state_observation`; zeros where a player is not there.

    Raises:
        DatasetError: If it cannot be played again, or its rules lead elsewhere now.
    """
    episode = shard if isinstance(shard, Episode) else shard.episode()
    simulation = simulation_for(episode)
    config = rules_of(episode.header)
    game = _Judge(episode, simulation, config or FreePlay())
    players = len(episode.header.players)
    observed = EnvConfig("free_play", players, observe="state", copy=False, renderer="software")
    observer = Observer(observed, simulation, game.scenario, Drawing(observed, simulation))
    names = [f"player_{slot}" for slot in range(players)]
    states = np.zeros((episode.length + 1, players, STATE_SIZE), np.uint8)
    active = simulation.state.players.active
    for frame in replay(episode, simulation, None if config is None else game.judge):
        here = np.flatnonzero(active[WORLD]).tolist()
        seen = observer.look([names[slot] for slot in here])
        for slot in here:
            states[frame, slot] = seen[names[slot]]
    return states


def shaping_of(shard: "Shard | Episode", config: ScenarioConfig) -> NDArray[np.float64]:
    """What each player was paid at each tick by parts of the reward that only shape.

    Args:
        shard: The episode; pictures are not needed.
        config: The rules that it was played by, as of `rules_of`.

    Returns:
        (T, P).

    Raises:
        DatasetError: As of `states_of`.
    """
    episode = shard if isinstance(shard, Episode) else shard.episode()
    only_shape = np.isin(config.part_names, config.shaping)
    paid = np.zeros((episode.length, len(episode.header.players)))
    if only_shape.any():
        simulation = simulation_for(episode)
        game = _Judge(episode, simulation, config)
        for frame in replay(episode, simulation, game.judge):
            if frame:
                paid[frame - 1] = game.scenario.parts[WORLD][:, only_shape].sum(1)
    return paid


def rules_of(header: Header) -> ScenarioConfig | None:
    """The rules by which an episode was played; None if there were none.

    Raises:
        DatasetError: If they are set as no such scenario can be.
    """
    known, kind = SCENARIOS.get(header.type), header.details.get("scenario")
    if known is None or not isinstance(kind, dict):
        return None
    names = {field.name: str(field.type) for field in fields(known)}
    if set(kind) != set(names):
        return None
    try:
        return known(**{name: _set_as(names[name], value) for name, value in kind.items()})
    except (ConfigError, TypeError, ValueError) as error:
        raise DatasetError(f"no {header.type} is played as this episode says: {error}") from error


class _Judge:
    """Plays by the rules of a scenario beside a replay.

    Args:
        episode: What is played again.
        simulation: Where; it is set up here as a game of the scenario begins.
        config: The rules.
    """

    def __init__(self, episode: Episode, simulation: Simulation, config: ScenarioConfig) -> None:
        self.simulation, self.name = simulation, config.name
        self._hashes, self._active = episode["world/hash"].tolist(), episode["state/active"]
        self._frame = 0
        header = episode.header
        simulation.reset(WORLD, header.seed, planet=header.planet_seed)
        self.scenario: Scenario = config.make(simulation)
        self.scenario.reset(WORLD)

    def judge(self) -> None:
        """Judge a tick that has passed, as it was when it was recorded."""
        self._frame += 1
        self.scenario.step(WORLD, WORLD + 1)
        same_players = np.array_equal(
            self.simulation.state.players.active[WORLD], self._active[self._frame]
        )
        if same_players and self.simulation.state_hash(WORLD) != self._hashes[self._frame]:
            raise DatasetError(
                f"by the rules that {self.name} has here frame {self._frame} is another than was "
                "recorded: its roles and landmarks cannot be told; use the mpgenie that recorded it"
            )


def _set_as(kind: str, value: Any) -> Any:
    """A setting as it was before JSON, which knows no tuples and no infinity."""
    if isinstance(value, list):
        return tuple(value)
    return float(value) if isinstance(value, str) and "float" in kind else value
