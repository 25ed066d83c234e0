"""What players were about: as their scripts noted it, and as anybody can see from what they did."""

import json
from collections.abc import Iterator

import numpy as np

from mpgenie.datasets.episode import Recorded
from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, DIG_START, HIT

from .spans import Span, slots_of, stretches

_AROUND = 20
"""Ticks around an act within which it says what a player is doing."""
_WALKS = 0.05
"""Metres in a tick."""
_SECOND = 20
ACTIVITIES = ("idle", "look", "walk", "dig", "build", "fight")
"""Each beats those before it."""


def intents(episode: Recorded) -> Iterator[Span]:
    """The phases that scripts noted, one inside the other; empty for policies and people."""
    for line in episode["log"].tobytes().decode().splitlines():
        entry = json.loads(line)
        if entry.get("kind") != "phase" or "player" not in entry:
            continue
        first = min(max(0, int(entry["tick"])), episode.header.length)
        last = max(first, min(int(entry.get("end", first)), episode.header.length))
        went = str(entry.get("outcome", ""))
        reason = str(entry.get("reason", ""))
        note = f"{went}: {reason}" if reason else went
        yield Span(first, last, "intent", str(entry["name"]), int(entry["player"]), note=note)


def activities(episode: Recorded) -> Iterator[Span]:
    """What each player did, second by second, from moves, turns and events; for all who play."""
    t, slots, events = episode.header.length, slots_of(episode), episode["events"]
    camera = np.asarray(episode["actions/camera"].any(-1))
    steps = np.linalg.norm(np.diff(episode["state/position"], axis=0), axis=-1)
    level = np.zeros((t, len(episode.header.players)), np.int64)
    level[_near(camera)] = ACTIVITIES.index("look")
    level[_near(np.asarray(steps > _WALKS))] = ACTIVITIES.index("walk")
    acts = (((DIG_START, DIG_DONE), "dig"), ((BLOCK_PLACE,), "build"), ((HIT,), "fight"))
    for kinds, name in acts:
        for tick, kind, actor, *_ in events.tolist():
            if kind in kinds and actor in slots:
                part = level[max(0, tick - _AROUND) : tick + _AROUND + 1, slots[actor]]
                np.maximum(part, ACTIVITIES.index(name), out=part)
    for player in range(level.shape[1]):
        for number, label in enumerate(ACTIVITIES):
            for first, last in stretches(level[:, player] == number, least=_SECOND // 2):
                yield Span(first, last, "activity", label, player)


def _near(true: np.ndarray) -> np.ndarray:
    """Rows within a quarter of a second of a true one, column by column."""
    wide = true.copy()
    for shift in range(1, _SECOND // 4 + 1):
        wide[shift:] |= true[:-shift]
        wide[:-shift] |= true[shift:]
    return wide
