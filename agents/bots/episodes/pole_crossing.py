"""Only on a sphere: all walk over a pole of the planet to the other side, where north turns over.

For planets of every kind; where the pole lies in the sea they swim.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.look import eye_contact, look_at, watch
from mpgenie.agents.bots.skills.march import axis_towards, march
from mpgenie.agents.bots.skills.walk import go_to
from mpgenie.agents.bots.vectors import Vector, along_ground, raised, turned, walked
from mpgenie.envs.planet.geometry import column_of
from mpgenie.envs.planet.planet import Planet
from mpgenie.envs.planet.spawn import ground_layer

from .episode import Episode, Scene
from .ground import columns_around

_NEAREST, _FARTHEST = 10, 40  # metres from the pole
_OVER = 3.0  # metres from the pole at which one walks over it
_LIMIT = 1_500


def places(planet: Planet, scene: Scene) -> NDArray[np.float64]:
    """Around the pole that is drawn, evenly spread, as near as there is dry ground."""
    geometry = planet.geometry
    radius = geometry.bottom + geometry.below
    pole = (0.0, 0.0, radius if scene.chance(0.5) else -radius)
    scene.facts["pole"] = pole
    first, count, found = scene.uniform(0.0, 360.0), len(scene.roles), []
    for k in range(count):
        around = turned(_up(pole), (1.0, 0.0, 0.0), first + 360.0 / count * k)
        found.append(_dry_place(planet, pole, around))
    return np.array(found)


def _up(pole: Vector) -> Vector:
    return (0.0, 0.0, 1.0 if pole[2] > 0.0 else -1.0)


def _dry_place(planet: Planet, pole: Vector, heading: Vector) -> Vector:
    """The nearest dry ground in a direction; the farthest place looked at if there is none."""
    geometry = planet.geometry
    place = walked(pole, heading, float(_NEAREST))
    for metres in range(_NEAREST, _FARTHEST):
        x, y, z = walked(pole, heading, float(metres))
        column = int(column_of(geometry, x, y, z))
        layer = int(ground_layer(planet.blocks, column))
        if layer >= 0:
            a, b, c = geometry.centre[column].tolist()
            high = geometry.bottom + layer
            return a * high, b * high, c * high
    return raised(place, 2.0)


def walker(bot: Bot, scene: Scene) -> Skill:
    """Go to the pole and on, as far again; then look back."""
    pole = scene.facts["pole"]
    start, far = bot.feet, along_ground(bot.feet, pole)
    nearest = [far]

    def across() -> bool:
        away = along_ground(bot.feet, pole)
        nearest[0] = min(nearest[0], away)
        return away > far - 2.0 and along_ground(bot.feet, start) > 1.5 * far

    yield from eye_contact(bot, bot.integer(10, 20))
    yield from bot.phase("to the pole", go_to(bot, _top(bot, pole), within=1.0, limit=_LIMIT))
    across()
    outcome: Outcome = yield from bot.phase(
        "cross", march(bot, axis_towards(start, pole), across, _LIMIT)
    )
    yield from look_at(bot, raised(pole, 1.6))
    yield from watch(bot, raised(pole, 1.6), bot.integer(15, 40))
    if outcome and nearest[0] > _OVER:
        return failed(f"passed the pole {nearest[0]:.0f} m aside")
    return SUCCESS if outcome else outcome


def _top(bot: Bot, pole: Vector) -> Vector:
    """The ground nearest to the pole that one can walk to."""
    senses = bot.senses
    cells = []
    for column in columns_around(senses.sim.geometry, senses.cell_of(pole) >> 6, 2).tolist():
        layer = int(ground_layer(senses.blocks, column))
        cells.append(column * 64 + layer if layer > 0 else senses.footing(pole))
    points = sorted(
        (senses.point_in(cell) for cell in cells if cell >= 0),
        key=lambda point: along_ground(point, pole),
    )
    return next((point for point in points if bot.can_reach(point)), pole)


POLE_CROSSING = Episode(name="pole_crossing", seconds=30, scripts={"walker": walker}, places=places)
