"""What players get who play by a policy, a script or chance, in episodes that nobody learnt from.

Many episodes are played side by side, so that a network looks at all of their players at once.
Seeds and planets are odd, and follow from the seed of the rollouts and their number alone: whoever
plays, the `i`-th episode is the same world.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mpgenie.agents.bots.scenarios import ScriptedPlayers
from mpgenie.agents.bots.scenarios.playing import action_for, random_action
from mpgenie.agents.policy import IDLE, Action
from mpgenie.agents.watching import save_sheet, views
from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.actions import discrete_to_raw
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.pictures import Picture, Video, halved

AT_A_TIME = 16
"""Episodes played side by side."""
VIEW = (240, 320)
"""(height, width) of each view in a video."""
FARTHEST = 2.0
"""Metres in a tick; who moves farther was put elsewhere."""
_KEY = 44


@dataclass(frozen=True)
class Rollout:
    """How an episode went, as means over its players."""

    seed: int
    score: float
    """The sum of a player's rewards."""
    parts: dict[str, float]
    """What it is the sum of."""
    survival: float
    """The share of ticks that a player was alive."""
    distance: float
    """Metres that a player went."""
    ticks: int

    as_plain = asdict


class Choosers(Protocol):
    """Choose for the players of several episodes."""

    options: Mapping[str, Any]
    """Of `parallel_env`: what they must observe."""

    def begin(self, envs: Sequence[PlanetEnv], seeds: Sequence[int]) -> None:
        """Get ready for episodes that begin now."""

    def act(self, observations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Action]]:
        """Actions for those who observe something, episode by episode."""


class ByPolicy:
    """Players who play by a policy.

    Args:
        policy: As of `agents.policy`, choosing discrete actions; its `seed` is set.
        seed: What it draws from.
    """

    def __init__(self, policy: Any, seed: int = 0) -> None:
        self.policy, self.seed = policy, seed
        options = policy.env_options
        self.options: Mapping[str, Any] = {name: options[name] for name in _SEEN if name in options}
        self._state: Any = None

    def begin(self, envs: Sequence[PlanetEnv], seeds: Sequence[int]) -> None:
        """Forget the last episodes."""
        self._state, self.policy.seed = None, key_of(self.seed, _KEY, *seeds)

    def act(self, observations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Action]]:
        """What the policy says."""
        seen = {f"{k}.{p}": each for k, of in enumerate(observations) for p, each in of.items()}
        chosen, self._state = self.policy.act(seen, self._state)
        return [
            {player: _action(chosen[f"{k}.{player}"]) for player in of}
            for k, of in enumerate(observations)
        ]


class ByScript:
    """Players who follow the script of their scenario."""

    options: Mapping[str, Any] = {"observe": "proprio"}

    def begin(self, envs: Sequence[PlanetEnv], seeds: Sequence[int]) -> None:
        """Begin their scripts."""
        self._names = [env.possible_agents for env in envs]
        self._scripts = [
            ScriptedPlayers(
                env.simulation, env.scenario, range(len(names)), env.config.rules.name, seed=seed
            )
            for env, names, seed in zip(envs, self._names, seeds, strict=True)
        ]

    def act(self, observations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Action]]:
        """What their scripts say."""
        return [
            {names[slot]: action for slot, action in script.act().items()} if seen else {}
            for names, script, seen in zip(self._names, self._scripts, observations, strict=True)
        ]


class ByChance:
    """Players who do anything, each part of the discrete action drawn anew every tick."""

    options: Mapping[str, Any] = {"observe": "proprio"}

    def begin(self, envs: Sequence[PlanetEnv], seeds: Sequence[int]) -> None:
        """Draw from each episode's seed."""
        self._draws = [np.random.default_rng(key_of(seed, _KEY)) for seed in seeds]

    def act(self, observations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Action]]:
        """Anything."""
        return [
            {player: random_action(rng) for player in seen}
            for rng, seen in zip(self._draws, observations, strict=True)
        ]


_SEEN = ("observe", "resolution", "hud", "view_distance")


def seeds_of(seed: int, episodes: int) -> list[int]:
    """Of episodes and their planets, all held out."""
    return [2 * (key_of(seed, _KEY, unit) % 2**31) + 1 for unit in range(episodes)]


