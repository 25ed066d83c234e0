"""Cases: what a model is shown and told, and what it is then asked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mpgenie.errors import ConfigError

from .actions import Actions
from .game import Game, Pictures, Take
from .judges import nearest
from .models import Context, Model

SHOWN = 8
"""Frames that a model is shown."""
ASIDE = ((1.0, 0.7), (-1.0, -0.7))
"""Degrees, right and down, by which real frames lie beside those that answers are drawn from."""


@dataclass(frozen=True, eq=False)
class Question(ABC):
    """Something that a judge can read off what was told."""

    frame: int
    """Of those that are told, counted from 0."""
    right: str

    def answer(self, told: Pictures) -> str:
        """The answer that told frames (N, P, H, W, 3) give."""
        return self.ask(self.looked_at(told))

    @property
    @abstractmethod
    def answers(self) -> Sequence[str]:
        """All there are."""

    @abstractmethod
    def looked_at(self, told: Pictures) -> Pictures:
        """What of told frames a judge looks at."""

    @abstractmethod
    def ask(self, seen: Pictures) -> str:
        """The answer of such a thing."""

    @abstractmethod
    def tried(self) -> Sequence[Pictures]:
        """Such things that the game shows where the right answer is right, to try the judge."""


@dataclass(frozen=True, eq=False)
class Which(Question):
    """Which of several pictures is a player's view nearest to?"""

    player: int
    pictures: Mapping[str, Pictures]
    """By answer, (k, H, W, 3) as the game would show it."""
    aside: Pictures
    """(k, H, W, 3) what the game shows to one who looks a little to the side."""
    near: bool = False
    """Whether a view that is near no picture gives no answer; see `judges.nearest`."""

    @property
    def answers(self) -> Sequence[str]:
        """Those that there are pictures of."""
        return list(self.pictures)

    def looked_at(self, told: Pictures) -> Pictures:
        """The player's view (H, W, 3)."""
        view: Pictures = told[self.frame, self.player]
        return view

    def ask(self, seen: Pictures) -> str:
        """The nearest picture's."""
        return nearest(seen, self.pictures, near=self.near)

    def tried(self) -> Sequence[Pictures]:
        """What is seen a little to the side, so that no answer's picture is the frame itself."""
        return list(self.aside)


@dataclass(frozen=True, eq=False)
class Case:
    """A stretch of an episode, of which a model sees the beginning."""

    name: str
    frames: Pictures
    """(SHOWN + N, P, H, W, 3) as the game shows it."""
    actions: Actions
    """(SHOWN + N - 1, P)."""
    snapshot: bytes
    """The game at the last frame that is shown."""
    questions: Sequence[Question]

    @property
    def real(self) -> Pictures:
        """(N, P, H, W, 3) what truly followed."""
        return self.frames[SHOWN:]

    def right(self, told: Pictures) -> bool:
        """Whether the answers to all questions are right."""
        return all(question.answer(told) == question.right for question in self.questions)


def case_of(game: Game, name: str, take: Take, origin: int, questions: Sequence[Question]) -> Case:
    """The case that goes from some frames before `origin` to the last that is asked about.

    Args:
        game: That played the take.
        name: Of the case.
        take: An episode.
        origin: The last frame that is shown, `SHOWN` - 1 at least.
        questions: Whose frames count from the one after `origin`.
    """
    first, last = origin - SHOWN + 1, origin + 1 + max(each.frame for each in questions)
    return Case(
        name,
        take.frames[first : last + 1],
        take.actions.at(slice(first, last)),
        game.go(take.begin, take.actions.at(slice(origin))),
        questions,
    )


def told_by(model: Model, cases: Sequence[Case], batch: int) -> list[Pictures]:
    """What a model tells of each case: (N, P, H, W, 3).

    Args:
        model: With `rollout`.
        cases: Any.
        batch: How many it is asked for at once, unless it has a `batch` of its own; shorter ones
            are gone on with, doing nothing.

    Raises:
        ConfigError: If it tells something else.
    """
    told: list[Pictures] = []
    batch = getattr(model, "batch", batch)
    for k in range(0, len(cases), batch):
        some = cases[k : k + batch]
        most = max(len(case.real) for case in some)
        context = Context(
            np.stack([case.frames[:SHOWN] for case in some]),
            Actions.stacked([case.actions.at(slice(SHOWN - 1)) for case in some]),
            [case.name for case in some],
            [case.snapshot for case in some],
        )
        frames = model.rollout(context, Actions.stacked([_future(case, most) for case in some]))
        wanted = len(some), most, *context.frames.shape[2:]
        if frames.dtype != np.uint8 or frames.shape != wanted:
            raise ConfigError(
                f"{type(model).__name__}.rollout must return uint8 frames {wanted} (rows, ticks, "
                f"players, height, width, 3), got {frames.dtype} {frames.shape}"
            )
        told += [frames[row, : len(case.real)] for row, case in enumerate(some)]
    return told


def _future(case: Case, ticks: int) -> Actions:
    """What is done after the frames that are shown, and then nothing for the rest of the ticks."""
    after = case.actions.at(slice(SHOWN - 1, None))
    left = ticks - len(after.buttons)
    return Actions.joined([after, Actions.nothing(left, after.buttons.shape[1])])
