"""Matches: several players meet in the worlds of one vector environment.

    with Arena(players, game_of(players), worlds=16) as arena:
        matches = arena.play(seating, seeds=range(16))

A match is one episode of a world.  A seating says which player (an index into `players`) chooses
for which slot; the same one may sit in several.  Sides are the teams of the scenario or, where it
has none, everybody alone.  What decides a match is the score: the return without what only shapes.

Shapes: W worlds, P slots of each.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.config import config_from
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.envs.vector import PlanetVectorEnv, vector_env
from mpgenie.errors import ConfigError

from .players import Player

_KEY = 45  # of what players draw from
_SEEN = ("resolution", "hud", "view_distance")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Seating = Callable[[Ints], Ints] | NDArray[np.integer[Any]]
"""(W, P) which player sits where, or what gives it once it is known who is on which side (W, P)."""
OnStep = Callable[["Step"], None]


@dataclass(frozen=True)
class Matches:
    """How W matches went."""

    seeds: tuple[int, ...]
    seating: Ints
    """(W, P) which player chose for each slot."""
    sides: Ints
    """(W, P) the side of each slot, numbered from 0."""
    returns: Floats
    """(W, P) the sum of the rewards of each slot."""
    scores: Floats
    """(W, P) the same, without what only shapes."""
    ticks: Ints
    """(W,) how long each took."""
    ended: NDArray[np.bool_]
    """(W,) whether the rules ended it, and not time."""

    def teams(self, w: int) -> list[list[int]]:
        """The players of each side, one for each of its slots."""
        sides, seats = self.sides[w], self.seating[w]
        return [seats[sides == side].tolist() for side in range(int(sides.max()) + 1)]

    def places(self, w: int) -> list[int]:
        """The place of each side by the mean score of its slots: 0 = nobody had more."""
        sides = self.sides[w]
        means = [float(self.scores[w, sides == k].mean()) for k in range(int(sides.max()) + 1)]
        return [sum(other > mean + 1e-9 for other in means) for mean in means]


@dataclass(frozen=True)
class Step:
    """What happened in a step, for those who look on."""

    envs: PlanetVectorEnv
    actions: Ints
    """(W, P, C) what was chosen; before the first step, nothing."""
    playing: NDArray[np.bool_]
    """(W,) whose match had not ended before it."""
    rewards: Floats
    """(W, P)."""
    seen: Mapping[str, NDArray[Any]]
    """By name, (W * P, ...) what was observed before it; to be copied by who keeps it."""
    masks: NDArray[np.int8]
    """(W * P, choices) the same of `infos["action_mask"]`."""


class Arena:
    """Worlds in which players meet; use it in a `with` block.

    Args:
        players: Who may sit down.
        game: Options of `parallel_env`, but for what is observed.
        worlds: How many matches are played side by side.
        threads: As of `vector_env`.

    Steps are as long as the choices of all players allow.  Each match is on the planet of its own
    seed, however few planets players learnt on.
    """

    def __init__(
        self,
        players: Sequence[Player],
        game: Mapping[str, Any],
        worlds: int = 16,
        threads: int | None = 1,
    ) -> None:
        self.players = list(players)
        ticks = math.gcd(*(player.repeat for player in players)) or 1
        self.envs = vector_env(
            worlds,
            threads=threads,
            repeat=ticks,
            **{**on_its_own_planet(game), **_observed(players), "copy": False},
        )
        self._shape = (worlds, self.envs.config.players)
        self.seated: list[tuple[Player, Ints]] = []
        """Who chooses for which rows in the matches under way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.envs.close()

    def play(
        self, seating: Seating, seeds: Sequence[int], on_step: OnStep | None = None
    ) -> Matches:
        """Play an episode in each world.

        Args:
            seating: Who sits where.
            seeds: One for each world.
            on_step: Told of the beginning and of each step.

        Raises:
            ConfigError: If somebody else is to sit down, or seeds or seats are missing.
        """
        if len(seeds) != self._shape[0]:
            raise ConfigError(f"{self._shape[0]} worlds need as many seeds, got {len(seeds)}")
        envs = self.envs
        observed, infos = envs.reset(seed=[int(seed) for seed in seeds])
        sides = self._sides()
        seats = np.asarray(seating(sides) if callable(seating) else seating, np.int64)
        self._check(seats)
        self.seated = self._sit_down(seats, int(seeds[0]))
        tally = _Tally(self._shape, envs.config.rules)
        actions = np.zeros((envs.num_envs, len(envs.single_action_space.nvec)), np.int64)  # type: ignore[attr-defined]
        if on_step is not None:
            begun = actions[:0], tally.playing, np.zeros(envs.num_envs)
            on_step(self._step(*begun, observed, infos["action_mask"]))
        while tally.playing.any():
            rows_playing = np.repeat(tally.playing, self._shape[1])
            for player, rows in self.seated:
                seen = {name: array[rows] for name, array in observed.items()}
                masks = infos["action_mask"][rows]
                actions[rows] = player.act(seen, masks, rows_playing[rows])
            before = observed, infos["action_mask"]
            observed, rewards, terminated, truncated, infos = envs.step(actions)
            if on_step is not None:
                on_step(self._step(actions, tally.playing, rewards, *before))
            tally.add(rewards, infos, terminated | truncated, terminated)
        return Matches(
            tuple(int(seed) for seed in seeds),
            seats,
            sides,
            tally.returns,
            tally.scores,
            tally.ticks,
            tally.ended,
        )

    def _sit_down(self, seats: Ints, seed: int) -> list[tuple[Player, Ints]]:
        """Who chooses for which rows; somebody who is named twice, for those of both."""
        seated = []
        for player in {id(player): player for player in self.players}.values():
            numbers = [k for k, other in enumerate(self.players) if other is player]
            if len(rows := np.flatnonzero(np.isin(seats, numbers))):
                player.begin(self.envs, rows, key_of(seed, _KEY, numbers[0]) % 2**63)
                seated.append((player, rows))
        return seated

    def _sides(self) -> Ints:
        """(W, P) sides from 0; those whom no team has taken are a side each."""
        games = (self.envs.world(world) for world in range(self._shape[0]))
        return np.stack([sides_of(game.state.players.team[w]) for game, _, w in games])

    def _check(self, seats: Ints) -> None:
        if seats.shape != self._shape or not 0 <= seats.min() <= seats.max() < len(self.players):
            raise ConfigError(
                f"a seating is of shape {self._shape}, with numbers of the {len(self.players)} "
                f"players from 0, got shape {seats.shape} from {seats.min()} to {seats.max()}"
            )

    def _step(
        self,
        actions: Ints,
        playing: NDArray[np.bool_],
        rewards: Floats,
        seen: Mapping[str, NDArray[Any]],
        masks: NDArray[np.int8],
    ) -> Step:
        worlds = len(actions) // self._shape[1]
        shaped = actions.reshape(worlds, self._shape[1], actions.shape[-1])
        paid = rewards.reshape(self._shape)
        return Step(self.envs, shaped, playing.copy(), paid, seen, masks)


