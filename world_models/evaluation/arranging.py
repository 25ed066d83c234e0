"""Happenings, arranged in the game where two face each other: what one does, what comes of it, and
what might have come of it instead.

    mining      a block between the two is dug away
    placing     the last block that is held is placed, and the hand is empty
    count       with an empty hand a block is dug, picked up, and placed; a second is not there
    torch       at night a torch is placed, and lights what is around
    weather     it rains, and it still does when everybody has turned aside; or it is dry, likewise
    hit         the other is struck, and thrown back
    death       the other is struck until it falls, and is gone
    fall        one walks off a tower
    collision   one walks against a wall, and stays before it
    left, right, forward, back     the other walks so; both its view and one's own tell which way
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from mpgenie.agents.bots.episodes.sky import keep_weather, set_hour
from mpgenie.agents.bots.vectors import Vector, bearing, raised, turned, unit, walked
from mpgenie.envs.rendering.camera import EYE_HEIGHT
from mpgenie.envs.simulation.actions import ATTACK, BACK, FORWARD, LEFT, RIGHT, USE

from .actions import Actions
from .game import PLAYERS, WhatIf

LASTS = 1000
"""Ticks for which the weather stays."""
ASIDE = 88.0
"""Degrees that everybody turns to see whether it rains there, too."""
Change = Callable[[WhatIf], object]


def _done(slot: int, *stretches: tuple[int, int]) -> Actions:
    """A tape on which one player presses buttons: stretches of (ticks, buttons)."""
    tape = Actions.nothing(sum(ticks for ticks, _ in stretches), PLAYERS)
    tape.buttons[:, slot] = np.repeat([b for _, b in stretches], [n for n, _ in stretches])
    return tape


def _turned(ticks: int, right: float, down: float = 0.0) -> Actions:
    """A tape on which everybody turns, by degrees a tick."""
    tape = Actions.nothing(ticks, PLAYERS)
    tape.camera[:] = down, right
    return tape


def _ahead(world: WhatIf, metres: float, aside: float = 0.0, slot: int = 0) -> int:
    """The lowest free cell so far ahead of a player."""
    feet, way = world.feet(slot), world.heading(slot)
    point = walked(feet, way, metres)
    if aside:
        point = walked(point, turned(unit(feet), way, 90.0), aside)
    return world.senses.footing(point)


def _look_at(world: WhatIf, point: Vector) -> None:
    """The first player looks at a point."""
    pitch, yaw = bearing(raised(world.feet(0), EYE_HEIGHT), world.heading(0), point)
    world.turn(0, yaw, pitch - float(world.players.pitch[0, 0]))


def _empty_handed(world: WhatIf) -> None:
    """The first player has nothing."""
    world.players.hotbar_item[0, 0] = world.players.hotbar_count[0, 0] = 0
    world.players.held[0, 0] = 0


def _holding(world: WhatIf, item: str) -> None:
    """The first player holds one thing, and has nothing else."""
    _empty_handed(world)
    world.simulation.give(0, 0, item)


def _block_between(world: WhatIf) -> None:
    _holding(world, "dirt")
    cell = _ahead(world, 2.0) + 1
    world.blocks([cell], "dirt")
    _look_at(world, world.senses.point_in(cell, 0.5))


def _block_to_take(world: WhatIf) -> None:
    _empty_handed(world)
    cell = _ahead(world, 2.0)
    world.blocks([cell], "dirt")
    _look_at(world, world.senses.point_in(cell, 0.5))


def _one_more(world: WhatIf) -> None:
    """The first player has one block more than it has."""
    world.simulation.give(0, 0, "dirt")


def _block_in_hand(world: WhatIf) -> None:
    _holding(world, "planks")
    world.turn(0, 0.0, 35.0)


def _torch_at_night(world: WhatIf) -> None:
    set_hour(world.simulation, 0, world.feet(0), 0.0)
    _holding(world, "torch")
    world.turn(0, 0.0, 35.0)


def _within_reach(world: WhatIf) -> None:
    world.stand(1, walked(world.feet(0), world.heading(0), 2.0))
    _look_at(world, raised(world.feet(1), 1.0))


WALL = tuple((aside, up) for aside in (-1.0, 0.0, 1.0) for up in (0, 1))


def _wall(world: WhatIf) -> None:
    world.blocks([_ahead(world, 2.5, aside) + up for aside, up in WALL], "stone")


def _beyond(world: WhatIf) -> WhatIf:
    """The first player is behind the wall it walked against."""
    return world.stand(0, walked(world.feet(0), world.heading(0), 2.0))


def _in_a_corner(world: WhatIf) -> None:
    """The other stands before a sword, with walls behind it and at its sides, two high."""
    _holding(world, "netherite_sword")
    middle = world.senses.point_in(_ahead(world, 2.0))
    world.stand(1, middle)
    aside = turned(unit(middle), world.heading(0), 90.0)
    ways = (turned(unit(middle), aside, -degrees) for degrees in (0.0, 45.0, 90.0, 135.0, 180.0))
    feet = {world.senses.cell_of(world.feet(slot)) for slot in range(PLAYERS)}
    around = {world.senses.footing(walked(middle, way, 1.0)) for way in ways} - feet
    world.blocks([cell + up for cell in around for up in (0, 1)], "stone")
    _look_at(world, raised(world.feet(1), 1.0))


def _alive(world: WhatIf) -> None:
    """The other still stands where it was struck."""
    world.players.alive[0, 1] = True


def _rain(world: WhatIf) -> None:
    keep_weather(world.simulation, 0, LASTS, wet=True)


def _dry(world: WhatIf) -> None:
    keep_weather(world.simulation, 0, LASTS, wet=False)


def _turned_back(world: WhatIf) -> None:
    for slot in range(PLAYERS):
        world.turn(slot, -ASIDE)


def _tower(world: WhatIf) -> None:
    cell, high = world.senses.cell_of(world.feet(0)), 4
    world.blocks(range(cell, cell + high), "stone")
    feet = np.array(world.feet(0))
    world.players.position[0, 0] = feet * (1.0 + high / np.linalg.norm(feet))


@dataclass(frozen=True)
class Happening:
    """Something that one does, or that goes on."""

    tape: Actions
    arrange: Change = lambda world: world
    """Made before the frames that are shown."""
    control: Change | None = None
    """What is arranged in place of that for the control, which then has the same tape; without it,
    nobody does anything in the control."""
    others: Mapping[str, Actions] = field(default_factory=dict)
    """What might have been done instead, by name."""
    unless: Mapping[str, Change] = field(default_factory=dict)
    """What might have been so, by name, and the same done: changes after the shown frames."""
    instead: Mapping[str, Change] = field(default_factory=dict)
    """What might have come of the same, by name: changes of what truly came."""


_WALKS = {"left": LEFT, "right": RIGHT, "forward": FORWARD, "back": BACK}
WALKS = {name: _done(1, (10, button)) for name, button in _WALKS.items()}
_TAKEN = Actions.joined([
    _done(0, (16, ATTACK), (4, 0), (7, FORWARD), (6, 0)), _turned(2, 0.0, 7.5),
    _done(0, (1, USE), (5, 0)), _turned(4, -8.0), _done(0, (1, USE), (5, 0)),
])  # fmt: skip
"""Dig, step there, place what was picked up, and try that once more a little to the left."""
HAPPENINGS: Mapping[str, Happening] = {
    "mining": Happening(_done(0, (40, ATTACK)), _block_between),
    "placing": Happening(_done(0, (1, USE), (7, 0)), _block_in_hand),
    "count": Happening(
        _TAKEN, _block_to_take,
        others={"none placed": _TAKEN.without(USE)}, unless={"two placed": _one_more},
    ),
    "torch": Happening(_done(0, (1, USE), (7, 0)), _torch_at_night),
    "weather": Happening(
        _turned(11, ASIDE / 11), _rain, control=_dry, instead={"not turned": _turned_back}
    ),
    "hit": Happening(_done(0, (1, ATTACK), (7, 0)), _within_reach),
    "death": Happening(
        _done(0, *(2 * ((1, ATTACK), (14, 0))), (1, ATTACK), (7, 0)), _in_a_corner,
        instead={"alive": _alive},
    ),
    "fall": Happening(_done(0, (12, FORWARD), (18, 0)), _tower),
    "collision": Happening(_done(0, (20, FORWARD)), _wall, instead={"through": _beyond}),
    **{
        name: Happening(tape, others={n: t for n, t in WALKS.items() if n != name})
        for name, tape in WALKS.items()
    },
}  # fmt: skip
