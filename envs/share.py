"""The share of one thread in a vector environment: some of its worlds, and its rows of the batch.

Threads take up whole shares, so nothing in one is ever touched by two of them at once: each has its
own simulation, scene and renderer, and writes to rows of the batch's arrays that are its alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from .batch import Batch, Told
from .config import EnvConfig
from .observation import Eyes
from .planets import Maker
from .validation import BatchReader
from .worlds import Worlds


class Share:
    """Worlds `first` up to `last` of a vector environment.

    Args:
        config: Of each world.
        batch: Where the results go.
        maker: Who makes the planets.
        seeds: Where the stream of each of these worlds' seeds starts; None draws one.
        first: The first world.
        mode: When worlds whose episode has ended are reset.
    """

    def __init__(
        self,
        config: EnvConfig,
        batch: Batch,
        maker: Maker,
        seeds: Sequence[int | None],
        first: int,
        mode: AutoresetMode,
    ) -> None:
        self.first, self.last = first, first + len(seeds)
        self.mode = mode
        self.worlds = Worlds(config, [maker] * len(seeds), seeds)
        self.batch, self._players = batch, config.players
        self.rows = slice(self.first * config.players, self.last * config.players)
        self.span = slice(self.first, self.last)
        self.over = np.zeros(len(seeds), np.bool_)
        """(W,) whether a world's episode has ended and its reset is yet to come."""
        worlds, slots = np.divmod(np.arange(len(seeds) * config.players), config.players)
        self._eyes = Eyes(
            config,
            self.worlds.simulation,
            self.worlds.drawing,
            worlds,
            slots,
            [{name: a[self.rows] for name, a in arrays.items()} for arrays in batch.buffers],
            batch.told.facts[self.rows],
        )

    def reset(
        self, worlds: Sequence[int], seeds: Sequence[int | None], options: Mapping[str, Any]
    ) -> None:
        """Begin episodes in some of the worlds, counted from the first of this share, and look."""
        for w, seed in zip(worlds, seeds, strict=True):
            self.worlds.reset(w, seed, options)
            self.over[w] = False
        self._look()
        self._tell(self.batch.told)

    def step(self, reader: BatchReader, max_cycles: int) -> None:
        """Advance all worlds by a tick, but for those that are reset in this step."""
        span, batch, worlds = self.span, self.batch, self.worlds
        actions = (reader.buttons[span], reader.camera[span], reader.message[span])
        waiting = np.flatnonzero(self.over).tolist()
        start = 0
        for w in (*waiting, worlds.count):
            if start < w:
                worlds.step(*actions, start, w)
            start = w + 1
        for w in waiting:
            worlds.reset(w)
        ended = worlds.scenario.ended
        late = (worlds.cycle >= max_cycles) & ~ended
        batch.ended[span], batch.late[span] = ended, late
        self.over = ended | late
        self._look()
        self._tell(batch.told)
        if self.mode is AutoresetMode.SAME_STEP and self.over.any():
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Keep what those whose episode has ended saw and were told last, and reset them."""
        self.batch.keep_final(self.rows, np.repeat(self.over, self._players))
        for w in np.flatnonzero(self.over).tolist():
            self.worlds.reset(w)
        self.over[:] = False
        self._look()
        rewards = self.batch.told.rewards[self.span].copy()  # of the tick before the reset
        self._tell(self.batch.told)
        self.batch.told.rewards[self.span] = rewards

    def _look(self) -> None:
        batch = self.batch
        self.worlds.drawing.moved()
        pictures = {name: array[self.rows] for name, array in batch.pictures.items()}
        self._eyes.look(pictures, batch.turn)

    def _tell(self, told: Told) -> None:
        """Note what infos say; the eyes have noted the facts."""
        worlds, span = self.worlds, self.span
        told.seeds[span] = worlds.seeds
        told.cycle[span] = worlds.cycle
        told.parts[span] = worlds.scenario.parts
        told.rewards[span] = worlds.rewards
