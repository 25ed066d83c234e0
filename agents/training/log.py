"""How a run went: a row of figures for each update as CSV, and curves as a picture."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.errors import MissingExtraError
from mpgenie.pictures import save_png

PROGRESS = "progress.csv"
BINS = 60
"""Points of a curve; each is the mean of what was logged around it."""
Figures = Mapping[str, float]


class Log:
    """A CSV file that grows row by row, and TensorBoard's events beside it where it is wished for.

    Args:
        folder: Of the run.
        names: Of the columns.
        made: How far the run is; rows beyond are of a future that will be another.
        by: The column that says how far it was.
        tensorboard: Whether to write events, too.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        made: int = 0,
        *,
        by: str = "decisions",
        tensorboard: bool = False,
    ) -> None:
        self.path, self.names, self.by = folder / PROGRESS, list(names), by
        folder.mkdir(parents=True, exist_ok=True)
        self._board: Any = None
        if tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise MissingExtraError(
                    "'tensorboard' is not installed: pip install tensorboard, or do without, as "
                    "progress.csv and curves.png are there anyway"
                ) from error
            self._board = SummaryWriter(folder)
        rows = read_progress(self.path) if self.path.exists() else []
        unfinished = self.path.with_name(f".{PROGRESS}.unfinished")
        with unfinished.open("w", newline="") as file:
            csv.writer(file).writerow(self.names)
            for row in rows:
                if row[by] <= made:
                    self._write(file, row)
        unfinished.replace(self.path)
        self._file = self.path.open("a", newline="")

    def add(self, figures: Figures) -> None:
        """Append a row; what is not known stays empty."""
        self._write(self._file, figures)
        self._file.flush()
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(name, value, int(figures[self.by]))

    def close(self) -> None:
        """Let go of the files."""
        self._file.close()
        if self._board is not None:
            self._board.close()

    def _write(self, file: Any, row: Figures) -> None:
        csv.writer(file).writerow(
            [f"{row[name]:.9g}" if name in row else "" for name in self.names]
        )


def read_progress(path: Path) -> list[dict[str, float]]:
    """The rows of a CSV file of figures; empty fields are left out."""
    with path.open(newline="") as file:
        return [
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        ]


def draw_curves(path: Path, runs: Mapping[str, Sequence[Figures]], title: str) -> None:
    """Draw how runs that differ by their seed went: each run, their mean and their range.

    Args:
        path: The PNG file.
        runs: The rows of each run by its name.
        title: Above it all.
    """
    from mpgenie.pages import figures

    known = {name for rows in runs.values() for row in rows for name in row}
    first = [name for name in TITLES if name in known]
    names = [*first, *sorted(name for name in known if name.startswith("part_"))]
    columns = min(3, len(names))
    lines = math.ceil(len(names) / columns)
    figure, panels = figures.panels(4.2 * columns, 2.9 * lines + 0.4, columns, lines)
    many = f": mean and range of {len(runs)} seeds" if len(runs) > 1 else ""
    figure.suptitle(title + many)
    for panel, name in zip(panels, names, strict=False):
        _draw(panel, name, runs)
    for panel in panels[len(names) :]:
        panel.remove()
    save_png(path, figures.pixels(figure))


TITLES = {
    "return": "return of an episode",
    "against_random": "return among random players",
    "ticks": "ticks of an episode",
    "entropy": "entropy of choices (nats)",
}
"""What the first panels show."""


def _draw(panel: Any, name: str, runs: Mapping[str, Sequence[Figures]]) -> None:
    """One figure of all runs."""
    panel.set_title(TITLES.get(name, name.removeprefix("part_")), fontsize=10)
    panel.set_xlabel("decisions (millions)", fontsize=8)
    panel.grid(alpha=0.3)
    end = min(max(row["decisions"] for row in rows) for rows in runs.values())
    at = (np.arange(BINS) + 0.5) * end / BINS
    lines = np.stack([_binned(name, rows, end) for rows in runs.values()])  # (runs, BINS)
    for line in lines:
        panel.plot(at / 1e6, line, color="#8aa0b8", linewidth=0.8)
    panel.fill_between(at / 1e6, lines.min(0), lines.max(0), color="#2b6cb0", alpha=0.15)
    panel.plot(at / 1e6, lines.mean(0), color="#2b6cb0", linewidth=1.8)


def _binned(name: str, rows: Sequence[Figures], end: float) -> NDArray[np.float64]:
    """(BINS,) means of a figure; between what was logged on a line, NaN where nothing was."""
    known = [(row["decisions"], row[name]) for row in rows if name in row]
    if not known:
        return np.full(BINS, np.nan)
    where, values = np.array(known).T
    bins = np.minimum((where * BINS / end).astype(int), BINS - 1)
    filled = np.unique(bins)
    means = [values[bins == k].mean() for k in filled]
    curve: NDArray[np.float64] = np.interp(np.arange(BINS), filled, means)
    return curve
