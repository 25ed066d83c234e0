"""What players did in an episode, in a few numbers each, for maps of behaviour.

A measure gives one number for each player; an episode's is the mean over its players.  The
numbers decide what is generated next, so they are the same on every processor: sums are exact
(`math.fsum`), and nothing but + - x / and square roots is used.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.events import BLOCK_PLACE, DIG_DONE, HIT
from mpgenie.errors import ConfigError, suggest

from .schema import Array

if TYPE_CHECKING:
    from .episode import Recorded

_JUMP = 4.0  # metres that nobody gets far in a tick: who does was put elsewhere

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Traces:
    """The arrays of an episode as measures want them, each made once.

    Args:
        episode: An `Episode` or a `Shard`.
    """

    def __init__(self, episode: "Recorded") -> None:
        self._episode = episode
        self.players = len(episode.header.players)

    def __getitem__(self, name: str) -> Array:
        return self._episode[name]

    @cached_property
    def there(self) -> Flags:
        """(F, P) who is in the world and alive."""
        return np.asarray(self["state/active"] & self["state/alive"])

    @cached_property
    def position(self) -> Floats:
        """(F, P, 3) of feet."""
        return np.asarray(self["state/position"], np.float64)

    @cached_property
    def radius(self) -> Floats:
        """(F, P) metres from the core."""
        return length(self.position)

    @cached_property
    def sees(self) -> Flags:
        """(F, P, P) who sees whom, never oneself."""
        seen = np.asarray(self["state/visible"]) > 0
        return np.asarray(seen & ~np.eye(self.players, dtype=bool))

    def acted(self, kind: int) -> list[float]:
        """How many events of a kind each player caused."""
        events, ids = self["events"], self["state/id"]
        actors = events["actor"][events["kind"] == kind].astype(np.int64)
        mine = (np.unique(ids[:, p].astype(np.int64)) for p in range(self.players))
        return [float(np.isin(actors, own[own > 0]).sum()) for own in mine]


def length(vectors: Array) -> Floats:
    """Lengths along the last axis of (..., 3)."""
    x, y, z = np.moveaxis(np.asarray(vectors, np.float64), -1, 0)
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def _walked(of: Traces) -> list[float]:
    steps, climbs = length(np.diff(of.position, axis=0)), np.diff(of.radius, axis=0)
    level = np.sqrt(np.maximum(steps * steps - climbs * climbs, 0.0))
    counts = of.there[1:] & of.there[:-1] & (steps < _JUMP)
    return [fsum(level[counts[:, p], p].tolist()) for p in range(of.players)]


def _climb(of: Traces) -> list[float]:
    heights = [of.radius[of.there[:, p], p] for p in range(of.players)]
    return [float(each.max() - each.min()) if each.size else 0.0 for each in heights]


def _separation(of: Traces) -> list[float]:
    means = []
    for p in range(of.players):
        far = length(of.position - of.position[:, p : p + 1])  # (F, P)
        both = of.there & of.there[:, p : p + 1]
        both[:, p] = False
        means.append(_mean(far[both]))
    return means


def _in_view(of: Traces) -> list[float]:
    return _shares(np.asarray(of.sees.any(axis=2)), of.there)


def _mutual_view(of: Traces) -> list[float]:
    return _shares(np.asarray((of.sees & of.sees.swapaxes(1, 2)).any(axis=2)), of.there)


def _placed(of: Traces) -> list[float]:
    return of.acted(BLOCK_PLACE)


def _mined(of: Traces) -> list[float]:
    return of.acted(DIG_DONE)


def _hits(of: Traces) -> list[float]:
    return of.acted(HIT)


def _turning(of: Traces) -> list[float]:
    turned = np.asarray(of["actions/camera"]) != 0.0
    return _shares(np.asarray(turned.any(axis=2)), of.there[:-1])


def _sprinting(of: Traces) -> list[float]:
    return _shares(np.asarray(of["state/sprinting"], bool), of.there)


def _in_water(of: Traces) -> list[float]:
    return _shares(np.asarray(of["state/in_water"], bool), of.there)


def _latitude(of: Traces) -> list[float]:
    sines = np.abs(of.position[..., 2]) / np.maximum(of.radius, 1e-9)
    return [_mean(sines[of.there[:, p], p]) for p in range(of.players)]


def _faces(of: Traces) -> list[float]:
    axis = np.abs(of.position).argmax(axis=2)
    below = np.take_along_axis(of.position, axis[..., None], 2)[..., 0] < 0.0
    face = 2 * axis + below
    return [float(np.unique(face[of.there[:, p], p]).size) for p in range(of.players)]


def _mean(values: Floats) -> float:
    return fsum(values.tolist()) / values.size if values.size else 0.0


def _shares(true: Flags, of: Flags) -> list[float]:
    """The share of rows that are true for each player, of those that count."""
    return [
        float((true[:, p] & of[:, p]).sum()) / max(1.0, float(of[:, p].sum()))
        for p in range(of.shape[1])
    ]


class Measure(NamedTuple):
    """One number for each player."""

    unit: str
    meaning: str
    take: Callable[[Traces], list[float]]


MEASURES: Mapping[str, Measure] = {
    "walked": Measure("m", "Way along the ground", _walked),
    "climb": Measure("m", "From the lowest place to the highest", _climb),
    "separation": Measure("m", "Mean distance to the other players", _separation),
    "in_view": Measure("share", "Frames in which it sees another player", _in_view),
    "mutual_view": Measure("share", "Frames in which each sees the other", _mutual_view),
    "placed": Measure("blocks", "Placed", _placed),
    "mined": Measure("blocks", "Mined", _mined),
    "hits": Measure("hits", "Blows that met somebody", _hits),
    "turning": Measure("share", "Ticks in which the camera moves", _turning),
    "sprinting": Measure("share", "Frames in which it sprints", _sprinting),
    "in_water": Measure("share", "Frames in water", _in_water),
    "latitude": Measure("sine", "Mean latitude, north or south: 0 equator, 1 pole", _latitude),
    "faces": Measure("faces", "Faces of the planet it stood on", _faces),
}  # fmt: skip
"""Every measure by name."""


def measure_players(episode: "Recorded", names: Iterable[str] = MEASURES) -> dict[str, list[float]]:
    """Measures of each player of an episode.

    Args:
        episode: An `Episode` or a `Shard`.
        names: Which; all by default.

    Raises:
        ConfigError: If there is no such measure.
    """
    traces, found = Traces(episode), {}
    for name in names:
        if name not in MEASURES:
            raise ConfigError(f"there is no measure {name!r}. {suggest(name, MEASURES)}")
        found[name] = MEASURES[name].take(traces)
    return found


def measure(episode: "Recorded", names: Iterable[str] = MEASURES) -> dict[str, float]:
    """Measures of an episode: the mean over its players; see `measure_players`."""
    each = measure_players(episode, names)
    return {name: fsum(values) / len(values) for name, values in each.items()}
