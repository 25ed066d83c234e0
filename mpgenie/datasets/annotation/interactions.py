"""What players did to and with each other: fights, hand-overs, joint building, looks, company."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from mpgenie.datasets.episode import Recorded
from mpgenie.datasets.places import directions, eyes, looks, unit
from mpgenie.envs.planet.blocks import ITEM_NAMES
from mpgenie.envs.planet.geometry import LAYERS, geometry_of
from mpgenie.envs.simulation.events import BLOCK_PLACE, HIT, ITEM_DROP, ITEM_PICK

from .spans import Floats, Span, slots_of, stretches

BOUT = 60
"""Ticks without a blow after which a fight is over."""
JOINT_METRES, JOINT_TICKS = 4.0, 200
"""How near, and how soon after each other, blocks of two players count as built together."""
MET, PARTED = 4.0, 12.0
"""Metres within which two have met, and beyond which they have parted."""
GAZE = np.radians(15.0)
"""How far from the other's head a look into its eyes may go."""
_GAZE_TICKS, _FOLLOW_TICKS = 10, 40
_BEHIND = 10.0
"""Metres at which one can still be said to follow."""


def interactions(episode: Recorded) -> Iterator[Span]:
    """All interactions of an episode, in no order."""
    yield from fights(episode)
    yield from hand_overs(episode)
    yield from joint_building(episode)
    yield from company(episode)


def fights(episode: Recorded) -> Iterator[Span]:
    """Bouts of blows between two players; the value is how many, the player who struck first."""
    slots, blows = slots_of(episode), defaultdict(list)
    for tick, kind, actor, target, *_ in episode["events"].tolist():
        if kind == HIT and actor in slots and target in slots:
            a, b = slots[actor], slots[target]
            blows[min(a, b), max(a, b)].append((tick, a, b))
    for pair in sorted(blows):
        bouts: list[list[tuple[int, int, int]]] = []
        for blow in blows[pair]:
            if bouts and blow[0] - bouts[-1][-1][0] <= BOUT:
                bouts[-1].append(blow)
            else:
                bouts.append([blow])
        for bout in bouts:
            (first, a, b), last = bout[0], bout[-1][0]
            yield Span(first, last + 1, "interaction", "fight", a, b, float(len(bout)))


def hand_overs(episode: Recorded) -> Iterator[Span]:
    """Things that one player dropped and another picked up; the value is how many."""
    slots, dropped = slots_of(episode), dict[int, tuple[int, int]]()
    for tick, kind, actor, item, _, stack in episode["events"].tolist():
        if kind == ITEM_DROP and actor in slots:
            dropped[item] = (tick, slots[actor])
        elif kind == ITEM_PICK and actor in slots and item in dropped:
            since, giver = dropped.pop(item)
            if giver != slots[actor]:
                name = ITEM_NAMES.get(stack & 255, "")
                count = float(stack >> 8)
                yield Span(
                    since, tick + 1, "interaction", "hand_over", giver, slots[actor], count, name
                )


def joint_building(episode: Recorded) -> Iterator[Span]:
    """Stretches in which two players place blocks beside each other's; the value is how many."""
    size = int(episode.header.config.get("planet", {}).get("size", 0))
    slots, events = slots_of(episode), episode["events"]
    placed = events[(events["kind"] == BLOCK_PLACE) & np.isin(events["actor"], list(slots))]
    if not size or len(placed) < 2:
        return
    who = np.array([slots[actor] for actor in placed["actor"].tolist()])
    geometry = geometry_of(size)
    height = geometry.bottom + placed["cell"] % LAYERS
    points = directions(placed["cell"], size) * height[:, None]
    near = np.linalg.norm(points[:, None] - points, axis=-1) <= JOINT_METRES
    soon = np.abs(placed["tick"][:, None] - placed["tick"]) <= JOINT_TICKS
    together = near & soon & (who[:, None] != who)
    for a in np.unique(who).tolist():
        for b in np.unique(who[who > a]).tolist():
            pair = ((who == a) & together[:, who == b].any(1)) | (
                (who == b) & together[:, who == a].any(1)
            )
            row = np.zeros(episode.header.length + 1, bool)
            row[placed["tick"][pair]] = True
            for first, last in stretches(row, gap=JOINT_TICKS):
                inside = pair & (placed["tick"] >= first) & (placed["tick"] <= last)
                count = float(inside.sum())
                yield Span(first, last + 1, "interaction", "joint_building", a, b, count)


def company(episode: Recorded) -> Iterator[Span]:
    """Mutual looks, meetings and partings, and who follows whom."""
    position, heading = episode["state/position"], episode["state/heading"]
    seen, there = episode["state/visible"] > 0, episode["state/active"] & episode["state/alive"]
    eye = eyes(position, episode["state/sneaking"])
    look = looks(position, heading, episode["state/pitch"])
    step = np.diff(position, axis=0, append=position[-1:])
    for a in range(position.shape[1]):
        for b in range(a + 1, position.shape[1]):
            both = there[:, a] & there[:, b]
            apart = np.linalg.norm(position[:, a] - position[:, b], axis=-1)
            gaze = seen[:, a, b] & seen[:, b, a]
            gaze &= _aims(eye[:, a], look[:, a], eye[:, b])
            gaze &= _aims(eye[:, b], look[:, b], eye[:, a])
            for first, last in stretches(gaze & both, _GAZE_TICKS, gap=2):
                yield Span(first, last, "interaction", "mutual_gaze", a, b)
            yield from _meetings(apart, both, a, b)
            for one, other in ((a, b), (b, a)):
                towards = position[:, other] - position[:, one]
                after = _follows(step[:, one], step[:, other], towards) & (apart < _BEHIND) & both
                for first, last in stretches(after, _FOLLOW_TICKS, 10):
                    yield Span(first, last, "interaction", "follow", one, other)


def _aims(eye: Floats, look: Floats, at: Floats) -> np.ndarray:
    return np.asarray((unit(at - eye) * look).sum(-1) >= np.cos(GAZE))


def _follows(mine: Floats, theirs: Floats, towards: Floats) -> np.ndarray:
    """Whether one walks towards another who walks the same way, and does not come to meet it."""
    way = unit(towards)
    moves = (np.linalg.norm(mine, axis=-1) > 0.05) & (np.linalg.norm(theirs, axis=-1) > 0.05)
    return np.asarray(
        moves & ((unit(mine) * way).sum(-1) > 0.8) & ((unit(theirs) * way).sum(-1) > 0.3)
    )


def _meetings(apart: Floats, both: np.ndarray, a: int, b: int) -> Iterator[Span]:
    """The frames at which two come together or part; what they are at first is neither."""
    together: bool | None = None
    for frame in np.flatnonzero(both & ((apart < MET) | (apart > PARTED))).tolist():
        now = bool(apart[frame] < MET)
        if together is not None and now != together:
            label = "meet" if now else "part"
            yield Span(frame, frame, "interaction", label, a, b, float(apart[frame]))
        together = now
