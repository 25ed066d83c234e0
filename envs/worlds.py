"""A batch of worlds as environments play them: the game, its rules, episodes and pictures.

`PlanetEnv` is the case of one world, `PlanetVectorEnv` plays many; both step through here, so that
neither can drift from the other.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.scenarios.base import Scenario, add_up
from mpgenie.envs.simulation.world import Simulation

from .config import EnvConfig
from .drawing import Drawing
from .episodes import Episode, Episodes
from .planets import Maker
from .saving import Saved, read_snapshot, write_snapshot
from .start import start_time

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def planet_config(config: EnvConfig) -> PlanetConfig:
    """What the planets of an environment are made of."""
    return PlanetConfig(kind=config.planet, size=config.size)  # type: ignore[arg-type]


class Worlds:
    """W worlds that one thread at a time plays on.

    Args:
        config: Of each world.
        makers: Who makes the planets of each world.
        seeds: Where the stream of seeds of each world starts; None draws one.
    """

    def __init__(
        self,
        config: EnvConfig,
        makers: Sequence[Maker],
        seeds: Sequence[int | None],
    ) -> None:
        self.config, self.count = config, len(makers)
        rules = {
            "mobs": config.mobs,
            "weather": config.weather,
            "day": config.day,
            "respawn_wait": -1 if config.death == "remove" else 40,
            **config.rules.game_rules,
        }
        self.simulation = Simulation(
            planet_config(config), worlds=self.count, players=config.players, **rules
        )
        self.scenario: Scenario = config.rules.make(self.simulation)
        self.drawing = Drawing(config, self.simulation)
        self.episodes = [
            Episodes(maker, config.planets, seed) for maker, seed in zip(makers, seeds, strict=True)
        ]
        self.episode: list[Episode | None] = [None] * self.count
        """The episode of each world; None before its first."""
        self.cycle = np.zeros(self.count, np.int64)
        """(W,) ticks since the episode of each world began."""
        self.seeds = np.zeros((self.count, 2), np.int64)
        """(W, 2) the seeds of each world's episode and of its planet."""
        self.rewards = np.zeros((self.count, config.players))
        """(W, P) what the last tick was worth to each player slot."""
        self.between: Callable[[], None] | None = None
        """Called in each step, after the game has moved and before the scenario judges it."""

    def reset(
        self, w: int, seed: int | None = None, options: Mapping[str, Any] = NO_OPTIONS
    ) -> None:
        """Begin an episode in one world.

        Args:
            w: Which world.
            seed: The episode follows from it; None goes on in the world's stream.
            options: As of `PlanetEnv.reset`.

        Raises:
            ConfigError: If a seed is none; then nothing has changed.
        """
        episodes = self.episodes[w]
        episode = episodes.next(seed, options)
        self.simulation.reset(w, episode.seed, planet=episodes.planet(episode))
        start_time(self.simulation, w, self.config)
        self.scenario.reset(w)
        if seed is None or self.episode[w] is None:
            episodes.look_ahead()
        self.episode[w], self.seeds[w], self.cycle[w] = episode, episode, 0
        self.scenario.parts[w], self.scenario.ended[w], self.rewards[w] = 0.0, False, 0.0

    def step(
        self,
        buttons: NDArray[np.uint32],
        camera: NDArray[np.float32],
        message: NDArray[np.uint8],
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Advance worlds `first` up to `last` (all by default) by a tick, and judge it.

        Args:
            buttons: (W, P), as `Simulation.step` takes them, like the next two.
            camera: (W, P, 2).
            message: (W, P).
            first: The first world to advance.
            last: The world before which to stop.
        """
        last = self.count if last is None else last
        self.simulation.step(buttons, camera, message, first, last)
        if self.between is not None:
            self.between()
        self.scenario.step(first, last)
        if self.scenario.parts.size:
            add_up(self.scenario.parts, self.rewards, first, last)
        self.cycle[first:last] += 1

    def snapshot(self, w: int, agents: Sequence[str]) -> bytes:
        """Everything that the future of a world depends on but the actions.

        Args:
            w: Which world; an episode has begun in it.
            agents: The players whose episode has not ended.
        """
        episodes = self.episodes[w]
        counters = {
            "cycle": int(self.cycle[w]),
            "agents": list(agents),
            "episode": self.episode[w],
            "stream": [episodes.root, episodes.count],
        }
        return write_snapshot(self.config, counters, self.scenario, self.simulation, w)

    def read(self, snapshot: bytes) -> Saved:
        """What a snapshot says, for `take_up`.

        Raises:
            SnapshotError: If it is none, or one of another config.
        """
        return read_snapshot(snapshot, self.config, self.scenario, self.simulation)

    def take_up(self, w: int, saved: Saved) -> list[str]:
        """Put a world into a state that was read.

        Returns:
            The players whose episode has not ended.
        """
        counters = saved.counters
        self.simulation.take_up(w, saved.content)
        self.scenario.take(w, saved.scenario)
        self.episode[w] = self.seeds[w] = Episode(*counters["episode"])
        self.cycle[w] = counters["cycle"]
        self.scenario.parts[w], self.scenario.ended[w], self.rewards[w] = 0.0, False, 0.0
        self.episodes[w].root, self.episodes[w].count = counters["stream"]
        agents: list[str] = counters["agents"]
        return agents

    def close(self) -> None:
        """Let go of every renderer."""
        self.drawing.close()
