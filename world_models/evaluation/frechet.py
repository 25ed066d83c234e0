"""Frechet distances: how far what is told lies, as a whole, from what the game shows.

After Dowson and Landau (1982), between normal distributions of the same mean and covariance as
features of frames or clips have.  The name says whose features they are: `frechet_alexnet` is of
the last layer of LPIPS's AlexNet, averaged over a frame, and is no FID, whose features are another
network's; `fvd` is of clips, and of the network that FVD is of, see `i3d`.  Few frames or clips
make any such distance large, so the distance between two halves of the game's own stands beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import Case
from .game import Pictures
from .i3d import I3D
from .lpips import Lpips

Floats = NDArray[np.float64]
WINDOWS = {"0 to 32": (0, 32), "32 on": (32, None)}
"""Steps of a dream."""
EVERY = 4
"""Of so many frames AlexNet looks at one."""
CLIP = 16
"""Frames of a clip; clips follow each other."""


@dataclass(frozen=True)
class Kind:
    """What is looked at, and by whom."""

    name: str
    features: Callable[[Pictures], Floats]
    """From pieces (n, `ticks`, H, W, 3) to (n, D) numbers."""
    ticks: int = 1
    """Frames of a piece, all within one window."""
    every: int = 1
    """Ticks from one piece to the next."""


def of_frames(lpips: Lpips) -> Kind:
    """`frechet_alexnet`."""
    return Kind("frechet_alexnet", lambda pieces: lpips.pooled(pieces[:, 0]), every=EVERY)


def of_clips(i3d: I3D) -> Kind:
    """`fvd`."""
    return Kind("fvd", i3d, ticks=CLIP, every=CLIP)


def frechet(one: Floats, other: Floats) -> float:
    """The distance between features (n, D) and (m, D), n and m being two at least."""
    means, spreads = [], []
    for each in (one, other):
        means.append(each.mean(0))
        spreads.append(np.cov(each, rowvar=False).reshape(each.shape[1], -1))
    root = _root(spreads[0])
    both = np.linalg.eigvalsh(root @ spreads[1] @ root)
    apart = np.square(means[0] - means[1]).sum() + np.trace(spreads[0]) + np.trace(spreads[1])
    return max(0.0, float(apart - 2.0 * np.sqrt(np.maximum(both, 0.0)).sum()))


def _root(matrix: Floats) -> Floats:
    """The square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


class Distances:
    """Distances of one kind from what the game shows of some cases.

    They come by window of steps, as plain data: `players`, the distance in each one's view, `mean`,
    and of how many `pieces` and `features` they are.  Windows of less than two pieces are left out.

    Args:
        kind: Of the distances.
        cases: Of which the game's frames are looked at, once.
    """

    def __init__(self, kind: Kind, cases: Sequence[Case]) -> None:
        self.kind = kind
        self._cases = cases
        self._real = [self._seen(case.real) for case in cases]

    def halves(self) -> dict[str, dict[str, Any]]:
        """Between every other case of the game and the rest."""
        return _between(self._real[::2], self._real[1::2])

    def to(self, told: Sequence[Pictures]) -> dict[str, dict[str, Any]]:
        """From what is told of each case, (N, P, H, W, 3)."""
        seen = [
            real if np.array_equal(frames, case.real) else self._seen(frames)
            for case, frames, real in zip(self._cases, told, self._real, strict=True)
        ]
        return _between(self._real, seen)

    def _seen(self, frames: Pictures) -> dict[str, Floats]:
        """(P, n, D) features of the pieces in each window that holds some."""
        found = {}
        for name, (first, last) in WINDOWS.items():
            end = len(frames) if last is None else min(last, len(frames))
            starts = range(first, end - self.kind.ticks + 1, self.kind.every)
            if starts:
                pieces = np.stack([frames[t : t + self.kind.ticks] for t in starts])
                views = (pieces[:, :, player] for player in range(frames.shape[1]))
                found[name] = np.stack([self.kind.features(view) for view in views])
        return found


def _between(
    ones: Sequence[dict[str, Floats]], others: Sequence[dict[str, Floats]]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in WINDOWS:
        sides = [[each[name] for each in side if name in each] for side in (ones, others)]
        pieces = min(sum(each.shape[1] for each in side) for side in sides)
        if pieces < 2:
            continue
        a, b = (np.concatenate(side, axis=1) for side in sides)  # (P, n, D)
        players = [frechet(one, other) for one, other in zip(a, b, strict=True)]
        mean = float(np.mean(players))
        found[name] = {
            "players": players, "mean": mean, "pieces": pieces, "features": a.shape[2]
        }  # fmt: skip
    return found
