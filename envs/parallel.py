"""The planet as a PettingZoo `ParallelEnv`: `mpgenie.parallel_env()`.

Each step is one tick of 50 ms for everybody.  Players are `player_0`, `player_1`, ...; frames,
actions and all other spaces are in `mpgenie.envs.spaces`, options in `mpgenie.envs.config`.

`infos[player]` holds plain values that JSON can write, but for the action mask:

    seed, planet_seed   of this episode and of its planet
    tick                ticks since the episode began
    id                  the player's entity id, as in events and (plus 1000) in segmentation
    team                the player's team, 0 = none
    role                what the player is, an index into the scenario's `roles`
    events              what happened to or through the player in this tick, a list of dictionaries
    reward_parts        what the reward is the sum of
    action_mask         see `mpgenie.envs.masks`; arrays that `space.sample(mask)` understands
    ignored_options     after `reset` only: names in `options` that mean nothing here

An environment belongs to one thread at a time.  Two environments in one process share nothing that
changes.  A copy is made from `snapshot()`, not by `deepcopy`; pickling keeps the config alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.scenarios.base import WORLD, Event, Scenario
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError

from .central_state import central_state, central_state_space
from .config import EnvConfig, config_from, made_from
from .drawing import KINDS, Drawing
from .episodes import OPTIONS, Episode, Episodes
from .infos import infos_of
from .masks import DEAD
from .observation import Observer
from .planets import PlanetMaker
from .players_env import Infos, Observations, PlayersEnv, Results
from .saving import state_hash
from .screen import Screen
from .worlds import Worlds, planet_config


class PlanetEnv(PlayersEnv):
    """One planet and its players.

    Args:
        config: All options; or name some of them, as in `parallel_env`.
        **options: Fields of `EnvConfig`, if `config` is left out.

    Raises:
        ConfigError: If an option is unknown or out of bounds; nothing is built then.
    """

    def __init__(self, config: EnvConfig | None = None, **options: Any) -> None:
        if config is not None and options:
            raise ConfigError("give a config or single options, not both")
        config = config or config_from(options)
        super().__init__(config)
        self.state_space = central_state_space(config)
        self._worlds = worlds = Worlds(config, [PlanetMaker(planet_config(config))], [config.seed])
        self._simulation, self._scenario = worlds.simulation, worlds.scenario
        self._drawing, self._episodes = worlds.drawing, worlds.episodes[WORLD]
        self._observer = Observer(config, self._simulation, self._scenario, self._drawing)
        self._screen = Screen(config.render_mode, self._drawing.first_person)
        self._close_by(_let_go, self._screen, self._drawing, self._episodes)

    # ------------------------------------------------------------------ the standard interface

    @property
    def metadata(self) -> dict[str, Any]:
        """Name, render modes and which renderer draws (None until something is drawn)."""
        return {
            "name": f"mpgenie_{self.config.rules.title()}",
            "render_modes": ["human", "rgb_array"],
            "render_fps": 20,
            "is_parallelizable": True,
            "renderer": self._drawing.name,
        }

    def reset(
        self, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observations, Infos]:
        """Begin an episode.

        Args:
            seed: The episode follows from it.  None goes on in the stream that the last seed began.
            options: `planet_seed` names the planet; any other name is ignored and listed in infos.

        Returns:
            Observations and infos of all players.
        """
        self._require_open("reset")
        options = dict(options or {})
        self._worlds.reset(WORLD, seed, options)
        self.agents = self.possible_agents[:]
        return self._first_look(options, OPTIONS)

    def step(self, actions: Mapping[str, Any]) -> Results:
        """Advance everybody by one tick.

        Args:
            actions: One action for each player in `agents`.

        Returns:
            Observations, rewards, terminations, truncations and infos of those players.

        Raises:
            ActionError: If any action is refused; then nothing has changed.
            StateError: Before `reset`, after the last player's end, or after `close`.
        """
        self._require_episode("step")
        reader = self._reader
        reader.read(actions, self.agents)
        self._worlds.step(reader.buttons, reader.camera, reader.message)
        self._drawing.moved()

        observations = self._observer.look(self.agents)
        infos = self._infos(self._simulation.events(WORLD))
        rewards, terminations, truncations = self._judge()
        if self.config.debug:
            self._check_observations(observations)
        if self.render_mode == "human":
            self._screen.show(self._slots(self.agents))
        if True in terminations.values() or True in truncations.values():
            self._retire([*terminations], [*map(max, terminations.values(), truncations.values())])
        return observations, rewards, terminations, truncations, infos

    def state(self) -> NDArray[np.float32]:
        """Everything about everybody, for critics that may know it; see `central_state`."""
        self._require_start("state")
        return central_state(self._simulation, self._scenario)

    # ------------------------------------------------------------------ beyond the standard

    @property
    def cycle(self) -> int:
        """Ticks since the episode began."""
        return int(self._worlds.cycle[WORLD])

    def watch(self, between: Callable[[], None] | None) -> None:
        """Have a function called in each step, between the game's move and the scenario's verdict.

        The scenario may rearrange the world; who records actions must know what they alone did.
        """
        self._worlds.between = between

    def render_view(
        self,
        player: str,
        view: str = "first",
        resolution: tuple[int, int] | None = None,
        hud: bool = False,
    ) -> NDArray[np.uint8]:
        """A picture that follows one player, in any render mode.

        Args:
            player: Whom.
            view: `first` (through the eyes), `third` (from behind) or `top` (from above).
            resolution: (height, width) in pixels; by default the observations'.
            hud: Whether to lay crosshair, hotbar and health over it, whatever the config says.
        """
        self._require_start("render_view")
        check_known("player", player, self._slot)
        check_known("view", view, KINDS)
        size = replace(self.config, resolution=resolution or self.config.resolution).resolution
        return self._drawing.picture(WORLD, self._slot[player], view, size, hud)

    def snapshot(self) -> bytes:
        """Everything that the future depends on but the actions; see `restore`."""
        self._require_start("snapshot")
        return self._worlds.snapshot(WORLD, self.agents)

    def restore(self, snapshot: bytes) -> tuple[Observations, Infos]:
        """Go on from a snapshot of an environment with the same config.

        Returns:
            Observations and infos as of the snapshot, as `reset` does.

        Raises:
            SnapshotError: If it is none; then nothing has changed.
        """
        self._require_open("restore")
        self.agents = self._worlds.take_up(WORLD, self._worlds.read(snapshot))
        return self._look_around()

    def state_hash(self) -> int:
        """64 bits that are equal in equal states, in every process and on every machine."""
        self._require_start("state_hash")
        return state_hash(self._simulation, self._scenario, self.cycle)

    @property
    def simulation(self) -> Simulation:
        """The simulation itself, for reading; this environment plays on its world 0."""
        return self._simulation

    @property
    def scenario(self) -> Scenario:
        """The rules and what they remember, for reading; `config.rules` says how they are set."""
        return self._scenario

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """K (3, 3): from the axes of a `pose` to pixels of a frame."""
        return self._drawing.intrinsics()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._config_now(),)

    # ------------------------------------------------------------------ parts of a step

    @property
    def _episode(self) -> Episode | None:
        return self._worlds.episode[WORLD]

    @property
    def _begun(self) -> bool:
        return self._episode is not None

    def _look_around(self) -> tuple[Observations, Infos]:
        self._drawing.moved()
        observations = self._observer.look(self.agents)
        if self.config.debug:
            self._check_observations(observations)
        return observations, self._infos(())

    def _judge(self) -> tuple[dict[str, float], dict[str, bool], dict[str, bool]]:
        """Rewards, terminations and truncations of a tick."""
        mortal, late = self.config.death == "remove", self.cycle >= self.max_cycles
        earned, over = self._worlds.rewards[WORLD].tolist(), bool(self._scenario.ended[WORLD])
        rewards, terminations, truncations = {}, {}, {}
        for agent, facts in zip(self.agents, self._observer.facts, strict=True):
            ended = over or (mortal and facts[1] == DEAD)
            rewards[agent] = earned[self._slot[agent]]
            terminations[agent] = ended
            truncations[agent] = late and not ended
        return rewards, terminations, truncations

    def _retire(self, agents: Sequence[str], finished: Sequence[bool]) -> None:
        """Take finished players out of `agents`, and out of the world if others play on."""
        self.agents = [agent for agent, done in zip(agents, finished, strict=True) if not done]
        for agent, done in zip(agents, finished, strict=True):
            if done and self.agents:
                self._simulation.leave(WORLD, self._slot[agent])

    def _infos(self, events: Sequence[Event]) -> Infos:
        assert self._episode is not None
        shared = {**self._episode._asdict(), "tick": self.cycle}
        names, worth = self.config.rules.part_names, self._scenario.parts[WORLD].tolist()
        parts = [dict(zip(names, row, strict=True)) for row in worth]
        players = zip(self.agents, self._slots(self.agents), self._observer.facts, strict=True)
        return infos_of(self.config, list(players), shared, events, parts)


def _let_go(screen: Screen, drawing: Drawing, episodes: Episodes) -> None:
    screen.close()
    drawing.close()
    episodes.maker.close()


parallel_env = made_from(
    EnvConfig,
    PlanetEnv,
    """The planet as a PettingZoo `ParallelEnv`; the options are the fields of `EnvConfig`.""",
)
