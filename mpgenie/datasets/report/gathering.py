"""What a report tells, counted in one pass over a dataset's arrays."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.places import directions, lattice
from mpgenie.datasets.reading import Dataset, Entry
from mpgenie.datasets.shards import Shard
from mpgenie.envs.simulation.actions import BUTTONS, CAMERA_CAP
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, HIT, ITEM_PICK, KIND_NAMES

PLACES = 24
"""Into so many by so many places each face of a planet is divided on maps."""
DISTANCES = (0, 2, 4, 8, 16, 32, 64, 128)
"""Metres between players, in steps."""
TURNS = np.linspace(-CAMERA_CAP, CAMERA_CAP, 42)
PITCHES = np.linspace(-90.0, 90.0, 37)
TOGETHER = 8.0
"""Metres within which players work together."""
LAYERS = ("presence", "interaction", "cooperation", "objective")

Counts = NDArray[np.float64]


@dataclass
class Tally:
    """The episodes of one type."""

    episodes: int = 0
    frames: int = 0
    bytes: int = 0
    ticks: int = 0
    player_ticks: int = 0
    players: set[int] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    seen: float = 0.0
    """Sum of the shares of frames in which players see another."""
    events: Counter[str] = field(default_factory=Counter)
    shown: Entry | None = None
    """The episode whose pictures stand for the type."""


@dataclass
class Gathered:
    """All that a report tells of a dataset's episodes."""

    types: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    planets: set[tuple[str, int, int]] = field(default_factory=set)
    """(kind, size, seed) of each."""
    splits: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)
    streams: Counter[str] = field(default_factory=Counter)
    pressed: Counts = field(default_factory=lambda: np.zeros(len(BUTTONS)))
    turns: Counts = field(default_factory=lambda: np.zeros((2, len(TURNS) - 1)))
    """Of pitch and yaw, where they are not 0."""
    still: int = 0
    """Player-ticks in which the camera stays."""
    pitches: Counts = field(default_factory=lambda: np.zeros(len(PITCHES) - 1))
    others: Counter[int] = field(default_factory=Counter)
    """Frames of players by how many others they show."""
    near: Counts = field(default_factory=lambda: np.zeros((2, len(DISTANCES))))
    """Pairs of players by distance: all, and those in which the one sees the other."""
    maps: dict[str, Counts] = field(
        default_factory=lambda: {name: np.zeros(6 * PLACES**2) for name in LAYERS}
    )

    def total(self, name: str) -> int:
        """The sum of a figure over all types."""
        return int(sum(getattr(tally, name) for tally in self.types.values()))


def gather(dataset: Dataset) -> Gathered:
    """Count what a report tells."""
    gathered = Gathered()
    for entry in dataset.episodes:
        shard = dataset.load(entry)
        _tally(gathered, entry, shard)
        _habits(gathered, shard)
        _views(gathered, shard)
        _places(gathered, shard)
    return gathered


def _tally(gathered: Gathered, entry: Entry, shard: Shard) -> None:
    row, tally = entry.row, gathered.types[entry.type]
    tally.episodes += 1
    tally.frames += (entry.length + 1) * entry.players
    tally.bytes += entry.bytes
    tally.ticks += entry.length
    tally.player_ticks += entry.length * entry.players
    tally.players.add(entry.players)
    tally.outcomes[entry.outcome] += 1
    tally.seen += float(np.mean([each["partner_visible"] for each in row["each"]]))
    tally.events.update(row["events"])
    if tally.shown is None or (tally.shown.outcome != "success" and entry.outcome == "success"):
        tally.shown = entry
    gathered.planets.add((str(row["planet"]), int(row["size"]), entry.planet_seed))
    gathered.splits[entry.split] += 1
    gathered.streams.update(list(entry.streams))
    kinds: Any = (policy.partition(":")[0] for policy in shard.header.policies)
    gathered.policies.update(kinds)


def _habits(gathered: Gathered, shard: Shard) -> None:
    down = shard["actions/buttons"]
    bits = np.arange(len(BUTTONS), dtype=np.uint32)
    gathered.pressed += ((down[..., None] >> bits) & 1).sum((0, 1))
    camera = shard["actions/camera"].astype(np.float64)
    gathered.still += int((~camera.any(-1)).sum())
    for axis in range(2):
        turned = camera[..., axis][camera[..., axis] != 0.0]
        gathered.turns[axis] += np.histogram(np.clip(turned, TURNS[0], TURNS[-1]), TURNS)[0]
    gathered.pitches += np.histogram(shard["state/pitch"], PITCHES)[0]


def _views(gathered: Gathered, shard: Shard) -> None:
    p = len(shard.header.players)
    seen = (shard["state/visible"] > 0) & ~np.eye(p, dtype=bool)
    numbers, counts = np.unique(seen.sum(-1), return_counts=True)
    gathered.others.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
    position = shard["state/position"]
    for a in range(p):
        for b in range(p):
            if a != b:
                apart = np.linalg.norm(position[:, a] - position[:, b], axis=-1)
                step = np.searchsorted(DISTANCES, apart, side="right") - 1
                gathered.near[0] += np.bincount(step, minlength=len(DISTANCES))
                gathered.near[1] += np.bincount(step[seen[:, a, b]], minlength=len(DISTANCES))


def _places(gathered: Gathered, shard: Shard) -> None:
    position, events = shard["state/position"], shard["events"]
    _put(gathered, "presence", position.reshape(-1, 3))
    slots = {int(i): p for row in shard["state/id"] for p, i in enumerate(row.tolist()) if i}
    acts = [e for e in events.tolist() if KIND_NAMES[e[1]] and e[2] in slots]
    where = [position[e[0], slots[e[2]]] for e in acts if e[1] in (HIT, ITEM_PICK, BLOCK_PLACE)]
    if where:
        _put(gathered, "interaction", np.array(where))
    together = []
    for tick, kind, actor, *_ in acts:
        if kind in (BLOCK_PLACE, DIG_DONE):
            here, others = position[tick, slots[actor]], np.delete(position[tick], slots[actor], 0)
            if len(others) and np.linalg.norm(others - here, axis=-1).min() < TOGETHER:
                together.append(here)
    if together:
        _put(gathered, "cooperation", np.array(together))
    size = shard.header.config.get("planet", {}).get("size", 0)
    changed = shard["blocks"]["cell"][shard["blocks"]["actor"] > 0]
    if size and len(changed):
        _put(gathered, "objective", directions(changed, int(size)))


def _put(gathered: Gathered, layer: str, points: NDArray[np.float64]) -> None:
    face, ab = lattice(points, PLACES)
    cell = np.minimum(ab.astype(np.int64), PLACES - 1)
    place = (face * PLACES + cell[:, 0]) * PLACES + cell[:, 1]
    gathered.maps[layer] += np.bincount(place, minlength=6 * PLACES**2)
