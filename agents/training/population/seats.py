"""Who has which slot of a match, once it is known who is on which side.

Shapes: W worlds, P slots of each.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.vector import PlanetVectorEnv

from .game import Outcome
from .matches import Floats, Ints, sides_of


def sides_in(envs: PlanetVectorEnv) -> Ints:
    """(W, P) the side of each slot now, as of `matches.sides_of`."""
    games = (envs.world(world) for world in range(envs.num_worlds))
    return np.stack([sides_of(game.state.players.team[w]) for game, _, w in games])


def taken(seating: NDArray[np.str_], seats: Ints, sides: Ints) -> NDArray[np.str_]:
    """Let everybody take a slot of its side.

    Args:
        seating: (W, P) who has each seat.
        seats: (P,) the side of each seat.
        sides: (W, P) the side of each slot.

    Returns:
        (W, P) who has each slot.
    """
    names = np.empty_like(seating)
    order = seats.argsort(kind="stable")
    np.put_along_axis(names, sides.argsort(axis=1, kind="stable"), seating[:, order], axis=1)
    return names


def outcomes(names: NDArray[np.str_], scores: Floats, sides: Ints) -> list[Outcome]:
    """How games ended.

    Args:
        names: (W, P) who had each slot.
        scores: (W, P) what each slot came to.
        sides: (W, P) the side of each slot.
    """
    found = []
    for row, came_to, theirs in zip(names, scores, sides, strict=True):
        each = [theirs == side for side in range(int(theirs.max()) + 1)]
        who = tuple(tuple(dict.fromkeys(row[side].tolist())) for side in each)
        found.append(Outcome(who, tuple(round(float(came_to[side].mean()), 9) for side in each)))
    return found
