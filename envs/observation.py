"""Observations of one environment: made together once a tick, handed out player by player."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.camera import Views, new_views
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation

from .bodies_observation import FACTS, observe_bodies
from .config import PICTURES, EnvConfig
from .drawing import Drawing
from .spaces import PROPRIO
from .state_observation import NEAREST, STATE_SIZE

Array = NDArray[Any]


class Observer:
    """Looks at world 0 of a simulation with the eyes of its players."""

    def __init__(self, config: EnvConfig, simulation: Simulation, drawing: Drawing) -> None:
        self.config, self.simulation, self.drawing = config, simulation, drawing
        self._records = records_of(simulation.state)
        self._single = config.observe if isinstance(config.observe, str) else None
        if config.messages:
            self._single = None
        self._names = (*config.observed, *(("messages",) if config.messages else ()))
        self._passes = tuple(name for name in config.observed if name in PICTURES)
        self._near = (np.zeros((NEAREST, 6)), np.zeros(NEAREST))
        self._agents: list[str] = []
        self.facts: list[list[int]] = []
        """For each living player its id, grip and held slot, as of the last `look`."""

    def _set_out(self, agents: Sequence[str]) -> None:
        """Make the arrays for so many players."""
        names, config, count = self._names, self.config, len(agents)
        self._agents = list(agents)
        self._slots = np.array([int(agent.rpartition("_")[2]) for agent in agents], np.int64)
        self._facts = np.zeros((count, FACTS), np.int64)
        self._views = new_views(count if self._passes or "pose" in names else 0)
        self._senses = np.zeros((count if "proprio" in names else 0, len(PROPRIO)), np.float32)
        self._heard = np.zeros((count if "messages" in names else 0, config.players), np.uint8)
        self._known = np.zeros((count if "state" in names else 0, STATE_SIZE), np.uint8)
        self._poses = np.zeros((count if "pose" in names else 0, 4, 4))
        self._poses[:, 3, 3] = 1.0
        arrays: dict[str, Array] = {
            "proprio": self._senses,
            "messages": self._heard,
            "state": self._known,
            "pose": self._poses,
        }
        if self._passes:
            frames = self.drawing.new_frames(count, config.resolution, self._passes)
            arrays |= {name: getattr(frames, name) for name in self._passes}
            self._frames = frames
        self._arrays = {name: arrays[name] for name in names}

    def look(self, agents: Sequence[str]) -> dict[str, Any]:
        """What each of these players observes now."""
        if agents != self._agents:
            self._set_out(agents)
        config, simulation = self.config, self.simulation
        observe_bodies(
            self._records, simulation.state.cells, simulation.geometry, WORLD, self._slots,
            config.message_range, config.message_team_only, self._facts, self._views,
            self._senses, self._heard, self._known, *self._near,
        )  # fmt: skip
        self.facts = self._facts.tolist()
        if self._passes:
            self.drawing.draw(self._views, self._frames)
        if len(self._poses):
            _fill_poses(self._views, self._poses)
        return self._handed_out()

    def _handed_out(self) -> dict[str, Any]:
        arrays = self._arrays
        if self.config.copy:
            arrays = {name: array.copy() for name, array in arrays.items()}
        if self._single is not None:
            return dict(zip(self._agents, arrays[self._single], strict=True))
        return {
            agent: {name: array[row] for name, array in arrays.items()}
            for row, agent in enumerate(self._agents)
        }


def _fill_poses(views: Views, poses: NDArray[np.float64]) -> None:
    """Camera-to-planet matrices: their columns are right, down, forward and the eye."""
    poses[:, :3, :3] = views.axes.transpose(0, 2, 1)
    poses[:, :3, 3] = views.eye
