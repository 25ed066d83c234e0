"""Observations of a batch of worlds: made together once a tick.

`Eyes` fill arrays with what so many players see; an `Observer` hands it out player by player.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.camera import new_views
from mpgenie.envs.scenarios.base import WORLD, Scenario
from mpgenie.envs.simulation.state import WorldState, records_of
from mpgenie.envs.simulation.world import Simulation

from .bodies_observation import FACTS, Looking, observe_bodies
from .bundle import Bundle
from .config import PICTURES, EnvConfig
from .drawing import Drawing
from .spaces import PROPRIO
from .state_observation import STATE_SIZE, new_nearest

Array = NDArray[Any]


def observed_names(config: EnvConfig) -> tuple[str, ...]:
    """The names of all that players observe, messages included."""
    return (*config.observed, *(("messages",) if config.messages else ()))


def only_name(config: EnvConfig) -> str | None:
    """The name of the one array that players observe; None if they observe a dictionary."""
    return config.observe if isinstance(config.observe, str) and not config.messages else None


def passes(config: EnvConfig) -> tuple[str, ...]:
    """The names of what a renderer has to draw."""
    return tuple(name for name in config.observed if name in PICTURES)


def new_arrays(config: EnvConfig, count: int) -> dict[str, Array]:
    """Arrays for all that so many players may observe without a renderer.

    What they do not observe has no rows.
    """
    wanted = observed_names(config)
    shapes: dict[str, tuple[tuple[int, ...], type]] = {
        "pose": ((4, 4), np.float64),
        "proprio": ((len(PROPRIO),), np.float32),
        "messages": ((config.players,), np.uint8),
        "state": ((STATE_SIZE,), np.uint8),
    }
    return {
        name: np.zeros((count if name in wanted else 0, *shape), kind)
        for name, (shape, kind) in shapes.items()
    }


class Eyes:
    """The eyes of n players of a simulation.

    Args:
        config: What they observe.
        simulation: Where they are.
        scenario: Its rules, which tell of roles and marks.
        drawing: Who draws for them.
        worlds: (n,) the world of each.
        slots: (n,) the player slot of each.
        sets: Sets of arrays as from `new_arrays`; `look` fills one of them.
        facts: (n, FACTS), which it fills too.
    """

    def __init__(
        self,
        config: EnvConfig,
        simulation: Simulation,
        scenario: Scenario,
        drawing: Drawing,
        worlds: NDArray[np.int64],
        slots: NDArray[np.int64],
        sets: Sequence[Mapping[str, Array]],
        facts: NDArray[np.int64],
    ) -> None:
        self.config, self.simulation, self.drawing = config, simulation, drawing
        self.scenario = scenario
        self.sets, self.facts = sets, facts
        self._worlds, self._slots = worlds, slots
        self._passes = passes(config)
        self._views = new_views(len(slots) if self._passes or len(sets[0]["pose"]) else 0)
        self._no_frames = drawing.new_frames(0, config.resolution)
        self._state: WorldState | None = None

    def look(self, pictures: Mapping[str, Array], turn: int = 0) -> None:
        """See what there is now.

        Args:
            pictures: An array (n, ...) for each of `passes(config)`, to be filled.
            turn: Which of the sets of arrays to fill.
        """
        if self._state is not self.simulation.state:
            self._state = self.simulation.state
            self._bundles = [self._bundled(arrays) for arrays in self.sets]
        observe_bodies(self._bundles[turn])
        if self._passes:
            self.drawing.draw(self._views, self._no_frames._replace(**pictures))

    def _bundled(self, arrays: Mapping[str, Array]) -> Bundle[Looking]:
        config, simulation, scenario = self.config, self.simulation, self.scenario
        return Bundle(
            Looking(
                records_of(simulation.state),
                simulation.state.cells,
                simulation.geometry,
                scenario.role,
                scenario.marks,
                config.message_range,
                config.message_team_only,
                self._worlds,
                self._slots,
                facts=self.facts,
                views=self._views,
                poses=arrays["pose"],
                senses=arrays["proprio"],
                heard=arrays["messages"],
                known=arrays["state"],
                nearest=new_nearest(),
            )
        )


class Observer:
    """Looks at world 0 of a simulation with the eyes of its players."""

    def __init__(
        self, config: EnvConfig, simulation: Simulation, scenario: Scenario, drawing: Drawing
    ) -> None:
        self.config, self.simulation, self.drawing = config, simulation, drawing
        self.scenario = scenario
        self._single, self._names = only_name(config), observed_names(config)
        self._passes = passes(config)
        self._agents: list[str] | None = None
        self.facts: list[list[int]] = []
        """For each living player its id, grip and held slot, as of the last `look`."""

    def _set_out(self, agents: Sequence[str]) -> None:
        """Open the eyes of these players."""
        config, count = self.config, len(agents)
        arrays = new_arrays(config, count)
        self._eyes = Eyes(
            config,
            self.simulation,
            self.scenario,
            self.drawing,
            np.full(count, WORLD, np.int64),
            np.array([int(agent.rpartition("_")[2]) for agent in agents], np.int64),
            [arrays],
            np.zeros((count, FACTS), np.int64),
        )
        self._agents = list(agents)
        self._others = {name: arrays[name] for name in self._names if name in arrays}
        frames = self.drawing.new_frames(count, config.resolution, self._passes)
        self._pictures = {name: getattr(frames, name) for name in self._passes}

    def look(self, agents: Sequence[str]) -> dict[str, Any]:
        """What each of these players observes now."""
        if agents != self._agents:
            self._set_out(agents)
        pictures, others = self._pictures, self._others
        if self.config.copy:  # drawn where they stay
            pictures = {name: np.empty_like(array) for name, array in pictures.items()}
        self._eyes.look(pictures)
        self.facts = self._eyes.facts.tolist()
        if self.config.copy:
            others = {name: array.copy() for name, array in others.items()}
        arrays = {**pictures, **others}
        if self._single is not None:
            return dict(zip(agents, arrays[self._single], strict=True))
        return {
            agent: {name: arrays[name][row] for name in self._names}
            for row, agent in enumerate(agents)
        }
