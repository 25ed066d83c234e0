"""Which cells took another block, tick by tick, found by comparing the list of edits."""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE
from mpgenie.envs.simulation.world import Simulation

from .schema import BLOCK_CHANGE, Array


class BlockWatch:
    """Watches the blocks of one world, from the planet as generated; cheap while none changes.

    Args:
        simulation: Already reset.
        w: Which world.
    """

    def __init__(self, simulation: Simulation, w: int) -> None:
        self.simulation, self.w = simulation, w
        planet = simulation.planets[w]
        assert planet is not None
        self._hash = planet.hash
        self._where, self._blocks = np.empty(0, np.int32), np.empty(0, np.uint8)
        self._changes: list[Array] = []

    def look(self, tick: int, events: NDArray[np.int64] | None = None) -> None:
        """Note what has changed since the last look.

        Args:
            tick: Of the action that did it; -1 = before frame 0.
            events: (n, 6) of this tick, to know who did it.
        """
        now = int(self.simulation.state.cells.hash[self.w])
        if now == self._hash:
            return
        self._hash = now
        before = self._blocks
        self._where, self._blocks = self._now()
        known = np.concatenate([before, self._born(len(before))])
        changed = np.flatnonzero(known != self._blocks)
        actors: dict[int, int] = {}
        if events is not None:
            for _, kind, actor, _, cell, _ in events.tolist():
                if kind in (BLOCK_PLACE, DIG_DONE):
                    actors[cell] = actor
        rows = np.zeros(changed.size, BLOCK_CHANGE)
        cells = self._where[changed]
        rows["tick"], rows["cell"] = tick, cells
        rows["before"], rows["after"] = known[changed], self._blocks[changed]
        rows["actor"] = [actors.get(cell, 0) for cell in cells.tolist()]
        self._changes.append(rows[np.argsort(cells, kind="stable")])

    def changes(self) -> Array:
        """All of them, (n,) of `BLOCK_CHANGE`."""
        return np.concatenate(self._changes) if self._changes else np.zeros(0, BLOCK_CHANGE)

    def _now(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        cells, w = self.simulation.state.cells, self.w
        where = cells.edit_cell[w, : int(cells.edit_count[w])].copy()
        return where, cells.blocks[w].reshape(-1)[where]

    def _born(self, start: int) -> NDArray[np.uint8]:
        """What the terrain had in the cells listed since."""
        cells, w = self.simulation.state.cells, self.w
        born: NDArray[np.uint8] = cells.edit_before[w, start : int(cells.edit_count[w])]
        return born
