"""Capture the flag: take another team's flag from its post and bring it to your own base.

The bases lie around the players' spawn points, opposite ones `apart` metres from each other: a post
with the team's flag on top.  Slot p is on team p mod `teams`, and wears its colour (red, blue,
yellow, green).  Everybody starts at the own base with empty hands.

Who comes within `radius` of another team's post, while its flag is there, takes it: the flag goes
from the post, and the carrier, as its role is now, wears a paler shirt.  Who is hit by somebody of
another team is stunned for `stun` ticks, in a darker shirt: one can go on walking, but takes no
flag, and one's own blows do nothing, nor do more blows to oneself.  Nobody is hurt, not even by
falls, and no hostile mobs come.  A flag whose carrier is hit, or dies, is at home at once.  A
carrier at the own base captures the flag, which goes home, too; the own flag has to be there
(`flag_home`).  Nobody carries two.

Who brings home more flags than it loses is ahead: all but `capture` and `conceded` only shows
the way.

Rewards, each tick; those of `capture` and `conceded` add up to 0 if teams are equally strong:
    capture   +`capture` for everybody in a team that captures a flag
    conceded  -`capture` for everybody in the team whose flag it was
    taken     shaping: +`taken` for who takes a flag
    lost      shaping: -`taken` for a carrier who loses it
    returned  shaping: +`returned` for whose blow sent it home
    approach  shaping: +`approach` for each metre nearer to the aim, as much less for each metre
              away; nothing while there is none, or in the moment in which it changes.  The aim of a
              carrier is the own base or, if it has to be there, the own flag.  That of all others
              is the nearest flag that they may take, or the own flag, if it is away and nearer.

Endings: every episode ends when a team has captured `captures` flags.

Landmarks: of each team its base, and its flag wherever it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.simulation.state import WorldState, records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import KIND, TEAM, Scenario, ScenarioConfig
from .capturing import BASE, FLAG, Game, judge, look_around
from .flags import BASE_CELLS, build_base, choose_sites, man_base
from .places import players_middle
from .teams import check_team_players, check_teams, deal_teams


@dataclass(frozen=True, kw_only=True)
class CaptureTheFlag(ScenarioConfig):
    """How capture the flag is played."""

    name: ClassVar[str] = "capture_the_flag"
    part_names: ClassVar[tuple[str, ...]] = (
        "capture", "conceded", "taken", "lost", "returned", "approach",
    )  # fmt: skip
    shaping: ClassVar[tuple[str, ...]] = ("taken", "lost", "returned", "approach")
    players: ClassVar[tuple[int, int]] = (2, 32)
    roles: ClassVar[tuple[str, ...]] = ("player", "carrier", "stunned")
    marks: ClassVar[tuple[str, ...]] = ("base", "flag")
    game_rules: ClassVar[Mapping[str, Any]] = {
        "keep_hotbar": True, "player_damage": False, "fall_damage": False, "hostile_mobs": False,
    }  # fmt: skip
    teams: int = 2
    """How many teams, 2 to 4."""
    apart: tuple[float, float] = (16.0, 24.0)
    """How far from each other opposite bases are at least and at most, in metres."""
    captures: int = 3
    """How many flags a team has to capture."""
    radius: float = 2.0
    """How near to a post one has to come."""
    stun: int = 60
    """Ticks for which a blow puts somebody out of the game."""
    flag_home: bool = True
    """Whether a team can capture a flag only while its own is at home."""
    capture: float = 5.0
    taken: float = 1.0
    returned: float = 0.5
    approach: float = 0.05

    def __post_init__(self) -> None:
        check_teams(self.teams)
        if not 8.0 <= self.apart[0] <= self.apart[1] <= 64.0:
            raise ConfigError(f"apart must be two distances between 8 and 64 m, got {self.apart}")
        if not 1 <= self.captures <= 1000:
            raise ConfigError(f"captures must lie between 1 and 1000, got {self.captures}")
        if not 1.0 <= self.radius <= 3.0:
            raise ConfigError(f"radius must lie between 1 and 3 m, got {self.radius}")
        if not 0 <= self.stun <= 10_000:
            raise ConfigError(f"stun must lie between 0 and 10000 ticks, got {self.stun}")

    def check_players(self, players: int) -> None:
        """Refuse a number of players for which it is not: every team has somebody."""
        super().check_players(players)
        check_team_players(self.teams, players)

    def mark_count(self, players: int) -> int:
        """A base and a flag for each team."""
        return 2 * self.teams

    def make(self, simulation: Simulation) -> "CaptureTheFlagRules":
        """The rules for the players of a simulation."""
        return CaptureTheFlagRules(self, simulation)


class CaptureTheFlagRules(Scenario):
    """Who carries which flag, and how often each team has brought one home."""

    def __init__(self, config: CaptureTheFlag, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players, teams = self.worlds, self.players, config.teams
        self.score = np.zeros((worlds, teams), np.int64)
        """(W, T) flags captured by each team."""
        self.carrier = np.zeros((worlds, teams), np.int64)
        """(W, T) the slot of who carries the flag of each team; -1 = it is at home."""
        self.wait = np.zeros((worlds, players), np.int64)
        """(W, P) ticks until each player is no longer stunned."""
        self.cells = np.zeros((worlds, teams, BASE_CELLS), np.int64)
        self.aim = np.zeros((worlds, players), np.int64)
        self.distance = np.zeros((worlds, players))
        self.state |= {
            "score": self.score,
            "carrier": self.carrier,
            "wait": self.wait,
            "cells": self.cells,
            "aim": self.aim,
            "distance": self.distance,
        }
        self._of: WorldState | None = None

    def reset(self, w: int) -> None:
        """Deal the teams, build the bases and put everybody at the own one."""
        simulation, players = self.simulation, self.simulation.state.players
        deal_teams(simulation, w, self.config.teams)
        players.hotbar_item[w] = 0
        players.hotbar_count[w] = 0
        middle = players_middle(simulation, w)
        sites = choose_sites(simulation, w, self.config.teams, self.config.apart, middle)
        for t, site in enumerate(sites):
            foot = build_base(simulation, w, t, site, self.cells[w, t])
            self.marks[w, 2 * t : 2 * t + 2, :3] = foot
            self.marks[w, 2 * t : 2 * t + 2, KIND] = BASE, FLAG
            self.marks[w, 2 * t : 2 * t + 2, TEAM] = t + 1
            man_base(simulation, w, t, site, middle)
        self.score[w] = self.wait[w] = self.role[w] = 0
        self.carrier[w] = -1
        look_around(self._game(), w)

    def step(self, first: int, last: int) -> None:
        """See who was hit, who took a flag and who brought one home."""
        judge(self._game(), first, last)

    def _game(self) -> "Bundle[Game]":
        """What the kernels work on; the simulation's cells may move when they grow."""
        simulation, config = self.simulation, self.config
        if self._of is not simulation.state:
            self._of = simulation.state
            records = records_of(simulation.state)
            self._bundle = Bundle(
                Game(
                    records.players, records.event, records.event_count, simulation.state.cells,
                    simulation.geometry, self.role, self.marks, self.score, self.carrier,
                    self.wait, self.cells, self.aim, self.distance, np.zeros((2, self.players)),
                    self.parts, self.ended, float(config.radius), config.stun, config.captures,
                    config.flag_home, float(config.capture), float(config.taken),
                    float(config.returned), float(config.approach),
                )
            )  # fmt: skip
        return self._bundle
