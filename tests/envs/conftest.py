"""Small environments that are made in an instant."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mpgenie.envs.parallel import PlanetEnv, parallel_env

SMALL: dict[str, Any] = {
    "planet": "flat",
    "size": 16,
    "mobs": False,
    "observe": "state",
    "max_cycles": 50,
}
"""A tiny plain without mobs or pictures."""


@pytest.fixture
def make() -> Iterator[Callable[..., PlanetEnv]]:
    """Makes small environments, and closes them afterwards."""
    made: list[PlanetEnv] = []

    def small(**options: Any) -> PlanetEnv:
        made.append(parallel_env(**{**SMALL, **options}))
        return made[-1]

    yield small
    for env in made:
        env.close()


@pytest.fixture
def env(make: Callable[..., PlanetEnv]) -> PlanetEnv:
    """A small environment for two, just reset."""
    env = make()
    env.reset(seed=7)
    return env
