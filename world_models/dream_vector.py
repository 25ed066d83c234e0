"""Many dreams in one batch as a Gymnasium `VectorEnv`: `mpgenie.dream_vector_env()`.

Every player is a row, as in `mpgenie.vector_env`, and whatever learns there learns here; the model
dreams the next frames of all worlds at once.  World w is the dream that `dream_env` has with the
same seed, but for rounding where another batch size lets the machine add up otherwise.

    envs = mpgenie.dream_vector_env("checkpoints/cpu", 64)
    observations, infos = envs.reset(seed=7)        # world w has the seed 7 + w
    observations, rewards, terminations, truncations, infos = envs.step(actions)

Modes of resetting, `send` and `recv`, `snapshot` and `restore` are those of `mpgenie.envs.vector`.
A world that is reset by itself begins at one of the model's own starts; where there is none, at the
one last asked for.

`infos` hold arrays with one entry for each row: what `mpgenie.world_models.dream` lists but for
`events`; beside each key stands `_key`, the rows that it holds for.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from mpgenie.envs.batch import with_mask
from mpgenie.envs.rows import world_numbered
from mpgenie.envs.rows_env import Results, RowsEnv, Seeing
from mpgenie.errors import ConfigError, SnapshotError

from .dream import HORIZON, free_mask
from .dream_saving import Kept, keep, read_snapshot, state_hash, take_up, write_snapshot
from .dreams import OPTIONS, Dreams, Ending
from .source import Source, dream_config, source_of


class DreamVectorEnv(RowsEnv):
    """Many dreams and all their players; see the module.

    `reset(options={"start": ...})` says where all worlds that are reset begin, as in
    `DreamEnv.reset`; a list says it for each world of the batch.

    Args:
        source: What dreams.
        num_worlds: How many worlds, 1 to 4096.
        players: How many in each; None = as many as the model has seen at a time.
        horizon: Ticks after which an episode is truncated.
        ending: As of `DreamEnv`.
        autoreset_mode: One of Gymnasium's modes, or its name.
        repeat: For how many ticks a step plays each action, or until the episode ends; rewards
            are summed.
        **options: As of `DreamEnv`.

    Raises:
        ConfigError: If an option is unknown, out of bounds, or belongs to the game.
    """

    options = OPTIONS

    def __init__(
        self,
        source: Source,
        num_worlds: int,
        *,
        players: int | None = None,
        horizon: int = HORIZON,
        ending: Ending = "chance",
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        repeat: int = 1,
        **options: Any,
    ) -> None:
        config = dream_config(source, players, horizon, options)
        super().__init__(num_worlds, config, 1, autoreset_mode, repeat)
        self.metadata["dream"] = True
        self.source, self.ending, self._options = source, ending, options
        seeds = [None if config.seed is None else config.seed + w for w in range(num_worlds)]
        self._dreams = Dreams(source, config, ending, seeds, complete=True)
        self._names = [f"player_{slot}" for slot in range(config.players)]
        self._all_free = _row_of(free_mask(config))
        self._ended = np.zeros(num_worlds, np.bool_)
        """(W,) whether the episode ended in the last step; `_late`: whether time or a fault did."""
        self._late = np.zeros(num_worlds, np.bool_)
        self._over_now = np.zeros(num_worlds, np.bool_)
        """(W,) whether the episode has ended and the reset is yet to come."""
        self._paid = np.zeros((num_worlds, config.players))
        """(W, P) what the last step was worth, nothing where an episode has just begun."""
        self._rewards = self._paid
        """(W, P) what is returned as rewards of the last step."""
        self._final: dict[str, Any] = {}
        self._close_by(self._crew.close)

    # ------------------------------------------------------------------ beyond the standard

    def events(self, world: int) -> list[dict[str, Any]]:
        """What happened in a world's last tick: a dream tells of nothing."""
        self._require_begun("events")
        world_numbered(world, self.num_worlds)
        return []

    def state_hash(self, world: int) -> int:
        """As `state_hash` of the same world in `dream_env`."""
        self._require_begun("state_hash")
        return state_hash(self._kept(world))

    def snapshot(self, world: int) -> bytes:
        """Everything that a world's future depends on but the actions, as of `dream_env`."""
        self._require_begun("snapshot")
        return write_snapshot(self._dreams, self._kept(world))

    def __reduce__(self) -> tuple[Any, ...]:
        choices = {
            **self._options,
            "players": self.config.players,
            "horizon": self.max_cycles,
            "ending": self.ending,
            "autoreset_mode": self.autoreset_mode,
            "repeat": self.repeat,
        }
        return _made, (self.source, self.num_worlds, choices)

    # ------------------------------------------------------------------ parts

    def _reset(
        self, mask: NDArray[np.bool_], seeds: Sequence[int | None], options: Mapping[str, Any]
    ) -> Seeing:
        chosen = np.flatnonzero(mask).tolist()
        asked = options.get("start")
        each = list(asked) if isinstance(asked, (list, tuple, np.ndarray)) else None
        if each is not None and len(each) != self.num_worlds:
            raise ConfigError(
                f"start is one for all worlds, or a list of {self.num_worlds}, got {len(each)}"
            )
        starts = [asked if each is None else each[w] for w in chosen]
        self._begin(chosen, [seeds[w] for w in chosen], starts)
        self._begun = True
        return self._seeing(mask)

    def _restore(
        self, worlds: Sequence[int], snapshots: Sequence[Any], mask: NDArray[np.bool_]
    ) -> Seeing:
        read = [read_snapshot(data, self._dreams) for data in snapshots]
        for kept in read:
            if kept.counters["agents"] not in ([], self._names):
                raise SnapshotError(
                    "in this snapshot some players have ended their episode, or were never there, "
                    "and others not: restore it in mpgenie.dream_env"
                )
        take_up(self._dreams, worlds, read)
        for w, kept in zip(worlds, read, strict=True):
            self._over_now[w] = not kept.counters["agents"]
            self._paid[w] = 0.0
        self._begun = True
        return self._seeing(mask)

    def _begin(
        self, worlds: Sequence[int], seeds: Sequence[int | None], starts: Sequence[Any]
    ) -> None:
        """Begin episodes, for which nothing has been paid."""
        self._dreams.begin(worlds, seeds, starts)
        self._over_now[worlds] = False
        self._paid[worlds] = 0.0

    def _begin_anew(self, over: NDArray[np.bool_]) -> None:
        """Let the worlds whose episode has ended go on in their streams of seeds."""
        worlds = np.flatnonzero(over).tolist()
        if worlds:
            self._begin(worlds, [None] * len(worlds), [None] * len(worlds))

    def _tasks(self) -> Sequence[Callable[[], None]]:
        return [self._tick]

    def _tick(self) -> None:
        """Dream a step of all worlds, but for those that are reset in it."""
        dreams, reader, waiting = self._dreams, self._reader, self._over_now.copy()
        over = waiting.copy()
        self._paid[:] = 0.0
        for _ in range(self.repeat):
            if over.all():
                break
            dreams.step(reader.buttons, reader.camera, still=over)
            self._paid[~over] += dreams.rewards[~over]
            over |= dreams.ended[:, 0] | dreams.broken | (dreams.cycle >= self.max_cycles)
        self._begin_anew(waiting)
        over &= ~waiting
        self._ended = dreams.ended[:, 0] & over
        self._late = over & ~self._ended
        self._over_now = over
        self._final, self._rewards = {}, self._paid.copy()
        if self.autoreset_mode is AutoresetMode.SAME_STEP and over.any():
            self._final = self._last_words(over)
            self._begin_anew(over)

    def _last_words(self, over: NDArray[np.bool_]) -> dict[str, Any]:
        """What those whose episode has ended saw and were told last."""
        rows, frames = np.repeat(over, self.config.players), self._frames()
        final = np.full(self.num_envs, None, object)
        for row in np.flatnonzero(rows).tolist():
            final[row] = frames[row].copy()
        infos = {"final_obs": final, "final_info": with_mask(self._infos(), rows)}
        return infos | {"_final_obs": rows, "_final_info": rows.copy()}

    def _results(self) -> Results:
        players = self.config.players
        everybody = np.ones(self.num_envs, np.bool_)
        return (
            self._frames().copy(),
            self._rewards.reshape(-1),
            np.repeat(self._ended, players),
            np.repeat(self._late, players),
            with_mask(self._infos(), everybody) | self._final,
        )

    def _seeing(self, worlds: NDArray[np.bool_]) -> Seeing:
        """Observations of all rows, and infos of some of the worlds."""
        rows = np.repeat(worlds, self.config.players)
        return self._frames().copy(), with_mask(self._infos(), rows)

    def _frames(self) -> NDArray[np.uint8]:
        """(N, H, W, 3) what everybody sees."""
        frames: NDArray[np.uint8] = self._dreams.frames.reshape(
            self.num_envs, *self._dreams.frames.shape[2:]
        )
        return frames

    def _infos(self) -> dict[str, Any]:
        dreams, players, rows = self._dreams, self.config.players, self.num_envs
        reasons = [
            dreams.reason(w, slot, self.max_cycles)
            for w in range(self.num_worlds)
            for slot in range(players)
        ]
        return {
            "dream": np.ones(rows, np.bool_),
            "seed": np.repeat(dreams.seeds, players),
            "start": np.repeat(dreams.begun_at, players),
            "tick": np.repeat(dreams.cycle, players),
            "chance": dreams.chance.reshape(-1).copy(),
            "reason": np.array(reasons, object),
            "reward_parts": {"dreamt": self._paid.reshape(-1).copy()},
            "action_mask": np.tile(self._all_free, (rows, 1)),
        }

    def _views(self) -> tuple[NDArray[np.uint8], ...]:
        return tuple(self._frames().copy())

    def _kept(self, world: int) -> Kept:
        w = world_numbered(world, self.num_worlds)
        return keep(self._dreams, w, [] if self._over_now[w] else self._names)

    def _over(self) -> list[int]:
        over: list[int] = np.flatnonzero(self._over_now).tolist()
        return over


def _row_of(mask: Any) -> NDArray[np.int8]:
    """All components of an action mask in one row."""
    parts = mask.values() if isinstance(mask, dict) else mask
    return np.concatenate([part for part in parts if part is not None])


def _made(source: Source, num_worlds: int, choices: Mapping[str, Any]) -> DreamVectorEnv:
    return DreamVectorEnv(source, num_worlds, **choices)


def dream_vector_env(
    checkpoint: str | Path | Source, num_worlds: int, *, device: str = "auto", **options: Any
) -> DreamVectorEnv:
    """Many dreams as a Gymnasium `VectorEnv`, every player a row; see `DreamVectorEnv`.

    Args:
        checkpoint: As of `dream_env`.
        num_worlds: How many worlds.
        device: As of `dream_env`.
        **options: Of `DreamVectorEnv`, such as `players`, `horizon` and `autoreset_mode`.

    Raises:
        CheckpointError: If it is none, damaged, or of another version of the game.
        ConfigError: If an option is unknown, out of bounds, or belongs to the game.
    """
    return DreamVectorEnv(source_of(checkpoint, device), num_worlds, **options)
