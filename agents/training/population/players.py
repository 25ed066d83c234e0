"""Who plays in matches: trained players, scripts, chance or nobody, each for many rows at once.

    entered(["gather", "out/ppo/gather", "script", "random"])

A player chooses discrete actions for the rows of a vector environment (row = world * players +
slot).  It may sit in any of them, beside other players.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.scenarios import ScriptedPlayers, script_of
from mpgenie.agents.policy import IDLE as STILL
from mpgenie.agents.policy import Learned
from mpgenie.envs.simulation.actions import NO_OP, raw_to_discrete
from mpgenie.envs.spaces import component_counts
from mpgenie.envs.vector import PlanetVectorEnv
from mpgenie.errors import ConfigError
from mpgenie.extras import require

require("torch", extra="agents")
from mpgenie.agents.noise import noise  # noqa: E402
from mpgenie.agents.training.checkpoint import POLICY, RESUME  # noqa: E402
from mpgenie.agents.training.player import MODEL, TrainedPolicy, trained  # noqa: E402

from .store import GENERATIONS, LATEST, MEMBERS  # noqa: E402

NEED_NO_FILE = SCRIPT, RANDOM, IDLE = "script", "random", "idle"
"""Players that need no file."""
Ints = NDArray[np.int64]


def entered(names: Iterable[str | Path]) -> dict[str, "Player"]:
    """Players by what they are called, in the order of their names.

    Args:
        names: `script`, `random`, `idle`, a shipped policy, a file or folder of a run, the folder
            of a population (its newest members), or a folder that holds some of those.

    Raises:
        CheckpointError: If a name is none of these.
        ConfigError: If a player is named twice.
    """
    found: dict[str, Player] = {}
    for name in names:
        for each in files_of(name):
            label = str(each) if each in NEED_NO_FILE else _label(each)
            label = str(each) if label in found else label
            if label in found:
                raise ConfigError(f"{label} is named twice; each player enters once")
            found[label] = player(each)
    return found


def player(name: str | Path) -> "Player":
    """One player, as of `entered`."""
    kinds: dict[str, Callable[[], Player]] = {SCRIPT: Scripted, RANDOM: Chance, IDLE: Idle}
    if name in kinds:
        return kinds[str(name)]()
    policy = trained(name)
    return Trained(policy) if isinstance(policy, TrainedPolicy) else Acting(policy)


def files_of(name: str | Path) -> list[str | Path]:
    """What a name stands for: itself, or the players that its folder holds."""
    folder = Path(name)
    if name in NEED_NO_FILE or not folder.is_dir():
        return [name]
    if (folder / LATEST).is_file():
        folder = folder / GENERATIONS / (folder / LATEST).read_text().strip() / MEMBERS
    children = sorted({file.parent for file in folder.glob(f"*/{POLICY}")})
    return list(children) if children and not (folder / POLICY).exists() else [name]


def _label(name: str | Path) -> str:
    """A short name; that of the folder for one of its usual files."""
    path = Path(name)
    return path.parent.name if path.name in (POLICY, RESUME, MODEL) else path.name


class Player(Protocol):
    """Chooses for its rows; between `begin` and the end of the matches it may remember."""

    repeat: int
    """Ticks for which it plays each choice; 0 = as long as others do."""
    options: Mapping[str, Any]
    """Of the environment that it has learnt; empty for one who takes any."""

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Get ready for matches that begin now.

        Args:
            envs: Just reset; a step of it divides the ticks of every player's choice.
            rows: (n,) which of them it chooses for.
            seed: What it draws from.
        """

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """Choose for the step to come.

        Args:
            seen: What its rows observe by name, (n, ...) each.
            masks: (n, choices) `infos["action_mask"]`.
            playing: (n,) whose match goes on; what is chosen for the others plays no part.

        Returns:
            (n, C) discrete actions.
        """


