"""Write down the state hashes that every machine has to reach: `python tests/golden/make.py`.

Run it, and commit `state_hashes.json`, only after a change that is meant to change what happens in
the game (its rules, its terrain, its random draws), and raise `snapshot.VERSION` or
`TERRAIN_VERSION` with it.  `tests/envs/simulation/test_golden.py` compares.  Actions are drawn by
the game's own counter-based numbers, so nothing here depends on the version of numpy.
"""

import json
from pathlib import Path

import numpy as np

from mpgenie.envs.planet.exact import draw, draw_bits
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.actions import ALL_BUTTONS, ATTACK, FORWARD
from mpgenie.envs.simulation.world import Simulation

FILE = Path(__file__).with_name("state_hashes.json")
CASES: tuple[tuple[str, int, int, int], ...] = (
    ("flat", 16, 2, 1),
    ("flat", 48, 4, 2),
    ("normal", 48, 2, 3),
    ("normal", 48, 8, 4),
    ("normal", 96, 2, 5),
)
"""Kind and size of the planet, players, seed."""
TICKS, EVERY = 400, 100


def name_of(case: tuple[str, int, int, int]) -> str:
    """How a case is called in the file."""
    kind, size, players, seed = case
    return f"{kind}-{size}-players-{players}-seed-{seed}"


def hashes(case: tuple[str, int, int, int], ticks: int = TICKS) -> list[str]:
    """Play a case with actions drawn from its seed: the hash at first and every 100 ticks."""
    kind, size, players, seed = case
    sim = Simulation(PlanetConfig(kind=kind, size=size), players=players, day=600)  # type: ignore[arg-type]
    sim.reset(0, seed)
    buttons = np.zeros((1, players), np.uint32)
    camera = np.zeros((1, players, 2), np.float32)
    message = np.zeros((1, players), np.uint8)
    found = [f"{sim.state_hash():016x}"]
    for tick in range(ticks):
        if tick % 4 == 0:
            for p in range(players):
                key = np.uint64(1000 * seed + p)
                one, other = (int(draw_bits(key, tick, k, 0)) & ALL_BUTTONS for k in (0, 1))
                held = FORWARD if draw(key, tick, 2, 0) < 0.6 else 0
                held |= ATTACK if draw(key, tick, 3, 0) < 0.5 else 0
                buttons[0, p] = (one & other) | held
                camera[0, p] = [16.0 * draw(key, tick, k, 0) - 8.0 for k in (4, 5)]
                message[0, p] = int(4.0 * draw(key, tick, 6, 0))
        sim.step(buttons, camera, message)
        if (tick + 1) % EVERY == 0:
            found.append(f"{sim.state_hash():016x}")
    return found


def main() -> None:
    """Play every case and write the file."""
    table = {name_of(case): hashes(case) for case in CASES}
    FILE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    print(f"{FILE}: {len(table)} cases")


if __name__ == "__main__":
    main()
