"""How far a dataset is: a bar for whoever watches, and `status.json` for whoever asks.

The file is replaced as a whole, about once a second and at the end.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tqdm import tqdm

from mpgenie.datasets.manifest import read_sealed_json
from mpgenie.datasets.reading import entry_of
from mpgenie.datasets.store import QUARANTINE, Store
from mpgenie.errors import DatasetError

from .work import Done

STATUS = "status.json"
_EVERY = 1.0


class Status:
    """Counts what is done, and writes it down.

    Args:
        store: The dataset.
        episodes: How many there shall be.
        failed: How many were given up in earlier runs.
        bar: Whether to show a bar; None = where somebody watches.
    """

    def __init__(self, store: Store, episodes: int, failed: int, bar: bool | None = None) -> None:
        self.store, self.root, self.episodes, self.failed = store, store.root, episodes, failed
        self.done = self.frames = self.bytes = self.played = self.played_frames = 0
        self.outcomes: Counter[str] = Counter()
        self.rejects = _rejects(self.root)
        self._started = self._written = monotonic()
        self._counted: set[int] = set()
        self.count_sealed()
        off = None if bar is None else not bar
        self._bar = tqdm(total=episodes, initial=self.done, unit="episode", disable=off)

    def count_sealed(self) -> None:
        """Count episodes on disk of which nobody has told: of earlier runs, of workers stopped."""
        for unit in sorted(self.store.done() - self._counted):
            if unit >= self.episodes:
                continue
            self._counted.add(unit)
            self.done += 1
            try:
                entry = entry_of(self.store.folder_of(unit))
            except DatasetError:  # set aside, or damaged: `verify` says more
                continue
            self.frames += (entry.length + 1) * entry.players
            self.bytes += entry.bytes
            self.outcomes[entry.outcome] += 1

    def sealed(self, done: Done) -> None:
        """Count an episode that was made now."""
        self._counted.add(done.unit)
        self.done += 1
        self.played += 1
        self.frames += done.frames
        self.played_frames += done.frames
        self.bytes += done.bytes
        self.outcomes[done.outcome] += 1
        self._bar.update()

    @property
    def frames_per_second(self) -> float:
        """Frames of all players that were made in this run, in each second of it."""
        return self.played_frames / max(1e-9, monotonic() - self._started)

    def facts(self, state: str, left: int, workers: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Everything, as plain values."""
        seconds = monotonic() - self._started
        open_units = self.episodes - self.done - self.failed
        hours = seconds / self.played * open_units / 3600 if self.played else None
        return {
            "state": state,
            "episodes": self.episodes,
            "done": self.done,
            "failed": self.failed,
            "queue": left,
            "running": open_units - left,
            "frames": self.frames,
            "bytes": self.bytes,
            "outcomes": dict(self.outcomes),
            "rejects": dict(self.rejects),
            "seconds": round(seconds, 1),
            "frames_per_second": round(self.frames_per_second, 1),
            "hours_left": None if hours is None else round(hours, 4),
            "workers": list(workers),
        }

    def tell(
        self, state: str, left: int, workers: Sequence[dict[str, Any]], now: bool = False
    ) -> None:
        """Write it down, if it is time."""
        if not now and monotonic() - self._written < _EVERY:
            return
        self._written = monotonic()
        self._bar.set_postfix_str(f"{self.frames_per_second:,.0f} frames/s", refresh=False)
        unfinished = self.root / f".{STATUS}"
        unfinished.write_text(json.dumps(self.facts(state, left, workers), indent=1) + "\n")
        os.replace(unfinished, self.root / STATUS)

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()


def _rejects(root: Path) -> Counter[str]:
    """How many episodes were set aside, by rule."""
    rules: Counter[str] = Counter()
    for note in (root / QUARANTINE).glob("*.json"):
        try:
            rules.update(list(read_sealed_json(note)["reasons"]))
        except (DatasetError, KeyError):
            rules["unknown"] += 1
    return rules
