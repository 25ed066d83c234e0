"""Recorded games, such as people play against bots and trained players, in the same ratings.

    standings = hold(players, game)
    count_recorded(standings, "out/play")

A player is known by the name of its policy: somebody at the keyboard is `human:mouse` or
`human:keys`, scripts are `script`, chance is `random`, nobody is `idle`, and a trained player is
called as it was entered.  Games that were cut short do not count.  What a recorded game is decided
by is the whole reward: its parts are not recorded.
"""

from pathlib import Path

import numpy as np

from mpgenie.datasets.episode import Header
from mpgenie.datasets.reading import open_dataset
from mpgenie.errors import ConfigError

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
        DatasetError: If it is none.
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
        rewards = np.asarray(episode["outcome/reward"]).sum(0)[None]
        seats = np.array([[standings.enter(name) for name in called(episode.header)]])
        sides = sides_of(np.asarray(episode["state/team"])[0])[None]
        length = np.array([episode.header.length])
        by_rules = np.array([bool(np.asarray(episode["outcome/terminated"])[-1].all())])
        seeds = (episode.header.seed,)
        standings.take(Matches(seeds, seats, sides, rewards, rewards, length, by_rules), 0)
        counted += 1
    return counted


def called(header: Header) -> list[str]:
    """What the player of each slot is called in ratings."""
    names = []
    for policy in header.policies:
        kind, _, name = policy.partition(":")
        script = IDLE if name == IDLE else SCRIPT
        names.append({"script": script, "random": RANDOM, "checkpoint": name}.get(kind, policy))
    return names
