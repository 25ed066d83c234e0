"""A batch of dreams as environments have them: episodes, ends and beginnings around a model.

`DreamEnv` is the case of one world, `DreamVectorEnv` has many; both step through here.  The model
dreams; here is only book-keeping.

Whatever is drawn follows from the episode's seed: the start, the model's noise, and by the tick
whether the episode ends.  Where players are not removed one by one, the end is one event that
everybody sees, so its chance is the mean of what the model says of each view.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.checks import check_known
from mpgenie.envs.config import EnvConfig
from mpgenie.envs.episodes import Seeds
from mpgenie.envs.planet.exact import draw
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.errors import ConfigError

from .controls import CONTROLS, from_fields
from .source import Source
from .starts import Start

Ending = str | float | None
OPTIONS = ("start",)
"""What `reset(options=...)` understands."""
ENDED, LATE, BROKEN = "ended", "horizon", "no numbers"
"""Why an episode ended."""
NOT_ONE_OF_OURS = -1
"""The number of a start that is none of the source's own."""
_START, _END = 44, 45  # branches of a seed's tree, for what is drawn here


class Dreams:
    """W dreams of P players.

    Args:
        source: What dreams.
        config: Of each; see `source.dream_config`.
        ending: `chance`: an episode ends as likely as the model says; a number: where it is
            likelier than that; None: never before the horizon.
        seeds: Where the stream of seeds of each world starts; None draws one.
        complete: Whether starts must show all players.

    Raises:
        ConfigError: If `ending` is none of these.
    """

    def __init__(
        self,
        source: Source,
        config: EnvConfig,
        ending: Ending,
        seeds: Sequence[int | None],
        *,
        complete: bool = False,
    ) -> None:
        self.source, self.config, self.ending = source, config, _checked(ending)
        self.complete = complete
        self.own = [k for k, start in enumerate(source.starts) if not self._unfit(start)]
        """The numbers of those starts of the source's own that fit."""
        self._latest: Start | None = None
        self.count = worlds = len(seeds)
        players = config.players
        self.streams = [Seeds(seed) for seed in seeds]
        self.state: Any = None
        """What the model remembers; None before the first episode."""
        self.frames = np.zeros((worlds, players, *config.resolution, 3), np.uint8)
        """(W, P, H, W, 3) what everybody sees."""
        self.there = np.zeros((worlds, players), np.bool_)
        """(W, P) who is in the world."""
        self.cycle = np.zeros(worlds, np.int64)
        """(W,) ticks since the episode began."""
        self.seeds = np.zeros(worlds, np.int64)
        """(W,) of the episode."""
        self.begun_at = np.full(worlds, NOT_ONE_OF_OURS)
        """(W,) which of the source's starts it began at."""
        self.rewards = np.zeros((worlds, players))
        """(W, P) what the last tick was worth."""
        self.chance = np.zeros((worlds, players))
        """(W, P) how likely the model held an end in it."""
        self.ended = np.zeros((worlds, players), np.bool_)
        """(W, P) whose episode ended in it."""
        self.broken = np.zeros(worlds, np.bool_)
        """(W,) whether the model said what is no number; frames are the last good ones then."""
        self._keys = [0] * worlds
        self._threshold = self.ending if isinstance(self.ending, float) else 1.0

    def seen(self, slots: Sequence[int], w: int = WORLD) -> NDArray[np.uint8]:
        """(V, H, W, 3) what the players in some slots of a world see."""
        frames: NDArray[np.uint8] = self.frames[w, list(slots)]
        return frames

    # ------------------------------------------------------------------ beginnings

    def start_for(self, asked: Any) -> Start | None:
        """The start that somebody asks for, checked; None = one of the source's own is drawn.

        Args:
            asked: A `Start`, the number of one of the source's own, a window of a dataset, an
                environment in an episode, or None: then where the source has none that fits, the
                last one that was asked for is taken again.

        Raises:
            ConfigError: If it is none of these, or does not fit.
        """
        if asked is None:
            if self.own:
                return None
            if self._latest is None:
                raise ConfigError(
                    f"this model brings no starts for {self.config.players} players: say where to "
                    'begin, reset(options={"start": ...}) with a clip or a real environment'
                )
            return self._latest
        what = "this start"
        if _is_number(asked):
            if not 0 <= asked < len(self.source.starts):
                raise ConfigError(
                    f"the model brings starts 0 to {len(self.source.starts) - 1}, got {asked}"
                )
            asked, what = self.source.starts[asked], f"start {asked}"
        elif isinstance(asked, dict):
            asked = Start.of_window(asked)
        elif hasattr(asked, "unwrapped"):
            asked = Start.of_env(asked, self.config)
        if not isinstance(asked, Start):
            raise ConfigError(
                "start is a Start, the number of one that comes with the model, a window of a "
                f"dataset, or an environment in an episode, got {type(asked).__name__}"
            )
        if trouble := self._unfit(asked):
            raise ConfigError(f"{what} {trouble}")
        return asked

    def begin(
        self, worlds: Sequence[int], seeds: Sequence[int | None], asked: Sequence[Any]
    ) -> None:
        """Begin episodes in some of the worlds, in all of them at first.

        Args:
            worlds: Which.
            seeds: Of each; None goes on in the world's stream.
            asked: Where each begins, as of `start_for`.

        Raises:
            ConfigError: If a start or a seed is wrong; then nothing has changed.
        """
        given = [self.start_for(each) for each in asked]
        drawn = [self.streams[w].next_seed(s) for w, s in zip(worlds, seeds, strict=True)]
        starts = []
        for w, seed, each, start in zip(worlds, drawn, asked, given, strict=True):
            number = int(each) if _is_number(each) else NOT_ONE_OF_OURS
            if start is None:
                number = self.own[key_of(seed, _START) % len(self.own)]
                start = self.source.starts[number]
            else:
                self._latest = start
            starts.append(start.first(self.config.players))
            self.frames[w], self.there[w] = starts[-1].frames[-1], starts[-1].there[-1]
            self.resume(w, seed, number, 0)
        self.put(worlds, self._opened(starts, drawn))

    def resume(self, w: int, seed: int, start: int, cycle: int) -> None:
        """Count in a world from a tick of an episode on, as if no tick had just passed."""
        self.seeds[w], self.begun_at[w], self.cycle[w] = seed, start, cycle
        self._keys[w] = key_of(seed, _END)
        self.rewards[w], self.chance[w], self.ended[w], self.broken[w] = 0.0, 0.0, False, False

    def blank(self) -> Any:
        """The model's memory of one dream of darkness, of which only shapes matter."""
        players = self.config.players
        nothing = Start(
            np.zeros((1, *self.frames.shape[1:]), np.uint8),
            np.zeros((0, players, CONTROLS), np.float32),
            np.ones((1, players), np.bool_),
        )
        return self._opened([nothing], [0])

    def put(self, worlds: Sequence[int], state: Any) -> None:
        """Let the model's memory of some worlds be that of other dreams."""
        if self.state is None:
            self.state = state.rows([0] * self.count)
        self.state.put(worlds, state)

    def _opened(self, starts: Sequence[Start], seeds: Sequence[int]) -> Any:
        """The model's memory of dreams that begin now; those of one length are opened at once."""
        order: list[int] = []
        states = []
        for length in sorted({len(start) for start in starts}):
            alike = [k for k, start in enumerate(starts) if len(start) == length]
            order += alike
            mine = [starts[k] for k in alike]
            state = self.source.model.open(
                np.stack([start.frames for start in mine]),
                np.stack([start.controls for start in mine]).astype(np.float32),
                np.stack([start.there for start in mine]),
                np.array([seeds[k] for k in alike], np.int64),
            )
            states.append(state)
        if len(states) == 1:
            return states[0]
        return states[0].joined(states).rows(np.argsort(order).tolist())

    def _unfit(self, start: Start) -> str:
        """Why a start does not fit; empty = it does."""
        players = self.config.players
        if start.resolution != self.config.resolution:
            (tall, wide), (height, width) = start.resolution, self.config.resolution
            return f"has frames of {wide}x{tall}, the model dreams {width}x{height}"
        if start.players < players:
            return (
                f"shows {start.players} players, this dream has {players}: give one of as many, or "
                f"make the dream with players={start.players}"
            )
        if self.complete and not start.there[-1, :players].all():
            return "lacks some of its players at the end, but rows of players stay: use dream_env"
        return ""

    # ------------------------------------------------------------------ a tick

    def step(
        self,
        buttons: NDArray[np.uint32],
        camera: NDArray[np.float32],
        still: NDArray[np.bool_] | None = None,
    ) -> None:
        """Dream the next tick of all worlds.

        Args:
            buttons: (W, P) bit fields.
            camera: (W, P, 2) degrees.
            still: (W,) worlds in which nothing shall have happened; the model dreams on in them,
                so they have to begin anew before they are played again.
        """
        dreamt = self.source.model.step(self.state, from_fields(buttons, camera))
        moves = np.ones(self.count, np.bool_) if still is None else ~still
        rewards = _array(dreamt.rewards.float(), np.float64)
        chance = _array(dreamt.chance.float(), np.float64)
        numbers = np.isfinite(rewards) & np.isfinite(chance)
        good = _array(dreamt.finite, np.bool_) & numbers.all(axis=1)
        self.frames[moves & good] = _array(dreamt.frames, np.uint8)[moves & good]
        seen = good[:, None] & self.there
        self.rewards[moves] = np.where(seen, rewards, 0.0)[moves]
        self.chance[moves] = np.where(seen, chance, 0.0)[moves]
        self.ended[moves] = (self._ends() & seen)[moves]
        self.broken[moves] = ~good[moves]
        self.cycle[moves] += 1

    def reason(self, w: int, slot: int, most: int) -> str:
        """Why a player's episode ended in the last tick of at most so many; "" = it goes on."""
        if self.ended[w, slot]:
            return ENDED
        if self.broken[w]:
            return BROKEN
        return LATE if self.cycle[w] >= most else ""

    def reseed(self, w: int, seed: int) -> None:
        """Let the noise and the end of a world's episode follow from another seed from now on."""
        self.seeds[w], self._keys[w] = seed, key_of(seed, _END)
        self.state.seeds[w] = seed

    def leave(self, w: int, slot: int) -> None:
        """Take a player out of a world that goes on without it."""
        self.there[w, slot] = False
        self.state.there[w, slot] = False

    def _ends(self) -> NDArray[np.bool_]:
        """(W, P) whose episode ends."""
        likely = self.chance
        if self.config.death != "remove":
            many = np.maximum(self.there.sum(axis=1), 1)
            likely = np.repeat((likely.sum(axis=1) / many)[:, None], self.config.players, axis=1)
        if self.ending is None:
            return np.zeros(likely.shape, np.bool_)
        return self._draws() < likely if self.ending == "chance" else likely > self._threshold

    def _draws(self) -> NDArray[np.float64]:
        """(W, P) a number in [0, 1) for each player, or one for all players of a world."""
        alike = self.config.death != "remove"
        return np.array(
            [
                [
                    draw(np.uint64(key), int(tick), _END, 0 if alike else slot)
                    for slot in range(self.config.players)
                ]
                for key, tick in zip(self._keys, self.cycle, strict=True)
            ]
        )


def _is_number(asked: object) -> bool:
    return isinstance(asked, (int, np.integer)) and not isinstance(asked, bool)


def _array(tensor: Any, kind: Any) -> NDArray[Any]:
    array: NDArray[Any] = tensor.cpu().numpy().astype(kind, copy=False)
    return array


def _checked(ending: object) -> Ending:
    if ending is None or ending == "chance":
        return ending
    if isinstance(ending, str):
        check_known("ending", ending, ("chance",))
    if isinstance(ending, bool) or not isinstance(ending, (int, float)) or not 0 <= ending <= 1:
        raise ConfigError(
            f'ending is "chance", a threshold from 0 to 1, or None for no end, got {ending!r}'
        )
    return float(ending)
