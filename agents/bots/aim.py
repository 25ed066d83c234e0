"""Where to point the eyes so as to build on a face or to strike a block."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mpgenie.envs.planet.blocks import TABLE
from mpgenie.envs.simulation.footprint import occupies
from mpgenie.envs.simulation.hands import REACH
from mpgenie.envs.simulation.movement import PLAYER_HALF, PLAYER_HEIGHT
from mpgenie.envs.simulation.placing import cell_beside

from .senses import Senses
from .vectors import Vector, cross, dot, unit

if TYPE_CHECKING:
    from .bot import Bot

UP, DOWN = 4, 5
_SURE = REACH - 0.1
_INTO = 0.04  # how far behind a face the point aimed at lies, as a share of a cell
_ASIDE = 0.32
_LEAST_SCORE = 20.0


@dataclass(frozen=True, slots=True)
class Face:
    """A face of a solid block that a block can be built on."""

    point: Vector
    """Where to look."""
    support: int
    """The cell of the block built on."""
    score: float
    """0 to 100, as inviting as it is."""
    name: str


def neighbour(senses: Senses, cell: int, side: int) -> int:
    """The cell beside a cell, -1 beyond the highest and the lowest."""
    return int(cell_beside(senses.sim.geometry, cell, side))


def has_support(senses: Senses, cell: int) -> bool:
    """Whether something solid lies beside a cell, for a block to be built on."""
    cells = [neighbour(senses, cell, side) for side in range(6)]
    return any(other >= 0 and senses.solid(other) for other in cells)


def is_free(senses: Senses, cell: int) -> bool:
    """Whether a block may be placed into a cell (bodies aside)."""
    return bool(TABLE.replaceable[senses.block(cell)])


def body_in(bot: "Bot", cell: int) -> int:
    """The first player who stands in a cell, -1 if nobody does."""
    geometry = bot.senses.sim.geometry
    for slot in bot.crew.agents:
        x, y, z = bot.feet_of(slot)
        if occupies(geometry, x, y, z, PLAYER_HALF, PLAYER_HEIGHT, cell):
            return slot
    return -1


def meets(bot: "Bot", point: Vector, support: int, target: int, eye: Vector) -> bool:
    """Whether a look at a point meets the face of one cell towards another, within reach."""
    cell, side, _ = bot.senses.looked_at(eye, point, _SURE)
    return cell == support and neighbour(bot.senses, cell, side) == target


def faces_for(bot: "Bot", cell: int, eye: Vector | None = None) -> list[Face]:
    """The faces in sight that a block can be built on to fill a cell, the best first.

    Args:
        bot: Who looks.
        cell: What is to be filled.
        eye: From where; by default from where its eye is now.
    """
    senses, found = bot.senses, []
    eye = eye or bot.eye
    middle = senses.point_in(cell, 0.5)
    for side in (DOWN, 0, 1, 2, 3, UP):
        support = neighbour(senses, cell, side)
        if support < 0 or not senses.solid(support):
            continue
        for point in _samples(middle, senses.point_in(support, 0.5)):
            if meets(bot, point, support, cell, eye):
                found.append(_scored(eye, middle, point, support, side))
                break
    return sorted((f for f in found if f.score >= _LEAST_SCORE), key=lambda f: -f.score)


def _samples(middle: Vector, beyond: Vector) -> list[Vector]:
    """Points a hair behind the face between two cells, its middle first."""
    nx, ny, nz = beyond[0] - middle[0], beyond[1] - middle[1], beyond[2] - middle[2]
    half = 0.5 + _INTO
    point = (middle[0] + half * nx, middle[1] + half * ny, middle[2] + half * nz)
    normal, up = unit((nx, ny, nz)), unit(middle)
    if abs(dot(normal, up)) > 0.9:
        up = unit(cross(normal, (0.36, 0.48, 0.8)))
    side = unit(cross(normal, up))
    points: list[Vector] = [point]
    for a, b in ((_ASIDE, 0.0), (-_ASIDE, 0.0), (0.0, _ASIDE), (0.0, -_ASIDE)):
        x, y, z = (point[k] + a * up[k] + b * side[k] for k in range(3))
        points.append((x, y, z))
    return points


def _scored(eye: Vector, middle: Vector, point: Vector, support: int, side: int) -> Face:
    """A face with its score: seen straight on, near, a top rather than a side or an underside."""
    way = (point[0] - eye[0], point[1] - eye[1], point[2] - eye[2])
    out = unit((middle[0] - point[0], middle[1] - point[1], middle[2] - point[2]))
    facing = -dot(unit(way), out)
    away = dot(way, unit(way))
    score = 50.0 + (30.0 if facing > 0.0 else 20.0) * facing
    score += 15.0 if side == DOWN else -10.0 if side == UP else 10.0
    score += 10.0 * (1.0 - away / REACH)
    name = "top" if side == DOWN else "underside" if side == UP else f"side {side}"
    return Face(point, support, min(100.0, max(0.0, score)), name)


def point_on(bot: "Bot", cell: int, eye: Vector | None = None) -> Vector | None:
    """A point of a cell's block that is in sight and within reach, None if there is none."""
    senses = bot.senses
    eye = eye or bot.eye
    middle = senses.point_in(cell, 0.5)
    if senses.looked_at(eye, middle, _SURE)[0] == cell:
        return middle
    for side in range(6):
        other = neighbour(senses, cell, side)
        if other < 0 or senses.solid(other):
            continue
        for point in _samples(senses.point_in(other, 0.5), middle):
            if senses.looked_at(eye, point, _SURE)[0] == cell:
                return point
    return None