def roll_out(
    choosers: Choosers,
    game: Mapping[str, Any],
    seeds: Iterable[int],
    *,
    at_a_time: int = AT_A_TIME,
    on_episodes: Callable[[int], None] | None = None,
    on_tick: Callable[[Sequence[PlanetEnv]], None] | None = None,
) -> list[Rollout]:
    """Play an episode from each seed.

    Args:
        choosers: Who play.
        game: Options of `parallel_env`, but for what is observed.
        seeds: Of the episodes and their planets.
        at_a_time: How many are played side by side.
        on_episodes: Told how many more are done.
        on_tick: Shown the worlds whenever a tick has passed, and before the first.

    Returns:
        One for each seed, in order.
    """
    left, done = list(seeds), list[Rollout]()
    options = {**game, **choosers.options, "action_mode": "raw", "copy": False}
    options.setdefault("renderer", "software")
    envs = [parallel_env(**options) for _ in range(min(at_a_time, len(left)))]
    try:
        while left:
            now, left = left[: len(envs)], left[len(envs) :]
            done += _played(choosers, envs[: len(now)], now, on_tick)
            if on_episodes is not None:
                on_episodes(len(now))
    finally:
        for env in envs:
            env.close()
    return done


def _played(
    choosers: Choosers,
    envs: Sequence[PlanetEnv],
    seeds: Sequence[int],
    on_tick: Callable[[Sequence[PlanetEnv]], None] | None,
) -> list[Rollout]:
    """Side by side until the last is over."""
    seen = [env.reset(seed=seed)[0] for env, seed in zip(envs, seeds, strict=True)]
    tallies = [_Tally(env) for env in envs]
    choosers.begin(envs, seeds)
    while any(env.agents for env in envs):
        if on_tick is not None:
            on_tick(envs)
        chosen = choosers.act(seen)
        for k, env in enumerate(envs):
            if env.agents:
                actions = {p: action_for(env, chosen[k].get(p, IDLE)) for p in env.agents}
                observed, *_ = env.step(actions)
                tallies[k].count()
                seen[k] = {player: observed[player] for player in env.agents}
    return [tally.rollout(seed) for tally, seed in zip(tallies, seeds, strict=True)]


def film(choosers: Choosers, game: Mapping[str, Any], seed: int, path: Path) -> list[Path]:
    """Save an episode as a video, and moments of it beside that as a picture; their files."""
    shots: list[Picture] = []
    with Video(path, frames_per_second=20) as video:

        def shoot(envs: Sequence[PlanetEnv]) -> None:
            picture = views(envs[0], VIEW)
            video.add(picture)
            shots.append(halved(picture))

        roll_out(choosers, game, [seed], on_tick=shoot)
    sheet = path.with_suffix(".png")
    save_sheet(sheet, shots)
    return [path, sheet]


class _Tally:
    """Adds up one episode."""

    def __init__(self, env: PlanetEnv) -> None:
        self.env, self.rows = env, env.simulation.state.players
        self.parts = np.zeros(len(env.config.rules.part_names))
        self.lived = self.went = 0.0
        self._place = self.rows.position[WORLD].copy()

    def count(self) -> None:
        """A tick has passed."""
        place = self.rows.position[WORLD]
        steps = np.linalg.norm(place - self._place, axis=-1)
        self.went += float(steps[steps <= FARTHEST].sum()) / len(steps)
        self._place = place.copy()
        self.lived += float((self.rows.active[WORLD] & self.rows.alive[WORLD]).mean())
        self.parts += self.env.scenario.parts[WORLD].mean(0)

    def rollout(self, seed: int) -> Rollout:
        """All of it."""
        names, ticks = self.env.config.rules.part_names, self.env.cycle
        parts = {name: float(part) for name, part in zip(names, self.parts, strict=True)}
        score = float(self.parts.sum())
        return Rollout(seed, score, parts, self.lived / ticks, self.went, ticks)


def _action(choice: Any) -> Action:
    buttons, (pitch, yaw) = discrete_to_raw(choice)
    return Action(buttons, float(pitch), float(yaw))
