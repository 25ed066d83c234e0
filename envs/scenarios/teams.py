"""Teams: who is on which, and how that is seen.

Teams are numbered from 1; team 0 of the simulation means that a player has none.
"""

import numpy as np

from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

TEAM_COLOURS: tuple[tuple[int, int, int], ...] = (
    (214, 44, 40), (48, 104, 224), (240, 200, 40), (60, 168, 72),
)  # fmt: skip
"""Shirts of the teams: red, blue, yellow, green."""


def check_teams(teams: int) -> None:
    """Refuse a number of teams that is not 2 to 4.

    Raises:
        ConfigError: If it is none of these.
    """
    if isinstance(teams, bool) or not isinstance(teams, int) or not 2 <= teams <= 4:
        raise ConfigError(f"teams must be 2, 3 or 4, got {teams!r}")


def check_team_players(teams: int, players: int) -> None:
    """Refuse fewer players than teams.

    Raises:
        ConfigError: If some team would have nobody.
    """
    if players < teams:
        raise ConfigError(f"{teams} teams need at least {teams} players, got {players}")


def deal_teams(simulation: Simulation, w: int, count: int) -> None:
    """Put the players of a world on so many teams, slot p on 1 + p % count, in its colour."""
    players = simulation.state.players
    slots = np.arange(simulation.players)
    players.team[w] = np.where(players.active[w], 1 + slots % count, 0)
    players.colour[w] = np.array(TEAM_COLOURS, np.uint8)[slots % count]
