"""How players come into a world: with which keys, what in their hands, and looking where."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.planet.geometry import tangent_axes
from mpgenie.errors import ConfigError

from .state import HOTBAR, STACK

HOTBAR_AT_START: tuple[tuple[str, int], ...] = (
    ("stone", 64), ("diamond_pickaxe", 1), ("diamond_shovel", 1), ("diamond_axe", 1),
    ("torch", 16),
)  # fmt: skip
"""What a player carries at first, slot by slot."""
COLOURS: tuple[tuple[int, int, int], ...] = (
    (222, 66, 58), (58, 124, 222), (236, 184, 52), (74, 172, 88),
    (160, 92, 208), (242, 134, 48), (60, 190, 190), (224, 120, 172),
)  # fmt: skip
"""Shirts of the players, slot by slot, over and over."""
TERRAIN_KEY, MOBS_KEY, WORLD_KEY, PLAYERS_KEY, SPAWN_KEY = range(5)
"""Branches of a world's tree of random keys."""


def key_of(seed: int, *branch: int) -> int:
    """64 bits from the branch of a seed's tree of random keys."""
    return int(np.random.SeedSequence(seed, spawn_key=branch).generate_state(1, np.uint64)[0])


def first_heading(feet: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit tangent vector at a place towards the first of the others, else north."""
    x, y, z = feet.tolist()
    axes = tangent_axes(x, y, z)
    if len(others):
        up = np.array(axes[:3])
        there = others[0] - feet
        ahead = there - (there[0] * up[0] + there[1] * up[1] + there[2] * up[2]) * up
        length = np.sqrt(ahead[0] * ahead[0] + ahead[1] * ahead[1] + ahead[2] * ahead[2])
        if length > 1e-6:
            return np.asarray(ahead / length, np.float64)
    return np.array(axes[6:])


def stacks(hotbar: Sequence[tuple[str, int]]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Items and counts of nine slots.

    Raises:
        ConfigError: If there are too many stacks, or one is unknown or too high.
    """
    if len(hotbar) > HOTBAR:
        raise ConfigError(f"a hotbar has {HOTBAR} slots, got {len(hotbar)} stacks")
    item, number = np.zeros(HOTBAR, np.uint8), np.zeros(HOTBAR, np.uint8)
    for slot, (name, count) in enumerate(hotbar):
        if name not in ITEM:
            raise ConfigError(f"no item is called {name!r}; there are {', '.join(ITEM)}")
        if not 1 <= count <= STACK:
            raise ConfigError(f"a stack holds 1 to {STACK}, got {count} of {name}")
        item[slot], number[slot] = ITEM[name], count
    return item, number
