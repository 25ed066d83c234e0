"""Players are dealt to teams evenly, and seen in their team's colour."""

import pytest

from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.scenarios.teams import TEAM_COLOURS, check_teams, deal_teams
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError


@pytest.mark.parametrize("count", [2, 3, 4])
def test_slots_are_dealt_in_turn(count):
    simulation = Simulation(PlanetConfig(kind="flat", size=16), players=7, mobs=False)
    simulation.reset(0, 1, players=6)
    deal_teams(simulation, 0, count)
    players = simulation.state.players
    assert players.team[0].tolist() == [1 + p % count for p in range(6)] + [0]
    for p in range(6):
        assert tuple(players.colour[0, p]) == TEAM_COLOURS[players.team[0, p] - 1]


@pytest.mark.parametrize("teams", [0, 1, 5, 2.0, True, "2"])
def test_a_game_has_two_to_four_teams(teams):
    with pytest.raises(ConfigError, match="2, 3 or 4"):
        check_teams(teams)
