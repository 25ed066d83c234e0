"""A scenario gets what it wishes where a type leaves that open, and nothing else changes."""

import numpy as np
import pytest

from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import RULES, Scene, cast_roles, stage
from mpgenie.agents.bots.episodes.sky import sun_height
from mpgenie.agents.bots.episodes.wishes import Wishes
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.world import Simulation


@pytest.fixture(scope="module")
def sim():
    return Simulation(PlanetConfig(kind="flat", size=48), players=2, **RULES)


def staged(sim, type, seed=4, **wishes):
    return stage(sim, 0, EPISODES[type], seed, planet=8, wishes=Wishes(**wishes))


def height_of_sun(sim):
    return sun_height(sim, 0, sim.state.players.position[0, 0].tolist())


def apart(sim):
    a, b = sim.state.players.position[0]
    return np.linalg.norm(a - b)


def test_no_wishes_change_nothing(sim):
    staged(sim, "chase")
    plain = sim.state_hash(0)
    stage(sim, 0, EPISODES["chase"], 4, planet=8)
    assert sim.state_hash(0) == plain


def test_the_hour_is_that_of_the_place(sim):
    staged(sim, "chase", hour=12.0)
    noon = height_of_sun(sim)
    staged(sim, "chase", hour=0.0)
    assert noon == pytest.approx(-height_of_sun(sim), abs=0.01) and noon > 0


@pytest.mark.parametrize("weather", ["dry", "wet"])
def test_the_weather_stays(sim, weather):
    staged(sim, "chase", weather=weather)
    clock = sim.state.clock
    assert clock.raining[0] == (weather == "wet")
    assert clock.weather_until[0] >= EPISODES["chase"].limit


@pytest.mark.parametrize("metres", [4.0, 20.0])
def test_players_begin_as_far_apart_as_wished(sim, metres):
    staged(sim, "chase", distance=metres)
    assert 0.8 * metres < apart(sim) < 1.2 * metres


def test_parameters_stand_in_for_draws_and_move_no_other(sim):
    usual = staged(sim, "pve").facts
    wished = staged(sim, "pve", parameters={"mobs": 7}).facts
    assert wished["mobs"] == 7 and wished["swords"] == usual["swords"]


def test_roles_are_dealt_in_order_or_in_reverse():
    chase = EPISODES["chase"]
    for seed in range(4):
        dealt = [
            cast_roles(chase, range(3), seed, Wishes(roles=r)) for r in ("in_order", "reversed")
        ]
        assert [[slot for slot in roles if roles[slot] == "runner"] for roles in dealt] == [
            [0],
            [2],
        ]


def test_a_type_keeps_its_own_hour_and_places(sim):
    staged(sim, "sunset_line")
    dusk = height_of_sun(sim)
    staged(sim, "sunset_line", hour=12.0, weather="wet")
    assert height_of_sun(sim) == dusk and not sim.state.clock.raining[0]
    staged(sim, "horizon_peek")
    far = apart(sim)
    staged(sim, "horizon_peek", distance=4.0)
    assert apart(sim) == far


@pytest.mark.parametrize("name", [name for name in EPISODES if EPISODES[name].parameters])
def test_every_parameter_that_is_named_is_asked_for(sim, name, monkeypatch):
    asked = set()
    settle = Scene.settle
    monkeypatch.setattr(
        Scene, "settle", lambda self, key, drawn: asked.add(key) or settle(self, key, drawn)
    )
    staged(sim, name)
    assert asked == set(EPISODES[name].parameters)
