"""The game without pictures: player-ticks per CPU-second, and a tick of one crowded world."""

from collections.abc import Callable, Iterator

import numpy as np

from mpgenie.envs.simulation.actions import BIT
from mpgenie.envs.simulation.world import Simulation

from .measure import Figure, Setting, duration, rate

WORLDS = 16
CROWD = 1024
SPELL, SPELLS = 30, 32  # ticks, and how many of them until all is repeated


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
    """One tick in which everybody mostly walks ahead, turning, jumping and hitting at times.

    One spell of a second and a half in four is spent mining with the shovel: the look goes down,
    attack is held, and the look comes up again.
    """
    rng = np.random.default_rng(0)
    shape = (SPELLS, SPELL, simulation.worlds, simulation.players)
    mines = np.broadcast_to(rng.random((SPELLS, 1, *shape[2:])) < 0.25, shape)
    buttons = np.where(mines, np.uint32(BIT["attack"] | BIT["hotbar.3"]), np.uint32(0))
    shares = {"forward": 0.8, "jump": 0.1, "attack": 0.2, "hotbar.1": 0.1, "use": 0.05}
    for button, share in shares.items():
        pressed = ~mines & (rng.random(shape) < share)
        buttons |= np.where(pressed, np.uint32(BIT[button]), np.uint32(0))
    camera = rng.normal(0, 2, (*shape, 2)).astype(np.float32)
    down = np.where(np.arange(SPELL) < 5, 8.0, np.where(np.arange(SPELL) < SPELL - 5, 0.0, -8.0))
    camera[..., 0] = np.where(mines, down[:, None, None], camera[..., 0])
    buttons, camera = buttons.reshape(-1, *shape[2:]), camera.reshape(-1, *shape[2:], 2)
    message = np.zeros(shape[2:], np.uint8)
    played = 0

    def step() -> None:
        nonlocal played
        simulation.step(buttons[played % len(buttons)], camera[played % len(buttons)], message)
        played += 1

    return step
