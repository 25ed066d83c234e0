"""How much of what players can do datasets hold: by a population beside scripts and chance.

    mpgenie generate --out played --episodes 50 --players-from out/population/tag
    mpgenie record tag --out scripted --episodes 50 --players 4
    python -m mpgenie.benchmarks.data_by_players played scripted

As many episodes of each are measured as the smallest has:

    cells     of behaviour that are filled (walked, apart, seen, placed, mined, climbed), of all
    in effect how many cells as many episodes would fill evenly: 2 to the entropy
    places    the share of the planet's cells that anybody visits, and nats of where they are
    actions   how many combinations of buttons are pressed in effect: 2 to the entropy
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mpgenie.agents.training.population.diversity import coverage as places_of
from mpgenie.datasets.behaviour import measure
from mpgenie.datasets.coverage import Cells, coverage
from mpgenie.datasets.reading import Dataset, open_dataset


class Row(NamedTuple):
    """What a dataset holds."""

    name: str
    episodes: int
    minutes: float
    """Of all players."""
    cells: float
    in_effect: float
    places: float
    nats: float
    actions: float


def measured(name: str, dataset: Dataset, episodes: int) -> Row:
    """Measure the first episodes of a dataset.

    Args:
        name: What it is called.
        dataset: It.
        episodes: How many.
    """
    cells, found = Cells(), []
    positions, pressed, ticks = [], Counter[int](), 0
    for entry in dataset.episodes[:episodes]:
        shard = dataset.load(entry)
        found.append(cells.cell(measure(shard, list(cells.edges))))
        positions.append(np.asarray(shard["state/position"]).reshape(-1, 3))
        buttons, counts = np.unique(shard["actions/buttons"], return_counts=True)
        pressed.update(dict(zip(buttons.tolist(), counts.tolist(), strict=True)))
        ticks += entry.length * entry.players
    filled, where = coverage(cells, found), places_of(np.concatenate(positions))
    shares = np.array(list(pressed.values())) / pressed.total()
    actions = float(np.exp(-(shares * np.log(shares)).sum()))
    return Row(
        name, episodes, ticks / 1200, filled.share, 2.0**filled.entropy, where.share, where.entropy,
        actions,
    )  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """As Markdown."""
    lines = [
        "| data | episodes | player-minutes | cells | in effect | places | actions |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row.name} | {row.episodes} | {row.minutes:.0f} | {row.cells:.2%} | "
            f"{row.in_effect:.1f} | {row.places:.1%}, {row.nats:.2f} nats | {row.actions:.1f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the datasets of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET")
    folders = parser.parse_args(arguments).datasets
    datasets = [open_dataset(folder) for folder in folders]
    least = min(len(dataset) for dataset in datasets)
    pairs = zip(folders, datasets, strict=True)
    print(table([measured(folder.name, dataset, least) for folder, dataset in pairs]))


if __name__ == "__main__":
    main()
