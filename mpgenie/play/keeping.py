"""Keeps matches that were played elsewhere, as episodes of a dataset.

    with closing(Keeper("data", game)) as keeper:
        keeper.keep(take)

A match comes as its seed and everybody's decisions (`agents.training.population.takes`), and is
played again here, to the same states: with pictures, if any are asked for, else seed and actions
are all that an episode takes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mpgenie.agents.policy import Action
from mpgenie.agents.training.population.takes import Take
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.envs.config import config_from
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.simulation.actions import NO_OP, discrete_to_raw
from mpgenie.errors import ConfigError

from .filming import Film
from .game import Planet
from .seats import Seat
from .session import Session


class Keeper:
    """Makes episodes of takes.

    Args:
        root: The dataset's folder: new, or one that this kept takes in before.
        game: The options of `parallel_env` with which they were played.
        streams: What is kept of what players see; by default nothing.
        source: Who played, as `details` of each episode say.
        split: Of all episodes.
        agreed: What whoever goes on with the dataset must agree on, as JSON takes it.

    Raises:
        ConfigError: If the folder is a dataset of another kind, or the game has messages.
    """

    def __init__(
        self,
        root: str | Path,
        game: Mapping[str, Any],
        streams: Sequence[StreamSpec] = (),
        *,
        source: str = "checkpoint",
        split: str = "train",
        agreed: Mapping[str, Any] | None = None,
    ) -> None:
        fixed = {"observe": ("proprio",), "action_mode": "raw", "renderer": "software", "seed": 0}
        config = config_from({**game, **fixed, "copy": False})
        if config.messages:
            raise ConfigError("datasets have no place for messages: keep games without any")
        self.game = Planet(PlanetEnv(config))
        try:
            self.film = Film(
                root, self.game, streams, source=source, split=split, agreed=agreed
            )  # fmt: skip
        except BaseException:
            self.game.close()
            raise

    def keep(self, take: Take, unit: int | None = None) -> int:
        """Play a take again and seal it.

        Args:
            take: What was played.
            unit: Its number in the dataset; by default the first that is free.

        Returns:
            Its number.

        Raises:
            ConfigError: If it has another number of players than the game.
        """
        if take.decisions.shape[1] != len(self.game.players):
            raise ConfigError(
                f"the take is of {take.decisions.shape[1]} players, the game of "
                f"{len(self.game.players)}: keep it in a dataset of its own"
            )
        self.film.unit = unit
        seats = [
            Seat(player, Retold(take, slot)) for slot, player in enumerate(self.game.players)
        ]  # fmt: skip
        session = Session(self.game, seats, self.film)
        session.begin(take.seed)
        while not session.over and session.ticks < len(take.decisions) * take.repeat:
            now = session.ticks // take.repeat
            self.film.beside = {name: array[now] for name, array in take.thoughts.items()}
            session.tick()
        self.film.beside = {}
        session.stop("the take ends here")
        return session.sealed[-1]

    def close(self) -> None:
        """Let go of the dataset, and write its index."""
        self.film.close()
        self.game.close()


class Retold:
    """A player who does again what it did.

    Args:
        take: In which.
        slot: Where it sat.
    """

    def __init__(self, take: Take, slot: int) -> None:
        self.kind, _, self.name = take.who[slot].partition(":")
        rows = take.decisions[:, slot, : len(NO_OP)]
        self._actions = [_action(row) for row in rows for _ in range(take.repeat)]
        self._tick = 0

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """From the beginning."""
        self._tick = 0

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """What it did in this tick."""
        self._tick += 1
        return dict.fromkeys(observations, self._actions[self._tick - 1])


def _action(row: np.ndarray[Any, np.dtype[np.int64]]) -> Action:
    buttons, (pitch, yaw) = discrete_to_raw(row)
    return Action(buttons, float(pitch), float(yaw))
