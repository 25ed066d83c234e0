"""What chooses actions: the one form that scripts, learned players and people share.

An action is the raw one of the game, as `mpgenie.envs.simulation.actions` says: buttons as a bit
field, a turn of the camera in degrees (pitch down and yaw right positive), and a message token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Observation = TypeVar("Observation", contravariant=True)
Choice = TypeVar("Choice", covariant=True)
State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Action:
    """The raw action of one player in one tick."""

    buttons: int = 0
    pitch: float = 0.0
    yaw: float = 0.0
    message: int = 0


IDLE = Action()
"""Nothing pressed, nothing said, the camera still."""


class Policy(Protocol[Observation, Choice, State]):
    """Chooses the actions of one or more players, tick by tick.

    A policy keeps nothing between calls but what it returns as its state, so one policy may play
    in many episodes at a time.
    """

    def act(
        self, observations: Mapping[str, Observation], state: State | None
    ) -> tuple[Mapping[str, Choice], State]:
        """Choose what the players observed do next.

        Args:
            observations: What each player observes, by name.
            state: What the last call returned; None when an episode begins.

        Returns:
            An action for each of those players, and the state for the next call.
        """
        ...


class Learned(Policy[Any, Any, Any], Protocol):
    """A policy that has learnt a game."""

    @property
    def env_options(self) -> dict[str, Any]:
        """Options of `parallel_env` and `vector_env` for that game."""
        ...
