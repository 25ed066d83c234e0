"""How much players work together, when most happens, and how sure policies are."""

from collections.abc import Iterator

import numpy as np

from mpgenie.datasets.episode import Recorded
from mpgenie.envs.simulation.events import (
    BLOCK_PLACE,
    DEATH,
    DIG_DONE,
    HIT,
    HURT,
    ITEM_DROP,
    ITEM_PICK,
    KIND_NAMES,
    MESSAGE,
    MOB_DEATH,
    RESPAWN,
)
from mpgenie.errors import DatasetError

from .spans import Floats, Span, slots_of, stretches

NEAR = 8.0
"""Metres within which work is done together."""
WEIGHTS = {
    DEATH: 5.0, RESPAWN: 2.0, MOB_DEATH: 3.0, HIT: 1.0, HURT: 1.5, ITEM_DROP: 1.0, ITEM_PICK: 0.5,
    BLOCK_PLACE: 0.5, DIG_DONE: 0.5, MESSAGE: 0.5,
}  # fmt: skip
"""How much each kind of event counts for key moments."""
SPREAD = 40
"""Ticks around an event over which its weight falls to nothing."""
APART = 100
"""Ticks between two key moments at least."""
_STANDS_OUT = 1.5
"""Standard deviations above the mean that a key moment stands out."""
UNSURE = 0.25
"""Confidence below which a policy is unsure."""
_SOON = 40
"""Ticks within which a loss of value counts as risk."""
_UNSURE_TICKS = 5


def cooperation(episode: Recorded) -> Iterator[Span]:
    """From 0 to 1: how evenly players share the work on blocks, times how much is done in company.

    One span for the episode, if anybody worked; the note has the number of works of each player.
    """
    slots, position, events = slots_of(episode), episode["state/position"], episode["events"]
    works, close = np.zeros(position.shape[1]), 0
    for tick, kind, actor, *_ in events.tolist():
        if kind in (BLOCK_PLACE, DIG_DONE) and actor in slots:
            slot = slots[actor]
            works[slot] += 1
            others = np.delete(position[tick], slot, axis=0)
            apart = np.linalg.norm(others - position[tick, slot], axis=-1)
            close += bool(len(apart) and apart.min() <= NEAR)
    if works.sum() and len(works) > 1:
        share = works[works > 0] / works.sum()
        even = float(-(share * np.log(share)).sum() / np.log(len(works)))
        level = round(even * close / works.sum(), 6) + 0.0
        note = " ".join(str(int(n)) for n in works)
        yield Span(0, episode.header.length, "cooperation", "joint_work", value=level, note=note)


def key_moments(episode: Recorded) -> Iterator[Span]:
    """Peaks of what happens, by weight of the events; the label is the weightiest event nearby."""
    weight = np.zeros(episode.header.length + 1)
    events = [e for e in episode["events"].tolist() if e[1] in WEIGHTS]
    for tick, kind, *_ in events:
        weight[tick + 1] += WEIGHTS[kind]
    kernel = 1.0 - np.abs(np.arange(-SPREAD + 1, SPREAD)) / SPREAD
    density = np.convolve(weight, kernel)[SPREAD - 1 : SPREAD - 1 + len(weight)]
    limit = max(1.0, float(density.mean() + _STANDS_OUT * density.std()))
    left = density.copy()
    while left.max() >= limit:
        peak = int(np.argmax(left))
        near = [e for e in events if abs(e[0] + 1 - peak) < SPREAD]
        _, kind, first = max((WEIGHTS[e[1]], e[1], -e[0]) for e in near)
        note = f"{len(near)} events"
        value = round(float(density[peak]), 6)
        yield Span(peak, peak, "key_moment", KIND_NAMES[kind], value=value, note=note)
        left[max(0, peak - APART) : peak + APART + 1] = 0.0


def confidence(episode: Recorded) -> Iterator[Span]:
    """How sure policies are, and where they are not; where the value they expect falls.

    Reads `policy/logits` (T, P, A) or else `policy/entropy` (T, P), and `policy/value` (T, P).
    """
    players = len(episode.header.players)
    sure = _sure(episode, players)
    if sure is not None:
        for player in range(players):
            mean = round(float(sure[:, player].mean()), 6)
            yield Span(0, len(sure), "policy", "confidence", player, value=mean)
            for first, last in stretches(sure[:, player] < UNSURE, _UNSURE_TICKS, gap=2):
                least = round(float(sure[first : last + 1, player].min()), 6)
                yield Span(first, last, "policy", "unsure", player, value=least)
    value = _policy(episode, "value", players)
    if value is None:
        return
    for player in range(players):
        row = value[:, player]
        spread = float(row.std())
        falls = np.array([row[k] - row[k : k + _SOON].min() for k in range(len(row))])
        for first, last in stretches(falls > max(spread, 1e-9), _UNSURE_TICKS, gap=2):
            most = round(float(falls[first : last + 1].max()), 6)
            yield Span(first, last, "policy", "risk", player, value=most)


def _sure(episode: Recorded, players: int) -> Floats | None:
    """(T, P) one minus the entropy over that of a guess, 0 to 1."""
    logits = _policy(episode, "logits", players, axes=3)
    if logits is not None and logits.shape[2] > 1:
        shifted = logits - logits.max(-1, keepdims=True)
        share = np.exp(shifted) / np.exp(shifted).sum(-1, keepdims=True)
        entropy = -(share * np.log(np.maximum(share, 1e-30))).sum(-1)
        return np.asarray(1.0 - entropy / np.log(logits.shape[2]))
    entropy_row = _policy(episode, "entropy", players)
    if entropy_row is None or not entropy_row.max() > 0.0:
        return None
    return np.asarray(1.0 - entropy_row / entropy_row.max())


def _policy(episode: Recorded, name: str, players: int, axes: int = 2) -> Floats | None:
    try:
        found = np.asarray(episode[f"policy/{name}"], np.float64)
    except (KeyError, DatasetError):
        return None
    fits = found.ndim == axes and found.shape[1] == players and found.shape[0] > 0
    return found if fits else None
