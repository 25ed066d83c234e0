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
_SLOTS, _MASKS = "slot of the row", "mask of the row"  # no observation is called so
Floats = NDArray[np.float64]


class Probes:
    """Some of the rows that it is shown, each as likely: never more are held (Vitter's reservoir).

    Args:
        most: How many rows.
        seed: Draws which.
    """

    def __init__(self, most: int, seed: int) -> None:
        self.most, self.shown = most, 0
        self._rng = np.random.default_rng([_KEY, seed])
        self._kept: dict[str, NDArray[Any]] = {}

    def show(self, rows: Mapping[str, NDArray[Any]], some: NDArray[np.int64]) -> None:
        """Show some rows of arrays (N, ...)."""
        if not self._kept:
            self._kept = {
                name: np.empty((self.most, *array.shape[1:]), array.dtype)
                for name, array in rows.items()
            }
        numbers = self.shown + np.arange(len(some))
        places = np.where(numbers < self.most, numbers, self._rng.integers(numbers + 1))
        stays = places < self.most
        for name, array in rows.items():
            self._kept[name][places[stays]] = array[some[stays]]
        self.shown += len(some)

    def kept(self) -> dict[str, NDArray[Any]]:
        """(n, ...) those that were drawn."""
        return {name: array[: self.shown] for name, array in self._kept.items()}


class Onlooker:
    """Notes where everybody is and what it does, and keeps some of what is seen.

    Args:
        keep: Observations of how many rows to keep in all.
        seed: Draws which.
    """

    def __init__(self, keep: int = 0, seed: int = 0) -> None:
        self.probes = Probes(keep, seed)
        """Of what is observed, and beside it who sits there and what is allowed."""
        self.places: list[Floats] = []
        """(W, P, 3) step by step."""
        self.playing: list[NDArray[np.bool_]] = []
        self.acts: list[NDArray[np.bool_]] = []
        """(W, P, 2) whether one attacks, and uses."""
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
        slots = np.arange(len(step.masks)) % envs.config.players
        self.probes.show({**step.seen, _SLOTS: slots, _MASKS: step.masks}, going)

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
        **_decisions(players, onlooker),
        **_behaviour(names, played, onlooker.behaviours()),
    }
    families = ancestry(lineage) if lineage else None
    if families is not None:
        measured["ancestry"] = families._asdict()
    if "divergence" in measured:
        measured["alarms"] = alarms(measured["divergence"]["mean"], families)
    return measured


def _decisions(players: Mapping[str, Player], onlooker: Onlooker) -> dict[str, Any]:
    """Of those whose chances are known: how much they differ on the same observations."""
    known = {name: each for name, each in players.items() if isinstance(each, Trained)}
    if len(known) < 2:
        return {}
    seen = onlooker.probes.kept()
    slots, masks = seen.pop(_SLOTS), seen.pop(_MASKS)
    chances = np.stack(
        [np.exp(each.consider(seen, slots, masks)[0]) for each in known.values()]
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
