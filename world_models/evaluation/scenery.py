"""How far two views of a model are from showing one scenery: 0 = as near as the game's, 1 = as far
as views of different episodes.

After MultiWorld's reprojection error, which is normalised between real views and shuffled ones.
Where two players look to one side, the game says which pixels show the same points, and how well
their colours agree is `reprojection.agreement`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mpgenie.intervals import interval

from .cases import Case
from .game import Pictures
from .reprojection import agreement
from .tasks.consistency import SamePlace

TASK = "consistency_same"
"""Whose players look to one side."""


class Scenery:
    """What the game's views of some cases agree to, and shuffled ones.

    Args:
        cases: Two at least, of `TASK`.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.real = self._agree(real := [case.real for case in cases])
        views = [self._views(k, frames) for k, frames in enumerate(real)]
        others = [
            np.stack([a[0], b[1]]) for a, b in zip(views, [*views[1:], views[0]], strict=True)
        ]
        self.shuffled = [agreement(each, self._pairs(k)) for k, each in enumerate(others)]

    def about(self) -> dict[str, Any]:
        """What stands beside every model's figures; plain data."""
        return {
            "episodes": len(self.cases),
            "agreement": {
                "real": float(np.mean(self.real)),
                "shuffled": float(np.mean(self.shuffled)),
            },
            "real": self._normalised(self.real),
            "shuffled": self._normalised(self.shuffled),
        }

    def of(self, told: Sequence[Pictures]) -> dict[str, float | None]:
        """The error of frames (N, P, H, W, 3) that are told of each case, normalised: its mean with
        its interval; None if shuffled views agree no less than the game's."""
        return self._normalised(self._agree(told))

    def _normalised(self, agree: Sequence[float]) -> dict[str, float | None]:
        real = float(np.mean(self.real))
        most = real - float(np.mean(self.shuffled))
        if most <= 0.0:
            return {"mean": None, "low": None, "high": None}
        errors = [(real - each) / most for each in agree]
        return dict(zip(("mean", "low", "high"), interval(errors), strict=True))

    def _agree(self, told: Sequence[Pictures]) -> list[float]:
        return [agreement(self._views(k, frames), self._pairs(k)) for k, frames in enumerate(told)]

    def _question(self, number: int) -> SamePlace:
        (question,) = self.cases[number].questions
        assert isinstance(question, SamePlace)
        return question

    def _views(self, number: int, told: Pictures) -> Pictures:
        return self._question(number).looked_at(told)

    def _pairs(self, number: int) -> Any:
        return self._question(number).pairs
