"""Many worlds in one process as a Gymnasium `VectorEnv`: `mpgenie.vector_env()`.

Every player is a row: `num_envs = num_worlds * players`, row = world * players + player.  All rows
of a world end and are reset together.  Worlds are shared out among threads; what they do is, bit by
bit, what the same worlds do one by one in `mpgenie.parallel_env`.

    envs = mpgenie.vector_env(64, players=2, observe="state")
    observations, infos = envs.reset(seed=7)        # world w has the seed 7 + w
    observations, rewards, terminations, truncations, infos = envs.step(actions)

A learner works while the worlds do:

    envs.send(actions)
    learn()
    observations, rewards, terminations, truncations, infos = envs.recv()

`autoreset_mode` is Gymnasium's: `NEXT_STEP` (a world whose episode has ended is reset by the next
step, which ignores its actions and pays nothing), `SAME_STEP` (it is reset at once; `final_obs` and
`final_info` in infos tell of the end) or `DISABLED` (`reset(options={"reset_mask": rows})`).

Observations are fresh arrays.  With `copy=False` they are views of two sets of arrays that take
turns: what one step returns stays valid until the second next step.  Either way
`torch.from_numpy` takes them as they are.

`infos` hold arrays with one entry for each row, `seed`, `planet_seed`, `tick`, `id`, `reward_parts`
(a dictionary) and `action_mask`: (N, choices) int8, the masks of `mpgenie.envs.masks` with all
components of an action in one row (raw: the buttons, then the tokens).  Beside each key stands
`_key`, the rows that it holds for.  What happened is told by `events(world)`.
"""

import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from mpgenie.errors import ConfigError, StateError

from .batch import Batch
from .config import EnvConfig, config_from
from .crew import Crew
from .episodes import OPTIONS, whole_seed
from .planets import PlanetQueue
from .rows import mode_named, seeds_of, whole_count, world_numbered, worlds_of
from .saving import state_hash
from .share import Share
from .spaces import action_space, observation_space
from .validation import BatchReader
from .worlds import planet_config

SHARES = 2
"""Shares of worlds for each of several threads, so that none waits long for another."""

Results = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]


