"""Bridge: together across a channel that nobody can cross alone.

The players stand on a walled platform, their eyes on the ground ahead.  Before them is a channel of
water, `gap` cells long, with a gate behind it that is open only while somebody stands on one of two
plates (blue), the one here or the one behind the gate; it shuts `linger` ticks later, though never
on anybody.  Each player has some blocks, all slots of the hotbar showing the same ones: together
`spare` more than the bridge takes, nobody enough for it alone.  Blocks stay only in the channel,
level with its banks, and come back to whoever mines them; whatever else is placed, mined or thrown
is at once as it was.

Who falls into the water, or gets out over the walls, is back at the start.  So somebody has to stay
behind for the first to pass, and somebody has to let the last one in.  A plate feels only those who
have done anything themselves, so nobody can push an idle companion onto it.

Rewards, each tick:
    across    +`across` for a player who is behind the gate for the first time
    everyone  +`everyone` for everybody when all are there
    opened    +`opened` for those on a plate while somebody else gets across for the first time
    fell      -`fell` for a player who comes back to the start
    placed    shaping: +`placed` for the first block in each row of the channel, once an episode
    progress  shaping: +`progress` for each cell that a player stands nearer to the goal than ever
              before

Roles: who stands on a plate is holding, who is behind the gate is across, the others are waiting.

Endings: every episode ends when all are across.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle
from mpgenie.envs.planet.blocks import BLOCKS
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.planet.geometry import LAYERS
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .base import NOBODYS, Scenario, ScenarioConfig
from .crossing import (
    FAR_PLATE,
    GATE_MARK,
    GOAL,
    GOAL_KIND,
    MEND,
    MOVE_GATE,
    NEAR_PLATE,
    PLATE_KIND,
    SHUT,
    WAITING,
    Game,
    Worth,
    hand_out,
    judge,
    spans_at,
)
from .lane import (
    DOOR,
    FLOOR,
    NEAR,
    PLATE,
    WALL,
    Layout,
    build_lane,
    choose_lane,
    column_in,
    plate_rows,
)
from .places import feet_on

GATE = "red_wool"
"""What the gate is made of while it is shut."""
_PURPOSE = 7402
_LOOK = 45.0  # degrees down: where a block would go in from the bank


@dataclass(frozen=True, kw_only=True)
class Bridge(ScenarioConfig):
    """How the channel is crossed."""

    name: ClassVar[str] = "bridge"
    players: ClassVar[tuple[int, int]] = (2, 32)
    roles: ClassVar[tuple[str, ...]] = ("waiting", "holding", "across")
    marks: ClassVar[tuple[str, ...]] = ("plate", "shut gate", "open gate", "goal")
    part_names: ClassVar[tuple[str, ...]] = (
        "across", "everyone", "opened", "fell", "placed", "progress",
    )  # fmt: skip
    shaping: ClassVar[tuple[str, ...]] = ("placed", "progress")
    game_rules: ClassVar[Mapping[str, Any]] = {
        "mobs": False, "keep_hotbar": True, "player_damage": False, "fall_damage": False,
    }  # fmt: skip
    gap: int = 6
    """Cells from bank to bank."""
    spare: int = 2
    """Blocks that there are beyond one for each cell of the gap."""
    linger: int = 10
    """Ticks that the gate stays open after the plates are left."""
    across: float = 3.0
    everyone: float = 5.0
    opened: float = 1.0
    fell: float = 0.05
    placed: float = 0.5
    progress: float = 0.1

    def __post_init__(self) -> None:
        for name, least, most in (("gap", 5, 12), ("spare", 0, 12), ("linger", 0, 15)):
            if not least <= (value := getattr(self, name)) <= most:
                raise ConfigError(f"{name} must lie between {least} and {most}, got {value}")

    def mark_count(self, players: int) -> int:
        """Two plates, the gate and the goal."""
        return 4

    def layout(self, players: int) -> Layout:
        """How long and wide the stage is for so many players."""
        return Layout(self.gap, 5 if players <= 8 else 7 if players <= 16 else 9)

    def share(self, players: int) -> int:
        """How many blocks each of so many players has."""
        return min(self.gap - 1, ceil((self.gap + self.spare) / players))

    def make(self, simulation: Simulation) -> "BridgeRules":
        """The rules for the players of a simulation.

        Raises:
            ConfigError: If the planet is too small for the stage.
        """
        size, long = simulation.geometry.size, self.layout(simulation.players).length + 2
        if size < long:
            raise ConfigError(
                f"bridge needs a planet of size {long} or more for a gap of {self.gap}, got {size}"
            )
        return BridgeRules(self, simulation)


class BridgeRules(Scenario):
    """Where the stage is, whether the gate is open, and what everybody has done so far."""

    def __init__(self, config: Bridge, simulation: Simulation) -> None:
        super().__init__(config, simulation)
        self.config = config
        worlds, players = self.worlds, self.players
        self.layout = config.layout(players)
        self.lane = np.zeros((worlds, 5), np.int64)
        self.gate = np.zeros((worlds, 2), np.int64)
        self.rows = np.zeros((worlds, config.gap), np.int64)
        self.stock = np.zeros((worlds, players), np.int64)
        self.done = np.zeros((worlds, players, 2), np.int64)
        self.best = np.zeros((worlds, players))
        self.home = np.zeros((worlds, players, 3))
        self.state |= {
            "lane": self.lane,
            "gate": self.gate,
            "rows": self.rows,
            "stock": self.stock,
            "done": self.done,
            "best": self.best,
            "home": self.home,
        }
        self._needs = np.zeros(worlds, np.int64)
        records = records_of(simulation.state)
        worth = Worth(
            float(config.across), float(config.everyone), float(config.opened),
            float(config.fell), float(config.placed), float(config.progress),
        )  # fmt: skip
        self._game = Bundle(
            Game(
                records.players, records.items, records.event, records.event_count,
                simulation.geometry, self.lane, self.gate, self.rows, self.stock, self.done,
                self.best, self.home, self.role, self.marks, self.parts, self.ended, self._needs,
                worth, config.gap, self.layout.wide, self.layout.side, config.linger,
            )
        )  # fmt: skip

    def cell(self, w: int, along: int, aside: int, height: int = 0) -> int:
        """A cell of the lane of a world, so many layers over the floor."""
        size, lane = self.simulation.geometry.size, self.lane[w]
        return int(column_in(size, lane, along, aside)) * LAYERS + int(lane[FLOOR]) + height

    def point(self, w: int, along: float, aside: float) -> NDArray[np.float64]:
        """(3,) a point of the floor: the middle of cells, or of the border between two."""
        ends = [
            feet_on(self.simulation, cell >> 6, cell & 63)
            for cell in (
                self.cell(w, int(np.floor(along)), int(np.floor(aside))),
                self.cell(w, int(np.ceil(along)), int(np.ceil(aside))),
            )
        ]
        middle: NDArray[np.float64] = 0.5 * (ends[0] + ends[1])
        return middle

    def reset(self, w: int) -> None:
        """Build the stage, and put everybody on the near platform with some blocks."""
        simulation, layout = self.simulation, self.layout
        self.lane[w] = choose_lane(simulation, w, layout)
        build_lane(simulation, w, self.lane[w], layout)
        self.gate[w], self.rows[w], self.done[w] = 0, 0, 0
        self.stock[w] = self.config.share(self.players)
        self.role[w] = WAITING
        gate, middle = NEAR + layout.gap, layout.side + DOOR // 2
        for mark, along, aside, kind in (
            (NEAR_PLATE, 1.5, 0.5, PLATE_KIND), (FAR_PLATE, gate + 3.5, 0.5, PLATE_KIND),
            (GATE_MARK, gate, middle, SHUT), (GOAL, gate + 3, middle, GOAL_KIND),
        ):  # fmt: skip
            self.marks[w, mark] = *self.point(w, along, aside), kind, NOBODYS
        self._set_gate(w)
        self._line_up(w)
        hand_out(self._game, w)

    def _line_up(self, w: int) -> None:
        """Put everybody somewhere on the near platform, but not on its plate or its bank."""
        simulation, players = self.simulation, self.simulation.state.players
        key = simulation.state.clock.key[w]
        cells = [
            (along, aside)
            for along in range(NEAR - 1)
            for aside in range(self.layout.wide)
            if aside >= PLATE or along not in plate_rows(0)
        ]
        cells.sort(key=lambda cell: float(draw(key, cell[0], _PURPOSE, cell[1])))
        for p in range(self.players):
            along, aside = cells[p]
            feet = self.point(w, along, aside)
            simulation.teleport(w, p, feet, self.point(w, along + 3, aside) - feet)
            self.home[w, p] = players.spawn[w, p] = players.position[w, p]
            self.best[w, p] = along + 0.5
            players.spawn_heading[w, p] = players.heading[w, p]
            players.held[w, p], players.pitch[w, p] = 0, _LOOK

    def step(self, first: int, last: int) -> None:
        """Pay for what was built and reached, and mend the stage."""
        if judge(self._game, first, last):
            for w in (first + np.flatnonzero(self._needs[first:last])).tolist():
                if self._needs[w] & MEND:
                    self._mend(w)
                if self._needs[w] & MOVE_GATE:
                    self._set_gate(w)

    def _mend(self, w: int) -> None:
        """Undo what was placed and mined, but for the bridge."""
        clock = self.simulation.state.clock
        events = clock.event[w, : min(int(clock.event_count[w]), clock.event.shape[1])]
        for _, kind, _, _, cell, block in events.tolist():
            if kind not in (BLOCK_PLACE, DIG_DONE):
                continue
            spans = bool(spans_at(self._game, w, cell))
            if kind == DIG_DONE:
                self.simulation.set_block(w, cell, "water" if spans else BLOCKS[block].name)
            elif not spans:
                self.simulation.set_block(w, cell, "air")

    def _set_gate(self, w: int) -> None:
        """Open or shut the gate."""
        block = "air" if self.gate[w, 0] else GATE
        for aside in range(self.layout.side, self.layout.side + DOOR):
            for height in range(WALL):
                cell = self.cell(w, NEAR + self.layout.gap, aside, height)
                self.simulation.set_block(w, cell, block)
