"""Where a dream begins: a few frames through everybody's eyes, and what led from one to the next.

A start is cut from an episode, taken from a window of a dataset, or from the game itself, which
then goes on in the dream as it stood:

    Start.of_episode(dataset.load(entry), tick=40)      # or the window dataset.windows(...)[3]
    real = recent(mpgenie.parallel_env(players=2))      # remembers the last frames
    dream.reset(options={"start": real})

Action t leads from frame t to frame t + 1, as everywhere.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pettingzoo.utils import BaseParallelWrapper

from mpgenie.datasets.episode import Recorded
from mpgenie.envs.config import EnvConfig
from mpgenie.envs.parallel import PlanetEnv
from mpgenie.envs.players_env import Infos, Observations, Results
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.validation import ActionReader
from mpgenie.errors import ConfigError, StateError

from .controls import CONTROLS, from_fields

FRAMES = 8
"""How many frames a start has by default."""
_LOOKS = ("view_distance", "hud", "appearance")


@dataclass(frozen=True, eq=False)
class Start:
    """T frames of P players.

    Raises:
        ConfigError: If the arrays are not as they should be.
    """

    frames: NDArray[np.uint8]
    """(T, P, H, W, 3)."""
    controls: NDArray[np.float32]
    """(T - 1, P, 22), see `controls`."""
    there: NDArray[np.bool_]
    """(T, P) who is in the world."""

    def __post_init__(self) -> None:
        frames = np.asarray(self.frames)
        if (
            frames.ndim != 5
            or frames.shape[-1] != 3
            or frames.dtype != np.uint8
            or 0 in frames.shape
        ):
            raise ConfigError(
                "the frames of a start are uint8 (frames, players, height, width, 3), got "
                f"{frames.dtype} {frames.shape}"
            )
        count, players = frames.shape[:2]
        controls = np.asarray(self.controls)
        if controls.shape != (count - 1, players, CONTROLS) or controls.dtype.kind != "f":
            raise ConfigError(
                f"{count} frames of {players} players have controls ({count - 1}, {players}, "
                f"{CONTROLS}) float32 between them, got {controls.dtype} {controls.shape}"
            )
        if not (np.abs(controls) <= 1.0).all():
            raise ConfigError("controls lie between -1 and 1; see mpgenie.world_models.controls")
        there = np.asarray(self.there)
        if there.shape != (count, players) or there.dtype != np.bool_ or not there[-1].any():
            raise ConfigError(
                f"`there` says bool ({count}, {players}) who is in the world, somebody at the end, "
                f"got {there.dtype} {there.shape}"
            )

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def players(self) -> int:
        """P."""
        return int(self.frames.shape[1])

    @property
    def resolution(self) -> tuple[int, int]:
        """(height, width)."""
        return int(self.frames.shape[2]), int(self.frames.shape[3])

    @classmethod
    def of_window(cls, window: Mapping[str, Any]) -> "Start":
        """The start that a window of a dataset is.

        Args:
            window: With "frames", "buttons" and "camera", as `Dataset.windows` gives it by default
                (`shift=0`); "active" among its `state` says who is there.

        Raises:
            ConfigError: If it lacks any of them.
        """
        missing = [name for name in ("frames", "buttons", "camera") if name not in window]
        if missing:
            raise ConfigError(f"this window of a dataset has no {missing}: it cannot begin a dream")
        frames = np.asarray(window["frames"])
        there = window.get("active", np.ones(frames.shape[:2], np.bool_))
        controls = from_fields(window["buttons"][:-1], window["camera"][:-1])
        return cls(frames, controls, np.asarray(there))

    @classmethod
    def of_episode(
        cls,
        episode: Recorded,
        tick: int,
        *,
        frames: int = FRAMES,
        slots: Sequence[int] | None = None,
        stream: str = "ego_64x64",
    ) -> "Start":
        """The start that ends with a frame of an episode.

        Args:
            episode: In memory, or a shard from `Dataset.load`.
            tick: The number of its last frame.
            frames: How many frames, fewer where the episode begins.
            slots: Of the players; all by default.
            stream: Which pictures.

        Raises:
            ConfigError: If there is no such frame, player or stream.
        """
        length, everybody = episode.header.length, range(len(episode.header.players))
        slots = list(everybody if slots is None else slots)
        if not 0 <= tick <= length or frames < 1:
            raise ConfigError(f"the episode has frames 0 to {length}, got tick {tick} of {frames}")
        if not slots or any(slot not in everybody for slot in slots):
            raise ConfigError(f"the episode has players {list(everybody)}, got slots {slots}")
        if stream not in episode.streams:
            raise ConfigError(f"the episode has no {stream!r}, but {sorted(episode.streams)}")
        first = max(0, tick + 1 - frames)
        pictures = [episode.streams[stream].read(slot, first, tick + 1) for slot in slots]
        return cls(
            np.stack(pictures, 1),
            from_fields(
                episode["actions/buttons"][first:tick, slots],
                episode["actions/camera"][first:tick, slots],
            ),
            episode["state/active"][first : tick + 1, slots],
        )

    @classmethod
    def of_env(cls, env: Any, config: EnvConfig) -> "Start":
        """The start that an environment stands at: one frame, or as many as `recent` remembers.

        Args:
            env: In an episode.
            config: How the frames must look.

        Raises:
            ConfigError: If its frames would look otherwise.
            StateError: If no episode has begun.
        """
        planet: PlanetEnv = env.unwrapped
        for name in _LOOKS:
            theirs, ours = getattr(planet.config, name), getattr(config, name)
            if theirs != ours:
                raise ConfigError(
                    f"what is dreamt was seen with {name} = {ours!r}, this environment has "
                    f"{theirs!r}: make one alike"
                )
        if isinstance(env, Recent) and env.resolution == config.resolution:
            return env.start()
        frames = _seen(planet, config.resolution)[None]
        there = planet.simulation.state.players.active[WORLD][None].copy()
        return cls(frames, np.zeros((0, frames.shape[1], CONTROLS), np.float32), there)

    def first(self, players: int) -> "Start":
        """The same for the first so many players."""
        return Start(self.frames[:, :players], self.controls[:, :players], self.there[:, :players])


def _seen(env: PlanetEnv, resolution: tuple[int, int]) -> NDArray[np.uint8]:
    """(P, H, W, 3) what everybody sees now."""
    views = [env.render_view(player, "first", resolution) for player in env.possible_agents]
    return np.stack(views)


class Recent(BaseParallelWrapper[str, Any, Any]):  # type: ignore[misc]
    """A real environment that remembers its last frames; see `recent`."""

    def __init__(self, env: PlanetEnv, frames: int, resolution: tuple[int, int]) -> None:
        super().__init__(env)
        self.resolution = resolution
        self._reader = ActionReader(env.config, env.possible_agents)
        self._frames: deque[NDArray[np.uint8]] = deque(maxlen=frames)
        self._there: deque[NDArray[np.bool_]] = deque(maxlen=frames)
        self._controls: deque[NDArray[np.float32]] = deque(maxlen=max(1, frames - 1))

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, Infos]:
        """Begin an episode, as `PlanetEnv.reset` does."""
        results: tuple[Observations, Infos] = self.env.reset(seed=seed, options=options)
        for memory in (self._frames, self._there, self._controls):
            memory.clear()
        self._look()
        return results

    def step(self, actions: Mapping[str, Any]) -> Results:
        """Advance everybody by one tick, as `PlanetEnv.step` does."""
        self._reader.read(actions, self.env.agents)
        results: Results = self.env.step(actions)
        self._controls.append(from_fields(self._reader.buttons, self._reader.camera)[0])
        self._look()
        return results

    def start(self) -> Start:
        """The last frames, and what was done between them.

        Raises:
            StateError: If no episode has begun.
        """
        if not self._frames:
            raise StateError("start() before reset(): call reset() first")
        players = len(self.env.possible_agents)
        between = [*self._controls][-(len(self._frames) - 1) :] if len(self._frames) > 1 else []
        controls = np.stack(between) if between else np.zeros((0, players, CONTROLS), np.float32)
        return Start(np.stack(self._frames), controls, np.stack(self._there))

    def _look(self) -> None:
        self._frames.append(_seen(self.env, self.resolution))
        self._there.append(self.env.simulation.state.players.active[WORLD].copy())


def recent(
    env: PlanetEnv, frames: int = FRAMES, resolution: tuple[int, int] | None = None
) -> Recent:
    """Let a real environment remember its last frames, so that a dream may go on from there.

    Args:
        env: The environment; use what is returned in its place.
        frames: How many.
        resolution: (height, width) of those frames; by default the observations'.
    """
    if frames < 1:
        raise ConfigError(f"at least one frame must be remembered, got {frames}")
    return Recent(env, frames, resolution or env.config.resolution)
