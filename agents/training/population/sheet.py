"""A contact sheet of matches: a row for each, moments from left to right, views above others."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.pictures import Picture, grid

from .matches import Arena, on_its_own_planet
from .players import Player
from .scribe import Scribe
from .takes import Take
from .tournament import Pairing, play_pairings

MOMENTS = 6
VIEWS = ("third", "top")
"""Of the first player, below each other: who learnt from states may look anywhere itself."""
_VIEW = (120, 160)


def contact_sheet(
    players: Mapping[str, Player],
    game: Mapping[str, Any],
    pairs: Sequence[tuple[str, str]],
    seed: int = 0,
) -> Picture:
    """Play a match of each pair and show it.

    Args:
        players: By name.
        game: As of `Arena`.
        pairs: Who plays in each row; the first player is of the first.
        seed: Of all matches.
    """
    names = list(players)
    with Arena(list(players.values()), game, len(pairs)) as arena:
        scribe = Scribe()
        pairings = [Pairing(names.index(a), names.index(b), 2 * seed + 1) for a, b in pairs]
        takes = scribe.takes(play_pairings(arena, pairings, len(pairs), scribe), names)
    shots = [shot for take in takes for shot in moments(take, game)]
    return grid(shots, columns=MOMENTS)


def moments(take: Take, game: Mapping[str, Any]) -> list[Picture]:
    """Play a take again, and show its first player at moments that are evenly apart.

    Args:
        take: What was played.
        game: With which options.
    """
    length = len(take.decisions) * take.repeat
    wanted = {(2 * k + 1) * length // (2 * MOMENTS) for k in range(MOMENTS)}
    fixed = {"observe": "proprio", "renderer": "software"}
    found = []
    with closing(parallel_env(**{**on_its_own_planet(game), **fixed})) as env:
        env.reset(seed=take.seed)
        for tick in range(length):
            if tick in wanted:
                found.append(_shot(env))
            if not env.agents:  # the rules ended it within the last decision
                break
            row = take.decisions[tick // take.repeat]
            env.step(dict(zip(env.possible_agents, row, strict=True)))
        return found + [_shot(env)] * (MOMENTS - len(found))


def _shot(env: PlanetEnv) -> Picture:
    first = env.possible_agents[0]
    views = [env.render_view(first, view=view, resolution=_VIEW) for view in VIEWS]
    return np.concatenate(views, axis=0)
