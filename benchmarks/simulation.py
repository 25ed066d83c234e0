"""The game without pictures: player-ticks per CPU-second, and a tick of one crowded world."""

from collections.abc import Callable, Iterator

import numpy as np

from mpgenie.envs.simulation.actions import BIT
from mpgenie.envs.simulation.world import Simulation

from .measure import Figure, Setting, duration, rate

WORLDS = 16
CROWD = 1024
ROUNDS = 64


def figures(setting: Setting) -> Iterator[Figure]:
    """Sixteen worlds of two players; then one of 1,024, all over the planet and within 30 m."""
    small = Simulation(worlds=WORLDS, players=2)
    for w in range(WORLDS):
        small.reset(w, seed=w, planet=0)
    step = walking(small)

    def player_ticks() -> int:
        step()
        return WORLDS * 2

    yield rate("simulation", player_ticks, setting)

    for name, within in (("walking", 1e9), ("crowded", 30.0)):
        large = Simulation(players=CROWD)
        large.reset(seed=7, separation=(0.0, within))
        yield duration(f"simulation_1024_{name}", walking(large), setting, unit=0.001)


def walking(simulation: Simulation) -> Callable[[], None]:
    """One tick in which everybody mostly walks ahead, turning, jumping and hitting at times."""
    rng = np.random.default_rng(0)
    shape = (ROUNDS, simulation.worlds, simulation.players)
    buttons = np.zeros(shape, np.uint32)
    for button, share in {"forward": 0.8, "jump": 0.1, "attack": 0.2, "use": 0.05}.items():
        buttons |= np.where(rng.random(shape) < share, np.uint32(BIT[button]), np.uint32(0))
    camera = rng.normal(0, 2, (*shape, 2)).astype(np.float32)
    message = np.zeros(shape[1:], np.uint8)
    played = 0

    def step() -> None:
        nonlocal played
        simulation.step(buttons[played % ROUNDS], camera[played % ROUNDS], message)
        played += 1

    return step