class Trained:
    """A player that `mpgenie train ppo` or a population made.

    Args:
        policy: A `TrainedPolicy`.
    """

    def __init__(self, policy: Any) -> None:
        self.policy = policy
        self.repeat = int(policy.config.repeat)
        self.options: Mapping[str, Any] = policy.env_options

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Draw from a seed of these matches."""
        self._slots, self._rng, self._memory = rows % envs.config.players, noise(seed), None
        self._hold, self._left = max(1, self.repeat // envs.repeat), 0

    def consider(
        self, seen: Mapping[str, NDArray[Any]], slots: Ints, masks: NDArray[np.int8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How likely each choice is, and what the future is worth, when an episode begins.

        Args:
            seen: What B rows observe by name, (B, ...) each.
            slots: (B,) of their players.
            masks: (B, choices) what is worth trying.

        Returns:
            (B, C, K) logarithms of chances, and (B,) values.
        """
        choices, values = self.policy.consider(seen, slots, masks)
        return choices.logs.numpy(), values.numpy()

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """What it has learnt to do."""
        if self._left == 0:
            decided = self.policy.decide(seen, self._slots, masks, self._rng, self._memory)
            self._decided, self._memory, self._left = decided, decided.memory, self._hold
        self._left -= 1
        choices: Ints = self._decided.actions
        return choices

    @property
    def thoughts(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Of the choices that are now played: what `consider` says, with what it remembers."""
        return self._decided.choices.logs.numpy(), self._decided.values.numpy()


class Acting:
    """Any policy that chooses by name and tick by tick, such as a clone.

    Args:
        policy: A `Learned` with discrete actions.
    """

    repeat = 1

    def __init__(self, policy: Learned) -> None:
        self.policy = policy
        self.options: Mapping[str, Any] = policy.env_options

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Forget the matches before."""
        worlds, slots = np.divmod(rows, envs.config.players)
        self._names = [f"{w}.player_{p}" for w, p in zip(worlds, slots, strict=True)]
        self._state: Any = None
        if hasattr(self.policy, "seed"):
            self.policy.seed = seed

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """What the policy says."""
        observations = {
            name: {key: array[k] for key, array in seen.items()}
            for k, name in enumerate(self._names)
        }
        chosen, self._state = self.policy.act(observations, self._state)
        return np.stack([chosen[name] for name in self._names])


class Scripted:
    """The script of the scenario."""

    repeat = 1
    options: Mapping[str, Any] = {}

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Begin the scripts of each world."""
        players, name = envs.config.players, envs.config.rules.name
        script_of(name)
        self._idle = _idle(envs, len(rows))
        self._worlds: list[tuple[Ints, ScriptedPlayers]] = []
        for world in np.unique(rows // players).tolist():
            theirs = np.flatnonzero(rows // players == world)
            simulation, game, w = envs.world(world)
            slots = (rows[theirs] % players).tolist()
            drawn = simulation.seeds[w]  # so that a match does not depend on those beside it
            scripts = ScriptedPlayers(simulation, game, slots, name, seed=drawn, w=w)
            self._worlds.append((theirs, scripts))

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """What the scripts do, as the nearest discrete action."""
        choices = self._idle.copy()
        for rows, scripts in self._worlds:
            if playing[rows[0]]:
                chosen = scripts.act()
                for row, slot in zip(rows, scripts.slots, strict=True):
                    action = chosen.get(slot, STILL)
                    buttons = raw_to_discrete(action.buttons, (action.pitch, action.yaw))
                    choices[row, : len(buttons)] = buttons
        return choices


class Chance:
    """Anything, each component of the action drawn anew in each step."""

    repeat = 0
    options: Mapping[str, Any] = {}

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Draw from a seed of these matches."""
        self._rng = np.random.default_rng(seed)
        self._counts = component_counts(envs.config.messages)

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """Anything."""
        return self._rng.integers(0, self._counts, (len(playing), len(self._counts)))


class Idle:
    """Nobody: it stands where it is."""

    repeat = 0
    options: Mapping[str, Any] = {}

    def begin(self, envs: PlanetVectorEnv, rows: Ints, seed: int) -> None:
        """Nothing to get ready but the action of no action."""
        self._idle = _idle(envs, len(rows))

    def act(
        self, seen: Mapping[str, NDArray[Any]], masks: NDArray[np.int8], playing: NDArray[np.bool_]
    ) -> Ints:
        """Nothing."""
        return self._idle


def _idle(envs: PlanetVectorEnv, rows: int) -> Ints:
    idle = np.zeros((rows, len(component_counts(envs.config.messages))), np.int64)
    idle[:, : len(NO_OP)] = NO_OP
    return idle
