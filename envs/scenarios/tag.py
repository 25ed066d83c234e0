"""Tag: whoever is "it" chases the others and passes it on with a touch.

A touch is a hit with the bare hand or anything in it.  The touched player becomes the tagger, may
not touch back for `cooldown` ticks, and is drawn red.  With `infection` the tagger stays one.

Rewards, each tick:
    touch    +`touch` for the tagger who touches a runner
    touched  -`touch` for the runner
    free     +`pace` for everybody who runs
    chasing  -`pace` for everybody who chases

Endings: none but time; with `infection` every episode ends when nobody runs any more.  A lone
player has nobody to chase and runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mpgenie.envs.planet.exact import draw_bits
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import WORLD, Event, Outcome, Scenario, ScenarioConfig

RED = (214, 44, 40)
"""Colour of the taggers."""
_PURPOSE = 7101


@dataclass(frozen=True, kw_only=True)
class Tag(ScenarioConfig):
    """How tag is played."""

    name: ClassVar[str] = "tag"
    game_rules: ClassVar[Mapping[str, Any]] = {"player_damage": False}
    taggers: int = 1
    """How many chase at first; at least one player runs."""
    cooldown: int = 40
    """Ticks for which a new tagger may not touch anybody."""
    touch: float = 1.0
    """What a touch is worth."""
    pace: float = 0.01
    """What a tick of running or chasing is worth."""
    infection: bool = False
    """Whether the touched join the taggers instead of relieving them."""

    def __post_init__(self) -> None:
        if not 1 <= self.taggers <= 31:
            raise ConfigError(f"taggers must lie between 1 and 31, got {self.taggers}")
        if not 0 <= self.cooldown <= 10_000:
            raise ConfigError(f"cooldown must lie between 0 and 10000 ticks, got {self.cooldown}")

    def make(self, players: int) -> "TagRules":
        """The rules for so many players."""
        return TagRules(self, players)


class TagRules(Scenario):
    """Who is it, and since when."""

    def __init__(self, config: Tag, players: int) -> None:
        super().__init__(players)
        self.config = config
        self.chasing = np.zeros(players, np.int64)
        self.wait = np.zeros(players, np.int64)
        self.colour = np.zeros((players, 3), np.int64)
        self.state = {"chasing": self.chasing, "wait": self.wait, "colour": self.colour}

    def reset(self, simulation: Simulation) -> None:
        """Draw the first taggers."""
        clock, players = simulation.state.clock, simulation.state.players
        self.chasing[:] = 0
        self.wait[:] = 0
        self.colour[:] = players.colour[WORLD, : self.players]
        key = clock.key[WORLD]
        order = sorted(range(self.players), key=lambda p: int(draw_bits(key, 0, _PURPOSE, p)))
        for p in order[: min(self.config.taggers, self.players - 1)]:
            self._change(simulation, p, chasing=True)

    def step(self, simulation: Simulation, events: Sequence[Event]) -> Outcome:
        """Pass it on where a tagger hit a runner."""
        pace = self.config.pace
        parts = [{"chasing": -pace} if chases else {"free": pace} for chases in self.chasing]
        np.maximum(self.wait - 1, 0, out=self.wait)
        for event in events:
            if event["kind"] == "hit":
                self._touch(simulation, event, parts)
        over = self.config.infection and self.players > 1 and bool(self.chasing.all())
        return Outcome(parts=parts, ended=[over] * self.players)

    def _touch(self, simulation: Simulation, event: Event, parts: list[dict[str, float]]) -> None:
        ids = simulation.state.players.id[WORLD].tolist()[: self.players]
        if event["actor"] not in ids or event["target"] not in ids:
            return
        tagger, runner = ids.index(event["actor"]), ids.index(event["target"])
        if not self.chasing[tagger] or self.chasing[runner] or self.wait[tagger]:
            return
        parts[tagger]["touch"] = parts[tagger].get("touch", 0.0) + self.config.touch
        parts[runner]["touched"] = parts[runner].get("touched", 0.0) - self.config.touch
        if not self.config.infection:
            self._change(simulation, tagger, chasing=False)
        self._change(simulation, runner, chasing=True)
        self.wait[runner] = self.config.cooldown

    def _change(self, simulation: Simulation, player: int, *, chasing: bool) -> None:
        self.chasing[player] = chasing
        colours = simulation.state.players.colour
        colours[WORLD, player] = RED if chasing else self.colour[player]
