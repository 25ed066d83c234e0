"""Write down how every scenario goes for fixed actions: `python tests/golden/make_scenarios.py`.

Run it (with names of scenarios for these alone) and commit `scenarios/*.json` for a new scenario,
or after a change that is meant to change what a scenario does or tells; once a version has been
released, raise the `version` of the scenario's config with it.
`tests/envs/scenarios/test_golden_scenarios.py` compares.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.actions import NO_OP, NVEC

FOLDER = Path(__file__).with_name("scenarios")
PLAYERS = (2, 4)
TICKS, EVERY = 300, 100


def trace(name: str, players: int) -> dict[str, list[str]]:
    """Play a scenario: every 100 ticks the state, with the scenario's too, what was paid and told.

    Everybody runs about, mostly with the attack button held; an episode that ends begins anew.
    """
    env = parallel_env(name, players, size=48, observe=("state", "proprio"), planets=1, day=600)
    observations, _ = env.reset(seed=11)
    paid, told = 0.0, hashlib.blake2b(digest_size=8)
    found: dict[str, list[str]] = {"state": [], "scenario": [], "paid": [], "told": []}
    for tick in range(1, TICKS + 1):
        actions = {agent: action(tick // 4, p) for p, agent in enumerate(env.possible_agents)}
        observations, rewards, *_ = env.step({agent: actions[agent] for agent in env.agents})
        for agent, reward in rewards.items():
            paid += reward
            told.update(observations[agent]["state"].tobytes())
            told.update(observations[agent]["proprio"].tobytes())
        if not env.agents:
            env.reset()
        if tick % EVERY == 0:
            found["state"].append(f"{env.simulation.state_hash():016x}")
            found["scenario"].append(f"{env.state_hash():016x}")
            found["paid"].append(float(paid).hex())
            found["told"].append(told.hexdigest())
    env.close()
    return found


def action(turn: int, player: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """What a player does in a turn of four ticks."""
    key = np.uint64(7000 + player)
    chosen = np.array(NO_OP, np.int64)
    for component, count in enumerate(NVEC):
        if draw(key, turn, component, 0) < 0.3:
            chosen[component] = int(draw(key, turn, component, 1) * count)
    if draw(key, turn, 20, 0) < 0.7:
        chosen[0] = 1
    if draw(key, turn, 21, 0) < 0.7:
        chosen[4] = 1
    return chosen


def table(name: str) -> dict[str, Any]:
    """The traces of a scenario, for as many players as it allows."""
    config = SCENARIOS[name]
    least, most = config.players
    counts = [count for count in PLAYERS if least <= count <= most] or [least]
    return {"version": config.version} | {
        f"players {count}": trace(name, count) for count in counts
    }


def main() -> None:
    """Play scenarios and write their files."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCENARIOS:
        file = FOLDER / f"{name}.json"
        file.write_text(json.dumps(table(name), indent=2) + "\n", encoding="utf-8")
        print(file)


if __name__ == "__main__":
    main()
