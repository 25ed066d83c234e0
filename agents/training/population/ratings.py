"""How good players are, told by who beats whom.

A rating is a guess of skill: a mean and how unsure it is.  After a match of two or more teams of
any sizes it moves as by Weng and Lin, "A Bayesian Approximation Method for Online Ranking", JMLR
12 (2011), algorithm 4 (Plackett-Luce), with a little more doubt added before each match, as players
change.  These are the numbers of the package openskill with its defaults, but ours, so that the
same seed gives the same lineage whatever is installed.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from mpgenie.errors import ConfigError

MU, SIGMA = 25.0, 25.0 / 3.0
"""Of somebody who never played."""
BETA = SIGMA / 2.0
"""How far performance strays from skill in one match."""
TAU = SIGMA / 100.0
"""The doubt that each match adds."""
KAPPA = 1e-4
"""The least share of its variance that a rating keeps after a match."""


class Rating(NamedTuple):
    """A guess of skill."""

    mu: float = MU
    sigma: float = SIGMA


def rate(teams: Sequence[Sequence[Rating]], ranks: Sequence[float]) -> list[list[Rating]]:
    """What is known after a match.

    Args:
        teams: The ratings of the members of each team before it.
        ranks: The place of each team; lower is better, equal is a draw.

    Returns:
        The ratings after it, in the same order.

    Raises:
        ConfigError: If there are fewer than two teams, one is empty, or places are missing.
    """
    if len(teams) < 2 or len(teams) != len(ranks) or not all(teams):
        raise ConfigError(
            "a match has two or more teams of one or more players and a place for each team, got "
            f"teams of {[len(team) for team in teams]} and the places {list(ranks)}"
        )
    drifted = [[Rating(r.mu, math.hypot(r.sigma, TAU)) for r in team] for team in teams]
    means, variances = zip(*(_together(team) for team in drifted), strict=True)
    c = math.sqrt(sum(variance + BETA**2 for variance in variances))
    strengths = [math.exp(mean / c) for mean in means]
    after = []
    for i, team in enumerate(drifted):
        gain = loss_of_doubt = 0.0
        for q, rank in enumerate(ranks):
            if rank > ranks[i]:
                continue  # who won against i, drew with it or is it: each place is a choice
            left = sum(s for s, other in zip(strengths, ranks, strict=True) if other >= rank)
            share, ties = strengths[i] / left, list(ranks).count(rank)
            gain += ((q == i) - share) / ties
            loss_of_doubt += share * (1.0 - share) / ties
        gain /= c
        loss_of_doubt *= math.sqrt(variances[i]) / c**3
        after.append([_moved(each, gain, loss_of_doubt) for each in team])
    return after


def chance(one: Sequence[Rating], other: Sequence[Rating]) -> float:
    """The chance that one team beats another, as `rate` expects it.

    Args:
        one: The ratings of its members.
        other: Those of the other's.
    """
    (mu_one, variance_one), (mu_other, variance_other) = _together(one), _together(other)
    c = math.sqrt(variance_one + variance_other + 2.0 * BETA**2)
    return 1.0 / (1.0 + math.exp((mu_other - mu_one) / c))


def worse(one: Rating, other: Rating) -> float:
    """The chance that one has less skill than another, however their next match may end."""
    deviations = (other.mu - one.mu) / math.hypot(one.sigma, other.sigma)
    return 0.5 * math.erfc(-deviations / math.sqrt(2.0))


def _together(team: Sequence[Rating]) -> tuple[float, float]:
    """Mean and variance of what a team can."""
    return sum(each.mu for each in team), sum(each.sigma**2 for each in team)


def _moved(rating: Rating, gain: float, loss_of_doubt: float) -> Rating:
    """A rating after what happened to its team; who is surer moves less."""
    variance = rating.sigma**2
    kept = max(1.0 - variance * loss_of_doubt, KAPPA)
    return Rating(rating.mu + variance * gain, rating.sigma * math.sqrt(kept))
