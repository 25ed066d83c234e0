"""What players who know how to play saw and did, as decisions of a player who learns.

They are shown by the script of a scenario, played on the spot in worlds like those of the run (no
picture is drawn for `observe="state"`), or by the episodes of a dataset, with the actions that were
asked for or with those that a model of inverse dynamics gave them.  Each tick begins a decision.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mpgenie.agents.bots.scenarios.playing import ScriptedPlayers, action_for
from mpgenie.agents.policy import IDLE, Action
from mpgenie.agents.vpt.targets import bit_fields
from mpgenie.envs.parallel import PlanetEnv, parallel_env
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.actions import discrete_to_raw
from mpgenie.errors import ConfigError

from .config import OBSERVE, PPOConfig
from .decisions import decisions_of

if TYPE_CHECKING:
    from mpgenie.agents.vpt.corpus import Play
    from mpgenie.datasets.reading import Dataset

FIRST_SEED = 20_000_000
"""Of the worlds in which scripts show how; no run learns or is judged in them."""
Seen = dict[str, NDArray[np.uint8]]


@dataclass(frozen=True)
class Demonstrations:
    """N decisions, and what was seen before each of them."""

    seen: Seen
    """What was observed by name, (N, ...) each."""
    slots: NDArray[np.int64]
    """(N,) of the players."""
    choices: NDArray[np.int64]
    """(N, C)."""
    episodes: NDArray[np.int64]
    """(N,) which of the episodes each is from, 0 upwards."""
    worth: float = float("nan")
    """The mean return of those who showed it, where it is known."""

    def __len__(self) -> int:
        return len(self.choices)


def shown_by_scripts(
    config: PPOConfig,
    episodes: int = 20,
    seed: int = 0,
    on_episode: Callable[[int], None] | None = None,
) -> Demonstrations:
    """What the script of the scenario shows, in worlds like those of a run.

    In a share `sparring` of the episodes those in odd slots do anything at random, and show
    nothing.

    Args:
        config: Of the run.
        episodes: How many to play.
        seed: Everything follows from it.
        on_episode: Told how many have been played.
    """
    config.env_config()
    parts, returns = [], []
    options = {**config.env_options(), "action_mode": "raw"}
    with closing(parallel_env(**options)) as env:
        for e in range(episodes):
            spars = int((e + 1) * config.sparring) > int(e * config.sparring)
            part, worth = _shown(env, config, FIRST_SEED + 1000 * seed + e, spars)
            parts.append(part)
            returns.append(worth)
            if on_episode is not None:
                on_episode(e + 1)
    return _joined(parts, float(np.mean(returns)))


def _shown(
    env: PlanetEnv, config: PPOConfig, seed: int, spars: bool
) -> tuple[Demonstrations, float]:
    """One episode, and what those who follow the script got in the mean."""
    observations, _ = env.reset(seed=seed)
    slots = [slot for slot in range(config.players) if not (spars and slot % 2)]
    bots = ScriptedPlayers(env.simulation, env.scenario, slots, config.scenario, seed=seed)
    rng, others = np.random.default_rng([FIRST_SEED, seed]), dict[int, Action]()
    seen, acted, living, total = [], [], [], 0.0
    players = env.simulation.state.players
    while env.agents:
        if env.cycle % config.repeat == 0:
            others = {p: _anything(config, rng) for p in range(config.players) if p not in slots}
        chosen = {**bots.act(), **others}
        seen.append(observations)
        acted.append([chosen[p] for p in range(config.players)])
        was = players.alive[WORLD].copy()
        actions = {
            agent: action_for(env, chosen.get(p, IDLE))
            for p, agent in enumerate(env.possible_agents)
        }
        observations, rewards, *_ = env.step(actions)
        living.append(was & players.alive[WORLD])
        total += sum(rewards[f"player_{p}"] for p in slots)
    counts = np.array(living)
    counts[:, [p for p in range(config.players) if p not in slots]] = False
    buttons = np.array([[a.buttons for a in row] for row in acted], np.uint32)
    camera = np.array([[(a.pitch, a.yaw) for a in row] for row in acted], np.float32)
    rows = {name: _stacked(seen, name, config) for name in OBSERVE[config.observe]}
    return _as_decisions(config, rows, buttons, camera, counts), total / len(slots)


def _stacked(seen: Sequence[Mapping[str, Any]], name: str, config: PPOConfig) -> NDArray[np.uint8]:
    """(T, P, ...) of what was observed under a name."""
    one = len(OBSERVE[config.observe]) == 1
    return np.array([[each if one else each[name] for each in row.values()] for row in seen])


def _anything(config: PPOConfig, rng: np.random.Generator) -> Action:
    """Any decision that is allowed."""
    row = [int(rng.choice(np.flatnonzero(each))) for each in config.allowed()]
    buttons, (pitch, yaw) = discrete_to_raw(row)  # type: ignore[arg-type]
    return Action(buttons, float(pitch), float(yaw))


def shown_in(
    dataset: "Dataset | Sequence[Dataset]",
    config: PPOConfig,
    labels: str | None = None,
    minutes: float | None = None,
) -> Demonstrations:
    """What the episodes of a dataset show.

    Args:
        dataset: One or several.
        config: Of the run: `observe="state"` sees the states of episodes, which are played again,
            `"rgb"` their frames of the run's resolution.
        labels: The actions that a model gave the episodes, by the name of the labels; None = those
            that were asked for.
        minutes: Take whole episodes up to so many player-minutes; None = all.

    Raises:
        ConfigError: If the run observes more than one of these.
        DatasetError: If there is no episode, or one has no such frames or labels.
    """
    if config.observe not in ("state", "rgb"):
        raise ConfigError(
            f'episodes are learnt from with observe="state" or "rgb", not {config.observe!r}'
        )
    from mpgenie.agents.vpt.demonstrations import demonstrations

    height, width = config.env_config().resolution
    plays = demonstrations(
        dataset, labels, minutes=minutes, observe=config.observe, stream=f"ego_{width}x{height}"
    )
    return _joined([decisions_in(play, config) for play in plays])


def decisions_in(play: "Play", config: PPOConfig) -> Demonstrations:
    """What one episode shows, in the order of ticks and then of players."""
    seen = {config.observe: play.frames[:-1]}
    return _as_decisions(config, seen, bit_fields(play.down), play.camera, play.there)


# ---------------------------------------------------------------------- rows


def _as_decisions(
    config: PPOConfig,
    seen: Mapping[str, NDArray[np.uint8]],
    buttons: NDArray[np.uint32],
    camera: NDArray[np.float32],
    there: NDArray[np.bool_],
) -> Demonstrations:
    """The decisions of an episode of T ticks and P players, of those who are `there` (T, P)."""
    choices = decisions_of(buttons, camera, config.allowed(), config.repeat)
    count = len(choices)
    whole = there[:0]
    if count:
        whole = np.asarray(sliding_window_view(there, config.repeat, axis=0).all(-1), np.bool_)
    slots = np.broadcast_to(np.arange(there.shape[1]), whole.shape)
    rows = {name: array[:count][whole] for name, array in seen.items()}
    return Demonstrations(
        rows, slots[whole] % config.players, choices[whole], np.zeros(int(whole.sum()), np.int64)
    )


def _joined(parts: Sequence[Demonstrations], worth: float = float("nan")) -> Demonstrations:
    """Those of several episodes."""
    return Demonstrations(
        {name: np.concatenate([part.seen[name] for part in parts]) for name in parts[0].seen},
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.choices for part in parts]),
        np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        worth,
    )
