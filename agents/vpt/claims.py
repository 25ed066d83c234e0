"""What the loop claims of players who learnt in different ways, and whether it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mpgenie.intervals import DRAWS, bounds, interval

SHARE = 0.9
"""Of the score with true labels that labels of a model shall give."""


@dataclass(frozen=True)
class Claim:
    """A claim, the figure it is about, and its 95 % interval by bootstrap over episodes."""

    text: str
    value: float
    low: float
    high: float
    holds: bool

    def line(self) -> str:
        """As a sentence."""
        verdict = "holds" if self.holds else "does not hold"
        return f"{self.text}: {self.value:.2f} ({self.low:.2f} to {self.high:.2f}), {verdict}"


def claims_of(scores: Mapping[str, Sequence[float]]) -> list[Claim]:
    """Both claims.

    Args:
        scores: Of `pseudo`, `true` and `few`, an episode each, the same worlds in the same order.

    Returns:
        None of them if nothing was scored at all: there is no task then.
    """
    pseudo, true, few = (np.asarray(scores[name], np.float64) for name in ("pseudo", "true", "few"))
    if not (pseudo.any() or true.any() or few.any()):
        return []
    drawn = np.random.default_rng(0).integers(len(pseudo), size=(DRAWS, len(pseudo)))
    means = {name: each[drawn].mean(1) for name, each in (("p", pseudo), ("t", true), ("f", few))}
    share = pseudo.mean() / true.mean() if true.mean() > 0 else np.inf
    ratios = means["p"] / np.maximum(means["t"], 1e-9)
    more = pseudo.mean() - few.mean()
    apart = interval(pseudo.tolist())[1] > interval(few.tolist())[2]
    return [
        Claim(
            f"Labels of the model give at least {SHARE:.0%} of the score that true labels give",
            float(share),
            *bounds(ratios),
            bool(share >= SHARE),
        ),
        Claim(
            "They give more than the small labelled set alone, 95 % intervals apart",
            float(more),
            *bounds(means["p"] - means["f"]),
            apart,
        ),
    ]
