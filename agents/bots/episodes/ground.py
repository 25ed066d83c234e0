"""Where episodes begin that need room: places on level ground, and whether a way is clear."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.vectors import Vector, length, raised, turned, unit, walked
from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.planet.geometry import Geometry, column_of
from mpgenie.envs.planet.paths import can_stand
from mpgenie.envs.planet.planet import Planet
from mpgenie.envs.planet.raycast import sees
from mpgenie.envs.planet.spawn import EYE, spawn_points

from .episode import Places, Scene

_STRIDE = 0.5
_HIDDEN = 10  # columns of bad ground that are better than one pair out of sight of each other
_ASIDE = 0.4  # metres to both sides that have to be free too
_SLOPE = 1  # layers that a clear way may rise or fall in all


def columns_around(geometry: Geometry, column: int, steps: int) -> NDArray[np.int64]:
    """The columns that are at most so many steps of the lattice away, in ascending order."""
    near = np.array([column], np.int64)
    for _ in range(steps):
        near = np.unique(np.concatenate([near, geometry.neighbour[near].ravel()]))
    return near


def roughness(planet: Planet, feet: NDArray[np.float64], steps: int) -> int:
    """How many columns around a place are wet, blocked, or more than a step higher or lower."""
    geometry = planet.geometry
    x, y, z = feet.tolist()
    layer = round(float(np.sqrt(x * x + y * y + z * z)) - geometry.bottom)
    rows = planet.blocks[columns_around(geometry, int(column_of(geometry, x, y, z)), steps)]
    body = rows[:, layer : layer + 3]
    ground = rows[:, max(0, layer - 2) : layer + 1]
    bad = TABLE.solid[body[:, 1:]].any(axis=1) | ~TABLE.solid[ground].any(axis=1)
    return int((bad | TABLE.liquid[ground].any(axis=1)).sum())


def best_places(
    planet: Planet,
    scene: Scene,
    separation: tuple[float, float],
    badness: Callable[[NDArray[np.float64]], int],
    tries: int,
    in_sight: bool = True,
) -> NDArray[np.float64]:
    """Of a few groups of places the first that is not bad, or the least so.

    Where one is to act (a fact of the scene), it gets the place that most others see.

    Args:
        planet: Where.
        scene: For whom, and what to draw from.
        separation: Metres between players.
        badness: Says of (players, 3) places of the feet how bad they are, 0 being good.
        tries: How many to look at.
        in_sight: Whether they shall see each other, or nobody another; of an actor only
            whether the others see it counts.
    """
    actor: int | None = scene.facts.get("actor")
    best, least = np.zeros((len(scene.roles), 3)), 1 << 30
    for _ in range(tries):
        key = np.uint64(scene.integer(0, 1 << 53))
        feet = spawn_points(planet, key, len(scene.roles), separation, in_sight)
        seen = _seen(planet, feet.tolist())
        if actor is not None:
            centre = int(seen.sum(axis=1).argmax())
            for rows in (feet, seen, seen.T):
                rows[[actor, centre]] = rows[[centre, actor]]
            seen = seen[actor]
        bad = badness(feet) + _HIDDEN * int((seen != in_sight).sum())
        if bad < least:
            best, least = feet, bad
        if least == 0:
            break
    return best


def _seen(planet: Planet, feet: list[Vector]) -> NDArray[np.bool_]:
    """(players, players) whether they see each other's eyes; everybody oneself."""
    eyes = [raised(place, EYE) for place in feet]
    blocks, geometry = planet.blocks, planet.geometry
    seen = np.ones((len(feet), len(feet)), np.bool_)
    for a, b in combinations(range(len(feet)), 2):
        seen[a, b] = seen[b, a] = sees(blocks, geometry, *eyes[a], *eyes[b])
    return seen


def level_places(separation: tuple[float, float], steps: int = 4, tries: int = 24) -> Places:
    """Chooses places around which, so many columns far, the ground is as level as can be."""

    def places(planet: Planet, scene: Scene) -> NDArray[np.float64]:
        def badness(feet: NDArray[np.float64]) -> int:
            return sum(roughness(planet, place, steps) for place in feet)

        return best_places(planet, scene, separation, badness, tries)

    return places


def way_is_clear(planet: Planet, feet: Vector, heading: Vector, metres: float) -> bool:
    """Whether one can walk straight on and back, over dry steps, not far up or down."""
    layer, right = round(length(feet) - planet.geometry.bottom), turned(unit(feet), heading, 90.0)
    return all(
        _line_is_clear(planet, walked(feet, right, aside), heading, metres, layer)
        for aside in (0.0, _ASIDE, -_ASIDE)
    )


def _line_is_clear(
    planet: Planet, start: Vector, heading: Vector, metres: float, first: int
) -> bool:
    blocks, geometry, here, layer = planet.blocks, planet.geometry, -1, first
    for k in range(int(metres / _STRIDE) + 2):
        column = int(column_of(geometry, *walked(start, heading, k * _STRIDE)))
        if column == here:
            continue
        here = column
        steps = [at for at in (layer, layer + 1, layer - 1) if can_stand(blocks, column, at)]
        if not steps or TABLE.liquid[blocks[column, steps[0]]]:
            return False
        layer = steps[0]
        if abs(layer - first) > _SLOPE:
            return False
    return True
