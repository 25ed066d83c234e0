"""What every `VectorEnv` of worlds and players has in common, whatever moves the worlds.

Every player is a row: `num_envs = num_worlds * players`, row = world * players + player.  Here is
what callers may say and when; `PlanetVectorEnv` plays the game, a dream what was learnt of it.
"""

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NoReturn

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from mpgenie.errors import ConfigError, StateError

from .config import EnvConfig
from .crew import Crew
from .rows import mode_named, seeds_of, whole_count, world_numbered, worlds_of
from .spaces import action_space, observation_space
from .validation import BatchReader

Seeing = tuple[Any, dict[str, Any]]
"""Observations of all rows, and infos."""
Results = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]


class RowsEnv(VectorEnv[Any, Any, NDArray[Any]]):
    """Worlds and all their players.

    Args:
        num_worlds: How many worlds, 1 to 4096.
        config: Of each world.
        threads: How many threads move them, the caller's among them.
        autoreset_mode: One of Gymnasium's modes, or its name.
        repeat: For how many ticks a step plays each action.

    Raises:
        ConfigError: If an option is out of bounds, or takes rows away.
    """

    options: ClassVar[tuple[str, ...]]
    """What `reset(options=...)` understands besides `reset_mask`."""

    def __init__(
        self,
        num_worlds: int,
        config: EnvConfig,
        threads: int,
        autoreset_mode: AutoresetMode | str,
        repeat: int,
    ) -> None:
        _check_shape(config)
        self.config = config
        self.num_worlds = whole_count("num_worlds", num_worlds, 4096)
        self.threads = threads
        self.autoreset_mode = mode_named(autoreset_mode)
        self.repeat = whole_count("repeat", repeat, 100)
        self.num_envs = num_worlds * config.players
        self.max_cycles, self.render_mode = config.max_cycles, config.render_mode
        self.single_action_space = action_space(config)
        self.single_observation_space = observation_space(config)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.metadata = {
            "name": f"mpgenie_{config.rules.title()}",
            "render_modes": ["rgb_array"],
            "render_fps": 20,
            "autoreset_mode": self.autoreset_mode,
        }
        self._reader = BatchReader(config, num_worlds)
        self._crew = Crew(threads)
        self._begun = self._sent = False

    # ------------------------------------------------------------------ the standard interface

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Seeing:
        """Begin episodes.

        Args:
            seed: Of the first world, the next world's being one more; or one for each world, None
                for a world that goes on in its stream.  Worlds that are not reset ignore theirs.
            options: `reset_mask`, (N,) bool, picks the worlds to reset, all rows of a world
                alike; others are the class's `options`.

        Returns:
            Observations of all rows, and infos of those that were reset.

        Raises:
            ConfigError: If a seed or an option is wrong; then nothing has changed.
        """
        self._require_idle("reset")
        options = dict(options or {})
        worlds, players = self.num_worlds, self.config.players
        mask = worlds_of(options.pop("reset_mask", None), worlds, players)
        if not self._begun and not mask.all():
            raise StateError("the first reset() is of all worlds: leave reset_mask out")
        observations, infos = self._reset(mask, seeds_of(seed, worlds, players), options)
        if ignored := [str(name) for name in options if name not in self.options]:
            infos["ignored_options"] = ignored
        return observations, infos

    def step(self, actions: Any) -> Results:
        """Advance all worlds by one tick, or by `repeat` of them.

        Args:
            actions: One row for each player, in the order of the rows.

        Returns:
            Observations, rewards, terminations, truncations and infos of all rows.

        Raises:
            ActionError: If any action is refused; then no world has changed.
            StateError: Before `reset`, after `close`, between `send` and `recv`, or, with
                `DISABLED`, if a world's episode has ended.
        """
        self._send("step", actions, self.threads - 1)
        return self.recv()

    def send(self, actions: Any) -> None:
        """Begin a tick of all worlds and return at once; `recv` gives what `step` would."""
        self._send("send", actions, self.threads)

    def recv(self) -> Results:
        """Wait for the tick that `send` began.

        Returns:
            As `step`.
        """
        if not self._sent:
            raise StateError("recv() without send(): send actions first, or use step()")
        self._sent = False
        try:
            self._crew.finish()
        except BaseException:
            self._begun = False  # some worlds have moved on and others not: only a reset helps
            raise
        return self._results()

    def render(self) -> tuple[NDArray[np.uint8], ...]:
        """Every player's view, in the order of the rows."""
        self._require_begun("render")
        if self.render_mode is None:
            raise StateError("render() needs a render_mode: make the environment with one")
        return self._views()

    def close_extras(self, **kwargs: Any) -> None:
        """Let go of threads and renderers; `close` calls it."""
        self._finalizer()

    # ------------------------------------------------------------------ beyond the standard

    def restore(self, world: int | Sequence[int], snapshot: bytes | Sequence[bytes]) -> Seeing:
        """Go on from a snapshot in one of the worlds, or in several at once from as many.

        Args:
            world: Which world, or which.
            snapshot: Of any world made alike, here or in the environment of one world.

        Returns:
            Observations of all rows, and infos of those that were restored, as `reset` does.

        Raises:
            SnapshotError: If any is none; then nothing has changed.
        """
        self._require_idle("restore")
        one = isinstance(world, (int, np.integer))
        given: list[Any] = [world] if one else list(world)  # type: ignore[arg-type]
        snapshots: list[Any] = [snapshot] if one else list(snapshot)
        if len(given) != len(snapshots) or not given:
            raise ConfigError(f"{len(snapshots)} snapshots cannot go into {len(given)} world(s)")
        worlds = [world_numbered(each, self.num_worlds) for each in given]
        mask = np.zeros(self.num_worlds, np.bool_)
        mask[worlds] = True
        if not self._begun and not mask.all():
            raise StateError("restore() before reset(): call reset() first, or restore all worlds")
        return self._restore(worlds, snapshots, mask)

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise StateError("a vector environment cannot be copied: make another with its config")

    # ------------------------------------------------------------------ what others build on

    def _reset(
        self, mask: NDArray[np.bool_], seeds: Sequence[int | None], options: Mapping[str, Any]
    ) -> Seeing:
        """Begin episodes in the worlds of a mask (W,), each with its seed of (W,)."""
        raise NotImplementedError

    def _restore(
        self, worlds: Sequence[int], snapshots: Sequence[Any], mask: NDArray[np.bool_]
    ) -> Seeing:
        """Go on from snapshots in some worlds, which are those of a mask (W,)."""
        raise NotImplementedError

    def _tasks(self) -> Sequence[Callable[[], None]]:
        """What there is to do for a tick with the actions that were read."""
        raise NotImplementedError

    def _results(self) -> Results:
        """What came of it."""
        raise NotImplementedError

    def _views(self) -> tuple[NDArray[np.uint8], ...]:
        """Every player's view."""
        raise NotImplementedError

    def _over(self) -> list[int]:
        """The worlds whose episodes have ended and that are still to be reset."""
        raise NotImplementedError

    def _close_by(self, let_go: Callable[..., None], *parts: Any) -> None:
        """Say what `close`, or the end of this object, does with which of its parts."""
        self._finalizer = weakref.finalize(self, let_go, *parts)

    def _config_now(self) -> EnvConfig:
        """The config, should somebody have set `max_cycles` meanwhile."""
        return replace(self.config, max_cycles=self.max_cycles)

    def _send(self, call: str, actions: Any, others: int) -> None:
        self._require_begun(call)
        if self.autoreset_mode is AutoresetMode.DISABLED and (over := self._over()):
            raise StateError(
                f"the episodes of worlds {over} have ended: with autoreset_mode DISABLED call "
                'reset(options={"reset_mask": terminations | truncations}) before the next step'
            )
        self._reader.read(actions)
        tasks = self._tasks()
        self._crew.start(tasks, min(others, len(tasks)))
        self._sent = True

    def _require_idle(self, call: str) -> None:
        if not self._finalizer.alive:
            raise StateError(f"{call}() after close(): make a new environment")
        if self._sent:
            raise StateError(f"{call}() between send() and recv(): call recv() first")

    def _require_begun(self, call: str) -> None:
        self._require_idle(call)
        if not self._begun:
            raise StateError(f"{call}() before reset(): call reset() first")


def _check_shape(config: EnvConfig) -> None:
    """Refuse what takes rows away or shows one world only."""
    if config.death == "remove":
        raise ConfigError(
            'death="remove" takes rows away, but a vector environment keeps its shape: use '
            'death="respawn", or an environment of one world such as mpgenie.parallel_env'
        )
    if config.render_mode == "human":
        raise ConfigError(
            'render_mode="human" shows one world: use mpgenie.parallel_env, or "rgb_array"'
        )
