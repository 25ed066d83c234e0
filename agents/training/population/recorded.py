"""Recorded games, such as people play against bots and trained players, in the same ratings.

    standings = hold(players, game)
    count_recorded(standings, "out/play")

A player is known by the name of its policy: somebody at the keyboard is `human:mouse` or
`human:keys`, scripts are `script`, chance is `random`, nobody is `idle`, and a trained player is
called as it was entered.  Games that were cut short do not count.  A recorded game is decided as
those of a tournament are: what only shapes the reward is found out by playing it again.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.vpt.states import rules_of, shaping_of
from mpgenie.datasets.episode import Header
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.shards import Shard
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.errors import ConfigError, DatasetError

from .matches import Matches, sides_of
from .players import IDLE, RANDOM, SCRIPT
from .tournament import Standings


def count_recorded(standings: Standings, folder: str | Path) -> int:
    """Count the games of a dataset in a tournament.

    Args:
        standings: Whose; players who did not enter are added.
        folder: The dataset.

    Returns:
        How many games were counted.

    Raises:
        ConfigError: If it holds games of another scenario.
        DatasetError: If it is none, or a game cannot be played again whose reward is shaped.
    """
    dataset, counted = open_dataset(folder), 0
    scenario = standings.game.get("scenario")
    for entry in dataset.episodes:
        episode = dataset.load(entry)
        if episode.header.type != scenario:
            raise ConfigError(
                f"{folder} holds games of {episode.header.type}, the tournament is of {scenario}"
            )
        if episode.header.outcome != "success":
            continue
        rewards = np.asarray(episode["outcome/reward"])
        returns, scores = rewards.sum(0)[None], (rewards - _shaping(episode)).sum(0)[None]
        seats = np.array([[standings.enter(name) for name in called(episode.header)]])
        sides = sides_of(np.asarray(episode["state/team"])[0])[None]
        length = np.array([episode.header.length])
        by_rules = np.array([bool(np.asarray(episode["outcome/terminated"])[-1].all())])
        seeds = (episode.header.seed,)
        standings.take(Matches(seeds, seats, sides, returns, scores, length, by_rules), 0)
        counted += 1
    return counted


def _shaping(episode: Shard) -> NDArray[np.float64]:
    """(T, P) what only shaped the rewards of a game."""
    rules, known = rules_of(episode.header), SCENARIOS[episode.header.type]
    if rules is None and known.shaping:
        raise DatasetError(
            f"a game of {known.name} does not say by which rules it was played, so nobody can tell "
            "who won: leave its dataset out"
        )
    return shaping_of(episode, rules or known())


def called(header: Header) -> list[str]:
    """What the player of each slot is called in ratings."""
    names = []
    for policy in header.policies:
        kind, _, name = policy.partition(":")
        script = IDLE if name == IDLE else SCRIPT
        names.append({"script": script, "random": RANDOM, "checkpoint": name}.get(kind, policy))
    return names
