"""Rules for how an episode went."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from mpgenie.envs.simulation.events import DEATH

from .evidence import Evidence, longest_run
from .rules import Measured, rule

_LATE = ("timeout", "crashed")


def log_of(evidence: Evidence, kind: str) -> list[dict[str, Any]]:
    """The lines of one kind in an episode's log."""
    lines = evidence["log"].tobytes().decode().splitlines()
    return [entry for entry in map(json.loads, lines) if entry.get("kind") == kind]


@rule("session", "most")
def outcome(evidence: Evidence) -> Iterator[Measured]:
    """1 if the episode failed."""
    failed = evidence.header.outcome not in ("success", "partial")
    yield Measured(float(failed), note=evidence.header.reason if failed else "")


@rule("session", "most")
def no_progress(evidence: Evidence) -> Iterator[Measured]:
    """Longest run of ticks in which nobody moves, turns or presses anything."""
    acts = (evidence["actions/buttons"] != 0) | evidence["actions/camera"].any(-1)
    length, start = longest_run(~(acts | (evidence.moved > 1e-3)).any(-1))
    yield Measured(length, frame=start)


@rule("session", "least")
def partner_in_view(evidence: Evidence) -> Iterator[Measured]:
    """Share of frames in which at least one player sees another."""
    if evidence.players < 2 or not _was_drawn(evidence):
        return
    seen = evidence["state/visible"] > 0
    seen &= ~np.eye(evidence.players, dtype=bool)
    yield Measured(float(seen.any((1, 2)).mean()))


@rule("session", "most")
def in_water(evidence: Evidence) -> Iterator[Measured]:
    """Share of frames that a player spends in water."""
    for player, share in enumerate(evidence["state/in_water"].mean(0).tolist()):
        yield Measured(share, player)


@rule("session", "most")
def deaths(evidence: Evidence) -> Iterator[Measured]:
    """Times that a player dies."""
    events = evidence["events"]
    died = events[events["kind"] == DEATH]
    for player in range(evidence.players):
        mine = died[np.isin(died["actor"], _ids(evidence, player))]
        yield Measured(len(mine), player, frame=int(mine["tick"][0]) + 1 if len(mine) else -1)


@rule("session", "most")
def phase_timeouts(evidence: Evidence) -> Iterator[Measured]:
    """Phases that ran out of time, and the whole episode if it did."""
    if evidence.header.reason.startswith("timeout"):
        yield Measured(1, note=evidence.header.reason)
    phases = log_of(evidence, "phase")
    late = [phase for phase in phases if phase.get("outcome") in _LATE]
    note = late[0].get("name", "") if late else ""
    yield Measured(len(late), frame=int(late[0]["tick"]) if late else -1, note=note)


@rule("session", "most")
def barrier_skew(evidence: Evidence) -> Iterator[Measured]:
    """Ticks between the first and the last player to begin on their roles, after they met."""
    roles = evidence.header.roles
    begun: dict[int, int] = {}
    for phase in log_of(evidence, "phase"):
        player = phase.get("player", -1)
        if 0 <= player < len(roles) and phase.get("name") == roles[player]:
            begun.setdefault(player, int(phase["tick"]))
    if len(begun) >= 2:
        first, last = min(begun.values()), max(begun.values())
        yield Measured(last - first, frame=first)


def _was_drawn(evidence: Evidence) -> bool:
    return evidence.header.config.get("view_distance") is not None


def _ids(evidence: Evidence, player: int) -> np.ndarray:
    """The ids that a player had; it gets another when it joins again."""
    ids = np.unique(evidence["state/id"][:, player])
    return ids[ids > 0]
