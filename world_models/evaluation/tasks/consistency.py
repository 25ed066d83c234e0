"""Consistency, after Solaris: two who stand close turn to one side of the world, or to opposite
ones; do they see the same scenery?

What lies to the sides has not been shown, so a model has to invent it, and the question is whether
both views show the same invention.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mpgenie.world_models.evaluation.cases import Question
from mpgenie.world_models.evaluation.game import Game, Pictures, Take
from mpgenie.world_models.evaluation.judges import alike

from .asking import Asked, first_run, origin_of

LEAST = -0.75
"""What `judges.alike` says of views of one place at least; learnt from planets of another seed."""
SETTLED = 20


@dataclass(frozen=True, eq=False)
class SamePlace(Question):
    """Do two views show the same scenery?"""

    real: Pictures
    """(2, H, W, 3) what the game shows."""

    @property
    def answers(self) -> Sequence[str]:
        """Yes and no."""
        return ["yes", "no"]

    def looked_at(self, told: Pictures) -> Pictures:
        """Both views (2, H, W, 3)."""
        views: Pictures = told[self.frame]
        return views

    def ask(self, seen: Pictures) -> str:
        """Whether they are alike enough."""
        return "yes" if alike(*seen) > LEAST else "no"

    def tried(self) -> Sequence[Pictures]:
        """The game's own views."""
        return [self.real]


def turn_to_look(game: Game, take: Take) -> Asked:
    """To the same side."""
    return _asked(take, "yes")


def turn_to_look_opposite(game: Game, take: Take) -> Asked:
    """To opposite sides."""
    return _asked(take, "no")


def _asked(take: Take, right: str) -> Asked:
    origin = origin_of(take, 0)
    ends = [first_run(take.actions.camera[:, slot, 1], origin)[1] for slot in (0, 1)]
    frame = max(ends) + SETTLED
    return origin, [SamePlace(frame - origin - 1, right, take.frames[frame])]
