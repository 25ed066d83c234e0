"""What time it is where the players are when an episode starts.

The sun stands still and the planet turns, so the sun rises at another tick at every longitude, the
farther east the earlier (see `sun_direction` of the simulation's weather).
"""

from mpgenie.envs.planet.exact import PI, atan2, draw
from mpgenie.envs.simulation.world import Simulation

from .config import EnvConfig

_PURPOSE = 7001


def start_time(simulation: Simulation, w: int, config: EnvConfig) -> None:
    """Turn the planet so that the first player sees the hour that the config asks for.

    Args:
        simulation: Whose world was just reset.
        w: Which world.
        config: Its `start_time` counts ticks since sunrise; None draws the hour from the seed.
    """
    state, day = simulation.state, simulation.rules.day
    hour = config.start_time
    if hour is None:
        hour = int(draw(state.clock.key[w], 0, _PURPOSE, 0) * config.day)
    x, y, _ = state.players.position[w, 0].tolist()
    east = atan2(y, x) / (2.0 * PI)  # of longitude 0, in turns
    turns = hour / config.day - east
    state.clock.day_offset[w] = int((turns - turns // 1.0) * day) % day