class _Tally:
    """What everybody has got so far; nothing that comes after the end of a match counts."""

    def __init__(self, shape: tuple[int, int], rules: Any) -> None:
        self.returns, self.scores = np.zeros(shape), np.zeros(shape)
        self.ticks = np.zeros(shape[0], np.int64)
        self.ended = np.zeros(shape[0], np.bool_)
        self.playing = np.ones(shape[0], np.bool_)
        self._shaping = rules.shaping

    def add(
        self,
        rewards: Floats,
        infos: Mapping[str, Any],
        over: NDArray[np.bool_],
        by_rules: NDArray[np.bool_],
    ) -> None:
        """A step has passed."""
        shape, on = self.returns.shape, self.playing
        parts = infos["reward_parts"]
        shaped = sum((parts[name] for name in self._shaping), np.zeros(rewards.shape))
        self.returns[on] += rewards.reshape(shape)[on]
        self.scores[on] += (rewards - shaped).reshape(shape)[on]
        self.ticks[on] = infos["tick"].reshape(shape)[on, 0]
        self.ended |= on & by_rules.reshape(shape)[:, 0]
        self.playing = on & ~over.reshape(shape)[:, 0]


def sides_of(teams: NDArray[np.integer[Any]]) -> Ints:
    """(P,) sides from 0, of players in teams (P,); those in team 0 are a side each."""
    alone = np.arange(len(teams)) + 1 + int(teams.max())
    return np.unique(np.where(teams > 0, teams, alone), return_inverse=True)[1].astype(np.int64)


def game_of(players: Sequence[Player], /, **chosen: Any) -> dict[str, Any]:
    """The game that players meet in: that of the first who has learnt one.

    Args:
        players: Who will play.
        **chosen: Options of `parallel_env` that shall be otherwise; None leaves them.

    Raises:
        ConfigError: If nobody has learnt a game and no scenario is named, or one has learnt
            another; or if they have learnt it with different numbers of players and none is named.
    """
    named = {name: value for name, value in chosen.items() if value is not None}
    learnt = [player.options for player in players if player.options]
    for options in learnt:
        ours, theirs = named.get("scenario", learnt[0]["scenario"]), options["scenario"]
        if ours != theirs:
            raise ConfigError(f"a player that has learnt {theirs} cannot play {ours}")
    numbers = sorted({options["players"] for options in learnt if "players" in options})
    if len(numbers) > 1 and "players" not in named:
        raise ConfigError(
            f"those who enter have learnt in games of {' and '.join(map(str, numbers))} players: "
            "say how many play (players)"
        )
    if not learnt and "scenario" not in named:
        raise ConfigError("nobody who enters has learnt a game: name a scenario")
    return {**(learnt[0] if learnt else {}), **named}


def on_its_own_planet(game: Mapping[str, Any]) -> dict[str, Any]:
    """A game as it is played in matches: by discrete actions, each seed on a planet of its own."""
    return {**game, "planets": None, "action_mode": "discrete"}


def _observed(players: Sequence[Player]) -> dict[str, Any]:
    """What the environment has to show so that everybody sees what it has learnt from.

    Raises:
        ConfigError: If two want pictures of different sizes.
    """
    configs = [config_from(player.options) for player in players if player.options]
    names = dict.fromkeys(name for config in configs for name in config.observed)
    looks = [{name: getattr(c, name) for name in _SEEN} for c in configs if c.draws]
    if any(look != looks[0] for look in looks):
        raise ConfigError(f"players want pictures drawn differently: {looks}; let them meet apart")
    return {"observe": tuple(names) or ("proprio",), **(looks[0] if looks else {})}
