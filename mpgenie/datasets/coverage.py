"""How much of what players can do a dataset holds: cells of behaviour, filled or thin.

Measures are cut at edges into bins; a cell is one bin of each.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum, log, prod
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError, suggest

from .behaviour import MEASURES, measure

if TYPE_CHECKING:
    from .reading import Dataset

Cell = tuple[int, ...]

EDGES: Mapping[str, tuple[float, ...]] = {
    "walked": (8.0, 30.0, 80.0),
    "separation": (4.0, 9.0, 18.0),
    "mutual_view": (0.05, 0.5),
    "placed": (0.5, 6.0),
    "mined": (0.5, 6.0),
    "climb": (1.5, 5.0),
}
"""The usual edges: still, near, far walks; close, apart, far pairs; and so on."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A map of behaviour."""

    edges: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: dict(EDGES))
    """Where each measure is cut; n edges make n + 1 bins, an edge belonging to the upper."""
    thin: int = 3
    """A cell with fewer episodes is thin."""

    def __post_init__(self) -> None:
        if not self.edges:
            raise ConfigError("cells: name at least one measure and its edges")
        for name, edges in self.edges.items():
            if name not in MEASURES:
                raise ConfigError(
                    f"cells.{name}: there is no such measure. {suggest(name, MEASURES)}"
                )
            if not edges or any(a >= b for a, b in zip(edges, edges[1:], strict=False)):
                raise ConfigError(f"cells.{name}: edges rise, one at least, got {list(edges)}")
        if self.thin < 1:
            raise ConfigError(f"thin: must be at least 1, got {self.thin}")

    @property
    def count(self) -> int:
        """How many cells there are, such that nobody can reach among them."""
        return prod(len(edges) + 1 for edges in self.edges.values())

    def cell(self, measured: Mapping[str, float]) -> Cell:
        """The cell of an episode's measures."""
        return tuple(bisect_right(edges, measured[name]) for name, edges in self.edges.items())

    def says(self, cell: Cell) -> str:
        """A cell in words, such as "walked 8 to 30, placed from 6"."""
        parts = []
        for bin_, (name, edges) in zip(cell, self.edges.items(), strict=True):
            if bin_ == 0:
                parts.append(f"{name} below {edges[0]:g}")
            elif bin_ == len(edges):
                parts.append(f"{name} from {edges[-1]:g}")
            else:
                parts.append(f"{name} {edges[bin_ - 1]:g} to {edges[bin_]:g}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Coverage:
    """How episodes lie in cells."""

    cells: Cells
    episodes: int
    counts: Mapping[Cell, int]
    """Episodes in each cell that has any."""

    @property
    def filled(self) -> int:
        """Cells with an episode at least."""
        return len(self.counts)

    @property
    def share(self) -> float:
        """Filled cells of all."""
        return self.filled / self.cells.count

    @property
    def thin(self) -> list[Cell]:
        """Cells that have few episodes, the emptiest first."""
        few = [cell for cell, count in self.counts.items() if count < self.cells.thin]
        return sorted(few, key=lambda cell: (self.counts[cell], cell))

    @property
    def entropy(self) -> float:
        """Bits, of the shares of cells: 2 to this power is how many there are in effect."""
        shares = [count / self.episodes for count in self.counts.values()]
        return abs(fsum(-share * log(share) for share in shares)) / log(2.0)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a log."""
        return {
            "episodes": self.episodes,
            "cells": self.cells.count,
            "filled": self.filled,
            "share": round(self.share, 6),
            "thick": self.filled - len(self.thin),
            "thin": len(self.thin),
            "entropy": round(self.entropy, 6),
        }


def cells_of(dataset: "Dataset", cells: Cells) -> list[Cell]:
    """The cell of each episode of a dataset, in its order."""
    names = list(cells.edges)
    return [cells.cell(measure(dataset.load(entry), names)) for entry in dataset.episodes]


def coverage(cells: Cells, found: Iterable[Cell]) -> Coverage:
    """How the cells of some episodes cover a map."""
    counts = Counter(found)
    return Coverage(cells, counts.total(), counts)
