"""Tournaments: everybody with and against everybody, from the same seeds, on either side.

    standings = hold(entered(["gather", "script", "random"]), rounds=8)
    print(standings.table())

Two players share each match: one has every second side (a team, or a player where there are no
teams), the other the rest.  Each seed is played twice, with sides exchanged, so neither map nor
side tells for anybody.  Whoever meets itself shows what it gets among its like.

Who wins is who has the higher score, which is the return without what only shapes.  How good all
are is told by Elo's points from all matches at once, whatever their order; ratings, which move
match by match as those of populations do, are kept beside them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.config import config_from
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.errors import ConfigError
from mpgenie.intervals import Estimate, stratified

from .cross_play import Cycle, cross_play_ratio, cycles, cyclic_share, elo, exploitabilities
from .matches import Arena, Ints, Matches, OnStep, on_its_own_planet
from .players import Player
from .ratings import Rating, rate

_KEY = 46
Floats = NDArray[np.float64]
OnMatches = Callable[[int], None]


class Pairing(NamedTuple):
    """Who shares a match: `first` has the sides 0, 2, ..., `second` the others."""

    first: int
    second: int
    seed: int


@dataclass
class Standings:
    """What came of a tournament of n players."""

    names: list[str]
    game: dict[str, Any] = field(default_factory=dict)
    scores: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    """By row and column: the mean score of the row's players, match by match."""
    won: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """(n, n) how many matches the row won against the column; a draw is half a one."""
    games: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    ratings: list[Rating] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = len(self.names)
        if not len(self.won):
            self.won, self.games = np.zeros((n, n)), np.zeros((n, n), np.int64)
        self.ratings = self.ratings or [Rating()] * n

    def enter(self, name: str) -> int:
        """The number of a player; one who is not there yet is, from now on."""
        if name not in self.names:
            self.names.append(name)
            self.ratings.append(Rating())
            self.won = np.pad(self.won, (0, 1)).astype(np.float64)
            self.games = np.pad(self.games, (0, 1)).astype(np.int64)
        return self.names.index(name)

    def take(self, matches: Matches, w: int) -> None:
        """Count a match; of more than two players, everybody against each of the others."""
        seats, scores = matches.seating[w], matches.scores[w]
        means = {k: float(scores[seats == k].mean()) for k in np.unique(seats).tolist()}
        for row, mean in means.items():
            for column in set(means) - {row} or {row}:
                self.scores.setdefault((row, column), []).append(mean)
                if row != column:
                    margin = mean - means[column]
                    self.won[row, column] += 0.5 + 0.5 * np.sign(
                        margin if abs(margin) > 1e-9 else 0
                    )
                    self.games[row, column] += 1
        rate_match(self.ratings, matches.teams(w), matches.places(w))

    def mean_scores(self) -> Floats:
        """(n, n) mean scores; nan where two never met."""
        n = len(self.names)
        table = np.full((n, n), np.nan)
        for pair, values in self.scores.items():
            table[pair] = np.mean(values)
        return table

    def chances(self) -> Floats:
        """(n, n) the share of matches that the row won; a half where two never met."""
        share: Floats = np.where(self.games > 0, self.won / np.maximum(self.games, 1), 0.5)
        return share

    def score(self, k: int) -> Estimate:
        """What a player gets among the others: the interquartile mean over all of its matches."""
        others = [values for (row, column), values in self.scores.items() if row == k != column]
        return stratified(others or [self.scores[k, k]])

    def elo(self) -> list[Estimate]:
        """How good players are, from all matches at once: points above the mean of all."""
        return elo(self.won, self.games)

    def order(self) -> list[int]:
        """Players, the highest in Elo's points first."""
        points = self.elo()
        return sorted(range(len(self.names)), key=lambda k: -points[k].value)

    def cycles(self) -> list[Cycle]:
        """Threes who go round in a circle beyond doubt."""
        return cycles(self.won, self.games)

    def to_plain(self) -> dict[str, Any]:
        """All of it, and what follows from it, as JSON takes it."""
        scores = self.mean_scores()
        whole = bool(np.isfinite(scores).all())
        return {
            "names": self.names,
            "game": self.game,
            "elo": [list(points) for points in self.elo()],
            "ratings": [list(rating) for rating in self.ratings],
            "score": [list(self.score(k)) for k in range(len(self.names))],
            "scores": [[i, j, values] for (i, j), values in sorted(self.scores.items())],
            "won": self.won.tolist(),
            "games": self.games.tolist(),
            "cross_play_ratio": cross_play_ratio(scores) if whole else None,
            "cycles": [[self.names[k] for k in cycle] for cycle in self.cycles()],
            "cyclic_share": cyclic_share(self.chances()),
            "exploitability": exploitabilities(scores).tolist() if whole else None,
        }

    def table(self) -> str:
        """For a terminal: everybody, best first, with whom they get how much."""
        order, scores, points = self.order(), self.mean_scores(), self.elo()
        wide = max(6, *(len(name) for name in self.names))
        head = "".join(f"{self.names[k][:8]:>9}" for k in order)
        lines = [f"{'':{wide}}  {'Elo':17}  {'score':22}  {head}"]
        for k in order:
            rating = "{:+5.0f} [{:+.0f}, {:+.0f}]".format(*points[k])
            row = "".join(f"{scores[k, j]:9.2f}" for j in order)
            lines.append(f"{self.names[k]:{wide}}  {rating:17}  {self.score(k)!s:22}  {row}")
        return "\n".join(lines)


