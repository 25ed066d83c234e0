"""The structures of `build`: small, sized by how many build, and buildable without a scaffold.

A plan is a list of (a, b, up, material): steps of the lattice along the front and backwards, layers
over the ground, and a row of `MATERIALS`; in an order in which each block has something to be built
on, bottom up and back to front.  What is at most three layers high can be reached from the ground,
the third layer in a jump.

    wall    one block thick, two layers high, n + 2 long (at most 14)
    tower   2 x 2, two layers high, three for three and more; 3 x 3 and hollow for eight and more
    arch    two posts and a lintel across, 3 wide, or 5 for four and more; two blocks deep for eight
            and more, three for sixteen and more
    hut     walls with a doorway two blocks high, and a roof: 3 x 3, 4 x 4 for six and more, 5 x 5
            for sixteen and more
"""

from collections.abc import Callable
from typing import TypeAlias

MATERIALS = ("planks", "bricks", "white_wool")
"""What is built with, in the order of the hotbar."""
PLANKS, BRICKS, WOOL = range(3)
Plan: TypeAlias = list[tuple[int, int, int, int]]
"""(a, b, up, material) of each block."""


def _in_order(plan: Plan) -> Plan:
    return sorted(plan, key=lambda block: (block[2], -block[1], block[0]))


def wall(builders: int) -> Plan:
    """Bricks below, planks on top."""
    length = min(14, builders + 2)
    return _in_order([(a, 0, up, (BRICKS, PLANKS)[up]) for a in range(length) for up in range(2)])


def tower(builders: int) -> Plan:
    """Bricks, and wool on top."""
    width, height = 2 if builders < 8 else 3, 2 if builders < 3 else 3
    ring = [
        (a, b)
        for a in range(width)
        for b in range(width)
        if a in (0, width - 1) or b in (0, width - 1)
    ]
    top = height - 1
    return _in_order(
        [(a, b, up, WOOL if up == top else BRICKS) for a, b in ring for up in range(height)]
    )


def arch(builders: int) -> Plan:
    """Posts of bricks, a lintel of planks."""
    width = 3 if builders < 4 else 5
    depth = 1 if builders < 8 else 2 if builders < 16 else 3
    posts = [(a, b, up, BRICKS) for a in (0, width - 1) for b in range(depth) for up in range(2)]
    lintel = [(a, b, 2, PLANKS) for a in _inwards(width) for b in reversed(range(depth))]
    return _in_order(posts) + lintel


def _inwards(width: int) -> list[int]:
    """The places of a row from both ends to the middle."""
    return sorted(range(width), key=lambda a: (min(a, width - 1 - a), a))


def hut(builders: int) -> Plan:
    """Corners of bricks, walls of planks, a roof of wool."""
    width = 3 if builders < 6 else 4 if builders < 16 else 5
    last, door = width - 1, width // 2
    walls = [
        (a, b, up, BRICKS if a in (0, last) and b in (0, last) else PLANKS)
        for a in range(width)
        for b in range(width)
        for up in range(2)
        if (a in (0, last) or b in (0, last)) and (a, b) != (door, 0)
    ]
    roof = [(a, b, 2, WOOL) for b in reversed(range(width)) for a in _inwards(width)]
    return _in_order(walls) + roof


SHAPES: dict[str, Callable[[int], Plan]] = {"wall": wall, "tower": tower, "arch": arch, "hut": hut}
"""Each shape's plan for a number of builders."""
