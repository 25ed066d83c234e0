"""What tasks have in common: finding when something was done, and drawing answers."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import SNEAK
from mpgenie.world_models.evaluation.cases import ASIDE, Question, Which
from mpgenie.world_models.evaluation.game import Game, Pictures, Take, WhatIf

SIGNAL = 26
"""Ticks from the last in which one ducks to the first of what it then does."""
CLEAR = 12
"""Pixels, of a view of 64 x 64, by which one can tell that somebody is in it: about half of who
stands ten metres away."""
Change = Callable[[WhatIf], WhatIf]
"""Rearranges the game as some answer would have it."""


Answers = Mapping[str, Sequence[Change]]
Asked = tuple[int, Sequence[Question]]
"""The last frame that is shown of an episode, and questions about what follows."""


def well_seen(take: Take, frame: int, viewer: int) -> bool:
    """Whether the other is well in view of a player."""
    return bool(take.visible[frame, viewer, 1 - viewer] >= CLEAR)


def as_it_is(world: WhatIf) -> WhatIf:
    """Nothing is changed."""
    return world


def origin_of(take: Take, slot: int) -> int:
    """The last frame that is shown: the one on seeing which a player begins to act."""
    return int(first_run(take.actions.buttons[:, slot] & SNEAK)[1]) - 1 + SIGNAL


def first_run(done: NDArray[np.generic], since: int = 0) -> tuple[int, int]:
    """The first tick of the first run of what is not 0, and the tick after its last."""
    (ticks,) = np.nonzero(done[since:])
    first = since + int(ticks[0])
    (gaps,) = np.nonzero(done[first:] == 0)
    return first, first + int(gaps[0]) if len(gaps) else len(done)


def last_tick(take: Take, slot: int) -> int:
    """The last tick in which a player does anything."""
    busy = (take.actions.buttons[:, slot] != 0) | (take.actions.camera[:, slot] != 0).any(-1)
    return int(np.flatnonzero(busy)[-1])


def which(
    game: Game,
    take: Take,
    origin: int,
    frame: int,
    player: int,
    answers: Answers,
    right: str,
    *,
    near: bool = False,
) -> Which:
    """A question about what a player sees at a frame of an episode.

    Args:
        game: That played it.
        take: The episode.
        origin: The last frame that is shown.
        frame: Of the episode.
        player: Who looks.
        answers: What would be different if it were this one, in one way or another; for the right
            one, nothing.
        right: Which is right.
        near: Whether a view that is near no answer's picture gives none.
    """
    here = game.go(take.begin, take.actions.at(slice(frame)))

    def aside(yaw: float, pitch: float) -> Change:
        return lambda world: world.turn(player, yaw, pitch)

    pictures = {name: game.views_if(here, player, changes) for name, changes in answers.items()}
    truth = pictures[right][0]
    for name in pictures.keys() - {right}:
        pictures[name] = _telling(pictures[name], truth)
    beside = game.views_if(here, player, [aside(*degrees) for degrees in ASIDE])
    return Which(frame - origin - 1, right, player, pictures, beside, near)


def _telling(ways: Pictures, truth: Pictures) -> Pictures:
    """The ways to show a wrong answer that can be told from the truth; the clearest at least."""
    differ = (ways != truth).any(-1).sum((1, 2))
    clear = CLEAR / 64**2 * truth[..., 0].size
    told: Pictures = ways[differ >= min(clear, differ.max())]
    return told
