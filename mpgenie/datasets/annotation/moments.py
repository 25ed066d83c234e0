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
_NEVER = -5000.0
"""Logits below it are of what could not be chosen."""


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

    Reads `policy/logits` (T, P, C, K) and `policy/values` (T, P), as `mpgenie generate
    --players-from` writes them; players whose rows are no numbers thought nothing.
    """
    players = len(episode.header.players)
    sure, values = _sure(episode, players), _policy(episode, "values", players, axes=2)
    for player in _thinking(sure):
        mean = round(float(sure[:, player].mean()), 6)
        yield Span(0, len(sure), "policy", "confidence", player, value=mean)
        for first, last in stretches(sure[:, player] < UNSURE, _UNSURE_TICKS, gap=2):
            least = round(float(sure[first : last + 1, player].min()), 6)
            yield Span(first, last, "policy", "unsure", player, value=least)
    for player in _thinking(values):
        row = values[:, player]
        spread = float(row.std())
        falls = np.array([row[k] - row[k : k + _SOON].min() for k in range(len(row))])
        for first, last in stretches(falls > max(spread, 1e-9), _UNSURE_TICKS, gap=2):
            most = round(float(falls[first : last + 1].max()), 6)
            yield Span(first, last, "policy", "risk", player, value=most)


def _sure(episode: Recorded, players: int) -> Floats:
    """(T, P) one minus the entropy over that of a guess among what could be chosen, 0 to 1."""
    logits = _policy(episode, "logits", players, axes=4)
    open_to = logits > _NEVER
    shares = np.exp(np.where(open_to, logits, -np.inf))
    entropy = -(shares * np.where(open_to, logits, 0.0)).sum((-1, -2))
    guess = np.log(np.maximum(open_to.sum(-1), 1)).sum(-1)
    sure = 1.0 - entropy / np.maximum(guess, 1e-9)
    return np.where(np.isnan(logits).any((-1, -2)), np.nan, np.clip(sure, 0.0, 1.0))


def _thinking(rows: Floats) -> list[int]:
    """The players whose columns of (T, P) are numbers."""
    return np.flatnonzero(np.isfinite(rows).all(0) & (len(rows) > 0)).tolist()


def _policy(episode: Recorded, name: str, players: int, axes: int) -> Floats:
    """What stands in an episode by a name; no rows if there is none.

    Raises:
        DatasetError: If it is of another shape.
    """
    try:
        found = np.asarray(episode[f"policy/{name}"], np.float64)
    except (KeyError, DatasetError):
        return np.zeros((0, players) + (1,) * (axes - 2))
    if found.ndim != axes or found.shape[1] != players:
        raise DatasetError(
            f"policy/{name} has {axes} axes, the second of {players} players, but it is of shape "
            f"{found.shape}"
        )
    return found
