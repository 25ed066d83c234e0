"""Observations of one environment: made together once a tick, handed out player by player."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.camera import new_views
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.state import WorldState, records_of
from mpgenie.envs.simulation.world import Simulation

from .bodies_observation import FACTS, Looking, observe_bodies
from .bundle import Bundle
from .config import PICTURES, EnvConfig
from .drawing import Drawing
from .spaces import PROPRIO
from .state_observation import NEAREST, STATE_SIZE

Array = NDArray[Any]


class Observer:
    """Looks at world 0 of a simulation with the eyes of its players."""

    def __init__(self, config: EnvConfig, simulation: Simulation, drawing: Drawing) -> None:
        self.config, self.simulation, self.drawing = config, simulation, drawing
        self._single = config.observe if isinstance(config.observe, str) else None
        if config.messages:
            self._single = None
        self._names = (*config.observed, *(("messages",) if config.messages else ()))
        self._passes = tuple(name for name in config.observed if name in PICTURES)
        self._agents: list[str] = []
        self._state: WorldState | None = None
        self.facts: list[list[int]] = []
        """For each living player its id, grip and held slot, as of the last `look`."""

    def _set_out(self, agents: Sequence[str]) -> None:
        """Make the arrays for so many players."""
        config, simulation, count = self.config, self.simulation, len(agents)

        def rows(*names: str) -> int:
            return count if any(name in self._names for name in names) else 0

        looking = Looking(
            records_of(simulation.state),
            simulation.state.cells,
            simulation.geometry,
            config.message_range,
            config.message_team_only,
            np.array([int(agent.rpartition("_")[2]) for agent in agents], np.int64),
            facts=np.zeros((count, FACTS), np.int64),
            views=new_views(rows("pose", *PICTURES)),
            poses=np.zeros((rows("pose"), 4, 4)),
            senses=np.zeros((rows("proprio"), len(PROPRIO)), np.float32),
            heard=np.zeros((rows("messages"), config.players), np.uint8),
            known=np.zeros((rows("state"), STATE_SIZE), np.uint8),
            near=np.zeros((NEAREST, 6)),
            distances=np.zeros(NEAREST),
        )
        arrays: dict[str, Array] = {
            "pose": looking.poses,
            "proprio": looking.senses,
            "messages": looking.heard,
            "state": looking.known,
        }
        if self._passes:
            self._frames = self.drawing.new_frames(count, config.resolution, self._passes)
        self._agents, self._state = list(agents), simulation.state
        self._looking, self._bundle = looking, Bundle(looking)
        self._others = {name: arrays[name] for name in self._names if name in arrays}

    def look(self, agents: Sequence[str]) -> dict[str, Any]:
        """What each of these players observes now."""
        if agents != self._agents or self.simulation.state is not self._state:
            self._set_out(agents)
        observe_bodies(self._bundle, WORLD)
        self.facts = self._looking.facts.tolist()
        if not self._passes:
            return self._handed_out({})
        frames = self._frames
        if self.config.copy:  # drawn where they stay
            fresh = {name: np.empty_like(getattr(frames, name)) for name in self._passes}
            frames = frames._replace(**fresh)
        self.drawing.draw(self._looking.views, frames)
        return self._handed_out({name: getattr(frames, name) for name in self._passes})

    def _handed_out(self, pictures: dict[str, Array]) -> dict[str, Any]:
        arrays = self._others
        if self.config.copy:
            arrays = {name: array.copy() for name, array in arrays.items()}
        arrays = {**pictures, **arrays}
        if self._single is not None:
            return dict(zip(self._agents, arrays[self._single], strict=True))
        return {
            agent: {name: arrays[name][row] for name in self._names}
            for row, agent in enumerate(self._agents)
        }
