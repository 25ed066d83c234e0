"""Whether another player is in view, by the colour of its shirt: nothing learns, nothing is fitted.

A pixel is keyed if its colour, whatever its brightness, is that of the other's shirt.  The truth is
the engine's own mask of who covers which pixels.  Where the other covers some, but fewer than one
can tell (`CLEAR`), nobody is asked, and neither is anybody where structures are built, which may
hide shirts alone.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cases import SHOWN, Case
from .game import PLAYERS, Game, Pictures
from .tasks.asking import CLEAR

EVERY = 8
"""Of so many told frames one is asked about."""
NEAR = 0.035
"""How far the share of red, green or blue in a pixel may be from that in the shirt."""
BRIGHT = 40
"""The sum of red, green and blue of a pixel whose colour can be told, at least."""
LEAST = 1 / 64**2
"""Share of a view's pixels that are keyed if the other is in view, and one pixel at least."""


BUILT = ("building", "no_building")
"""Tasks of which nobody is asked."""


class Asked(NamedTuple):
    """A view that is asked about."""

    case: int
    frame: int
    player: int
    there: bool
    """Whether the other is in view."""


class ColourKey:
    """Views of some cases in which the other is well in view, or not at all.

    Args:
        game: That played the cases.
        cases: Any.
    """

    def __init__(self, game: Game, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.asked = [each for k, case in enumerate(cases) for each in _asked(game, k, case)]
        self._there = np.array([each.there for each in self.asked])
        self._shirts = game.simulation.state.players.colour[0].copy()

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures: those of the game, and of its views beside what
        was true of others; plain data."""
        real = self.views([case.real for case in self.cases])
        said = self._said(real)
        return {
            "views": len(self.asked),
            "in view": int(self._there.sum()),
            "real": self._figures(said),
            "shuffled": self._figures(np.random.default_rng(0).permutation(said)),
        }

    def views(self, told: Sequence[Pictures]) -> Pictures:
        """(n, H, W, 3) those that are asked about, of frames (N, P, H, W, 3) of each case."""
        return np.stack([told[each.case][each.frame, each.player] for each in self.asked])

    def of(self, views: Pictures) -> dict[str, float | None]:
        """How often it is right about views: of those with the other `in view`, of those with
        nobody, and the mean of both, `right`; None where there are none."""
        return self._figures(self._said(views))

    def _said(self, views: Pictures) -> NDArray[np.bool_]:
        others = self._shirts[[1 - each.player for each in self.asked]]
        pairs = zip(views, others, strict=True)
        return np.array([in_view(view, shirt) for view, shirt in pairs], np.bool_)

    def _figures(self, said: NDArray[np.bool_]) -> dict[str, float | None]:
        there, gone = said[self._there], ~said[~self._there]
        shares = [float(each.mean()) if len(each) else None for each in (there, gone)]
        some = [each for each in shares if each is not None]
        return {"in view": shares[0], "nobody": shares[1], "right": float(np.mean(some))}


def _asked(game: Game, number: int, case: Case) -> list[Asked]:
    """Those of one case."""
    game.simulation.restore(0, case.snapshot)
    found = []
    for t, row in enumerate(case.actions.at(slice(SHOWN - 1, None)).ticks()):
        game.step(row)
        if t % EVERY == EVERY - 1:
            game.seen()
            pixels = game.visible()
            found += [
                Asked(number, t, player, covered >= CLEAR)
                for player in range(PLAYERS)
                if (covered := int(pixels[player, 1 - player])) == 0 or covered >= CLEAR
            ]
    return found


def in_view(view: Pictures, shirt: NDArray[np.uint8]) -> bool:
    """Whether enough of a view (H, W, 3) has the colour of a shirt."""
    bright = view.sum(-1, dtype=np.int64)
    shares = view / np.maximum(bright, 1)[..., None]
    wanted = shirt / max(1, int(shirt.sum(dtype=np.int64)))
    keyed = (np.abs(shares - wanted).max(-1) < NEAR) & (bright > BRIGHT)
    return bool(keyed.sum() >= max(1.0, LEAST * keyed.size))
