"""What one worker does, wherever it runs: plays the units it is given, and seals what comes out."""

import traceback
from collections import deque
from collections.abc import Sequence
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

    def run(self, strips: Sequence[list[Unit]], spell: float = SPELL) -> list[Reply]:
        """Take in strips of units, go on for a while, and tell what has ended meanwhile."""
        self._later.extend(strips)
        replies: list[Reply] = []
        until = monotonic() + spell
        while monotonic() < until and self._ready():
            replies += self._tick()
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
                    replies.append(self._seal(ended))
        except StorageError as error:
            replies.append(DiskRefused(str(error)))
        except Exception:  # something that all worlds share: nobody knows whose fault it is
            units = tuple(unit.number for unit in batch.under_way)
            self._clear()
            replies.append(Failed(units, traceback.format_exc()))
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
        self.store.close()
