"""Takes: matches as all that they follow from, to be played again and kept, or looked at.

A take is the seed of a world and everybody's decisions, a few kilobytes; `mpgenie.play.keeping`
makes an episode of a dataset of it, with or without pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.arrays_file import read_arrays, write_arrays


@dataclass(frozen=True)
class Take:
    """A match of P players and T decisions."""

    seed: int
    """Of the world, as `reset` takes it."""
    decisions: NDArray[np.int64]
    """(T, P, C) discrete actions."""
    repeat: int
    """Ticks for which each is played."""
    who: tuple[str, ...]
    """(P,) who chose for each slot, such as `checkpoint:m03`: a kind of policy and a name."""
    thoughts: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """(T, P, ...) what else is known of the decisions, such as logits and values."""


@dataclass(frozen=True)
class Numbered:
    """A take of a population, and which of its games it is."""

    level: int
    """Of the curriculum."""
    number: int
    """Among all games that the population ever plays: it follows from when this one was."""
    take: Take


def write_takes(path: Path, takes: Sequence[Numbered]) -> None:
    """Write some takes whole or not at all; but for thoughts, which are not kept.

    Raises:
        StorageError: If the disk refuses.
    """
    about = [
        {
            "level": each.level,
            "number": each.number,
            "seed": each.take.seed,
            "repeat": each.take.repeat,
            "who": each.take.who,
        }
        for each in takes
    ]
    arrays = {str(k): each.take.decisions.astype(np.int16) for k, each in enumerate(takes)}
    write_arrays(path, {"takes": about}, arrays)


def read_takes(path: Path) -> list[Numbered]:
    """Read what `write_takes` wrote.

    Raises:
        CheckpointError: If the file is missing or damaged.
    """
    about, arrays = read_arrays(path)
    found = []
    for k, each in enumerate(about["takes"]):
        decisions = arrays[str(k)].astype(np.int64)
        take = Take(each["seed"], decisions, each["repeat"], tuple(each["who"]))
        found.append(Numbered(each["level"], each["number"], take))
    return found
