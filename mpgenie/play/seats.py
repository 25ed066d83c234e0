"""Who chooses the actions of which players: people, bots, trained policies, chance, nobody.

A controller chooses for all of its players at a time, so that bots may know of each other and a
network sees one batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mpgenie.agents.policy import IDLE, Action, Policy
from mpgenie.envs.simulation.actions import FIRST_HOTBAR_BIT, NO_OP, discrete_to_raw
from mpgenie.envs.simulation.entrance import key_of
from mpgenie.envs.spaces import PROPRIO

from .controls import SENSITIVITY, Bindings, Inputs, action_of, held_for

_KEY = 43  # of what those who play draw from
_HELD = list(PROPRIO).index("held_slot")


class Controller(Protocol):
    """Chooses the actions of one or more players."""

    kind: str
    """One of human, script, checkpoint, random."""
    name: str
    """Which of those, such as a checkpoint's file."""

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Get ready for an episode that begins now.

        Args:
            game: What is played; already reset.
            players: Whom it plays.
            seed: What it draws from.
        """

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """The actions of the tick to come.

        Args:
            observations: What its living players observe, by name.

        Returns:
            An action for each of them; who is left out does nothing.
        """


@dataclass(frozen=True)
class Seat:
    """A player, and who plays it."""

    player: str
    controller: Controller

    @property
    def policy(self) -> str:
        """As in the header of an episode."""
        return f"{self.controller.kind}:{self.controller.name}"


class Person:
    """Somebody at the keyboard.

    Args:
        inputs: What keys and mouse do; several people share it.
        bindings: Which of them are this person's.
        sensitivity: Degrees for each pixel of the mouse.
    """

    kind = "human"

    def __init__(
        self, inputs: Inputs, bindings: Bindings, *, sensitivity: float = SENSITIVITY
    ) -> None:
        self.inputs, self.bindings, self.sensitivity = inputs, bindings, sensitivity
        self.name = "mouse" if bindings.mouse else "keys"
        self._looking: dict[str, int] = {}
        self._held = 0

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Look straight ahead, with the first slot in hand."""
        self._looking, self._held = {}, 0

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """What the keys ask for."""
        sample = self.inputs.now
        self._looking = held_for(sample, self.bindings, self._looking)
        return {player: self._action(seen) for player, seen in observations.items()}

    def _action(self, seen: Any) -> Action:
        if isinstance(seen, Mapping) and "proprio" in seen:
            self._held = int(seen["proprio"][_HELD])
        action = action_of(
            self.inputs.now,
            self.bindings,
            held=self._held,
            looking=self._looking,
            sensitivity=self.sensitivity,
        )
        if slots := action.buttons >> FIRST_HOTBAR_BIT:  # for games that do not tell what is held
            self._held = (slots & -slots).bit_length() - 1
        return action


class Idle:
    """Nobody: the player stands where it is."""

    kind, name = "script", "idle"

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Nothing to get ready."""

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """Nothing."""
        return dict.fromkeys(observations, IDLE)


class Trained:
    """A trained policy.

    Args:
        policy: Takes a player's observations by name, and chooses discrete or raw actions.
        name: Of its checkpoint.
    """

    kind = "checkpoint"

    def __init__(self, policy: Policy[Any, Any, Any], name: str) -> None:
        self.policy, self.name = policy, name
        self._state: Any = None

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Forget the last episode, and draw from this one's seed."""
        self._state = None
        if hasattr(self.policy, "seed"):
            self.policy.seed = key_of(seed, _KEY, game.players.index(players[0]))

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """What it has learnt to do."""
        choices, self._state = self.policy.act(observations, self._state)
        return {player: _as_action(choice) for player, choice in choices.items()}


def _as_action(choice: Any) -> Action:
    if isinstance(choice, Action):
        return choice
    buttons, (pitch, yaw) = discrete_to_raw(choice)
    said = choice[len(NO_OP) :]  # one number, in games with messages
    return Action(buttons, float(pitch), float(yaw), *map(int, said))


class Random:
    """Players that do anything, each part of the discrete action drawn anew every tick."""

    kind, name = "random", "discrete"

    def __init__(self) -> None:
        self._draws: dict[str, np.random.Generator] = {}

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Draw from this episode's seed, each player for itself."""
        self._draws = {
            player: np.random.default_rng(key_of(seed, _KEY, game.players.index(player)))
            for player in players
        }

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """Anything."""
        from mpgenie.agents.bots.scenarios.playing import random_action

        return {player: random_action(self._draws[player]) for player in observations}


class Bots:
    """Players that follow the script of the scenario.

    Args:
        scenario: Its name.

    Raises:
        ConfigError: If no script plays it.
    """

    kind = "script"

    def __init__(self, scenario: str) -> None:
        from mpgenie.agents.bots.scenarios import script_of

        script_of(scenario)
        self.name = scenario
        self._bots: Any = None
        self._player: dict[int, str] = {}

    def begin(self, game: Any, players: Sequence[str], seed: int) -> None:
        """Begin their scripts."""
        from mpgenie.agents.bots.scenarios import ScriptedPlayers

        self._player = {game.players.index(player): player for player in players}
        self._bots = ScriptedPlayers(
            game.env.simulation, game.env.scenario, sorted(self._player), self.name, seed=seed
        )

    def act(self, observations: Mapping[str, Any]) -> Mapping[str, Action]:
        """What their scripts do next."""
        chosen = {self._player[slot]: action for slot, action in self._bots.act().items()}
        return {player: chosen.get(player, IDLE) for player in observations}