class PlanetVectorEnv(VectorEnv[Any, Any, NDArray[Any]]):
    """Many planets and all their players; see the module.

    Args:
        num_worlds: How many worlds, 1 to 4096.
        config: Of each world; its `seed`, if there is one, is the first world's.
        threads: How many threads at most; None = one for each processor.
        autoreset_mode: One of Gymnasium's modes, or its name.
        repeat: For how many ticks a step plays each action, or until the episode ends; rewards
            and their parts are summed.

    Raises:
        ConfigError: If an option is out of bounds; nothing is built then.
    """

    def __init__(
        self,
        num_worlds: int,
        config: EnvConfig,
        *,
        threads: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        repeat: int = 1,
    ) -> None:
        self.config = _fit(config)
        self.num_worlds = whole_count("num_worlds", num_worlds, 4096)
        processors = len(os.sched_getaffinity(0)) if threads is None else threads
        self.threads = min(whole_count("threads", processors, 1024), num_worlds)
        self.autoreset_mode = mode = mode_named(autoreset_mode)
        self.repeat = whole_count("repeat", repeat, 100)
        self.num_envs = num_worlds * config.players
        self.max_cycles, self.render_mode = config.max_cycles, config.render_mode
        self.single_action_space = action_space(config)
        self.single_observation_space = observation_space(config)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        if self.config.renderer == "opengl":  # its context belongs to one thread
            self.threads = 1
        self.metadata = {
            "name": f"mpgenie_{config.rules.title()}",
            "render_modes": ["rgb_array"],
            "render_fps": 20,
            "autoreset_mode": mode,
        }
        self._reader = BatchReader(self.config, num_worlds)
        self._maker = PlanetQueue(planet_config(self.config))
        self._crew = Crew(self.threads)
        self._batch = Batch(self.config, num_worlds)
        self._shares = self._shared_out(mode)
        self._begun = self._sent = self._compiled = False
        self._finalizer = weakref.finalize(self, _let_go, self._crew, self._shares, self._maker)

    def _shared_out(self, mode: AutoresetMode) -> list[Share]:
        """All worlds in shares of nearly one size."""
        worlds, first = self.num_worlds, self.config.seed
        seeds = [None if first is None else first + w for w in range(worlds)]
        count = min(worlds, SHARES * self.threads) if self.threads > 1 else 1
        bounds = [worlds * k // count for k in range(count + 1)]
        return [
            Share(self.config, self._batch, self._maker, seeds[a:b], a, mode, self.repeat)
            for a, b in zip(bounds, bounds[1:], strict=False)
        ]

    # ------------------------------------------------------------------ the standard interface

    @property
    def renderer(self) -> str | None:
        """Which renderer draws; None until one does."""
        return self._shares[0].worlds.drawing.name

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Begin episodes.

        Args:
            seed: Of the first world, the next world's being one more; or one for each world, None
                for a world that goes on in its stream.  Worlds that are not reset ignore theirs.
            options: `reset_mask`, (N,) bool, picks the worlds to reset, all rows of a world
                alike; `planet_seed` names the planet of all of them.

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
        seeds = seeds_of(seed, worlds, players)
        if options.get("planet_seed") is not None:
            whole_seed("planet_seed", options["planet_seed"])
        tasks: list[Callable[[], None]] = []
        for share in self._shares:
            chosen = np.flatnonzero(mask[share.span]).tolist()
            named = [seeds[share.first + w] for w in chosen]
            tasks.append(partial(share.reset, chosen, named, options))
        observations, infos = self._begin(tasks, mask)
        if ignored := [str(name) for name in options if name not in OPTIONS]:
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
        inline = self.config.renderer == "opengl"
        self._send("send", actions, 0 if inline else self.threads)

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
        batch, players = self._batch, self.config.players
        return (
            batch.observations(),
            batch.told.rewards.reshape(-1).copy(),
            np.repeat(batch.ended, players),
            np.repeat(batch.late, players),
            batch.infos(),
        )

    def render(self) -> tuple[NDArray[np.uint8], ...]:
        """Every player's view, in the order of the rows."""
        self._require_begun("render")
        if self.render_mode is None:
            raise StateError("render() needs a render_mode: make the environment with one")
        return tuple(
            share.worlds.drawing.picture(w, slot, "first", self.config.resolution)
            for share in self._shares
            for w in range(share.worlds.count)
            for slot in range(self.config.players)
        )

    def close_extras(self, **kwargs: Any) -> None:
        """Let go of threads and renderers; `close` calls it."""
        self._finalizer()

    # ------------------------------------------------------------------ beyond the standard

    def events(self, world: int) -> list[dict[str, Any]]:
        """What happened in a world's last tick, as in the infos of `parallel_env`."""
        self._require_begun("events")
        share, w = self._home(world)
        return share.worlds.simulation.events(w)

    def state_hash(self, world: int) -> int:
        """As `state_hash` of the same world in `parallel_env`."""
        self._require_begun("state_hash")
        share, w = self._home(world)
        worlds = share.worlds
        return state_hash(worlds.simulation, worlds.scenario, int(worlds.cycle[w]), w)

    def snapshot(self, world: int) -> bytes:
        """Everything that a world's future depends on but the actions, as of `parallel_env`."""
        self._require_begun("snapshot")
        share, w = self._home(world)
        return share.snapshot(w)

    def restore(
        self, world: int | Sequence[int], snapshot: bytes | Sequence[bytes]
    ) -> tuple[Any, dict[str, Any]]:
        """Go on from a snapshot in one of the worlds, or in several at once from as many.

        Args:
            world: Which world, or which.
            snapshot: Of any world with the same config, here or in `parallel_env`.

        Returns:
            Observations of all rows, and infos of those that were restored, as `reset` does.

        Raises:
            SnapshotError: If any is none; then nothing has changed.
        """
        self._require_idle("restore")
        one = isinstance(world, (int, np.integer))
        worlds: list[Any] = [world] if one else list(world)  # type: ignore[arg-type]
        snapshots: list[Any] = [snapshot] if one else list(snapshot)
        if len(worlds) != len(snapshots) or not worlds:
            raise ConfigError(f"{len(snapshots)} snapshots cannot go into {len(worlds)} world(s)")
        homes = [self._home(w) for w in worlds]
        mask = np.zeros(self.num_worlds, np.bool_)
        mask[worlds] = True
        if not self._begun and not mask.all():
            raise StateError("restore() before reset(): call reset() first, or restore all worlds")
        read = [share.read(data) for (share, _), data in zip(homes, snapshots, strict=True)]
        for (share, w), saved in zip(homes, read, strict=True):
            share.take_up(w, saved)
        return self._begin([share.show for share in self._shares], mask)

    def __reduce__(self) -> tuple[Any, ...]:
        config = replace(self.config, max_cycles=self.max_cycles)
        return _made, (self.num_worlds, config, self.threads, self.autoreset_mode, self.repeat)

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise StateError("a vector environment cannot be copied: make another with its config")

    # ------------------------------------------------------------------ parts

    def _send(self, call: str, actions: Any, others: int) -> None:
        self._require_begun(call)
        if self.autoreset_mode is AutoresetMode.DISABLED:
            self._require_living()
        self._reader.read(actions)
        self._batch.turn_over()
        tasks = [partial(share.step, self._reader, self.max_cycles) for share in self._shares]
        self._crew.start(tasks, min(others, len(tasks)))
        self._sent = True

    def _begin(
        self, tasks: list[Callable[[], None]], worlds: NDArray[np.bool_]
    ) -> tuple[Any, dict[str, Any]]:
        """Do a task for each share; observations, and infos of some of the worlds."""
        self._batch.turn_over()
        self._begun = False
        if not self._compiled:  # the first compiles for all
            tasks.pop(0)()
            self._compiled = True
        self._crew.start(tasks, min(self.threads, len(tasks)) - 1)
        self._crew.finish()
        self._begun = True
        rows = np.repeat(worlds, self.config.players)
        infos = self._batch.infos(None if worlds.all() else rows)
        return self._batch.observations(), infos

    def _home(self, world: int) -> tuple[Share, int]:
        """The share of a world, and the world's number in it."""
        world = world_numbered(world, self.num_worlds)
        share = next(share for share in self._shares if world < share.last)
        return share, world - share.first

    def _require_living(self) -> None:
        over = [share.first + int(w) for share in self._shares for w in np.flatnonzero(share.over)]
        if over:
            raise StateError(
                f"the episodes of worlds {over} have ended: with autoreset_mode DISABLED call "
                'reset(options={"reset_mask": terminations | truncations}) before the next step'
            )

    def _require_idle(self, call: str) -> None:
        if not self._finalizer.alive:
            raise StateError(f"{call}() after close(): make a new environment")
        if self._sent:
            raise StateError(f"{call}() between send() and recv(): call recv() first")

    def _require_begun(self, call: str) -> None:
        self._require_idle(call)
        if not self._begun:
            raise StateError(f"{call}() before reset(): call reset() first")


def _fit(config: EnvConfig) -> EnvConfig:
    """The config as a vector environment uses it, or a refusal."""
    if config.death == "remove":
        raise ConfigError(
            'death="remove" takes rows away, but a vector environment keeps its shape: use '
            'death="respawn", or mpgenie.parallel_env'
        )
    if config.render_mode == "human":
        raise ConfigError(
            'render_mode="human" shows one world: use mpgenie.parallel_env, or "rgb_array"'
        )
    # Software draws on all threads, and the same everywhere.
    return replace(config, renderer="software") if config.renderer == "auto" else config


def _let_go(crew: Crew, shares: list[Share], maker: PlanetQueue) -> None:
    crew.close()
    for share in shares:
        share.worlds.close()
    maker.close()


def _made(
    num_worlds: int, config: EnvConfig, threads: int, mode: AutoresetMode, repeat: int
) -> PlanetVectorEnv:
    return PlanetVectorEnv(num_worlds, config, threads=threads, autoreset_mode=mode, repeat=repeat)


def vector_env(
    num_worlds: int,
    players: int = 2,
    *,
    threads: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    repeat: int = 1,
    **options: Any,
) -> PlanetVectorEnv:
    """Many worlds as a Gymnasium `VectorEnv`, every player a row; see `PlanetVectorEnv`.

    Args:
        num_worlds: How many worlds.
        players: How many players in each.
        threads: How many threads at most; None = one for each processor.
        autoreset_mode: One of Gymnasium's modes, or its name.
        repeat: For how many ticks a step plays each action.
        **options: The other fields of `EnvConfig`, as of `parallel_env`.
    """
    config = config_from({"players": players, **options})
    return PlanetVectorEnv(
        num_worlds, config, threads=threads, autoreset_mode=autoreset_mode, repeat=repeat
    )
