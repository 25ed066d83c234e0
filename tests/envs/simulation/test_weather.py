"""The sun circles the planet, day here is night over there, and rain comes and goes."""

import numpy as np
import pytest

from mpgenie.envs.planet.geometry import geometry_of
from mpgenie.envs.simulation.weather import (
    DRY_SPELL,
    NONE,
    RAIN,
    SNOW,
    WET_SPELL,
    daylight,
    sun_direction,
    weather_at,
)

pytestmark = pytest.mark.laws


def test_the_sun_rises_in_the_east_and_is_highest_at_a_quarter():
    day = 24_000
    place, east = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    sunrise, noon, sunset = (np.array(sun_direction(k * day // 4, day)) for k in range(3))
    assert sunrise @ place == pytest.approx(0.0, abs=1e-12) and sunrise @ east > 0.99
    assert noon @ place == pytest.approx(1.0)
    assert sunset @ east < -0.99
    assert np.array_equal(sun_direction(5, day), sun_direction(day + 5, day))


def test_day_here_is_night_over_there():
    sun = sun_direction(6_000, 24_000)
    assert daylight(10.0, 0.0, 0.0, *sun) == 1.0
    assert daylight(-10.0, 0.0, 0.0, *sun) == 0.0
    assert 0.0 < daylight(0.0, 0.0, 10.0, *sun) < 1.0


def test_it_snows_at_the_poles_and_on_high_mountains():
    geometry = geometry_of(16)
    sea = geometry.bottom + geometry.below
    assert weather_at(False, geometry, sea, 0.0, 0.0) == NONE
    assert weather_at(True, geometry, sea, 0.0, 0.0) == RAIN
    assert weather_at(True, geometry, 0.0, 0.0, sea) == SNOW
    assert weather_at(True, geometry, sea + 20.0, 0.0, 0.0) == SNOW


def test_dry_and_wet_spells_take_turns(arena):
    world = arena(players=1, weather=True)
    clock, spells = world.state.clock, []
    for _ in range(6):
        world.tick()
        spells.append((bool(clock.raining[0]), clock.weather_until[0] - clock.tick[0] + 1))
        clock.tick[0] = clock.weather_until[0]
    assert [wet for wet, _ in spells] == [False, True] * 3
    for wet, length in spells:
        shortest, longest = WET_SPELL if wet else DRY_SPELL
        assert shortest <= length <= longest
    assert len({length for _, length in spells}) > 3


def test_rules_can_keep_it_dry(arena):
    world = arena(players=1, weather=False)
    world.state.clock.tick[0] = 100_000
    world.tick(3)
    assert not world.state.clock.raining[0]
