"""What is left to make, and who gave how much trouble."""

import json
import os
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .plan import Plan, Setting, Unit

ATTEMPTS = 3
"""After so many failures a unit is written down and skipped."""
FAILED = "failed.jsonl"


class Backlog:
    """The units that nobody is at work on yet.

    Args:
        plan: Of the dataset.
        numbers: The units to make.
        folder: Where those that fail are written down.
    """

    def __init__(self, plan: Plan, numbers: Iterable[int], folder: Path) -> None:
        self.folder = folder
        self._strips: dict[Setting, deque[list[Unit]]] = {}
        self._suspects: deque[Unit] = deque()
        self._attempts: Counter[int] = Counter()
        self.left = self.given_up = 0
        for strip in plan.strips(numbers):
            self._put(strip)

    def __bool__(self) -> bool:
        return self.left > 0

    @property
    def suspects(self) -> bool:
        """Whether there are units that must be played alone, to find out which one is to blame."""
        return bool(self._suspects)

    def suspect(self) -> Unit:
        """A unit to be played alone."""
        self.left -= 1
        return self._suspects.popleft()

    def setting(self) -> Setting | None:
        """The setting with most units left."""
        lengths = {setting: sum(map(len, strips)) for setting, strips in self._strips.items()}
        return max(lengths, key=lambda setting: lengths[setting]) if lengths else None

    def strip(self, setting: Setting, most: int) -> list[Unit]:
        """Up to so many units that share a planet; none if all of the setting are given out."""
        strips = self._strips.get(setting)
        if not strips:
            return []
        strip, strips[0] = strips[0][:most], strips[0][most:]
        if not strips[0]:
            strips.popleft()
        if not strips:
            del self._strips[setting]
        self.left -= len(strip)
        return strip

    def failed(self, units: Iterable[Unit], trace: str) -> None:
        """Note that units failed: one on its own fault, several because one of them did."""
        units = list(units)
        for unit in units:
            self._attempts[unit.number] += 1
            if self._attempts[unit.number] >= ATTEMPTS:
                self._give_up(unit, trace)
            elif len(units) == 1:
                self._put([unit])
            else:
                self._suspects.append(unit)
                self.left += 1

    def _put(self, strip: list[Unit]) -> None:
        self._strips.setdefault(strip[0].setting, deque()).append(strip)
        self.left += len(strip)

    def _give_up(self, unit: Unit, trace: str) -> None:
        self.given_up += 1
        line: dict[str, Any] = {
            "unit": unit.number,
            "type": unit.type,
            "planet": unit.setting.planet,
            "players": unit.setting.players,
            "planet_seed": unit.planet_seed,
            "seed": unit.seed,
            "attempts": self._attempts[unit.number],
            "error": trace,
        }
        with open(self.folder / FAILED, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def read_failed(folder: Path) -> list[dict[str, Any]]:
    """The units that were given up, as written down; a line that was cut off is left out."""
    if not (folder / FAILED).exists():
        return []
    found = []
    for line in (folder / FAILED).read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
