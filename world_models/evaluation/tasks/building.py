"""Building, after Solaris: one builds a small structure; does the other see it in the end?

Solaris only ever asks where the answer is yes.  Its control here is the same tape with no block
placed, where the answer is no, so that who always says yes is right half of the time.  It asks 20
ticks after the last in which either of them moves, when the one who looks on has come there too.

With two answers some picture is always the nearest, and who shows another place, as does who copies
the last frame, would be right as often as not.  So a view has to be near one of them.
"""

from mpgenie.envs.simulation.actions import SNEAK, USE
from mpgenie.world_models.evaluation.game import Game, Take

from .asking import Asked, as_it_is, first_run, last_tick, which

SETTLED = 20
SIGNAL = 11
"""Ticks from the last in which the builder ducks to when it goes to work."""


def building(game: Game, take: Take) -> Asked:
    """The structure is there."""
    origin, frame, observer = _moment(take)
    gone = [lambda world: world.blocks(take.facts["cells"], "air")]
    answers = {"yes": [as_it_is], "no": gone}
    return origin, [which(game, take, origin, frame, observer, answers, "yes", near=True)]


def no_building(game: Game, take: Take) -> Asked:
    """It is not there: a take of `unbuilt`."""
    origin, frame, observer = _moment(take)
    there = [lambda world: world.blocks(take.facts["cells"], "stone")]
    answers = {"yes": there, "no": [as_it_is]}
    return origin, [which(game, take, origin, frame, observer, answers, "no", near=True)]


def unbuilt(game: Game, take: Take) -> Take:
    """The same episode with no block placed."""
    return game.replay(take, take.actions.without(USE))


def _moment(take: Take) -> tuple[int, int, int]:
    """The last frame that is shown, the one that is asked about, and who looks."""
    builder = int(take.facts["actor"])
    _, signalled = first_run(take.actions.buttons[:, builder] & SNEAK)
    origin = signalled - 1 + SIGNAL
    return origin, max(last_tick(take, slot) for slot in (0, 1)) + SETTLED, 1 - builder
