"""How a skill or an episode went."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mpgenie.agents.policy import Action

Status: TypeAlias = Literal["success", "partial", "failed", "timeout", "crashed"]
_WORST_FIRST: tuple[Status, ...] = ("crashed", "timeout", "failed", "partial", "success")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A skill ends with success, partial or failed; an episode also with timeout or crashed."""

    status: Status
    reason: str = ""
    """Why it was not a full success, in a few words."""

    def __bool__(self) -> bool:
        return self.status == "success"


SUCCESS = Outcome("success")

Skill: TypeAlias = Generator[Action, None, Outcome]
"""One action a tick, and how it went in the end."""


def failed(reason: str) -> Outcome:
    """Nothing of what was wanted came about."""
    return Outcome("failed", reason)


def partial(reason: str) -> Outcome:
    """Some of what was wanted came about."""
    return Outcome("partial", reason)


def worst(outcomes: list[Outcome]) -> Outcome:
    """The first of the worst outcomes; success if there are none."""
    return min(outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.status), default=SUCCESS)
