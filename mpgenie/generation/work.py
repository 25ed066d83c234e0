"""What one worker does, wherever it runs: plays the units it is given, and seals what comes out.

Episodes are sealed by a thread of their own, so that nobody waits for the disk.
"""

import traceback
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from mpgenie.datasets.episode import Episode
from mpgenie.datasets.reading import entry_of
from mpgenie.datasets.store import Store
from mpgenie.errors import StorageError

from .batch import Batch, Failure
from .plan import Plan, Setting, Unit

SPELL = 0.5
"""Seconds for which a worker works before it reports."""
_UNSEALED = 4  # episodes that may wait for the disk before the game waits for them


@dataclass(frozen=True, slots=True)
class Done:
    """A unit that is sealed."""

    unit: int
    type: str
    outcome: str
    frames: int
    """Of all its players."""
    bytes: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Units that could not be made; one of them is to blame, and no others are lost."""

    units: tuple[int, ...]
    trace: str


@dataclass(frozen=True, slots=True)
class DiskRefused:
    """The disk refused: nobody can go on."""

    message: str


Reply = Done | Failed | DiskRefused


class Work:
    """A worker's desk.

    Args:
        plan: Of the dataset.
        root: The dataset's folder.
        worlds: How many worlds it plays side by side.
    """

    def __init__(self, plan: Plan, root: str | Path, worlds: int) -> None:
        self.plan, self.worlds = plan, worlds
        self.store = Store(root, plan.as_dict())
        self._batch: Batch | None = None
        self._later: deque[list[Unit]] = deque()
        self._sealer = ThreadPoolExecutor(1)
        self._sealing: deque[tuple[int, Future[Done]]] = deque()

    def run(self, strips: Sequence[list[Unit]], spell: float = SPELL) -> list[Reply]:
        """Take in strips of units, go on for a while, and tell what has ended meanwhile."""
        self._later.extend(strips)
        replies: list[Reply] = []
        until = monotonic() + spell
        while monotonic() < until and self._ready():
            replies += self._tick()
            replies += self._sealed(_UNSEALED)
        if not self._ready():
            replies += self._sealed(0)
        return replies

    def _ready(self) -> bool:
        """Whether there is a batch with something to do."""
        while self._later and self._may_take(self._later[0][0].setting):
            strip = self._later.popleft()
            if self._batch is None:
                self._batch = Batch(self.plan, strip[0].setting, self.worlds)
            self._batch.give(strip)
        return self._batch is not None and bool(self._batch.under_way)

    def _may_take(self, setting: Setting) -> bool:
        if self._batch is not None and self._batch.setting != setting:
            if self._batch.under_way:
                return False
            self._clear()
        return True

    def _tick(self) -> list[Reply]:
        batch, replies = self._batch, list[Reply]()
        assert batch is not None
        try:
            for ended in batch.tick():
                if isinstance(ended, Failure):
                    replies.append(Failed((ended.unit.number,), ended.trace))
                else:
                    task = self._sealer.submit(self._seal, ended)
                    self._sealing.append((ended.header.unit, task))
        except Exception:  # something that all worlds share: nobody knows whose fault it is
            units = tuple(unit.number for unit in batch.under_way)
            self._clear()
            replies.append(Failed(units, traceback.format_exc()))
        return replies

    def _sealed(self, most: int) -> list[Reply]:
        """What has been sealed; waits until at most so many episodes are left to be."""
        replies: list[Reply] = []
        while self._sealing and (len(self._sealing) > most or self._sealing[0][1].done()):
            unit, task = self._sealing.popleft()
            try:
                replies.append(task.result())
            except StorageError as error:
                replies.append(DiskRefused(str(error)))
            except Exception:  # an episode that is not whole
                replies.append(Failed((unit,), traceback.format_exc()))
        return replies

    def _seal(self, episode: Episode) -> Done:
        header = episode.header
        self.store.commit(episode)
        size = entry_of(self.store.folder_of(header.unit)).bytes
        frames = (header.length + 1) * len(header.players)
        return Done(header.unit, header.type, header.outcome, frames, size)

    def _clear(self) -> None:
        if self._batch is not None:
            self._batch.close()
            self._batch = None

    def close(self) -> None:
        """Drop what is under way, and let go of the dataset."""
        self._clear()
        self._sealer.shutdown(cancel_futures=True)
        self.store.close()
