"""How far a view truly turned, by the homography of a turn that best explains it.

When a player turns on the spot, a pinhole camera's picture changes by a homography that follows
from the turn and the field of view alone, whatever is seen.  Of every turn on a grid it is tried
how well the view before it explains the one after, and the best is what was told.  Nothing learns,
and a dream may show any scenery, as long as it turns.

Pairs of views are `TICKS` apart, of players who turn and do nothing else.  What a player holds in
its hand stands still when the view turns, and is left out.  The other player may be seen to walk.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.world_models.clips import shrunk
from mpgenie.world_models.steering import HAND

from .cases import SHOWN, Case
from .game import Game, Pictures
from .judges import Soft, soft
from .reprojection import correlation

TICKS = 2
"""Between two views."""
PAIRS = 32
"""That are looked at, at most, of all cases together; one of a player in a case."""
TURNED = 4.0
"""Degrees that a player turns between them at least."""
STILL = 12
"""Ticks before the first in which its player has pressed nothing."""
LEVEL = 40.0
"""Degrees that a player looks up or down at most."""
RIGHT, DOWN, COARSE = 22.5, 12.5, 2.5
"""Degrees of the turns that are tried, to both sides, and how far these are apart."""
AROUND, FINE = 2.0, 0.5
"""The same of those around the best."""
HEIGHT = 32
"""Pixels of views as they are looked at; larger ones are shrunk to about that."""
SEEN = 1 / 4
"""Share of a view that the one before has to explain."""
WITHIN = 2.5
"""Degrees by which a turn that is told may be off."""
Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """Two views of a player who turns."""

    case: int
    frame: int
    """The first, as told and counted from 0; -1 is the last that is shown."""
    player: int
    pitch: float
    """Degrees down, of the first."""
    turn: tuple[float, float]
    """Degrees right and down."""


class Turns:
    """Turns on the spot in some cases, and what views tell of them.

    Args:
        game: That played the cases.
        cases: Any.
    """

    def __init__(self, game: Game, cases: Sequence[Case]) -> None:
        self.cases, self._focal = cases, game.focal
        found = [pair for k, case in enumerate(cases) for pair in _pairs(game, k, case)]
        kept = min(PAIRS, len(found))
        self.pairs = [found[k * len(found) // kept] for k in range(kept)]

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures: those of the game, and of its views with those
        of other turns after them; plain data."""
        real = self.views([case.real for case in self.cases])
        shuffled = np.stack([real[:, 0], np.roll(real[:, 1], len(real) // 2, 0)], 1)
        return {
            "pairs": len(self.pairs),
            "real": self.of(real),
            "shuffled": self.of(shuffled),
        }

    def views(self, told: Sequence[Pictures]) -> Pictures:
        """(pairs, 2, H, W, 3) what is told in frames (N, P, H, W, 3) of each case."""
        found = []
        for pair in self.pairs:
            shown, after = self.cases[pair.case].frames[:SHOWN], told[pair.case]
            before = shown[-1] if pair.frame < 0 else after[pair.frame]
            found.append(np.stack([before, after[pair.frame + TICKS]])[:, pair.player])
        return np.stack(found)

    def of(self, views: Pictures) -> dict[str, float]:
        """How near turns are that views (pairs, 2, H, W, 3) tell: the mean and the median of
        degrees by which they are off, and the share `within` 2.5 degrees."""
        off = []
        for (before, after), pair in zip(views, self.pairs, strict=True):
            right, down = turned(before, after, pair.pitch, self._focal)
            off.append(float(np.hypot(right - pair.turn[0], down - pair.turn[1])))
        return {
            "error": float(np.mean(off)),
            "median": float(np.median(off)),
            "within": float(np.mean(np.array(off) <= WITHIN)),
        }


def _pairs(game: Game, number: int, case: Case) -> Iterator[Pair]:
    """Of each player who does nothing but turn for a while, the middle one of all."""
    game.simulation.restore(0, case.snapshot)
    done, first = case.actions, SHOWN - 1
    pitch = game.simulation.state.players.pitch[0].copy()
    pitches = pitch + np.cumsum([0.0 * pitch, *done.camera[first:, :, 0]], 0)
    for player in range(len(pitch)):
        found = []
        for t in range(first, len(done.buttons) - TICKS + 1):
            down, right = done.camera[t : t + TICKS, player].sum(0).tolist()
            pressed = done.buttons[max(0, t - STILL) : t + TICKS, player].any()
            level = abs(at := float(pitches[t - first, player])) <= LEVEL
            if level and not pressed and max(abs(down), abs(right)) >= TURNED:
                found.append(Pair(number, t - first - 1, player, at, (right, down)))
        if found:
            yield found[len(found) // 2]


def turned(before: Pictures, after: Pictures, pitch: float, focal: float) -> tuple[float, float]:
    """The turn that best explains a view from the one before it.

    Args:
        before: (H, W, 3).
        after: Likewise.
        pitch: Degrees down, of the view before.
        focal: Pixels for a tangent of 1.

    Returns:
        Degrees right and down.
    """
    by = max(1, len(before) // HEIGHT)
    first, second = (soft(shrunk(view[None], by)[0]) for view in (before, after))
    right, down = 0.0, 0.0
    for reach, step in (((RIGHT, DOWN), COARSE), ((AROUND, AROUND), FINE)):
        ways = [np.arange(-far, far + step / 2, step) for far in reach]
        turns = np.stack(np.meshgrid(*ways), -1).reshape(-1, 2) + (right, down)
        explained = [_explained(first, second, pitch, focal / by, *turn) for turn in turns.tolist()]
        right, down = turns[int(np.argmax(explained))].tolist()
    return right, down


def _explained(
    before: Soft, after: Soft, pitch: float, focal: float, right: float, down: float
) -> float:
    """How well a turn explains a view: the correlation of its colours with those that the view
    before has where they come from."""
    rows, columns, seen = _come_from(before.shape[:2], pitch, focal, right, down)
    if seen.mean() < SEEN:
        return -1.0
    return correlation(before[rows[seen], columns[seen]], after[seen])


def _come_from(
    size: tuple[int, ...], pitch: float, focal: float, right: float, down: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """(H, W) rows and columns of a view before a turn, of what each pixel shows after it; and
    which pixels show what was in view, and no hand."""
    height, width = size
    y, x = np.indices(size)
    rays = np.stack([(x + 0.5 - width / 2) / focal, (y + 0.5 - height / 2) / focal, 1.0 + 0.0 * x])
    ahead = _pitched(pitch).T @ _yawed(right) @ _pitched(pitch + down)  # axes after, as before
    across, below, deep = np.tensordot(ahead, rays, 1)
    near = np.maximum(deep, 1e-6)
    columns = np.floor(across / near * focal + width / 2).astype(np.intp)
    rows = np.floor(below / near * focal + height / 2).astype(np.intp)
    inside = (deep > 0.0) & (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    hand = (y >= HAND[0] * height) & (x >= HAND[1] * width)
    rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
    return rows, columns, inside & ~hand & ~hand[rows, columns]


def _pitched(degrees: float) -> Floats:
    """Columns right, down and ahead of who looks down, in those of who looks level."""
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])


def _yawed(degrees: float) -> Floats:
    """The same of who has turned to the right."""
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
