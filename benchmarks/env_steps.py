"""Steps per CPU-second through `parallel_env`, resets included, frames of every player drawn.

What a step costs depends on where the players stand: a wall is drawn in a third of the time of a
wide view.  So eight envs, each on a planet of its own, take turns.  Resets fall on one of these
planets: what a new planet costs is a figure of its own (`resets`).
"""

import itertools
from collections.abc import Iterator

import mpgenie

from .measure import Figure, Setting, rate
from .players import walking

ENVS, TURN = 8, 25
"""How many envs, and how many steps each takes in its turn."""

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
        envs = [
            mpgenie.parallel_env(
                players=players, resolution=resolution, renderer="software", planets=ENVS
            )
            for _ in range(ENVS)
        ]
        actions = [itertools.cycle(walking(env, seed)) for seed, env in enumerate(envs)]
        for seed, env in enumerate(envs):
            env.reset(seed=seed)

        def turns(envs=envs, actions=actions) -> int:  # type: ignore[no-untyped-def]
            for env, coming in zip(envs, actions, strict=True):
                for action in itertools.islice(coming, TURN):
                    if not env.agents:
                        env.reset()
                    env.step({p: a for p, a in action.items() if p in env.agents})
            return ENVS * TURN

        yield rate(name, turns, setting)
        for env in envs:
            env.close()
