"""Consistency, after Solaris: two who stand close turn to one side of the world, or to opposite
ones; do they see the same scenery?

What lies to the sides has not been shown, so a model has to invent it, and the question is whether
both views show the same invention.  The game says which pixels of the two views would show the same
points if both looked to one side.  Their colours agree to one degree in the game's views of one
side, and to a lower one in its views of opposite sides; half way between lies the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mpgenie.world_models.evaluation.cases import ASIDE, Question
from mpgenie.world_models.evaluation.game import Game, Pictures, Take, WhatIf
from mpgenie.world_models.evaluation.reprojection import Pairs, agreement, shared

from .asking import Asked, first_run, origin_of

SETTLED = 20
APART = 0.1
"""By how much the game's views of one side agree better than those of opposite sides at least:
where everything looks the same all around, nobody is asked."""


@dataclass(frozen=True, eq=False)
class SamePlace(Question):
    """Do two views show the same scenery?"""

    pairs: Pairs
    """The pixels that show the same points if they do."""
    least: float
    """How well these agree at least if they do."""
    aside: Sequence[Pictures]
    """Of (2, H, W, 3): what the game shows to two who look a little to the side."""

    @property
    def answers(self) -> Sequence[str]:
        """Yes and no."""
        return ["yes", "no"]

    def looked_at(self, told: Pictures) -> Pictures:
        """Both views (2, H, W, 3)."""
        views: Pictures = told[self.frame]
        return views

    def ask(self, seen: Pictures) -> str:
        """Whether they agree well enough."""
        return "yes" if agreement(seen, self.pairs) > self.least else "no"

    def tried(self) -> Sequence[Pictures]:
        """What is seen a little to the side, by one of the two or by both."""
        return self.aside


def turn_to_look(game: Game, take: Take) -> Asked | None:
    """To the same side."""
    return _asked(game, take, "yes")


def turn_to_look_opposite(game: Game, take: Take) -> Asked | None:
    """To opposite sides."""
    return _asked(game, take, "no")


def _asked(game: Game, take: Take, right: str) -> Asked | None:
    origin = origin_of(take, 0)
    ends = [first_run(take.actions.camera[:, slot, 1], origin)[1] for slot in (0, 1)]
    frame = max(ends) + SETTLED
    here = game.go(take.begin, take.actions.at(slice(frame)))

    def looking(answer: str) -> WhatIf:
        """The game in which this answer is right."""
        world = game.what_if(here)
        return world if answer == right else world.turn(1, 180.0)

    alike = looking("yes")
    pairs = shared(alike.sight(0), alike.sight(1))
    agree = {answer: agreement(_views(looking(answer)), pairs) for answer in ("yes", "no")}
    if agree["yes"] - agree["no"] < APART:
        return None
    aside = [
        _views(looking(right).turn(0, *one).turn(1, *other)) for one in ASIDE for other in ASIDE
    ]
    least = (agree["yes"] + agree["no"]) / 2.0
    return origin, [SamePlace(frame - origin - 1, right, pairs, least, aside)]


def _views(world: WhatIf) -> Pictures:
    """(2, H, W, 3) what both see."""
    return world.game.seen()
