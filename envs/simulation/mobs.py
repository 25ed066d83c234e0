"""Mobs: one table of kinds, and where bodies of each kind fit.

Widths follow Minecraft's, but nobody is wider than a cell.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Mob:
    """One kind of mob.  Metres, metres per second, half hearts."""

    name: str
    half: float = 0.3
    """Half its width."""
    height: float = 1.95
    speed: float = 2.3
    health: int = 20
    damage: int = 3
    hostile: bool = True
    burns: bool = True
    """Whether daylight wears it down."""


MOBS: tuple[Mob, ...] = (
    Mob(name="zombie"),
    Mob(name="skeleton", height=1.99, speed=2.6, damage=2),
    Mob(name="spider", half=0.45, height=0.9, speed=3.2, health=16, damage=2),
    Mob(name="husk", burns=False),
    Mob(name="sheep", half=0.45, height=1.3, speed=1.6, health=8, damage=0, hostile=False,
        burns=False),
)  # fmt: skip
ZOMBIE, SKELETON, SPIDER, HUSK, SHEEP = range(len(MOBS))

MOB_HALF = np.array([mob.half for mob in MOBS])
MOB_HEIGHT = np.array([mob.height for mob in MOBS])
MOB_TALL = np.array([2 if mob.height > 1.0 else 1 for mob in MOBS])
"""Cells of height that each kind needs."""
MOB_SPEED = np.array([mob.speed * 0.05 for mob in MOBS])
"""Metres per tick."""
MOB_HEALTH = np.array([mob.health for mob in MOBS])
MOB_DAMAGE = np.array([mob.damage for mob in MOBS])
MOB_HOSTILE = np.array([mob.hostile for mob in MOBS])
MOB_BURNS = np.array([mob.burns for mob in MOBS])
