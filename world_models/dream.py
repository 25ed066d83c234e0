"""A dream as a PettingZoo `ParallelEnv`: `mpgenie.dream_env(checkpoint)`.

The spaces are those of the environment whose video the model has seen, and what runs there runs
here.  Where the game would make a tick, a model dreams everybody's next frame, what it was worth to
each and how likely the episode has ended.  It knows nothing but what it has seen: there are no
events, no states, and nobody from behind.

`infos[player]` holds plain values that JSON can write, but for the action mask:

    dream               True
    seed                of this episode: its start, the model's noise and its end follow from it
    start               the number of the start among those that come with the model, else -1
    tick                ticks since the episode began
    events              an empty list
    reward_parts        `dreamt` alone
    chance              how likely the model holds it that the episode ends now
    reason              why it did: `ended`, `horizon`, `no numbers` (the model broke down), or ""
    action_mask         nothing is known to be in vain; arrays that `space.sample(mask)` understands
    ignored_options     after `reset` only: names in `options` that mean nothing here

What is random follows from the seed: the same actions lead through the same dream.  On another
device, or beside other dreams in one batch, it is the same but for rounding.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from mpgenie.checks import check_known, check_whole
from mpgenie.envs.config import EnvConfig
from mpgenie.envs.episodes import whole_seed
from mpgenie.envs.players_env import Infos, Observations, PlayersEnv, Results
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.screen import Screen
from mpgenie.envs.simulation.actions import BUTTONS
from mpgenie.envs.spaces import component_counts
from mpgenie.errors import ConfigError
from mpgenie.pictures import fitted

from .dream_saving import keep, read_snapshot, state_hash, take_up, write_snapshot
from .dreams import OPTIONS, Dreams, Ending
from .source import Source, dream_config, source_of

HORIZON = 256
"""Ticks of a dream by default."""


class DreamEnv(PlayersEnv):
    """One dream and its players.

    Args:
        source: What dreams.
        players: How many; None = as many as the model has seen at a time.
        horizon: Ticks after which every player is truncated.
        ending: `chance`: an episode ends as likely as the model says; a number: where it is
            likelier than that; None: not before the horizon.
        **options: Those of `parallel_env` that a dream has too: `action_mode`, `missing`, `death`,
            `render_mode`, `debug` and `seed`.

    Raises:
        ConfigError: If an option is unknown, out of bounds, or belongs to the game.
    """

    copies = "restore() a snapshot() of this one in it, or fork() it"

    def __init__(
        self,
        source: Source,
        *,
        players: int | None = None,
        horizon: int = HORIZON,
        ending: Ending = "chance",
        **options: Any,
    ) -> None:
        config = dream_config(source, players, horizon, options)
        super().__init__(config)
        self.source, self.ending = source, ending
        self._options = options
        self._dreams = dreams = Dreams(source, config, ending, [config.seed])
        self.state_space = spaces.Box(0, 255, dreams.frames[WORLD].shape, np.uint8)
        self._mask = free_mask(config)
        self._screen = Screen(config.render_mode, dreams.seen)
        self._close_by(self._screen.close)

    # ------------------------------------------------------------------ the standard interface

    @property
    def metadata(self) -> dict[str, Any]:
        """Name and render modes; `dream` says that nothing of it is real."""
        return {
            "name": f"mpgenie_{self.config.rules.title()}",
            "render_modes": ["human", "rgb_array"],
            "render_fps": 20,
            "is_parallelizable": True,
            "dream": True,
        }

    def reset(
        self, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observations, Infos]:
        """Begin an episode.

        Args:
            seed: The episode follows from it.  None goes on in the stream that the last seed began.
            options: `start` says where: a `Start`, the number of one that comes with the model, a
                window of a dataset, or a real environment in an episode (see `starts`); by default
                one of the model's is drawn.  Any other name is ignored and listed in infos.

        Returns:
            Observations and infos of all players who are there.

        Raises:
            ConfigError: If seed or start are wrong; then nothing has changed.
        """
        self._require_open("reset")
        options = dict(options or {})
        self._dreams.begin([WORLD], [seed], [options.get("start")])
        self.agents = self._those_there()
        return self._first_look(options, OPTIONS)

    def step(self, actions: Mapping[str, Any]) -> Results:
        """Dream everybody's next tick.

        Args:
            actions: One action for each player in `agents`.

        Returns:
            Observations, rewards, terminations, truncations and infos of those players.

        Raises:
            ActionError: If any action is refused; then nothing has changed.
            StateError: Before `reset`, after the last player's end, or after `close`.
        """
        self._require_episode("step")
        reader, dreams, agents = self._reader, self._dreams, self.agents
        reader.read(actions, agents)
        dreams.step(reader.buttons, reader.camera)
        observations = self._observe()
        late = bool(dreams.broken[WORLD]) or self.cycle >= self.max_cycles
        slots = self._slots(agents)
        ended = dreams.ended[WORLD, slots].tolist()
        rewards = dict(zip(agents, dreams.rewards[WORLD, slots].tolist(), strict=True))
        terminations = dict(zip(agents, ended, strict=True))
        truncations = {agent: late and not over for agent, over in terminations.items()}
        infos = self._infos()
        if self.render_mode == "human":
            self._screen.show(slots)
        self.agents = [agent for agent in agents if not (terminations[agent] or truncations[agent])]
        if self.agents:
            for agent in set(agents).difference(self.agents):
                dreams.leave(WORLD, self._slot[agent])
        return observations, rewards, terminations, truncations, infos

    def state(self) -> NDArray[np.uint8]:
        """(P, H, W, 3) what everybody sees, for critics that may know it."""
        self._require_start("state")
        frames: NDArray[np.uint8] = self._dreams.frames[WORLD].copy()
        return frames

    # ------------------------------------------------------------------ beyond the standard

    @property
    def cycle(self) -> int:
        """Ticks since the episode began."""
        return int(self._dreams.cycle[WORLD])

    def render_view(
        self,
        player: str,
        view: str = "first",
        resolution: tuple[int, int] | None = None,
        hud: bool = False,
    ) -> NDArray[np.uint8]:
        """What a player sees, in any render mode.

        Args:
            player: Whom.
            view: `first`; nobody dreams a player from behind.
            resolution: (height, width) in pixels that the frame is enlarged to; its own by default.
            hud: As of `PlanetEnv.render_view`; a dream has none.
        """
        self._require_start("render_view")
        check_known("player", player, self._slot)
        check_known("view of a dream", view, ("first",))
        frame: NDArray[np.uint8] = self._dreams.frames[WORLD, self._slot[player]]
        return fitted(frame, resolution)

    def snapshot(self) -> bytes:
        """Everything that the future depends on but the actions; see `restore`."""
        self._require_start("snapshot")
        return write_snapshot(self._dreams, keep(self._dreams, WORLD, self.agents))

    def restore(self, snapshot: bytes) -> tuple[Observations, Infos]:
        """Go on from a snapshot of a dream of the same model.

        Returns:
            Observations and infos as of the snapshot, as `reset` does.

        Raises:
            SnapshotError: If it is none; then nothing has changed.
        """
        self._require_open("restore")
        kept = read_snapshot(snapshot, self._dreams)
        take_up(self._dreams, [WORLD], [kept])
        self.agents = list(kept.counters["agents"])
        return self._look_around()

    def fork(self, count: int, seeds: Sequence[int] | None = None) -> list[Self]:
        """Dreams of their own that stand where this one does, without a way through bytes.

        Args:
            count: How many.
            seeds: Of the noise from here on, one for each; by default that of this dream, so that
                equal actions lead to equal futures and others may be compared.

        Returns:
            Environments in mid-episode; the model is shared, everything else is not.
        """
        self._require_start("fork")
        check_whole("count", count, 1, 4096)
        if seeds is not None and len(seeds) != count:
            raise ConfigError(f"{count} forks need {count} seeds, got {len(seeds)}")
        chosen = [whole_seed("seed", seed) for seed in seeds or ()]
        kept, forks = keep(self._dreams, WORLD, self.agents), []
        for number in range(count):
            forks.append(self._alike())
            take_up(forks[-1]._dreams, [WORLD], [kept])
            forks[-1].agents = self.agents[:]
            if chosen:
                forks[-1]._dreams.reseed(WORLD, chosen[number])
        return forks

    def state_hash(self) -> int:
        """64 bits that are equal in equal dreams of one model on one machine."""
        self._require_start("state_hash")
        return state_hash(keep(self._dreams, WORLD, self.agents))

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.source, self._choices())

    # ------------------------------------------------------------------ parts of a step

    def _alike(self) -> Self:
        return type(self)(self.source, **self._choices())

    def _choices(self) -> dict[str, Any]:
        """What this was made with."""
        players, horizon = self.config.players, self.max_cycles
        return {**self._options, "players": players, "horizon": horizon, "ending": self.ending}

    @property
    def _begun(self) -> bool:
        return self._dreams.state is not None

    def _those_there(self) -> list[str]:
        return [agent for agent, slot in self._slot.items() if self._dreams.there[WORLD, slot]]

    def _look_around(self) -> tuple[Observations, Infos]:
        return self._observe(), self._infos()

    def _observe(self) -> Observations:
        frames = self._dreams.frames[WORLD]
        observations = {agent: frames[self._slot[agent]].copy() for agent in self.agents}
        if self.config.debug:
            self._check_observations(observations)
        return observations

    def _infos(self) -> Infos:
        dreams = self._dreams
        shared = {
            "dream": True,
            "seed": int(dreams.seeds[WORLD]),
            "start": int(dreams.begun_at[WORLD]),
            "tick": self.cycle,
        }
        return {
            agent: {
                **shared,
                "events": [],
                "reward_parts": {"dreamt": float(dreams.rewards[WORLD, slot])},
                "chance": float(dreams.chance[WORLD, slot]),
                "reason": dreams.reason(WORLD, slot, self.max_cycles),
                "action_mask": self._mask,
            }
            for agent, slot in zip(self.agents, self._slots(self.agents), strict=True)
        }


def free_mask(config: EnvConfig) -> Any:
    """The action mask of `mpgenie.envs.masks` by which everything may be worth trying."""
    if config.action_mode == "discrete":
        masks = [np.ones(count, np.int8) for count in component_counts(0)]
        for mask in masks:
            mask.setflags(write=False)
        return tuple(masks)
    buttons = np.full(len(BUTTONS), 2, np.int8)
    buttons.setflags(write=False)
    return {"buttons": buttons, "camera": None}


def _made(source: Source, choices: Mapping[str, Any]) -> DreamEnv:
    return DreamEnv(source, **choices)


def dream_env(checkpoint: str | Path | Source, *, device: str = "auto", **options: Any) -> DreamEnv:
    """A dream as a PettingZoo `ParallelEnv`; see `DreamEnv`.

    Args:
        checkpoint: The folder that `mpgenie train world-model` made, or what `load_world_model`
            made of it, which several environments may share.
        device: Where to compute, such as "cpu" or "cuda"; `auto` takes a GPU if there is one.
        **options: Of `DreamEnv`, such as `players`, `horizon` and `seed`.

    Raises:
        CheckpointError: If it is none, damaged, or of another version of the game.
        ConfigError: If an option is unknown, out of bounds, or belongs to the game.
    """
    return DreamEnv(source_of(checkpoint, device), **options)
