"""Evaluation: one walks forward, back, left or right, and returns; did the others see which?

The walker faces the partner, so its buttons are directions on the line between the two, and no
walk along an axis comes first.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Skill, failed, partial
from mpgenie.agents.bots.skills.travel import opposite, press_until
from mpgenie.agents.bots.vectors import apart, towards, turned, unit
from mpgenie.envs.planet.planet import Planet
from mpgenie.envs.simulation.actions import BACK, FORWARD, LEFT, RIGHT

from .episode import Scene
from .ground import best_places, way_is_clear
from .held_out import acting, held_out, standing_by

WAYS = {"closer": (FORWARD, 0.0), "farther": (BACK, 180.0), "left": (LEFT, -90.0),
        "right": (RIGHT, 90.0)}  # fmt: skip
"""What the partner sees the walker do: the button, and degrees to the right of the partner."""
_APART = 1.5  # metres that are left between the two at least
_PAST = 0.3  # metres by which one has gone past the place to come back to
_GIVE_UP = 100
_TRIES = 64


def places(planet: Planet, scene: Scene) -> NDArray[np.float64]:
    """Draw who walks, which way and how far, and a place where nothing is in the way."""
    walker, way = acting(scene), scene.pick(list(WAYS))
    wished = scene.uniform(6.0, 9.0)
    scene.facts |= {"actor": walker, "way": way, "metres": wished}

    def badness(feet: NDArray[np.float64]) -> int:
        points = feet.tolist()
        here = points.pop(walker)
        partner = min(points, key=lambda point: apart(here, point))
        heading = turned(unit(here), towards(here, partner), WAYS[way][1])
        metres = min(wished, apart(here, partner) - _APART) if way == "closer" else wished
        scene.facts["metres"] = metres
        return int(not way_is_clear(planet, here, heading, metres))

    return best_places(planet, scene, (10.0, 12.0), badness, _TRIES)


def walk(bot: Bot, scene: Scene) -> Skill:
    """Walk out with one button held, and back with the opposite one."""
    start, metres = bot.feet, scene.facts["metres"]
    button, _ = WAYS[scene.facts["way"]]
    yield from press_until(bot, button, lambda: bot.ground_distance(start) >= metres, _GIVE_UP)
    went = bot.ground_distance(start)
    nearest = [went]

    def home() -> bool:
        left = bot.ground_distance(start)
        nearest[0] = min(nearest[0], left)
        return left < 1.0 or left > nearest[0] + _PAST

    yield from press_until(bot, opposite(button), home, _GIVE_UP)
    if went >= metres - 0.5 and bot.ground_distance(start) < 2.0:
        return SUCCESS
    reason = f"walked {went:.1f} of {metres:.1f} m"
    return partial(reason) if went > 2.0 else failed(reason)


TRANSLATION = held_out("translation", standing_by(walk), places=places)
