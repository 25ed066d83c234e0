"""The game without pictures: player-ticks per CPU-second."""

import itertools
from collections.abc import Iterator

import mpgenie

from .measure import Figure, Setting, rate
from .players import walking

PLAYERS = 32


def figures(setting: Setting) -> Iterator[Figure]:
    """Step an environment that never touches a renderer."""
    env = mpgenie.parallel_env(players=PLAYERS, observe=("state",), planets=1)
    actions = itertools.cycle(walking(env))
    env.reset(seed=7)

    def step() -> int:
        if not env.agents:
            env.reset()
        env.step({player: a for player, a in next(actions).items() if player in env.agents})
        return PLAYERS

    yield rate("simulation", step, setting)
    env.close()
