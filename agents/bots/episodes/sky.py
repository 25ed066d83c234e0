"""The hour and the weather of an episode.

The planet turns: the hour differs from place to place.  Ticks of the clock count from the sunrise
where the x axis leaves the ground.
"""

from mpgenie.agents.bots.bot import Draws
from mpgenie.agents.bots.vectors import Vector, unit
from mpgenie.envs.planet.exact import PI, atan2
from mpgenie.envs.simulation.weather import sun_direction
from mpgenie.envs.simulation.world import Simulation

WET = 0.25
"""The share of episodes in which it rains or snows from the beginning."""
_SPELL = 1_000, 6_000  # ticks until the first weather of an episode ends


def draw_weather(sim: Simulation, w: int, draws: Draws) -> None:
    """Let it rain or stay dry at first, as drawn, and change some time later."""
    clock = sim.state.clock
    clock.raining[w] = draws.chance(WET) and sim.rules.weather
    clock.weather_until[w] = draws.integer(*_SPELL)


def keep_weather(sim: Simulation, w: int, ticks: int, *, wet: bool) -> None:
    """See to it that it stays wet or dry for so many ticks."""
    sim.state.clock.raining[w] = wet and sim.rules.weather
    sim.state.clock.weather_until[w] = sim.state.clock.tick[w] + ticks


def set_hour(sim: Simulation, w: int, place: Vector, hour: float) -> None:
    """Turn the clock to an hour at a place: 6 when the sun rises there, 12 at noon, 18 at dusk."""
    day = sim.rules.day
    east = atan2(place[1], place[0]) / (2.0 * PI)  # in turns; the sun circles the other way
    share = (hour - 6.0) / 24.0 - east
    sim.state.clock.day_offset[w] = round(share * day) % day - sim.state.clock.tick[w] % day


def sun_height(sim: Simulation, w: int, place: Vector) -> float:
    """The sine of the sun's height over the horizon of a place."""
    clock = sim.state.clock
    sun = sun_direction(int(clock.tick[w] + clock.day_offset[w]), sim.rules.day)
    up = unit(place)
    return float(up[0] * sun[0] + up[1] * sun[1] + up[2] * sun[2])
