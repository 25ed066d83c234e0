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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from mpgenie.envs.scenarios.base import Scenario
from mpgenie.envs.simulation.world import Simulation

from .batch import Batch
from .config import EnvConfig, config_from
from .crew import Crew
from .episodes import OPTIONS, whole_seed
from .planets import PlanetQueue
from .rows import whole_count, world_numbered
from .rows_env import Results, RowsEnv, Seeing
from .saving import state_hash
from .share import Share
from .worlds import planet_config

SHARES = 2
"""Shares of worlds for each of several threads, so that none waits long for another."""


class PlanetVectorEnv(RowsEnv):
    """Many planets and all their players; see the module.

    `reset(options={"planet_seed": ...})` names the planet of all worlds that are reset.

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

    options = OPTIONS

    def __init__(
        self,
        num_worlds: int,
        config: EnvConfig,
        *,
        threads: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        repeat: int = 1,
    ) -> None:
        whole_count("num_worlds", num_worlds, 4096)
        processors = len(os.sched_getaffinity(0)) if threads is None else threads
        count = min(whole_count("threads", processors, 1024), num_worlds)
        if config.renderer == "opengl":  # its context belongs to one thread
            count = 1
        super().__init__(num_worlds, _fit(config), count, autoreset_mode, repeat)
        self._maker = PlanetQueue(planet_config(self.config))
        self._batch = Batch(self.config, num_worlds)
        self._shares = self._shared_out(self.autoreset_mode)
        self._compiled = False
        self._close_by(_let_go, self._crew, self._shares, self._maker)

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

    def send(self, actions: Any) -> None:
        """Begin a tick of all worlds and return at once; `recv` gives what `step` would."""
        inline = self.config.renderer == "opengl"
        self._send("send", actions, 0 if inline else self.threads)

    # ------------------------------------------------------------------ beyond the standard

    def events(self, world: int) -> list[dict[str, Any]]:
        """What happened in a world's last tick, as in the infos of `parallel_env`."""
        self._require_begun("events")
        share, w = self._home(world)
        return share.worlds.simulation.events(w)

    def world(self, world: int) -> tuple[Simulation, Scenario, int]:
        """What a script looks at: the game, its rules, and the number of a world among theirs."""
        self._require_begun("world")
        share, w = self._home(world)
        return share.worlds.simulation, share.worlds.scenario, w

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

    def __reduce__(self) -> tuple[Any, ...]:
        config = self._config_now()
        return _made, (self.num_worlds, config, self.threads, self.autoreset_mode, self.repeat)

    # ------------------------------------------------------------------ parts

    def _reset(
        self, mask: NDArray[np.bool_], seeds: Sequence[int | None], options: Mapping[str, Any]
    ) -> Seeing:
        if options.get("planet_seed") is not None:
            whole_seed("planet_seed", options["planet_seed"])
        tasks: list[Callable[[], None]] = []
        for share in self._shares:
            chosen = np.flatnonzero(mask[share.span]).tolist()
            named = [seeds[share.first + w] for w in chosen]
            tasks.append(partial(share.reset, chosen, named, options))
        return self._begin(tasks, mask)

    def _restore(
        self, worlds: Sequence[int], snapshots: Sequence[Any], mask: NDArray[np.bool_]
    ) -> Seeing:
        homes = [self._home(w) for w in worlds]
        read = [share.read(data) for (share, _), data in zip(homes, snapshots, strict=True)]
        for (share, w), saved in zip(homes, read, strict=True):
            share.take_up(w, saved)
        return self._begin([share.show for share in self._shares], mask)

    def _tasks(self) -> Sequence[Callable[[], None]]:
        self._batch.turn_over()
        return [partial(share.step, self._reader, self.max_cycles) for share in self._shares]

    def _results(self) -> Results:
        batch, players = self._batch, self.config.players
        return (
            batch.observations(),
            batch.told.rewards.reshape(-1).copy(),
            np.repeat(batch.ended, players),
            np.repeat(batch.late, players),
            batch.infos(),
        )

    def _views(self) -> tuple[NDArray[np.uint8], ...]:
        return tuple(
            share.worlds.drawing.picture(w, slot, "first", self.config.resolution)
            for share in self._shares
            for w in range(share.worlds.count)
            for slot in range(self.config.players)
        )

    def _begin(self, tasks: list[Callable[[], None]], worlds: NDArray[np.bool_]) -> Seeing:
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

    def _over(self) -> list[int]:
        return [share.first + int(w) for share in self._shares for w in np.flatnonzero(share.over)]


def _fit(config: EnvConfig) -> EnvConfig:
    """The config as a vector environment uses it."""
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