def rate_match(
    ratings: list[Rating], teams: Sequence[Sequence[int]], places: Sequence[float]
) -> None:
    """Move the ratings of those who played a match, in place.

    Of somebody in several slots what each of them is worth is added up: the mean moves by the sum,
    and doubts shrink one by one.  Somebody who played only with itself keeps its rating.

    Args:
        ratings: Of all players.
        teams: The players of each side, one for each slot.
        places: Of each side; lower is better.
    """
    if len({player for team in teams for player in team}) < 2 or len(teams) < 2:
        return
    after = rate([[ratings[k] for k in team] for team in teams], list(places))
    before = list(ratings)
    for team, rated in zip(teams, after, strict=True):
        for k, new in zip(team, rated, strict=True):
            gain, left = new.mu - before[k].mu, new.sigma / before[k].sigma
            ratings[k] = Rating(ratings[k].mu + gain, ratings[k].sigma * left)


def hold(
    players: Mapping[str, Player],
    game: Mapping[str, Any],
    *,
    rounds: int = 8,
    seed: int = 0,
    worlds: int = 16,
    threads: int | None = 1,
    on_matches: OnMatches | None = None,
) -> Standings:
    """Hold a tournament.

    Args:
        players: By name, two or more.
        game: As of `Arena`.
        rounds: Seeds that each pair plays, from both sides.
        seed: Those follow from it; each is on a planet of its own, which nobody learnt on.
        worlds: How many matches are played side by side.
        threads: As of `Arena`.
        on_matches: Told how many more have been played.

    Raises:
        ConfigError: If there are fewer than two players, or no rounds, or matches are of one.
    """
    if len(players) < 2 or rounds < 1:
        raise ConfigError(f"a tournament has 2 players or more, and rounds, got {list(players)}")
    if config_from(game).players < 2:
        raise ConfigError("two share each match of a tournament: it takes 2 players or more, got 1")
    standings = Standings(list(players), plain_game(on_its_own_planet(game)))
    pairings = list(schedule(len(players), rounds, seed))
    worlds = min(worlds, len(pairings))
    with Arena(list(players.values()), game, worlds, threads) as arena:
        for first in range(0, len(pairings), worlds):
            some = pairings[first : first + worlds]
            matches = play_pairings(arena, some, worlds)
            for w in range(len(some)):
                standings.take(matches, w)
            if on_matches is not None:
                on_matches(len(some))
    return standings


def schedule(players: int, rounds: int, seed: int = 0) -> Iterator[Pairing]:
    """All pairings, round by round, the two orders of a pair one after the other."""
    for turn in range(rounds):
        match_seed = 2 * (key_of(seed, _KEY, turn) % 2**31) + 1
        for i, j in combinations_with_replacement(range(players), 2):
            yield Pairing(i, j, match_seed)
            if i != j:
                yield Pairing(j, i, match_seed)


def play_pairings(
    arena: Arena, pairings: Sequence[Pairing], worlds: int, on_step: OnStep | None = None
) -> Matches:
    """Play pairings side by side; worlds that have none left play the last one once more."""
    filled = [*pairings, *[pairings[-1]] * (worlds - len(pairings))]

    def seating(sides: Ints) -> Ints:
        pairs = np.array([(p.first, p.second) for p in filled])
        return np.asarray(np.take_along_axis(pairs, sides % 2, axis=1), np.int64)

    return arena.play(seating, [p.seed for p in filled], on_step)


def plain_game(game: Mapping[str, Any]) -> dict[str, Any]:
    """A game as JSON takes it."""
    return {name: value if _is_plain(value) else repr(value) for name, value in game.items()}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | tuple | list | None)
