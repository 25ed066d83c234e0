"""The share of one thread in a vector environment: some of its worlds, and its rows of the batch.

Threads take up whole shares, so nothing in one is ever touched by two of them at once: each has its
own simulation, scene and renderer, and writes to rows of the batch's arrays that are its alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from mpgenie.errors import SnapshotError

from .batch import Batch, Told
from .config import EnvConfig
from .observation import Eyes
from .planets import Maker
from .saving import Saved
from .validation import BatchReader
from .worlds import NO_OPTIONS, Worlds


class Share:
    """Worlds `first` up to `last` of a vector environment.

    Args:
        config: Of each world.
        batch: Where the results go.
        maker: Who makes the planets.
        seeds: Where the stream of each of these worlds' seeds starts; None draws one.
        first: The first world.
        mode: When worlds whose episode has ended are reset.
        repeat: For how many ticks a step plays each action, or until the episode ends.
    """

    def __init__(
        self,
        config: EnvConfig,
        batch: Batch,
        maker: Maker,
        seeds: Sequence[int | None],
        first: int,
        mode: AutoresetMode,
        repeat: int,
    ) -> None:
        self.first, self.last = first, first + len(seeds)
        self.mode, self.repeat = mode, repeat
        self.worlds = Worlds(config, [maker] * len(seeds), seeds)
        self.batch, self._players = batch, config.players
        self._names = [f"player_{slot}" for slot in range(config.players)]
        self.rows = slice(self.first * config.players, self.last * config.players)
        self.span = slice(self.first, self.last)
        self.rewards, self.parts = self.worlds.rewards, self.worlds.scenario.parts
        """(W, P) and (W, P, K) what the last step was worth."""
        if repeat > 1:  # sums over its ticks
            self.rewards, self.parts = self.rewards.copy(), self.parts.copy()
        self.over = np.zeros(len(seeds), np.bool_)
        """(W,) whether a world's episode has ended and its reset is yet to come."""
        worlds, slots = np.divmod(np.arange(len(seeds) * config.players), config.players)
        self._eyes = Eyes(
            config,
            self.worlds.simulation,
            self.worlds.scenario,
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
            self._begin(w, seed, options)
            self.over[w] = False
        self.show()

    def show(self) -> None:
        """Look at all worlds where no tick has passed."""
        self._look()
        self._tell(self.batch.told)

    def snapshot(self, w: int) -> bytes:
        """One of the worlds, counted from the first, as `PlanetEnv.snapshot` gives it."""
        return self.worlds.snapshot(w, [] if self.over[w] else self._names)

    def read(self, snapshot: bytes) -> Saved:
        """What a snapshot says, for `take_up`; raises `SnapshotError`."""
        saved = self.worlds.read(snapshot)
        if saved.counters["agents"] not in ([], self._names):
            raise SnapshotError(
                "in this snapshot some players of the world have ended their episode, and others "
                "not: restore it in mpgenie.parallel_env"
            )
        return saved

    def take_up(self, w: int, saved: Saved) -> None:
        """Put one of the worlds, counted from the first, into a state that was read."""
        self.over[w] = not self.worlds.take_up(w, saved)
        self.rewards[w], self.parts[w] = 0.0, 0.0

    def step(self, reader: BatchReader, max_cycles: int) -> None:
        """Advance all worlds by a step, but for those that are reset in it."""
        span, batch, worlds = self.span, self.batch, self.worlds
        waiting = self.over
        self._tick(reader, waiting)
        for w in np.flatnonzero(waiting).tolist():
            self._begin(w)
        ended, cycle = worlds.scenario.ended, worlds.cycle
        if self.repeat > 1:
            self.rewards[:], self.parts[:] = worlds.rewards, worlds.scenario.parts
        for _ in range(self.repeat - 1):
            still = waiting | ended | (cycle >= max_cycles)
            self._tick(reader, still)
            self.rewards[~still] += worlds.rewards[~still]
            self.parts[~still] += worlds.scenario.parts[~still]
        late = (cycle >= max_cycles) & ~ended
        batch.ended[span], batch.late[span] = ended, late
        self.over = ended | late
        self._look()
        self._tell(batch.told)
        if self.mode is AutoresetMode.SAME_STEP and self.over.any():
            self._begin_anew()

    def _tick(self, reader: BatchReader, still: NDArray[np.bool_]) -> None:
        """Advance the worlds that do not stand still by a tick."""
        span, worlds = self.span, self.worlds
        actions = (reader.buttons[span], reader.camera[span], reader.message[span])
        start = 0
        for w in (*np.flatnonzero(still).tolist(), worlds.count):
            if start < w:
                worlds.step(*actions, start, w)
            start = w + 1

    def _begin(
        self, w: int, seed: int | None = None, options: Mapping[str, Any] = NO_OPTIONS
    ) -> None:
        """Begin an episode in one world, for which nothing has been paid."""
        self.worlds.reset(w, seed, options)
        self.rewards[w], self.parts[w] = 0.0, 0.0

    def _begin_anew(self) -> None:
        """Keep what those whose episode has ended saw and were told last, and reset them."""
        self.batch.keep_final(self.rows, np.repeat(self.over, self._players))
        for w in np.flatnonzero(self.over).tolist():
            self._begin(w)
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
        told.parts[span] = self.parts
        told.rewards[span] = self.rewards
