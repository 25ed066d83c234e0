"""Tag: whoever is "it" chases the others and passes it on with a touch.

A touch is a hit with the bare hand or anything in it.  The touched player becomes the tagger, may
not touch back for `cooldown` ticks, and is drawn red.  With `infection` the tagger stays one.

Rewards, each tick:
    touch    +`touch` for the tagger who touches a runner
    touched  -`touch` for the runner
    free     +`pace` for everybody who runs
    chasing  -`pace` for everybody who chases
    approach shaping: +`approach` for a tagger for each metre nearer to the nearest runner, and as
             much less for a runner for each metre that the nearest tagger comes nearer; nothing in
             the moment in which it is another one

Endings: none but time; with `infection` every episode ends when nobody runs any more.  A lone
player has nobody to chase and runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.planet.exact import draw_bits
from mpgenie.envs.simulation.events import HIT
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import Scenario, ScenarioConfig, slot_of

RUNNER, TAGGER = range(2)
"""Roles."""
NOBODY = -1
"""The aim of those who chase or flee from nobody."""
RED = (214, 44, 40)
"""Colour of the taggers."""
_PURPOSE = 7101


@dataclass(frozen=True, kw_only=True)
class Tag(ScenarioConfig):
    """How tag is played."""

    name: ClassVar[str] = "tag"
    roles: ClassVar[tuple[str, ...]] = ("runner", "tagger")
    part_names: ClassVar[tuple[str, ...]] = (
        "free", "chasing", "touch", "touched", "approach",
    )  # fmt: skip
    shaping: ClassVar[tuple[str, ...]] = ("approach",)
    game_rules: ClassVar[Mapping[str, Any]] = {"player_damage": False}
    taggers: int = 1
    """How many chase at first; at least one player runs."""
    cooldown: int = 40
    """Ticks for which a new tagger may not touch anybody."""
    touch: float = 1.0
    """What a touch is worth."""
    pace: float = 0.01
    """What a tick of running or chasing is worth."""
    approach: float = 0.05
    """What a metre nearer to a runner is worth."""
    infection: bool = False
    """Whether the touched join the taggers instead of relieving them."""

    def __post_init__(self) -> None:
        if not 1 <= self.taggers <= 31:
            raise ConfigError(f"taggers must lie between 1 and 31, got {self.taggers}")
        if not 0 <= self.cooldown <= 10_000:
            raise ConfigError(f"cooldown must lie between 0 and 10000 ticks, got {self.cooldown}")

    def make(self, simulation: Simulation) -> "TagRules":
        """The rules for the players of a simulation."""
        return TagRules(self, simulation)


class TagRules(Scenario):
    """Who is it, and since when."""

    def __init__(self, config: Tag, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        shape = (self.worlds, self.players)
        self.wait = np.zeros(shape, np.int64)
        self.colour = np.zeros((*shape, 3), np.int64)
        self.aim = np.full(shape, NOBODY, np.int64)
        self.distance = np.zeros(shape)
        self.state |= {
            "wait": self.wait, "colour": self.colour, "aim": self.aim, "distance": self.distance,
        }  # fmt: skip
        records = records_of(simulation.state)
        self._game = Bundle(
            (
                records.players, records.event, records.event_count, self.role, self.wait,
                self.colour, self.parts, self.ended, float(config.pace), float(config.touch),
                config.cooldown, config.infection, self.aim, self.distance, float(config.approach),
            )
        )  # fmt: skip

    def reset(self, w: int) -> None:
        """Draw the first taggers."""
        clock, players = self.simulation.state.clock, self.simulation.state.players
        self.role[w] = RUNNER
        self.wait[w] = 0
        self.aim[w], self.distance[w] = NOBODY, 0.0
        self.colour[w] = players.colour[w]
        key = clock.key[w]
        order = sorted(range(self.players), key=lambda p: int(draw_bits(key, 0, _PURPOSE, p)))
        for p in order[: min(self.config.taggers, self.players - 1)]:
            self.role[w, p] = TAGGER
            players.colour[w, p] = RED

    def step(self, first: int, last: int) -> None:
        """Pass it on where a tagger hit a runner."""
        _judge(self._game, first, last)


@kernel
def _judge(bundle, first, last):  # type: ignore[no-untyped-def]
    """Fill parts and ended of worlds `first` up to `last`, and pass it on."""
    (
        players, event, event_count, role, wait, colour, parts, ended, pace, touch, cooldown,
        infection, aim, distance, approach,
    ) = opened(bundle)  # fmt: skip
    for w in range(first, last):
        for p in range(players.shape[1]):
            parts[w, p, 0] = 0.0 if role[w, p] == TAGGER else pace
            parts[w, p, 1] = -pace if role[w, p] == TAGGER else 0.0
            parts[w, p, 2] = parts[w, p, 3] = 0.0
            wait[w, p] = max(wait[w, p] - 1, 0)
        for k in range(min(event_count[w], event.shape[1])):
            if event[w, k, 1] != HIT:
                continue
            tagger = slot_of(players, w, event[w, k, 2])
            runner = slot_of(players, w, event[w, k, 3])
            if tagger < 0 or runner < 0 or role[w, tagger] != TAGGER or role[w, runner] == TAGGER:
                continue
            if wait[w, tagger]:
                continue
            parts[w, tagger, 2] += touch
            parts[w, runner, 3] -= touch
            if not infection:
                _change(players, colour, role, w, tagger, RUNNER)
            _change(players, colour, role, w, runner, TAGGER)
            wait[w, runner] = cooldown
        for p in range(players.shape[1]):
            parts[w, p, 4] = approach * _nearer(players, role, aim, distance, w, p)
        runners = 0
        for p in range(players.shape[1]):
            runners += role[w, p] == RUNNER
        ended[w] = infection and players.shape[1] > 1 and runners == 0


@kernel
def _nearer(players, role, aim, distance, w, p):  # type: ignore[no-untyped-def]
    """Metres that a tagger has come nearer to the nearest runner, or a runner to safety."""
    me, nearest, least = players[w, p], NOBODY, 0.0
    for q in range(players.shape[1]):
        other = players[w, q]
        if role[w, q] == role[w, p] or not (me.alive and other.active and other.alive):
            continue
        dx = other.position[0] - me.position[0]
        dy = other.position[1] - me.position[1]
        dz = other.position[2] - me.position[2]
        away = np.sqrt(dx * dx + dy * dy + dz * dz)
        if nearest == NOBODY or away < least:
            nearest, least = q, away
    gain = distance[w, p] - least if nearest != NOBODY and nearest == aim[w, p] else 0.0
    aim[w, p], distance[w, p] = nearest, least
    return gain if role[w, p] == TAGGER else -gain


@kernel
def _change(players, colour, role, w, p, now):  # type: ignore[no-untyped-def]
    """Let a player chase, in red, or run, in its own colour."""
    role[w, p] = now
    for k in range(3):
        players[w, p].colour[k] = RED[k] if now == TAGGER else colour[w, p, k]
