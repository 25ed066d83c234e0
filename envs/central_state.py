"""Everything about everybody, for critics that may know it: one flat float32 vector in [-1, 1].

Twenty-five numbers for each player slot in order (zeros where nobody is), then eight for each of
the sixteen first mob slots, six for each landmark of the scenario, three for the world:

    player  active, alive, position (3, planet radii / 2), velocity (3, / 10 m per tick),
            heading (3), pitch / 90, health / 20, on ground, in water, sneaking, sprinting,
            held slot / 8, held item / 255, held count / 64, team / 32, mining progress,
            attack wait / 20, colour tag (red / 255), role / 8
    mob     active, kind / 8, position (3), health / 20, target (1 = a player), attack wait / 20
    mark    there (0 or 1), position (3, planet radii / 2), kind / 8, team / 32 (-1 / 32 = nobody's)
    world   time of day / day, raining, tick / 2**20
"""

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from mpgenie.envs.scenarios.base import KIND, TEAM, WORLD, Scenario
from mpgenie.envs.simulation.world import Simulation

from .config import EnvConfig

PER_PLAYER, PER_MOB, MOBS, PER_MARK, WORLDS = 25, 8, 16, 6, 3


def central_state_space(config: EnvConfig) -> spaces.Box:
    """The space of `central_state`; finite."""
    marks = config.rules.mark_count(config.players)
    size = PER_PLAYER * config.players + PER_MOB * MOBS + PER_MARK * marks + WORLDS
    return spaces.Box(-1.0, 1.0, (size,), np.float32)


def central_state(simulation: Simulation, scenario: Scenario) -> NDArray[np.float32]:
    """The vector, made afresh."""
    return np.concatenate(
        [
            _players(simulation, scenario.role[WORLD]),
            _mobs(simulation),
            _marks(simulation, scenario.marks[WORLD]),
            _world(simulation),
        ]
    )


def _players(simulation: Simulation, role: NDArray[np.int64]) -> NDArray[np.float32]:
    players = simulation.state.players
    slots = np.arange(simulation.players)
    held = players.held[WORLD]
    needed = np.maximum(1, players.dig_needed[WORLD])
    digging = np.where(players.dig_cell[WORLD] >= 0, players.dig_ticks[WORLD] / needed, 0.0)
    return _packed(
        players.active[WORLD],
        players.alive[WORLD],
        players.position[WORLD] / _reach(simulation),
        players.velocity[WORLD] / 10.0,
        players.heading[WORLD],
        players.pitch[WORLD] / 90.0,
        players.health[WORLD] / 20.0,
        players.on_ground[WORLD],
        players.in_water[WORLD],
        players.sneaking[WORLD],
        players.sprinting[WORLD],
        held / 8.0,
        players.hotbar_item[WORLD, slots, held] / 255.0,
        players.hotbar_count[WORLD, slots, held] / 64.0,
        players.team[WORLD] / 32.0,
        digging,
        players.attack_wait[WORLD] / 20.0,
        players.colour[WORLD, :, 0] / 255.0,
        role * players.active[WORLD] / 8.0,
    )


def _mobs(simulation: Simulation) -> NDArray[np.float32]:
    mobs = simulation.state.mobs
    known = slice(0, MOBS)
    rows = _packed(
        mobs.active[WORLD, known],
        mobs.kind[WORLD, known] / 8.0,
        mobs.position[WORLD, known] / _reach(simulation),
        mobs.health[WORLD, known] / 20.0,
        mobs.target[WORLD, known] > 0,
        mobs.attack_wait[WORLD, known] / 20.0,
    )
    rows = rows.reshape(-1, PER_MOB) * mobs.active[WORLD, known, None]
    out = np.zeros(MOBS * PER_MOB, np.float32)
    out[: rows.size] = rows.ravel()
    return out


def _marks(simulation: Simulation, marks: NDArray[np.float64]) -> NDArray[np.float32]:
    if not len(marks):
        return np.zeros(0, np.float32)
    there = marks[:, KIND] > 0.0
    rows = _packed(
        there,
        marks[:, :KIND] / _reach(simulation),
        marks[:, KIND] / 8.0,
        marks[:, TEAM] / 32.0,
    )
    return (rows.reshape(-1, PER_MARK) * there[:, None]).ravel()


def _world(simulation: Simulation) -> NDArray[np.float32]:
    clock, day = simulation.state.clock, simulation.rules.day
    tick = int(clock.tick[WORLD])
    hour = (tick + int(clock.day_offset[WORLD])) % day
    return np.array([hour / day, float(clock.raining[WORLD]), min(1.0, tick / 2**20)], np.float32)


def _reach(simulation: Simulation) -> float:
    return 2.0 * float(simulation.geometry.bottom + simulation.geometry.below)


def _packed(*columns: NDArray[np.generic]) -> NDArray[np.float32]:
    """Columns of one row per slot, side by side, bounded and flat."""
    rows = [np.asarray(column, np.float32).reshape(len(column), -1) for column in columns]
    bounded: NDArray[np.float32] = np.clip(np.concatenate(rows, axis=1), -1.0, 1.0)
    return bounded.ravel()
