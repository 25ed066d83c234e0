"""Rules for a dataset as a whole; they look at a `Digest` of each episode."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.places import lattice
from mpgenie.envs.simulation.actions import CAMERA_CAP

from .evidence import Evidence
from .rules import Measured, rule

PLACES = 6
"""Into so many by so many places each face of a planet is divided."""
_MANY = 20
"""Episodes of one type on average below which their balance says nothing."""
_BITS = 4
"""By how many of 64 bits the first frames of two episodes may differ that look alike."""
_LIKE = 1e-3
"""By what share the figures of two episodes may differ that are alike."""


@dataclass(frozen=True)
class Digest:
    """What is kept of an episode to compare it with others."""

    unit: int
    type: str
    split: str
    planet_seed: int
    players: int
    length: int
    look: int
    """64 bits that first frames which look alike share for the most part; -1 = no picture."""
    figures: NDArray[np.float64]
    """How far each player walked and turned, how often it pressed, and where it came from."""
    places: NDArray[np.int64]
    """(6 PLACES**2,) frames that players spent in each place of a planet."""
    turns: int
    """Ticks in which a camera turned."""
    capped: int
    """Ticks in which a camera turned as fast as it can."""


def digest(evidence: Evidence) -> Digest:
    """What is kept of an episode."""
    camera = np.abs(evidence["actions/camera"].astype(np.float64))
    down = evidence["actions/buttons"]
    position = evidence["state/position"]
    face, ab = lattice(position[evidence.there], PLACES)
    cell = np.minimum(ab.astype(np.int64), PLACES - 1)
    place = (face * PLACES + cell[..., 0]) * PLACES + cell[..., 1]
    figures = [evidence.moved.sum(0), camera.sum((0, 2)), (down != 0).sum(0), *position[0].T]
    return Digest(
        evidence.header.unit,
        evidence.header.type,
        evidence.header.split,
        evidence.header.planet_seed,
        evidence.players,
        evidence.header.length,
        _look(evidence),
        np.concatenate(figures).astype(np.float64),
        np.bincount(place, minlength=6 * PLACES**2),
        int((camera.max(-1) > 1e-3).sum()),
        int((camera.max(-1) > 0.99 * CAMERA_CAP).sum()),
    )


def _look(evidence: Evidence) -> int:
    """A difference hash of the first player's first frame: is each place brighter than the next?"""
    for _, player, pictures in evidence.every():
        if player == 0 and pictures.first is not None:
            grey = pictures.first.astype(np.float64).mean(-1)
            rows = np.array_split(grey, 8)
            small = np.array(
                [[part.mean() for part in np.array_split(row, 9, axis=1)] for row in rows]
            )
            bits = (small[:, 1:] > small[:, :-1]).ravel()
            return int(sum(1 << k for k, bit in enumerate(bits.tolist()) if bit))
    return -1


@rule("dataset", "most")
def type_balance(digests: Sequence[Digest]) -> Iterator[Measured]:
    """How many times as often the most frequent type occurs as the rarest, in each split."""
    for split in sorted({one.split for one in digests}):
        counts = Counter(one.type for one in digests if one.split == split)
        if counts.total() >= _MANY * len(counts):
            most, least = counts.most_common()[0], counts.most_common()[-1]
            yield Measured(most[1] / least[1], note=f"{split}: {most[0]} over {least[0]}")


@rule("dataset", "least")
def place_coverage(digests: Sequence[Digest]) -> Iterator[Measured]:
    """How evenly players were all over planets: 0 = in one place, 1 = everywhere alike."""
    if not digests:
        return
    spent = np.sum([one.places for one in digests], axis=0).astype(np.float64)
    share = spent[spent > 0] / max(1.0, spent.sum())
    yield Measured(float(-(share * np.log(share)).sum() / np.log(len(spent))))


@rule("dataset", "most")
def camera_at_cap(digests: Sequence[Digest]) -> Iterator[Measured]:
    """Share of the turns of all cameras that are as fast as can be."""
    turns = sum(one.turns for one in digests)
    if turns:
        yield Measured(sum(one.capped for one in digests) / turns)


@rule("dataset", "most")
def duplicates(digests: Sequence[Digest]) -> Iterator[Measured]:
    """Earlier episodes that begin with the same picture and go alike."""
    groups: dict[tuple[str, int, int], list[Digest]] = defaultdict(list)
    for one in digests:
        earlier = groups[one.type, one.players, one.length]
        twins = [other.unit for other in earlier if _alike(one, other)]
        earlier.append(one)
        yield Measured(len(twins), unit=one.unit, note=f"like unit {twins[0]}" if twins else "")


def _alike(one: Digest, other: Digest) -> bool:
    if one.look >= 0 and other.look >= 0 and (one.look ^ other.look).bit_count() > _BITS:
        return False
    size = np.maximum(np.abs(one.figures), np.abs(other.figures))
    return bool((np.abs(one.figures - other.figures) <= _LIKE * size).all())


@rule("dataset", "most")
def split_leakage(digests: Sequence[Digest]) -> Iterator[Measured]:
    """1 for each episode for training on a planet that is held out for evaluation."""
    held_out = {one.planet_seed for one in digests if one.split == "eval"}
    for one in digests:
        if one.split != "eval":
            leaks = one.planet_seed in held_out
            note = f"planet {one.planet_seed} is held out" if leaks else ""
            yield Measured(float(leaks), unit=one.unit, note=note)
