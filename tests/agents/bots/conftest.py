"""Planets for bots, and a short way to play a script or an episode on one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mpgenie.agents.bots.episodes.episode import RULES, Episode, stage
from mpgenie.agents.bots.runner import Play, run_plays, run_script
from mpgenie.envs.planet.planet import Planet, PlanetConfig, make_planet
from mpgenie.envs.simulation.world import Simulation

SIZE = 48
_planets: dict[tuple[str, int], Planet] = {}


def planet_of(kind: str, seed: int = 0) -> Planet:
    if (kind, seed) not in _planets:
        config = PlanetConfig(kind=kind, size=SIZE)  # type: ignore[arg-type]
        _planets[kind, seed] = make_planet(config, seed)
    return _planets[kind, seed]


class Field:
    """World 0 of a simulation, on which scripts are tried."""

    def __init__(
        self,
        kind: str = "flat",
        players: int = 2,
        worlds: int = 1,
        seed: int = 3,
        weather: bool = False,
    ) -> None:
        self.planet = planet_of(kind)
        rules: dict[str, Any] = {**RULES, "mobs": False, "weather": weather}
        self.sim = Simulation(self.planet.config, worlds=worlds, players=players, **rules)
        self.kind, self.seed = kind, seed
        self.events: list[dict[str, Any]] = []
        for w in range(worlds):
            self.sim.reset(w, seed, planet=self.planet, separation=(8.0, 12.0))
        still = (worlds, players)
        for _ in range(10):
            self.sim.step(
                np.zeros(still, np.uint32), np.zeros((*still, 2), np.float32),
                np.zeros(still, np.uint8),
            )  # fmt: skip

    def run(self, *scripts: Any, limit: int = 2_000) -> Play:
        """Let the first players follow scripts; keeps the events."""

        def listen(*actions: Any) -> None:
            self.events += self.sim.events(0)

        play = run_script(self.sim, 0, dict(enumerate(scripts)), limit, listen, self.seed)
        if isinstance(play.error, AssertionError):
            raise play.error
        return play

    def kinds(self) -> set[str]:
        """The kinds of events that happened."""
        return {event["kind"] for event in self.events}

    def play(self, episode: Episode, seed: int) -> Play:
        """Play an episode in world 0."""
        play = stage(self.sim, 0, episode, seed, planet=self.planet)
        run_plays(self.sim, [play])
        return play


@pytest.fixture(scope="session")
def field() -> Callable[..., Field]:
    """Makes fields."""
    return Field
