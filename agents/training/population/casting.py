"""Who plays together in an episode that is made for data.

    any             anybody with anybody
    complementary   those who get most together, as matches among them have shown
    contrasting     those who would decide most differently on seeing the same

In each way everybody comes first as often as others; who follows is chosen one by one, and once all
have a seat they take seats again.  Shapes: n members.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.errors import ConfigError

from .measuring import diversity_of
from .players import Player, Trained
from .tournament import hold

CASTS = ("any", "complementary", "contrasting")
_KEY = 49
_TICKS = 300
"""Of the matches that tell who suits whom."""
Floats = NDArray[np.float64]


class Affinities(NamedTuple):
    """What is known of pairs of members."""

    together: Floats
    """(n, n) the mean score of both in a match of the two."""
    apart: Floats
    """(n, n) the divergence of their decisions, 0 to 1."""

    @classmethod
    def unknown(cls, n: int) -> Self:
        """Nothing is known; where anybody plays with anybody, nothing need be."""
        return cls(np.zeros((n, n)), np.zeros((n, n)))


def check_members(players: Mapping[str, Player]) -> None:
    """Refuse who cannot play for data.

    Raises:
        ConfigError: If there are fewer than two, or one did not learn it with PPO.
    """
    strange = [name for name, player in players.items() if not isinstance(player, Trained)]
    if len(players) < 2 or strange:
        raise ConfigError(
            "players for data are two or more trained members of a population, got "
            f"{strange or list(players)}"
        )


def affinities(players: Mapping[str, Player], game: Mapping[str, Any], seed: int) -> Affinities:
    """Find out who suits whom, by short matches of all pairs.

    Raises:
        ConfigError: As of `check_members`.
    """
    check_members(players)
    short = {**game, "max_cycles": min(_TICKS, int(game.get("max_cycles", _TICKS)))}
    scores = hold(players, short, rounds=2, seed=seed).mean_scores()
    measured = diversity_of(players, short, matches=8, seed=seed)
    return Affinities((scores + scores.T) / 2.0, np.array(measured["divergence"]["pairs"]))


def cast(how: str, slots: int, known: Affinities, seed: int, unit: int) -> list[int]:
    """Who plays in one episode.

    Args:
        how: One of `CASTS`.
        slots: Of the match.
        known: Who suits whom.
        seed: Of the dataset.
        unit: The number of the episode.

    Returns:
        (slots,) a member for each, in a drawn order.
    """
    check_known("cast", how, CASTS)
    n = len(known.together)
    rng = np.random.default_rng(key_of(seed, _KEY, unit))
    if how == "any":
        chosen = rng.permutation(n)[:slots].tolist()
    else:
        chosen = [unit % n]
        while len(chosen) < min(slots, n):
            left = [k for k in range(n) if k not in chosen]
            if how == "complementary":
                worth = known.together[np.ix_(left, chosen)].mean(1)
            else:
                worth = known.apart[np.ix_(left, chosen)].min(1)
            chosen.append(left[int(worth.argmax())])
    seats = [chosen[k % len(chosen)] for k in range(slots)]
    return [int(each) for each in rng.permutation(seats)]
