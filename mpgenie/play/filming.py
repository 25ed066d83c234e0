"""A session as episodes of a dataset, sealed like those of `mpgenie generate`.

Frames are drawn for the recording, at its own size and without what a window lays over them, at the
very tick that the person saw.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

import mpgenie
from mpgenie.agents.policy import Action
from mpgenie.datasets.index import write_index
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.recorder import Recorder
from mpgenie.datasets.store import Store
from mpgenie.datasets.studio import Studio
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.extras import require

from .game import Planet, Step
from .seats import Seat


class Film:
    """Takes the episodes of a session into a dataset.

    Args:
        root: The dataset's folder: new, or one that people played into before.
        game: What is played.
        streams: What is kept of what players see.
        hud: Whether crosshair, hotbar and health are in those frames.
        source: Who plays, as `details` of each episode say.
        split: Of all episodes.
        agreed: What whoever goes on with the dataset must agree on, as JSON takes it.

    Raises:
        ConfigError: If the folder is a dataset of another kind.
        DatasetError: If it holds something else.
        MissingExtraError: If pyarrow is not installed.
    """

    def __init__(
        self,
        root: str | Path,
        game: Planet,
        streams: Sequence[StreamSpec],
        *,
        hud: bool = False,
        source: str = "human",
        split: str = "train",
        agreed: Mapping[str, Any] | None = None,
    ) -> None:
        require("pyarrow", extra="data")
        self.root, self.game = Path(root), game
        self.simulation = game.env.simulation
        self._hud, self._source, self._split = hud, source, split
        self.unit: int | None = None
        """Of the next episode; None = the first that is free."""
        self.beside: Mapping[str, Any] = {}
        """What else is known of the actions of the tick to come: the same names in each."""
        self._studio = Studio(
            self.simulation, streams, view_distance=game.env.config.view_distance, hud=hud
        )
        facts = {"source": source, "hud": hud, **_plain(streams)}
        self._store = Store(root, {**facts, **(agreed or {})})
        self._recorder: Recorder | None = None
        self._moved = 0
        """The state hash to which the simulation came by itself, before the scenario's rules."""

    def begin(self, seats: Sequence[Seat], seed: int) -> None:
        """Begin an episode: the game has just been reset."""
        config = self.game.env.config
        self.game.env.watch(self._look_at_move)
        self._recorder = Recorder(
            self.simulation,
            studio=self._studio,
            type=self.game.scenario,
            unit=self._next_unit() if self.unit is None else self.unit,
            split=self._split,
            policies=tuple(seat.policy for seat in seats),
            roles=tuple(self.game.standing(seat.player).role for seat in seats),
            details={
                "source": self._source,
                "hud": self._hud,
                "scenario": json.loads(json.dumps(asdict(config.rules)), parse_constant=str),
                "max_cycles": config.max_cycles,
                "death": config.death,
                "seed": seed,
            },
        )
        self._observe()

    def tick(self, actions: Sequence[Action], step: Step, on_screen: float) -> None:
        """Take in what everybody did on seeing the last frame, and the frame that came of it."""
        assert self._recorder is not None
        players = self.game.players
        self._recorder.record(
            np.array([action.buttons for action in actions], np.uint32),
            np.array([(action.pitch, action.yaw) for action in actions], np.float32),
            reward=[step.rewards.get(player, 0.0) for player in players],
            terminated=[step.terminated.get(player, False) for player in players],
            truncated=[step.truncated.get(player, False) for player in players],
            policy={"seconds_on_screen": np.float32(on_screen), **self.beside},
            after=self._moved,
        )
        self._observe()

    def note(self, kind: str, **facts: Any) -> None:
        """Add a line to the episode's log."""
        if self._recorder is not None:
            self._recorder.note(kind, **facts)

    def finish(self, outcome: str, reason: str, *, cut_short: bool = False) -> int:
        """Seal the episode; its unit number."""
        assert self._recorder is not None
        episode = self._recorder.finish(outcome, reason, cut_short=cut_short)
        self._recorder = None
        while not self._store.commit(episode) and self.unit is None:
            # Somebody else took the number meanwhile.
            header = replace(episode.header, unit=self._next_unit())
            episode = replace(episode, header=header)
        return int(episode.header.unit)

    def drop(self) -> None:
        """Forget the episode under way."""
        self._recorder = None

    def left(self, units: Iterable[int]) -> list[int]:
        """Those of some units that the dataset does not have yet."""
        return self._store.left(units)

    def close(self) -> None:
        """Let go of the dataset, and write its index."""
        self._studio.close()
        self._store.close()
        if self._store.done():
            write_index(open_dataset(self.root))

    def _next_unit(self) -> int:
        return max(self._store.done(), default=-1) + 1

    def _look_at_move(self) -> None:
        self._moved = self.simulation.state_hash(WORLD)

    def _observe(self) -> None:
        assert self._recorder is not None
        self._studio.draw()
        self._recorder.observe()


def _plain(streams: Sequence[StreamSpec]) -> dict[str, Any]:
    return {
        "streams": [spec.as_dict() for spec in streams],
        "versions": {"mpgenie": mpgenie.__version__},
    }
