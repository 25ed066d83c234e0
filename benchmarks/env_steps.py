"""Steps per CPU-second through `parallel_env`, resets included, frames of every player drawn."""

import itertools
from collections.abc import Iterator

import mpgenie

from .measure import Figure, Setting, rate
from .players import walking

CASES = (
    ("env_steps_1_64", 1, (64, 64)),
    ("env_steps_2_64", 2, (64, 64)),
    ("env_steps_32_64", 32, (64, 64)),
    ("env_steps_2_160x120", 2, (120, 160)),
    ("env_steps_8_160x120", 8, (120, 160)),
)


def figures(setting: Setting) -> Iterator[Figure]:
    """One figure for each number of players and resolution."""
    for name, players, resolution in CASES:
        env = mpgenie.parallel_env(
            players=players, resolution=resolution, renderer="software", planets=1
        )
        actions = itertools.cycle(walking(env))
        env.reset(seed=7)

        def step(env=env, actions=actions) -> int:  # type: ignore[no-untyped-def]
            if not env.agents:
                env.reset()
            env.step({player: a for player, a in next(actions).items() if player in env.agents})
            return 1

        yield rate(name, step, setting)
        env.close()
