"""Measures the diversity of players: lets them play with each other and looks on.

    measured = diversity_of(players, game)
    measured["divergence"]["mean"], measured["alarms"]

Everybody meets everybody; who sits where is drawn.  What they see on the way is the common set of
observations on which their decisions are compared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.entrance import key_of
from mpgenie.envs.spaces import COMPONENTS
from mpgenie.errors import ConfigError

from .diversity import (
    alarms,
    ancestry,
    archive,
    coverage,
    distances,
    divergences,
    mean_of_pairs,
)
from .kinds import clusters, stability
from .matches import Arena, Matches, Step
from .players import Player, Trained

PROBES = 2000
"""Common observations."""
BEHAVIOUR: dict[str, tuple[float, float]] = {
    "metres a second": (0.0, 5.0),
    "share of time near others": (0.0, 1.0),
    "share of time attacking": (0.0, 1.0),
    "share of time using": (0.0, 1.0),
}
"""Measures of a player in a match, and the least and most of each."""
NEAR = 6.0
"""Metres."""
_FARTHEST = 2.0  # metres in a tick; who moves farther was put elsewhere
_TICKS_PER_SECOND = 20
_KEY = 48
Floats = NDArray[np.float64]


class Onlooker:
    """Notes where everybody is and what it does, and keeps some of what is seen.

    Args:
        keep: Observations of how many rows to keep of each step.
        seed: Draws which.
    """

    def __init__(self, keep: int = 0, seed: int = 0) -> None:
        self.keep, self._rng = keep, np.random.default_rng([_KEY, seed])
        self.places: list[Floats] = []
        """(W, P, 3) step by step."""
        self.playing: list[NDArray[np.bool_]] = []
        self.acts: list[NDArray[np.bool_]] = []
        """(W, P, 2) whether one attacks, and uses."""
        self.probes: list[tuple[dict[str, NDArray[Any]], NDArray[np.int64], NDArray[np.int8]]] = []
        self.ticks = 1

    def __call__(self, step: Step) -> None:
        """A step has passed, or the matches begin."""
        envs, self.ticks = step.envs, step.envs.repeat
        games = [envs.world(world) for world in range(envs.num_worlds)]
        self.places.append(np.stack([g.state.players.position[w].copy() for g, _, w in games]))
        if not len(step.actions):
            return
        self.playing.append(step.playing)
        columns = [COMPONENTS.index(name) for name in ("attack", "use")]
        self.acts.append(step.actions[..., columns] > 0)
        going = np.flatnonzero(np.repeat(step.playing, envs.config.players))
        rows = np.sort(self._rng.choice(going, min(self.keep, len(going)), replace=False))
        seen = {name: array[rows].copy() for name, array in step.seen.items()}
        self.probes.append((seen, rows % envs.config.players, step.masks[rows].copy()))

    def behaviours(self) -> Floats:
        """(W, P, d) the measures of `BEHAVIOUR` of everybody in each match."""
        places = np.stack(self.places)  # (T + 1, W, P, 3)
        on = np.stack(self.playing)[..., None]  # (T, W, 1)
        ticks = np.maximum(1, on.sum(0))  # in steps
        went = np.linalg.norm(np.diff(places, axis=0), axis=-1)
        went = np.where(on & (went <= _FARTHEST * self.ticks), went, 0.0).sum(0)
        speed = went / ticks / self.ticks * _TICKS_PER_SECOND
        here = places[:-1]
        apart = np.linalg.norm(here[:, :, :, None] - here[:, :, None], axis=-1)
        apart += np.where(np.eye(apart.shape[-1]) > 0, np.inf, 0.0)
        near = ((apart.min(-1) < NEAR) & on).sum(0) / ticks
        acts = (np.stack(self.acts) & on[..., None]).sum(0) / ticks[..., None]
        return np.concatenate([speed[..., None], near[..., None], acts], -1)

    def visited(self) -> Floats:
        """(m, 3) where anybody was while its match went on."""
        places, on = np.stack(self.places)[:-1], np.stack(self.playing)
        return np.asarray(places[on].reshape(-1, 3), np.float64)


def diversity_of(
    players: Mapping[str, Player],
    game: Mapping[str, Any],
    *,
    lineage: Sequence[Mapping[str, Any]] = (),
    matches: int = 32,
    seed: int = 0,
    threads: int | None = 1,
) -> dict[str, Any]:
    """All six measures of some players, and what is alarming, as JSON takes it.

    Args:
        players: By name, two or more.
        game: As of `Arena`.
        lineage: Events of their population.
        matches: How many they play.
        seed: Of worlds and seats.
        threads: As of `Arena`.

    Raises:
        ConfigError: If there are fewer than two.
    """
    if len(players) < 2:
        raise ConfigError(f"diversity is of 2 players or more, got {list(players)}")
    onlooker = Onlooker(keep=PROBES, seed=seed)
    with Arena(list(players.values()), game, matches, threads) as arena:
        shape = (matches, arena.envs.config.players)
        seats = (np.arange(matches * shape[1]) % len(players)).astype(np.int64)
        np.random.default_rng([_KEY, seed]).shuffle(seats)
        seeds = [2 * (key_of(seed, _KEY, k) % 2**31) + 1 for k in range(matches)]
        played = arena.play(seats.reshape(shape), seeds, onlooker)
    names = list(players)
    measured = {
        "names": names,
        "coverage": coverage(onlooker.visited())._asdict(),
        **_decisions(players, onlooker, seed),
        **_behaviour(names, played, onlooker.behaviours()),
    }
    families = ancestry(lineage) if lineage else None
    if families is not None:
        measured["ancestry"] = families._asdict()
    if "divergence" in measured:
        measured["alarms"] = alarms(measured["divergence"]["mean"], families)
    return measured


def _decisions(players: Mapping[str, Player], onlooker: Onlooker, seed: int) -> dict[str, Any]:
    """Of those whose chances are known: how much they differ on the same observations."""
    known = {name: each for name, each in players.items() if isinstance(each, Trained)}
    if len(known) < 2:
        return {}
    seen = {
        name: np.concatenate([probe[0][name] for probe in onlooker.probes])
        for name in onlooker.probes[0][0]
    }
    slots, masks = (np.concatenate([probe[k] for probe in onlooker.probes]) for k in (1, 2))
    some = np.random.default_rng([_KEY, seed, 1]).permutation(len(slots))[:PROBES]
    seen = {name: array[some] for name, array in seen.items()}
    chances = np.stack(
        [np.exp(each.consider(seen, slots[some], masks[some])[0]) for each in known.values()]
    ).astype(np.float64)
    tables = {"divergence": divergences(chances), "distance": distances(chances)}
    return {
        "compared": list(known),
        **{
            name: {"pairs": table.tolist(), "mean": mean_of_pairs(table)}
            for name, table in tables.items()
        },
    }


def _behaviour(names: Sequence[str], played: Matches, behaviours: Floats) -> dict[str, Any]:
    """What everybody is like on average, the archive and the kinds."""
    rows = behaviours.reshape(-1, behaviours.shape[-1])
    whose, worth = played.seating.ravel(), played.scores.ravel()
    kept = archive(rows, worth, list(BEHAVIOUR.values()))
    count = min(3, len(rows))
    kinds = clusters(rows, count)
    return {
        "behaviour": {
            name: dict(zip(BEHAVIOUR, rows[whose == k].mean(0).tolist(), strict=True))
            for k, name in enumerate(names)
            if (whose == k).any()
        },
        "archive": {"coverage": kept.coverage, "score": kept.score, "cells": len(kept.best)},
        "kinds": {
            "shares": (np.bincount(kinds, minlength=count) / len(rows)).tolist(),
            "stability": stability(rows, count) if len(rows) >= 4 * count else None,
        },
    }
