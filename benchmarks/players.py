"""Actions for measurements: made before the clock starts, walking and looking about."""

from typing import Any

import numpy as np

ROUNDS = 64


def walking(env: Any, seed: int = 0) -> list[dict[str, Any]]:
    """Some ticks of discrete actions: everybody mostly walks ahead, turning a little."""
    rng = np.random.default_rng(seed)
    for number, player in enumerate(env.possible_agents):
        env.action_space(player).seed(1000 * seed + number)
    rounds = []
    for _ in range(ROUNDS):
        actions = {}
        for player in env.possible_agents:
            action = env.action_space(player).sample()
            action[0] = 1 if rng.random() < 0.8 else action[0]
            actions[player] = action
        rounds.append(actions)
    return rounds
