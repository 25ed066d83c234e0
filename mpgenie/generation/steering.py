"""Where to look for behaviour that is rare so far.

Strata are combinations of what a template can draw: a type, a planet, a part of the day.  After
each round a stratum is worth the share of its episodes that lie in thin cells: an estimate of how
likely its next one does.  While it has few episodes, what its type, its planet and so on are worth
by themselves speak for it.  The next round follows these worths, save for a floor that follows the
template, so that nothing is given up.

A share `m` of all episodes lies in thin cells, and `t` of the `n` episodes of a stratum `s`:

    prior(s) = m (worth(its type) / m) (worth(its planet) / m) ...
    worth(s) = (t + K prior(s)) / (n + K)
    weight(s) = floor template(s) + (1 - floor) worth(s) ** sharpness / sum of such powers

Everything is made of + - x /, and sums are exact, so that every processor steers alike.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import accumulate, product
from math import fsum, prod
from typing import Any, Self

from mpgenie.datasets.coverage import Cell
from mpgenie.errors import ConfigError, suggest

from .samplers import Part, Sampler

K = 2.0
"""Episodes that a prior counts for."""
_GOLDEN = 0.6180339887498949  # steps of this much of the whole never crowd

Stratum = tuple[int, ...]
"""Which part of each variable."""
Found = tuple[Stratum, Cell]
"""Where an episode came from, and where it lies."""


@dataclass(frozen=True, kw_only=True)
class Steering:
    """How rounds follow each other."""

    by: tuple[str, ...] = ()
    """Variables that make strata; none: those of type, planet, hour and distance that vary."""
    bins: int = 3
    """Equally likely parts that a range is cut into."""
    floor: float = 0.2
    """Share of each round that follows the template, whatever was found."""
    sharpness: int = 2
    """The more, the more of a round goes where most is to be found."""

    def __post_init__(self) -> None:
        if len(set(self.by)) < len(self.by):
            raise ConfigError(f"steering.by: name each variable once, got {list(self.by)}")
        if not 1 <= self.bins <= 100:
            raise ConfigError(f"steering.bins: must lie between 1 and 100, got {self.bins}")
        if not 0 < self.floor <= 1:
            raise ConfigError(f"steering.floor: a share above 0, at most 1, got {self.floor}")
        if not 1 <= self.sharpness <= 8:
            raise ConfigError(f"steering.sharpness: must lie in 1 to 8, got {self.sharpness}")

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"by": list(self.by)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read plain values."""
        kinds: dict[str, Any] = {"by": list | tuple, "bins": int, "sharpness": int}
        for name, value in values.items():
            known = [each.name for each in fields(cls)]
            if name not in known:
                raise ConfigError(
                    f"steering.{name}: there is no such key. {suggest(name, [*known, 'thin'])}"
                )
            kind = kinds.get(name, int | float)
            if not isinstance(value, kind) or isinstance(value, bool):
                raise ConfigError(f"steering.{name}: {value!r} is of another kind than expected")
        given = {**values}
        return cls(**given | ({"by": tuple(given["by"])} if "by" in given else {}))


class Strata:
    """All combinations of parts of some variables.

    Args:
        variables: What each is drawn from.
        steering: How ranges are cut, and rounds weighed.
    """

    def __init__(self, variables: Mapping[str, Sampler], steering: Steering) -> None:
        self.variables, self.steering = dict(variables), steering
        self._parts = [each.parts(steering.bins) for each in self.variables.values()]
        self.all: list[Stratum] = list(product(*(range(len(parts)) for parts in self._parts)))
        self.usual = [
            prod(high - low for low, high in self.parts(each).values()) for each in self.all
        ]
        """How likely each is in the template."""

    def parts(self, stratum: Stratum) -> dict[str, Part]:
        """The part of each variable in a stratum."""
        chosen = zip(self.variables, self._parts, stratum, strict=True)
        return {name: parts[k] for name, parts, k in chosen}

    def says(self, stratum: Stratum) -> str:
        """A stratum in words, such as "type chase, distance 4 to 8"."""
        parts = self.parts(stratum).items()
        return ", ".join(f"{name} {self.variables[name].says(part)}" for name, part in parts)

    def weights(self, found: Sequence[Found], thin: int) -> list[float]:
        """How much of the next round each stratum shall have; they add up to 1.

        Args:
            found: All episodes so far.
            thin: Cells with fewer episodes are thin.
        """
        worth = self._worth(found, thin)
        sharp = [prod([each] * self.steering.sharpness) for each in worth]
        total, floor = fsum(sharp), self.steering.floor
        if total <= 0.0:
            return list(self.usual)
        return [
            floor * usual + (1.0 - floor) * each / total
            for usual, each in zip(self.usual, sharp, strict=True)
        ]

    def _worth(self, found: Sequence[Found], thin: int) -> list[float]:
        episodes = Counter(cell for _, cell in found)
        count: Counter[tuple[int, ...]] = Counter()
        rare: Counter[tuple[int, ...]] = Counter()
        for stratum, cell in found:
            for key in (stratum, *_single(stratum)):
                count[key] += 1
                rare[key] += episodes[cell] < thin
        mean = sum(rare[each] for each in self.all) / max(1, len(found))
        if mean == 0.0:
            return [0.0] * len(self.all)

        def worth(key: tuple[int, ...], prior: float) -> float:
            return (rare[key] + K * prior) / (count[key] + K)

        return [
            worth(each, mean * prod(worth(key, mean) / mean for key in _single(each)))
            for each in self.all
        ]

    def sequence(self, weights: Sequence[float], count: int, start: float) -> list[Stratum]:
        """Strata for a round, each about as often as its weight says in any stretch of it.

        Args:
            weights: Of all strata.
            count: How many to choose.
            start: From 0 up to 1; another start chooses others.
        """
        until = list(accumulate(weights))
        places = ((start + k * _GOLDEN) % 1.0 * until[-1] for k in range(count))
        return [self.all[min(bisect_right(until, at), len(until) - 1)] for at in places]


def _single(stratum: Stratum) -> list[tuple[int, ...]]:
    """Keys for each part of a stratum by itself; longer than any stratum, so they never meet."""
    n = len(stratum)
    return [(*(-1 if k != at else part for k in range(n)), -2) for at, part in enumerate(stratum)]
